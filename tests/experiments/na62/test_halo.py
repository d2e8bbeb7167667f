from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from trigemu.errors import InputError, RunError
from trigemu.experiments.na62.beam.halo import ENTRANCE_Z, REACH, HaloSource, muon_parents
from trigemu.experiments.na62.config import Halo
from trigemu.experiments.na62.detector.geometry import LKR_APOTHEM
from trigemu.experiments.na62.detector.lookup import newchod_tiles
from trigemu.experiments.na62.detector.transport import cross_planes
from trigemu.experiments.na62.response.deposits import EXTRA, LKR_SHOWER, SHOWER
from trigemu.physics import hepmc, mesons
from trigemu.physics.particles import make_particles, no_particles

P_MIN = 1e-3
PLANE = np.array([238_131.5])


@pytest.fixture(scope="module")
def event_file(shared_data):
    return str(shared_data / "events" / "na62_p400_cu_inclusive.hepmc3.gz")


def crossing_fraction(tracks):
    at = cross_planes(tracks, PLANE)
    return np.mean([newchod_tiles(x, y, False)[0] > 0 for x, y in zip(at.x[:, 0], at.y[:, 0], strict=True)])


def test_pure_function_of_seed_frame_and_index():
    source = HaloSource(Halo(), 1, None)
    few, flags = source.sample(3, 10)
    many, more = source.sample(3, 50)
    assert np.array_equal(few.px, many.px[:10])
    assert np.array_equal(flags, more[:10])
    assert not np.any(source.sample(4, 10)[0].px == few.px)
    assert not np.any(HaloSource(Halo(), 2, None).sample(3, 10)[0].px == few.px)
    assert not np.any(source.sample_neutral(4, 10).x == source.sample_neutral(3, 10).x)


def test_muons_start_at_the_entrance_and_come_near_the_detectors():
    tracks, _ = HaloSource(Halo(), 1, None).sample(0, 3000)
    assert np.array_equal(tracks.event, np.arange(3000))
    assert np.all(tracks.z == ENTRANCE_Z)
    assert np.array_equal(tracks.pdg, -13 * tracks.charge)
    assert tracks.time_ns == pytest.approx((ENTRANCE_Z - PLANE[0]) / 299.792458)
    assert tracks.p.min() > Halo().minimum_momentum_gev
    at = cross_planes(tracks, PLANE)
    assert np.hypot(at.x, at.y).max() < REACH
    assert at.time_ns == pytest.approx(0.0, abs=0.5)  # aligned times: only slowness and angle are left


@pytest.mark.parametrize("from_file", [False, True])
def test_rate_counts_muons_on_tiles(from_file, request):
    path = request.getfixturevalue("event_file") if from_file else None
    source = HaloSource(Halo(rate_hz=1e5), 5, path)
    tracks, _ = source.sample(0, 10_000)
    fraction = crossing_fraction(tracks)
    assert source.newchod_fraction == pytest.approx(
        fraction, abs=4 * math.sqrt(0.25 / 10_000 + 0.25 / 20_000)
    )
    assert source.rate_hz * source.newchod_fraction == pytest.approx(1e5)
    assert HaloSource(Halo(rate_hz=1e5), 6, path).rate_hz == source.rate_hz
    assert HaloSource(Halo(rate_hz=0.0), 5, path).rate_hz == 0.0


def test_momentum_without_losses_is_exponential():
    """A narrow, parallel beam of fast muons loses nothing at the magnet."""
    config = Halo(width_mm=50.0, angle_mrad=0.01, minimum_momentum_gev=40.0, mean_momentum_gev=60.0)
    tracks, _ = HaloSource(config, 7, None).sample(0, 10_000)
    assert stats.kstest(tracks.p - 40.0, stats.expon(scale=20.0).cdf).pvalue > P_MIN
    assert stats.kstest(tracks.x, stats.norm(scale=50.0).cdf).pvalue > P_MIN
    positive = int(np.sum(tracks.charge > 0))
    assert stats.binomtest(positive, 10_000, config.positive_fraction).pvalue > P_MIN


