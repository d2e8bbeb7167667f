"""Photons of beam background: their distributions, and that a narrower window holds the first ones of a wider one."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats
from support.small_detectors import guns

from trigemu.collider.response.beam_photons import beam_photons, beside, mean_photons, own_rows
from trigemu.collider.response.config import BeamPhotons

CONFIG = BeamPhotons(
    rate_khz=500.0,
    floor_gev=0.02,
    mean_gev=0.05,
    polar_deg=(20.0, 140.0),
    before_ns=1000.0,
    after_ns=3000.0,
)


def test_numbers_energies_angles_and_times() -> None:
    n = 3000
    made = beam_photons(n, CONFIG, 3, 1)
    assert mean_photons(CONFIG) == pytest.approx(2.0)
    counts = np.diff(made.offsets)
    assert len(counts) == n
    assert (
        stats.chisquare(
            np.bincount(np.minimum(counts, 6), minlength=7),
            n * np.append(stats.poisson(2.0).pmf(np.arange(6)), stats.poisson(2.0).sf(5)),
        ).pvalue
        > 1e-4
    )
    assert stats.kstest(made.energy - 0.02, stats.expon(scale=0.05).cdf).pvalue > 1e-4
    assert stats.kstest(made.time_ns, stats.uniform(-1000.0, 4000.0).cdf).pvalue > 1e-4
    polar = np.degrees(np.arctan2(np.hypot(made.px, made.py), made.pz))
    assert stats.kstest(polar, stats.uniform(20.0, 120.0).cdf).pvalue > 1e-4
    assert stats.kstest(np.arctan2(made.py, made.px) / (2 * np.pi) + 0.5, "uniform").pvalue > 1e-4
    assert set(made.pdg.tolist()) == {22}
    few = beam_photons(40, CONFIG, 3, 1)
    assert np.array_equal(few.momentum, made.momentum[: len(few)])


def test_a_narrow_window_holds_the_first_of_a_wide_one() -> None:
    own = guns(13, 1.0, 1.0, np.linspace(-3.0, 3.0, 100), charge=1)
    photons = beam_photons(100, CONFIG, 3, 1)
    wide, narrow = beside(own, photons), beside(own, photons, 400.0)
    assert len(wide) == 100 + len(photons)
    assert np.abs(narrow.time_ns).max() < 400.0
    for event in range(100):
        mine, all_of = (of.momentum[of.offsets[event] : of.offsets[event + 1]] for of in (narrow, wide))
        assert np.array_equal(mine, all_of[: len(mine)])
        assert len(mine) >= 1
    assert np.array_equal(wide.pdg[own_rows(own, wide)], own.pdg)
    assert np.array_equal(narrow.momentum[own_rows(own, narrow)], own.momentum)


def test_no_photons_and_no_angles() -> None:
    none = beam_photons(7, CONFIG.model_copy(update={"rate_khz": 0.0}), 3, 1)
    assert none.offsets.tolist() == [0] * 8
    with pytest.raises(ValidationError, match="polar_deg"):
        BeamPhotons(**{**CONFIG.model_dump(), "polar_deg": (140.0, 20.0)})
