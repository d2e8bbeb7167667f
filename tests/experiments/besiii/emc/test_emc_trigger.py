"""The calorimeter's trigger against its slow twin, exactly, and hostile input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.besiii_emc import decide

from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import EMC_CONDITIONS
from trigemu.experiments.besiii.config import EPOCHS, Besiii
from trigemu.experiments.besiii.emc.geometry import channels
from trigemu.experiments.besiii.emc.trigger import EmcFinder

EMC = {name: Besiii.model_validate({"conditions": name}).emc for name in EPOCHS}


def ticks_of(masks):
    """Return bool[..., 384] of tick masks."""
    return np.unpackbits(masks.astype("<u8").view(np.uint8), axis=-1, bitorder="little").astype(bool)


def columns_of(events):
    """Return the source's columns of lists of (channel, value, range, time)."""
    rows = np.array([digi for event in events for digi in event], np.int64).reshape(-1, 4)
    return {
        "channel": rows[:, 0].astype(np.uint16),
        "value": rows[:, 1].astype(np.uint16),
        "range": rows[:, 2].astype(np.uint8),
        "time": rows[:, 3].astype(np.uint8),
        "offsets": np.cumsum([0, *map(len, events)]).astype(np.int64),
    }


def assert_is_the_twin(columns, config):
    """Every output of the fast trigger is the slow one's."""
    result = EmcFinder(config).decide(columns)
    ticks = ticks_of(result.conditions)
    for i, (fired, heads, blocks, sums, conditions) in enumerate(decide(columns, config)):
        rows = slice(result.offsets[i], result.offsets[i + 1])
        assert list(zip(result.cell[rows].tolist(), result.tick[rows].tolist(), strict=True)) == fired
        assert result.head[rows].astype(bool).tolist() == heads
        assert result.blocks[i].tolist() == blocks
        assert tuple(result.sums[i].tolist()) == sums
        for k, name in enumerate(EMC_CONDITIONS):
            assert set(np.flatnonzero(ticks[i, k])) == conditions[name], name


# Crystals in two patches of the barrel that face each other, at its eastern edge, in the endcaps, and anywhere.
PATCH = st.tuples(st.integers(16, 27), st.one_of(st.integers(0, 15), st.integers(56, 75))).map(
    lambda at: 480 + at[0] * 120 + at[1]
)
EDGE = st.tuples(st.integers(0, 3), st.integers(0, 119)).map(lambda at: 480 + at[0] * 120 + at[1])
ENDCAPS = st.one_of(st.integers(0, 100), st.integers(6100, 6239))
CRYSTAL = st.one_of(PATCH, PATCH, EDGE, ENDCAPS, st.integers(0, 6239))
WEAK = st.tuples(CRYSTAL, st.integers(0, 30), st.just(0), st.integers(0, 63))
STRONG = st.tuples(CRYSTAL, st.integers(60, 1023), st.integers(0, 2), st.integers(8, 28))
NEAR_THRESHOLD = st.tuples(CRYSTAL, st.integers(140, 180), st.just(1), st.integers(0, 63))
EVENT = st.lists(st.one_of(WEAK, STRONG, STRONG, NEAR_THRESHOLD), max_size=60)


@settings(max_examples=60, deadline=None)
@given(
    events=st.lists(EVENT, max_size=3),
    epoch=st.sampled_from(EPOCHS),
    changes=st.fixed_dictionaries(
        {},
        optional={
            "mode": st.sampled_from(["pulse", "plain"]),
            "edge_quirk": st.booleans(),
            "endcap_shift": st.integers(0, 31),
            "barrel_shift": st.integers(0, 29),
            "active_ticks": st.integers(1, 384),
            "high_mv": st.sampled_from([1.0, 90.0, 400.0, 2000.0]),
            "fire_delay_ns": st.integers(0, 5000),
            "fire_before_ns": st.integers(2000, 9216),
            "bclus_bb_theta": st.integers(0, 10),
            "bclus_phi": st.sampled_from([(1, 29), (12, 12)]),
            "gate_mev": st.sampled_from([20.0, 200.0]),
            "etot_m": st.integers(0, 400),
            "bl_bblk": st.integers(0, 100),
            "bl_z": st.integers(0, 60),
            "bl_eblk": st.integers(0, 60),
        },
    ),
)
def test_every_output_is_the_slow_twins(events, epoch, changes):
    assert_is_the_twin(columns_of(events), EMC[epoch].model_copy(update=changes))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(480, 483), st.integers(0, 60), st.integers(0, 1), st.integers(0, 63)),
        max_size=24,
    ),
    st.sampled_from([(70.0, 70.0), (40.0, 75.0), (70.0, 130.0)]),
)
def test_pulses_spread_over_all_times(digis, thresholds):
    """Sums that reach the threshold only after the first pulse's peak, or just not."""
    low, high = thresholds
    assert_is_the_twin(columns_of([digis]), EMC["2026"].model_copy(update={"low_mv": low, "high_mv": high}))


