"""Detector response: the digitiser against its slow twin, and what the distributions are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.na62_response import digitise as slow_digitise
from reference.na62_response import thin as slow_thin
from support.na62_guns import FRAME_TICKS, SPACING_NS, guns

from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import Losses, Response
from trigemu.experiments.na62.detector.geometry import ANTI0, PAD_IDS
from trigemu.experiments.na62.response import counters, deposits
from trigemu.experiments.na62.response.detectors import Exposure, detectors
from trigemu.experiments.na62.response.digitiser import UNSEEN, Deposits, TileLogic, digitise
from trigemu.experiments.na62.response.hits import between, shift, thin, unpack

LOSSLESS = Losses(enabled=False)


def response(
    source: str, exposure: Exposure, seed: int = 5, frame: int = 3, **config: Any
) -> dict[str, np.ndarray]:
    detector = detectors(Response(**config), LOSSLESS, seed, FRAME_TICKS)[source]
    return dict(unpack(detector.core(detector.nothing(), detector.raw(exposure, frame))))


# --- the digitiser
# -----------------------------------------------------------------------------------------------

# When, in which cell, how much, and which photosensors see it.
Row = tuple[float, int, float, tuple[bool, bool]]
DEPOSIT = st.tuples(
    st.integers(0, 2000).map(lambda k: k / 4),
    st.integers(0, 3),
    st.sampled_from([1.0, 2.0, 3.5, 8.0]),
    st.sampled_from([(True, True), (True, True), (True, False), (False, True), (False, False)]),
)
SEEN = (True, True)


def make(rows: list[Row], first: int) -> Deposits:
    """Deposits whose edges say which they are."""
    n = len(rows)
    edge = np.repeat(np.arange(first, first + n)[:, None], 2, axis=1)
    time, cell, energy, seen = ([row[k] for row in rows] for k in range(4))
    width = np.where(np.array(seen, bool).reshape(n, 2), edge, UNSEEN)
    return Deposits(np.array(time, float), np.array(energy, float), np.array(cell, np.int64), edge, width)


@settings(deadline=None)
@given(st.lists(DEPOSIT, max_size=40), st.integers(0, 40), st.floats(0, 30), st.floats(0, 60))
def test_digitiser_is_its_slow_twin(rows: list[Row], split: int, merge: float, dead: float) -> None:
    frame_ns = 1000.0
    past = make([(t + frame_ns - 500, *more) for t, *more in rows[:split]], 0)
    got = unpack(digitise(past, make(rows[split:], split), TileLogic(8, 3.0, merge, dead, 2, 50), frame_ns))
    everything = [(t - 500, *more) for t, *more in rows[:split]] + rows[split:]
    hits = slow_digitise(everything, 3.0, merge, dead)
    expected = sorted((i, rows[i][1] + 50 * s) for i, s in hits if i >= min(split, len(rows)))
    assert list(zip(got["time"].tolist(), got["channel"].tolist(), strict=True)) == expected


@settings(deadline=None)
@given(st.lists(DEPOSIT, max_size=40), st.floats(0, 30), st.floats(0, 60))
def test_channels_that_see_the_same_do_the_same(rows: list[Row], merge: float, dead: float) -> None:
    both = [(time, cell, energy, SEEN) for time, cell, energy, _ in rows]
    got = unpack(digitise(make([], 0), make(both, 0), TileLogic(8, 3.0, merge, dead, 2, 50), 1e6))
    first, second = (np.flatnonzero((got["channel"] >= 50) == s) for s in (False, True))
    assert np.array_equal(got["time"][first], got["time"][second])
    assert np.array_equal(got["channel"][first] + 50, got["channel"][second])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(-300, -1), st.integers(0, 2)), max_size=20),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 2)), max_size=40),
    st.integers(1, 100),
)
def test_thinning_is_its_slow_twin(
    past: list[tuple[int, int]], now: list[tuple[int, int]], dead: int
) -> None:
    past, now = sorted(past), sorted(now)
    packed = [np.array([(t << 32) + (c << 16) for t, c in hits], np.int64) for hits in (past, now)]
    got = unpack(thin(packed[0], packed[1], 3, dead))
    kept = [(past + now)[i] for i in slow_thin(past + now, dead) if i >= len(past)]
    assert list(zip(got["time"].tolist(), got["channel"].tolist(), strict=True)) == kept


@given(st.lists(st.tuples(st.integers(-(1 << 30), 1 << 30), st.integers(0, 65535), st.integers(0, 65535))))
def test_packed_hits_come_back(hits: list[tuple[int, int, int]]) -> None:
    packed = np.sort(np.array([(t << 32) + (c << 16) + v for t, c, v in hits], np.int64))
    for shifted, by in ((packed, 0), (shift(packed, -77), -77)):
        columns = unpack(shifted)
        rows = list(zip(*(columns[name].tolist() for name in ("time", "channel", "value")), strict=True))
        assert rows == sorted((t + by, c, v) for t, c, v in hits)
    inside = unpack(between(packed, -5, 1000))["time"]
    assert sorted(inside.tolist()) == sorted(t for t, _, _ in hits if -5 <= t < 1000)


def test_dead_time_does_not_extend() -> None:
    # Hits at 0, 30, 50 ns: the one at 30 is lost and does not block the one at 50 (40 ns after the kept one).
    past, now = make([], 0), make([(0.0, 1, 9.0, SEEN), (30.0, 1, 9.0, SEEN), (50.0, 1, 9.0, SEEN)], 0)
    logic = TileLogic(8, 3.0, 15.0, 40.0, 1, 0)
    assert unpack(digitise(past, now, logic, 1e6))["time"].tolist() == [0, 2]


# --- distributions
# -----------------------------------------------------------------------------------------------

N = 2000


def test_newchod_tile_resolution_and_pulse_width() -> None:
    hits = response("newchod", guns(N, 400.0, 50.0))
    assert sorted(set(hits["channel"].tolist())) == [102, 152]
    first, second = (hits["time"][hits["channel"] == channel] for channel in (102, 152))
    assert len(first) == len(second) == N
    residual = ((first + second) / 2) * LSB_NS - (SPACING_NS * np.arange(N) + 300.0)
    # Standard errors: 0.6 / sqrt(N) = 0.013 on the mean, 0.6 / sqrt(2 N) = 0.0095 on sigma; both within 4.
    assert residual.mean() == pytest.approx(0.0, abs=0.054)
    assert residual.std() == pytest.approx(0.6, abs=0.038)
    assert (np.diff([first, second], axis=0) * LSB_NS).std() == pytest.approx(1.2, abs=0.076)
    width = hits["value"] * LSB_NS
    assert width.mean() == pytest.approx(35.0, abs=0.1)
    assert width.std() == pytest.approx(1.5, abs=0.1)


def test_newchod_resolution_is_a_parameter() -> None:
    hits = response("newchod", guns(50, 400.0, 50.0), newchod_tile_resolution_ns=0.0)
    expected = np.floor((SPACING_NS * np.arange(50) + 300.0) / LSB_NS + 0.5)
    assert np.array_equal(hits["time"][::2], expected.astype(np.int64))


def test_overlap_hits_two_tiles_and_can_be_switched_off() -> None:
    border = guns(20, 400.0, 107.3)
    assert set(response("newchod", border)["channel"].tolist()) == {102, 152, 108, 158}
    assert set(response("newchod", border, overlap=False)["channel"].tolist()) == {108, 158}


def test_newchod_threshold_cuts_on_the_energy() -> None:
    particles = guns(N, 400.0, 50.0)
    assert len(response("newchod", particles)["time"]) == 2 * N
    # The most probable loss is 5.5 MeV: of a Moyal distribution 68 % lies above its mode.
    above = len(response("newchod", particles, newchod_threshold_mev=5.5)["time"]) / (2 * N)
    assert above == pytest.approx(0.683, abs=0.042)


def test_extra_tiles_come_from_flags() -> None:
    plain = response("newchod", guns(200, 400.0, 50.0))
    extra = response("newchod", guns(200, 400.0, 50.0, flags=deposits.EXTRA))
    shower = response("newchod", guns(200, 400.0, 50.0, flags=deposits.SHOWER))
    assert len(extra["time"]) == 2 * len(plain["time"])
    assert len(shower["time"]) > 10 * len(plain["time"])
    # A particle's own hits do not change.
    own = np.isin(extra["channel"], [102, 152])
    assert all(np.array_equal(extra[name][own], plain[name]) for name in plain)


def test_neutral_particles_leave_nothing_in_scintillators() -> None:
    photons = guns(50, 400.0, 50.0, charge=0, pdg=22)
    for source in ("newchod", "muv3", "rich", "anti0"):
        assert len(response(source, photons)["time"]) == 0
    assert len(response("lkr", photons)["time"]) == 50


def test_muv3_sees_muons_with_its_resolution() -> None:
    hits = response("muv3", guns(N, 330.0, 330.0, mass=0.10566), scattering=False)
    pad = 12 * 7 + 7
    assert sorted(set(hits["channel"].tolist())) == [pad, pad + 200]
    time = hits["time"][hits["channel"] == pad] * LSB_NS - (SPACING_NS * np.arange(N) + 300.0)
    assert time.std() == pytest.approx(0.45, abs=0.028)
    assert time.mean() == pytest.approx(0.0, abs=0.05)
    for pdg in (11, 22, 2212):
        assert len(response("muv3", guns(50, 330.0, 330.0, pdg=pdg))["time"]) == 0


def test_muons_scatter_at_muv3() -> None:
    # 5 GeV: 106 mm per axis; the share that stays on a pad of 219.2 mm from its centre is
    # erf(109.6/106/sqrt2)^2.
    hits = response("muv3", guns(N, 330.0, 330.0, p=5.0))
    assert set(hits["channel"].tolist()) <= {*PAD_IDS.tolist(), *(PAD_IDS + 200).tolist()}
    share = np.count_nonzero(hits["channel"] == 12 * 7 + 7) / N
    assert share == pytest.approx(0.699**2, abs=0.045)


def test_pions_punch_through_one_in_a_hundred() -> None:
    n = 20_000
    hits = response("muv3", guns(n, 330.0, 330.0, pdg=211), scattering=False)
    assert len(hits["time"]) / 2 / n == pytest.approx(0.00996, abs=0.0029)


def test_lkr_energies() -> None:
    electrons = response("lkr", guns(N, 500.0, 300.0, pdg=11, p=40.0))
    energy = electrons["value"] * 0.01
    sigma = np.sqrt(0.048**2 * 40 + 0.11**2 + (0.009 * 40) ** 2)
    assert energy.mean() == pytest.approx(40.0, abs=4 * sigma / np.sqrt(N))
    assert energy.std() == pytest.approx(sigma, rel=0.065)
    time = electrons["time"] * LSB_NS - (SPACING_NS * np.arange(N) + 300.0)
    assert time.std() == pytest.approx(1.5, abs=0.095)
    muons = response("lkr", guns(N, 500.0, 300.0, p=40.0))["value"] * 0.01
    assert 0.48 < np.median(muons) < 0.56
    showers = response("lkr", guns(N, 500.0, 300.0, p=40.0, flags=deposits.LKR_SHOWER))["value"] * 0.01
    assert showers.mean() == pytest.approx(20.0, abs=4 * 40 / np.sqrt(12 * N))
    assert len(response("lkr", guns(10, 50.0, 50.0, pdg=11))["time"]) == 0
    for invisible in (12, -14, 16, 4900023):
        assert len(response("lkr", guns(50, 500.0, 300.0, pdg=invisible, charge=0))["time"]) == 0
    assert len(response("lkr", guns(50, 500.0, 300.0, pdg=130, charge=0))["time"]) == 50


def test_lav_slewing_gives_the_true_time_back() -> None:
    muons = guns(N, 0.0, 1200.0)
    hits = response("lav", muons, lav_resolution_ns=0.0, lav_efficiency=1.0)
    assert set(hits["value"].tolist()) == {0, 1}
    for channel in set(hits["channel"].tolist()):
        mine = hits["channel"] == channel
        low, high = (hits["time"][mine & (hits["value"] == v)] for v in (0, 1))
        assert len(low) == len(high) == N
        assert np.all((high - low) * LSB_NS < 6.5)
        start = (low - (high - low) * 5 / 10) * LSB_NS - (SPACING_NS * np.arange(N) + 300.0)
        assert np.abs(start).max() < 1.5 * LSB_NS
    assert len(set(hits["channel"].tolist())) == 4
    assert len(response("lav", guns(10, 0.0, 1000.0))["time"]) == 0


def test_rich_rings() -> None:
    fast = response("rich", guns(N, 300.0, 300.0, p=300.0, mass=0.10566))
    # A Poisson mean of 13, less what falls on a photomultiplier that has just fired (15 ns).
    assert 10.5 < len(fast["time"]) / N < 13.0
    assert fast["channel"].max() < 4 * counters.RICH_BOARD
    # The ring (189 mm about the centre of the disc) is cut by y = 0: two boards of one disc.
    assert set((fast["channel"] // counters.RICH_BOARD).tolist()) == {0, 1}
    other = response("rich", guns(50, -300.0, 300.0, p=300.0, mass=0.10566))
    assert set((other["channel"] // counters.RICH_BOARD).tolist()) == {2, 3}
    nearest = np.round((fast["time"] * LSB_NS - 300.0) / SPACING_NS) * SPACING_NS + 300.0
    residual = fast["time"] * LSB_NS - nearest
    assert residual.std() == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize(
    ("mass", "p", "light"), [(0.10566, 9.4, False), (0.10566, 9.6, True), (0.1396, 12.0, False)]
)
def test_rich_threshold(mass: float, p: float, light: bool) -> None:
    hits = response("rich", guns(N, 300.0, 300.0, p=p, mass=mass), rich_hits=30.0)
    assert (len(hits["time"]) > 0) == light


def test_anti0_sees_what_comes_from_upstream() -> None:
    hits = response("anti0", guns(N, 300.0, 300.0, z=ANTI0.z - 10.0))
    assert set(hits["channel"].tolist()) == {18 * 11 + 11}
    # Efficiency 0.99; binomial error 0.0022.
    assert len(hits["time"]) / N == pytest.approx(0.99, abs=0.01)
    assert len(response("anti0", guns(50, 300.0, 300.0))["time"]) == 0


def test_random_numbers_have_addresses() -> None:
    particles = guns(300, 400.0, 50.0)
    for source in ("newchod", "muv3", "lkr", "rich"):
        first, again = response(source, particles), response(source, particles)
        assert all(np.array_equal(first[name], again[name]) for name in first)
        for change in ({"seed": 6}, {"frame": 4}):
            other = response(source, particles, **change)
            assert any(not np.array_equal(first[name], other[name]) for name in first)
        # A particle's hits depend on its place in the frame, not on who comes after it.
        head = Exposure(particles.particles.take(np.arange(100)), particles.t0[:100], particles.flags[:100])
        start = response(source, head)
        assert np.array_equal(start["time"], first["time"][: len(start["time"])])


def test_the_frame_before_blocks_the_first_hits() -> None:
    detector = detectors(Response(), LOSSLESS, 5, FRAME_TICKS)["newchod"]
    frame_ns = FRAME_TICKS * LSB_NS
    now, past = guns(1, 400.0, 50.0), guns(1, 400.0, 50.0)
    now.t0[:] = 10.0
    raw = detector.raw(now, 1)
    for gap, blocked in ((25.0, True), (45.0, False)):
        past.t0[:] = frame_ns + 10.0 - gap
        core = detector.core(detector.raw(past, 0), raw)
        assert (len(core) == 0) == blocked
    assert len(detector.core(detector.nothing(), raw)) == 2
