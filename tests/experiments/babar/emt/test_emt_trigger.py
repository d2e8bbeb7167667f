"""BaBar's calorimeter trigger against its slow twin, exactly; closed forms; hostile input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.babar_emt import decide

from trigemu._kernels.babar_emt import Finder
from trigemu.errors import InputError
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.emt.config import Emt
from trigemu.experiments.babar.emt.filtering import gain, response
from trigemu.experiments.babar.emt.geometry import crystal_rings, tower_of_crystal
from trigemu.experiments.babar.emt.pulse import ONE, pulse_table
from trigemu.experiments.babar.emt.trigger import EmtFinder, Settings, towers
from trigemu.experiments.babar.emt.trigger import settings as settings_of

EMT = Emt()
NAMES = "mgexy"


def columns_of(events):
    """Return the source's columns of lists of (channel, energy, time)."""
    rows = np.array([digi for event in events for digi in event], np.int64).reshape(-1, 3)
    return {
        "channel": rows[:, 0].astype(np.uint16),
        "energy": rows[:, 1].astype(np.uint32),
        "time": rows[:, 2].astype(np.int16),
        "offsets": np.cumsum([0, *map(len, events)]).astype(np.int64),
    }


def bits_of(maps):
    """Return the ticks of each bit that is ever set in maps (integers[64])."""
    bits = (maps[:, None] >> np.arange(20, dtype=maps.dtype)) & 1
    return {bit: set(np.flatnonzero(bits[:, bit]).tolist()) for bit in range(20) if bits[:, bit].any()}


def found(events, config=EMT):
    """Return bits and towers of crossings, as the twin gives them."""
    result = EmtFinder(config).decide(columns_of(events))
    out = []
    for i in range(len(events)):
        rows = slice(result.offsets[i], result.offsets[i + 1])
        energies = list(zip(result.tower[rows].tolist(), result.energy[rows].tolist(), strict=True))
        out.append(({name: bits_of(getattr(result, name)[i]) for name in NAMES}, energies))
    return out


def crystal_of(tower, config=EMT):
    """Return the first crystal of a tower."""
    return int(np.flatnonzero(towers(config) == tower)[0])


TOWER = st.one_of(
    st.integers(0, 279),
    st.tuples(st.sampled_from([0, 1, 5, 6]), st.sampled_from([38, 39, 0, 1, 2])).map(
        lambda at: at[0] * 40 + at[1]
    ),
)
ENERGY = st.one_of(
    st.integers(0, 2500),
    st.integers(1000, 1060),
    st.integers(3050, 3100),
    st.integers(9200, 9230),
    st.integers(0, 100_000),
    st.just(2**18 - 1),
)
TIME = st.one_of(
    st.integers(1024, 1300),
    st.integers(1024, 1040),
    st.integers(-(2**15), 2**15 - 1),
    st.integers(-3000, 8300),
)
CRYSTAL = st.tuples(TOWER.map(lambda tower: crystal_of(tower)), ENERGY, TIME)
WEIGHTS = [
    (),
    (0, 0, 0, 0, 0, 0, 0, 1),
    (255,) * 8,
    (-255, 3, 50, 200, 255, -9, 0, 7),
    (0, 1, -1, 0, 1, -1, 1, 0),
]


@settings(max_examples=60)
@given(
    events=st.lists(st.lists(CRYSTAL, max_size=25), max_size=3),
    changes=st.fixed_dictionaries(
        {},
        optional={
            "crystal_mev": st.sampled_from([0.0, 100.0]),
            "m": st.sampled_from([1, 65535]),
            "y": st.just(250),
            "y_rows": st.integers(1, 6),
            "weights": st.sampled_from(WEIGHTS),
            "lead": st.integers(0, 6),
            "window": st.integers(1, 8),
            "hold_ticks": st.integers(1, 16),
            "raw_delay": st.integers(0, 16),
            "endcap_more": st.sampled_from(["even", "odd"]),
            "column_shift": st.integers(-39, 39),
            "masked": st.lists(TOWER, max_size=3).map(tuple),
        },
    ),
)
def test_every_output_is_the_slow_twins(events, changes):
    config = Emt(**changes)
    assert found(events, config) == [decide(event, config) for event in events]