def test_crystals_at_full_scale():
    """All crystals of a cell at the largest count: it fires once, its block reads full scale."""
    part, theta, phi = np.ones(16, int), np.repeat(np.arange(20, 24), 4), np.tile(np.arange(40, 44), 4)
    crystals = channels(part, theta, phi)
    events = [[(int(c), 1023, 2, 20) for c in crystals], [(int(crystals[0]), 1023, 2, 20)]]
    columns = columns_of(events)
    assert_is_the_twin(columns, EMC["2016"])
    result = EmcFinder(EMC["2016"]).decide(columns)
    assert result.cell.tolist() == [5 * 30 + 10] * 2
    # Sector 2, theta 5: the eastern half.
    assert result.blocks[0, 2] == EMC["2016"].full_scale
    assert result.blocks[1, 2] == round(12.0 + 249.0 * 1023 * 64 * 2 / 65535)


def test_single_photon_of_1300_mev_passes_the_placeholder_of_2016():
    """1.3 GeV in one cell is above BEtot_H, 1.05 GeV is not: E0 = 1.1 GeV."""
    at = EMC["2016"]
    energies = np.array([1.05, 1.09, 1.12, 1.3])
    # Seven tenths in one crystal, the rest in a neighbour of the same cell.
    weight = energies[:, None] * [0.7, 0.3] * 65535 / 2
    seed = int(channels(np.array([1]), np.array([21]), np.array([41]))[0])
    events = [[(seed + k, round(w / 64), 2, 20) for k, w in enumerate(row)] for row in weight]
    result = EmcFinder(at).decide(columns_of(events))
    true = ticks_of(result.conditions).any(axis=2)
    assert true[:, EMC_CONDITIONS.index("betot_h")].tolist() == [False, False, True, True]
    assert true[:, EMC_CONDITIONS.index("nbclus_1")].all()


def test_order_of_digis_does_not_matter():
    rng = np.random.default_rng(3)
    digis = [
        (int(c), int(v), int(r), int(t))
        for c, v, r, t in zip(
            rng.integers(0, 6240, 400),
            rng.integers(1, 400, 400),
            rng.integers(0, 3, 400),
            rng.integers(0, 60, 400),
            strict=True,
        )
    ]
    finder = EmcFinder(EMC["2026"])
    one = finder.decide(columns_of([digis]))
    two = finder.decide(columns_of([[digis[i] for i in rng.permutation(400)]]))
    for name in ("conditions", "blocks", "sums", "offsets", "cell", "tick", "head"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name
    assert len(one.cell) > 50


def test_no_events_and_events_without_digis():
    finder = EmcFinder(EMC["2026"])
    assert finder.decide(columns_of([])).conditions.shape == (0, 16, 6)
    empty = finder.decide(columns_of([[], []]))
    assert not empty.conditions.any()
    # 20, 12 and 29; four pedestals end in a half, which readings round up.
    assert empty.sums.tolist() == [[22, 13, 31]] * 2
    assert empty.offsets.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("name", "value"), [("channel", 6240), ("value", 1024), ("range", 3), ("time", 64), ("channel", 65535)]
)
def test_digis_that_cannot_be_are_refused(name, value):
    columns = columns_of([[(0, 1, 0, 0), (5, 5, 1, 5)]])
    columns[name][1] = value
    with pytest.raises(InputError, match=r"Cells\.run"):
        EmcFinder(EMC["2026"]).decide(columns)


@pytest.mark.parametrize("offsets", [[0, 3], [1, 2], [0, 2, 1], []])
def test_offsets_that_do_not_fit_are_refused(offsets):
    columns = columns_of([[(0, 1, 0, 0), (5, 5, 1, 5)]]) | {"offsets": np.array(offsets, np.int64)}
    with pytest.raises(InputError, match=r"Cells\.run"):
        EmcFinder(EMC["2026"]).decide(columns)


def test_columns_of_different_lengths_are_refused():
    columns = columns_of([[(0, 1, 0, 0), (5, 5, 1, 5)]])
    for name in ("value", "range", "time"):
        short = columns | {name: columns[name][:1]}
        with pytest.raises(InputError, match=r"Cells\.run"):
            EmcFinder(EMC["2026"]).decide(short)
