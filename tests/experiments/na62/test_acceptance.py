"""Golden geometry: what the planes accept of A' -> mu+ mu- at 0.40 GeV."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trigemu.experiments.na62.detector.acceptance import accept
from trigemu.experiments.na62.detector.geometry import LKR_Z
from trigemu.experiments.na62.signals.aprime_decays import SignalSource
from trigemu.experiments.na62.signals.catalogue import SIGNALS
from trigemu.physics.particles import from_columns, merge, no_particles

EVENTS = 40_000


def golden(seed: int = 11) -> SignalSource:
    """Bremsstrahlung alone, no form factor, z 0.14-0.86, pT < 1 GeV, vertices weighted by 1/p."""
    to_muons = SIGNALS[0].model
    model = to_muons(mass=0.40, production="brem", form_factor=False, z_min=0.14, z_max=0.86, pt_max=1.0)
    return SignalSource(model, None, seed, 0)


def test_golden_acceptance_at_400_mev() -> None:
    # A toy of independent make (na62_published, section C): 0.229, 0.974, 0.524, 0.097 and 146 GeV, with its
    # own tolerances of 3 % relative, 0.01, 0.02, 0.01.  Statistical errors here are 0.002 to 0.005.
    tracks, momentum, _ = golden().sample(0, EVENTS)
    result = accept(tracks)
    good = result.accepted
    assert good.mean() == pytest.approx(0.229, rel=0.03)
    assert result.different_tiles[good].mean() == pytest.approx(0.974, abs=0.01)
    assert result.two_quadrants[good].mean() == pytest.approx(0.524, abs=0.02)
    assert result.opposite_quadrants[good].mean() == pytest.approx(0.097, abs=0.01)
    assert momentum[good].mean() == pytest.approx(146.0, abs=2.0)


def test_electrons_need_no_muon_detector() -> None:
    # Two fast particles that pass the LKr beside its hole and then fly into the hole of MUV3.
    n, slope, z = 2, -0.011, 180_000.0
    zero = np.zeros(n)
    tracks = from_columns(
        np.array([0, n]),
        np.array([11, -11], np.int32),
        np.array([-1, 1], np.int8),
        np.full(n, 0.1),
        np.full(n, slope * 3000.0),
        zero,
        np.full(n, 3000.0),
        np.full(n, 156.0 - slope * (LKR_Z - z)),
        zero,
        np.full(n, z),
        zero,
        np.zeros(n, np.int32),
    )
    assert accept(tracks).accepted.tolist() == [True]
    tracks.pdg[:] = 13, -13
    assert accept(tracks).accepted.tolist() == [False]


def test_both_products_need_more_than_the_minimum_momentum() -> None:
    tracks, _, _ = golden().sample(1, 5000)
    slowest = tracks.p.reshape(-1, 2).min(axis=1)
    loose, tight = accept(tracks), accept(tracks, minimum_gev=40.0)
    assert np.array_equal(tight.accepted, loose.accepted & (slowest > 40.0))
    assert tight.accepted.sum() < loose.accepted.sum()


def test_events_need_exactly_two_charged_particles() -> None:
    tracks, _, _ = golden().sample(2, 200)
    accepted = accept(tracks).accepted
    event = int(np.flatnonzero(accepted)[0])
    pair = tracks.take(np.array([event]))
    one = pair.select(np.array([0]))
    neutral = replace(one, charge=np.zeros(1, np.int8))
    assert accept(pair).accepted.tolist() == [True]
    assert accept(one).accepted.tolist() == [False]
    assert accept(merge([pair, one], 1)).accepted.tolist() == [False]
    assert accept(merge([pair, neutral], 1)).accepted.tolist() == [True]
    assert accept(no_particles(3)).accepted.tolist() == [False] * 3