def test_flags_are_frequent_as_set_and_independent_of_each_other():
    config = Halo(extra_tile_probability=0.3, shower_probability=0.2, lkr_shower_probability=0.1)
    tracks, flags = HaloSource(config, 8, None).sample(0, 20_000)
    seen = {bit: flags & bit != 0 for bit in (EXTRA, SHOWER, LKR_SHOWER)}
    for bit, expected in ((EXTRA, 0.3), (SHOWER, 0.2), (LKR_SHOWER, 0.1)):
        assert stats.binomtest(int(seen[bit].sum()), len(flags), expected).pvalue > P_MIN
        assert abs(np.corrcoef(seen[bit], tracks.p)[0, 1]) < 4 / math.sqrt(len(flags))
    both = int(np.sum(seen[EXTRA] & seen[SHOWER]))
    assert stats.binomtest(both, len(flags), 0.06).pvalue > P_MIN
    assert (
        not HaloSource(
            Halo(extra_tile_probability=0, shower_probability=0, lkr_shower_probability=0), 8, None
        )
        .sample(0, 1000)[1]
        .any()
    )


def test_default_model_is_consistent_with_the_recalled_rates():
    """18 kHz of two-hit triggers for 280 kHz of muons: accidental pairs, tile overlaps, and extra tiles."""
    config = Halo()
    accidental = config.rate_hz * 2 * 6.24e-9
    overlap = 2 * 0.5 / 107.0
    per_muon = accidental + overlap + config.extra_tile_probability + config.shower_probability
    assert config.rate_hz * per_muon == pytest.approx(18e3, rel=0.1)
    assert (
        config.rate_hz * accidental < 1.1e3
    )  # a model of one tile per muon would be an order of magnitude low


def test_neutrals():
    source = HaloSource(Halo(), 9, None)
    tracks = source.sample_neutral(0, 5000)
    assert set(tracks.pdg) == {22}
    assert not tracks.charge.any()
    assert np.hypot(tracks.x, tracks.y).max() < LKR_APOTHEM
    assert stats.kstest((tracks.x**2 + tracks.y**2) / LKR_APOTHEM**2, "uniform").pvalue > P_MIN
    assert stats.kstest(tracks.pz - 1.0, stats.expon(scale=4.0).cdf).pvalue > P_MIN


def test_toy_dump_muons(event_file):
    """Muons per proton from the first interaction (an independent toy), before any sweeping."""
    parents, weight = muon_parents(event_file)
    px, py, pz, m, charge = parents.T
    energy = np.sqrt(px**2 + py**2 + pz**2 + m**2)
    low = (0.1056584 / m) ** 2 * energy
    for above, expected in (
        (10, 4.8e-4),
        (20, 1.5e-4),
        (30, 6.8e-5),
        (50, 2.1e-5),
        (75, 6.6e-6),
        (100, 2.5e-6),
    ):
        muons = weight * np.clip((energy - np.maximum(low, above)) / (energy - low), 0, 1)
        assert muons.sum() == pytest.approx(expected, rel=0.1)
        if above in (10, 100):
            ratio = muons[charge > 0].sum() / muons[charge < 0].sum()
            assert ratio == pytest.approx({10: 1.18, 100: 2.0}[above], rel=0.1)


def test_muons_of_an_event_file(event_file):
    tracks, _ = HaloSource(Halo(), 10, event_file).sample(0, 5000)
    assert tracks.p.min() > Halo().minimum_momentum_gev
    assert 0.5 < np.mean(tracks.charge > 0) < 0.67
    harder, _ = HaloSource(Halo(sweep_gev=100.0), 10, event_file).sample(0, 5000)
    assert harder.p.mean() > tracks.p.mean() + 5.0


def test_file_without_charged_mesons(tmp_path, monkeypatch):
    empty = no_particles(3)
    monkeypatch.setattr(hepmc, "read", lambda path, pdgs: empty)
    with pytest.raises(InputError, match="no charged pion or kaon"):
        _ = HaloSource(Halo(), 1, "x.hepmc3").rate_hz
    slow = make_particles(np.array([0]), 211, 0.14, np.array([[0.0, 0.0, 3.0, 3.1]]))
    monkeypatch.setattr(hepmc, "read", lambda path, pdgs: slow)
    with pytest.raises(InputError, match="flies towards the detectors"):
        _ = HaloSource(Halo(), 1, "x.hepmc3").rate_hz
    assert set(mesons.FROM_FILES) >= {211, -211, 321, -321}


def test_model_that_reaches_nothing():
    far = Halo.model_construct(**{**Halo().model_dump(), "width_mm": 1e9})
    with pytest.raises(RunError, match="width_mm"):
        HaloSource(far, 1, None).sample(0, 1)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"rate_hz": -1.0}, "greater than or equal to 0"),
        ({"rate_hz": math.inf}, "finite number"),
        ({"mean_momentum_gev": 5.0}, "must be above minimum"),
        ({"extra_tile_probability": 1.5}, "less than or equal to 1"),
    ],
)
def test_bad_models(table, message):
    with pytest.raises(ValidationError, match=message):
        Halo(**table)