PHASES = [0, 1, 100, 128, 255]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", NAMES)
def test_one_crystal_fires_at_its_threshold(name, phase):
    """Least energy: the threshold over what the filter, or the highest sample, makes of a pulse with that start."""
    row = {"x": 0, "y": 6}.get(name, 3)
    time = 1280 - phase
    counts = getattr(EMT, name) * 4
    seen = (
        response(EMT.taps)[phase].max() / gain(EMT.taps)
        if name in "mge"
        else pulse_table()[phase].max() / ONE
    )
    edge = int(np.ceil(counts / seen))
    grid = [edge - 50, edge - 1, edge, edge + 1, edge + 50]
    result = found([[(crystal_of(row * 40 + 9), energy, time)] for energy in grid])
    assert [bool(bits[name]) for bits, _ in result] == [False, False, True, True, True]


def test_the_filter_tells_a_pulses_energy_wherever_it_starts():
    """It is linear in the energy; for any start within a sample it is right to 2 %, and blind to a constant."""
    time = 1280 - np.arange(0, 256, 3)
    config = Emt(weights=EMT.taps, m=1, g=1, e=25_000)
    low, high = np.zeros(len(time), int), np.full(len(time), 2**18 - 1)
    while (high - low > 1).any():
        middle = (low + high) // 2
        fires = [
            bool(bits["e"])
            for bits, _ in found(
                [[(crystal_of(130), int(e), int(t))] for e, t in zip(middle, time, strict=True)], config
            )
        ]
        low, high = np.where(fires, low, middle), np.where(fires, middle, high)
    assert np.abs(100_000 / high - 1.0).max() < 0.02
    assert sum(EMT.taps) == 0


def test_the_pulse_is_its_convolution():
    """The table against numerical convolution of light and shaper, step by step of 0.5 ns."""
    step = 0.5
    t = np.arange(0.0, 6000.0, step)
    light = 0.64 / 680.0 * np.exp(-t / 680.0) + 0.36 / 3340.0 * np.exp(-t / 3340.0)
    shaper = np.exp(-t / 680.0) - np.exp(-t / 250.0)
    by_steps = np.convolve(light, shaper)[: len(t)] * step
    counts = np.round(t * 238.0 / 250.0)  # 1.0504 ns each
    near = np.abs(counts * 250.0 / 238.0 - t) < 0.3
    sample, phase = np.divmod(counts[near].astype(int), 256)
    table = pulse_table()[phase, sample] / ONE
    assert table == pytest.approx(by_steps[near] / by_steps.max(), abs=2e-3)


@pytest.mark.parametrize(("phase", "first"), [(0, 17), (31, 18), (63, 19)])
def test_when_clusters_begin(phase, first):
    """1233 ns after the pulse's start, as the docstring says, for collisions in any bunch of the sample."""
    time = 1024 + 4 * phase
    (bits, _), *_ = found([[(crystal_of(130), 5000, time)]])
    ticks = range(first, first + EMT.hold_ticks)
    assert first == int((time + 1233 / 1.0504) / 128)
    assert bits["m"] == bits["g"] == {4: set(ticks), 5: set(ticks)}


def test_x_and_m_of_one_pulse_share_a_tick():
    """X of a crystal just at threshold shares a tick with M for every start of the pulse."""
    for phase in range(0, 256, 5):
        (bits, _), *_ = found([[(crystal_of(9), 1040, 1280 - phase)]])
        shared = [bits["x"][4] & ticks for ticks in bits["m"].values()]
        assert all(shared)


def test_two_strips_share_a_shower():
    """Neither strip alone reaches M, both together do: only the cluster of the two fires."""
    parts = [(crystal_of(3 * 40 + 10), 800, 1024), (crystal_of(3 * 40 + 11), 800, 1024)]
    apart = [(crystal_of(3 * 40 + 10), 800, 1024), (crystal_of(3 * 40 + 12), 800, 1024)]
    result = found([parts, parts[:1], parts[1:], apart])
    assert [set(bits["m"]) for bits, _ in result] == [{5}, set(), set(), set()]


@pytest.mark.parametrize(("column", "bits"), [(0, {0, 19}), (39, {19}), (1, {0}), (2, {0, 1})])
def test_clusters_around_the_ring(column, bits):
    """A strip is in the cluster of its own number and in the one before."""
    (maps, _), *_ = found([[(crystal_of(2 * 40 + column), 5000, 1024)]])
    assert set(maps["m"]) == bits


def test_middles_of_bits_in_azimuth():
    """Crystals that alone set bit k of M lie around 18 k + 4.5 degrees, as the experiment's interface has it."""
    ring = crystal_rings()
    first = int(ring.first[30])
    events = [[(first + place, 5000, 1024)] for place in range(120)]
    seen = [set(maps["m"]) for maps, _ in found(events)]
    for k in range(20):
        azimuths = np.array([3.0 * place + 1.5 for place in range(120) if k in seen[place]])
        around = (azimuths - (18 * k + 4.5) + 180.0) % 360.0 - 180.0
        assert around.min() == -12.0
        assert around.max() == 12.0


def test_masked_towers_send_nothing():
    tower = 3 * 40 + 10
    event = [(crystal_of(tower), 20_000, 1024), (crystal_of(tower + 1), 300, 1024)]
    (bits, energies), *_ = found([event], Emt(masked=(tower,)))
    assert not any(bits.values())
    assert energies == [(tower + 1, 300)]


def test_the_cut_is_on_crystals():
    """Crystals at the cut do not count, however many there are."""
    event = [(c, 200, 1024) for c in np.flatnonzero(tower_of_crystal() == 130)]
    above = [(c, 201, 1024) for c, *_ in event]
    (low, none), (high, some) = found([event, above], Emt(column_shift=0))
    assert not low["m"]
    assert none == []
    assert set(high["g"]) == {4, 5}
    assert some == [(130, 24 * 201)]


def test_epochs():
    """M was raised to 120 MeV (babar_geometry_facts G6.6)."""
    assert Babar.of("2001").emt.m == 256
    assert Babar.of("2006").emt.m == 300


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"weights": (1, 2)}, "has 2 numbers, allowed: 8 or none"),
        ({"weights": (0,) * 8}, "make no peak of a pulse"),
        ({"weights": (-1,) * 8}, "make no peak of a pulse"),
        ({"weights": (256, *[0] * 7)}, "less than or equal to 255"),
        ({"masked": (280,)}, "less than 280"),
        ({"y_rows": 7}, "less than or equal to 6"),
    ],
)
def test_bad_settings(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        Emt(**changes)


@pytest.mark.parametrize(("name", "value"), [("channel", 6580), ("energy", 2**18), ("offsets", 5)])
def test_what_no_frame_holds(name, value):
    columns = columns_of([[(1, 500, 0), (2, 500, 0)]])
    columns[name][-1] = value
    with pytest.raises(InputError, match=r"Finder\.run"):
        EmtFinder(EMT).decide(columns)


def test_no_crossings_and_empty_ones():
    assert EmtFinder(EMT).decide(columns_of([])).m.shape == (0, 64)
    assert found([[], []]) == [({name: {} for name in NAMES}, [])] * 2


@pytest.mark.parametrize(
    "changes",
    [{"cut": -1}, {"thresholds": (0, 1, 1, 1, 1)}, {"window": 0}, {"window": 16}, {"hold": 0}, {"delay": -1}],
)
def test_settings_that_no_configuration_gives(changes):
    bad: Settings = settings_of(EMT)._replace(**changes)
    with pytest.raises(InputError, match="Finder"):
        Finder(bad, towers(EMT), pulse_table(), response(EMT.taps))


def test_tables_that_do_not_fit():
    table = pulse_table()
    far = towers(EMT).copy()
    far[3] = 280
    for at, pulse, answer in (
        (far, table, table),
        (towers(EMT)[:-1], table, table),
        (towers(EMT), -1 - table, table),
        (towers(EMT), table[:, :63].copy(), table),
        (towers(EMT), table, table + np.int32(1 << 23)),
    ):
        with pytest.raises(InputError, match="Finder"):
            Finder(settings_of(EMT), at, pulse, answer)
