"""Reconstructed B mesons beside B -> baryon psi_D: what they take, how well they are measured, what is missing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2
from support.colliders import HEAD_ON, OFFERED, make_sampler

from trigemu.collider.recoil_tag.config import RecoilTag
from trigemu.collider.recoil_tag.efficiency import log_linear
from trigemu.collider.recoil_tag.resolution import hypotheses, tag_resolution
from trigemu.collider.recoil_tag.simulation import beside_tags, measured_other
from trigemu.collider.recoil_tag.truth import signal_side
from trigemu.collider.response.offline import Offline
from trigemu.collider.response.recoil import beam_totals, signed_mass
from trigemu.physics import constants
from trigemu.physics.beams import pep2
from trigemu.physics.constants import DARK_FERMION
from trigemu.physics.particles import Particles, make_particles, merge, no_particles
from trigemu.physics.vectors import invariant_mass

EXACT = RecoilTag(momentum_mev=0.0, energy_mev=0.0)
BEAMS = HEAD_ON.beams
LAMBDA, B_ZERO = constants.mass(constants.LAMBDA), 5.27972


def signals(name: str = "b-lambda-psi", mass: float = 2.0, n: int = 40) -> Particles:
    table = OFFERED[HEAD_ON.name][name].model(signal=name, mass=mass)
    return make_sampler(table, 3, 0).sample(0, n).particles


def others(n: int, each: int = 4) -> Particles:
    """Return pions and photons that come after a signal B in the same events."""
    rng = np.random.default_rng(8)
    event = np.repeat(np.arange(n), each)
    momentum = np.zeros((n * each, 4))
    momentum[:, :3] = rng.normal(0.0, 0.6, (n * each, 3))
    pdg = np.tile([211, -211, 22, 2212], n)
    mass = np.tile([0.13957, 0.13957, 0.0, 0.93827], n)
    momentum[:, 3] = np.sqrt((momentum[:, :3] ** 2).sum(axis=1) + mass**2)
    return make_particles(event, pdg, mass, momentum, mother=511)


def found(particles: Particles) -> Offline:
    """Return a reconstruction that finds every charged particle, and gives all of an event two clusters in turns."""
    charged = particles.charge != 0
    number = np.arange(len(particles)) - particles.offsets[particles.event]
    seen = np.abs(particles.pdg) != DARK_FERMION
    cluster = np.where(seen, number % 2, -1)
    offsets = np.concatenate(
        [[0], np.cumsum(np.bincount(particles.event[charged], minlength=particles.events))]
    )
    clusters = {
        "energy": np.ones(2 * particles.events, np.float32),
        "offsets": 2 * np.arange(particles.events + 1),
    }
    tracks = {"d0": np.zeros(int(charged.sum()), np.float32), "offsets": offsets}
    return Offline(tracks, clusters, charged, cluster)


@pytest.mark.parametrize("name", ["b-lambda-psi", "b-p-psi"])
def test_rows_of_the_signal_b(name):
    alone = signals(name)
    assert signal_side(alone, DARK_FERMION).all()
    both = merge([alone, others(alone.events)], alone.events)
    side = signal_side(both, DARK_FERMION)
    counts = np.bincount(both.event, side, both.events)
    np.testing.assert_array_equal(counts, np.diff(alone.offsets))
    np.testing.assert_array_equal(both.pdg[side], alone.pdg)


def test_events_without_a_signal_b_have_no_rows():
    plain, dark = others(5), signals(n=5)
    assert not signal_side(plain, DARK_FERMION).any()
    assert not signal_side(dark, DARK_FERMION + 1).any()
    # The invisible particle must be among those that add up to a B.
    assert not signal_side(dark.select(np.abs(dark.pdg) != DARK_FERMION), DARK_FERMION).any()
    assert not signal_side(no_particles(3), DARK_FERMION).any()


def test_an_exact_tag_is_the_beams_less_the_signal_b():
    particles = merge([signals(), others(40)], 40)
    made = found(particles)
    tracks, clusters, tags = beside_tags(particles, made, EXACT, BEAMS, DARK_FERMION, (5, 0))
    assert tags["offsets"].tolist() == list(range(41))
    side = signal_side(particles, DARK_FERMION)
    for event in range(40):
        mine = side & (particles.event == event)
        expected = BEAMS.total - particles.momentum[mine].sum(axis=0)
        np.testing.assert_allclose(
            [tags[k][event] for k in ("px", "py", "pz", "energy")], expected, rtol=1e-6
        )
        rows = slice(made.tracks["offsets"][event], made.tracks["offsets"][event + 1])
        charged = (particles.event == event) & (particles.charge != 0)
        assert tracks["tagged"][rows].tolist() == (~side[charged]).astype(int).tolist()
        own = set(made.cluster[(particles.event == event) & ~side])
        assert clusters["tagged"][2 * event : 2 * event + 2].tolist() == [int(k in own) for k in (0, 1)]
    assert tracks["d0"] is made.tracks["d0"]


def test_only_some_events_have_a_tag():
    n = 2000
    particles = merge([signals(n=n), others(n)], n)
    config = RecoilTag(momentum_mev=0.0, energy_mev=0.0, probability=0.3)
    tracks, clusters, tags = beside_tags(particles, found(particles), config, BEAMS, DARK_FERMION, (5, 7))
    there = np.diff(tags["offsets"])
    assert set(there) == {0, 1}
    assert abs(there.sum() - 0.3 * n) < 4.0 * math.sqrt(n * 0.3 * 0.7)
    taken = np.bincount(particles.event[particles.charge != 0], tracks["tagged"], n)
    np.testing.assert_array_equal(taken > 0, there == 1)
    np.testing.assert_array_equal(clusters["tagged"].reshape(n, 2).any(axis=1), there == 1)


def test_no_tag_beside_other_events():
    for particles in (others(5), no_particles(5)):
        tracks, _, tags = beside_tags(particles, found(particles), EXACT, BEAMS, DARK_FERMION, (5, 7))
        assert tags["offsets"].tolist() == [0] * 6
        assert len(tags["px"]) == tracks["tagged"].sum() == 0


def test_errors_are_those_of_the_configuration():
    n = 4000
    particles, config = signals(n=n), RecoilTag(momentum_mev=30.0, energy_mev=6.0)
    side = signal_side(particles, DARK_FERMION)
    true, measured = (
        BEAMS.to_cm(measured_other(particles, side, given, BEAMS, (2, 1))) for given in (EXACT, config)
    )
    pulls = (measured - true) / [0.030, 0.030, 0.030, 0.006]
    # p-value of each sum of squares above 1e-4.
    low, high = chi2(n).ppf([5e-5, 1.0 - 5e-5])
    assert ((pulls**2).sum(axis=0) > low).all()
    assert ((pulls**2).sum(axis=0) < high).all()
    assert np.abs(np.corrcoef(pulls.T) - np.eye(4)).max() < 4.5 / math.sqrt(n)


@pytest.mark.parametrize("mass", [1.0, 2.5, 4.0])
def test_width_of_the_missing_mass(mass):
    """The closed form, taken where the B rests, against the simulation, in which the B moves."""
    n, config = 2000, RecoilTag(momentum_mev=32.0, energy_mev=5.0)
    particles = signals(mass=mass, n=n)
    tag = measured_other(particles, signal_side(particles, DARK_FERMION), config, BEAMS, (2, 1))
    known = np.abs(particles.pdg) != DARK_FERMION
    baryon = np.stack([np.bincount(particles.event[known], p[known]) for p in particles.momentum.T], axis=1)
    low, high = np.quantile(invariant_mass(BEAMS.total - tag - baryon), (0.16, 0.84))
    (expected,) = tag_resolution(np.array([mass]), B_ZERO, LAMBDA, config)
    # The quantiles of n events have an error of 1.5 widths / sqrt(n); the B's motion is worth some per cent.
    assert 0.5 * (high - low) == pytest.approx(expected, rel=4.5 / math.sqrt(n) + 0.03)


def test_closed_form_by_small_changes():
    """m dm = E dE - p dp: each component's error alone, by a difference quotient."""
    mass, step = 1.7, 1e-6
    p = math.sqrt((B_ZERO**2 - (mass + LAMBDA) ** 2) * (B_ZERO**2 - (mass - LAMBDA) ** 2)) / (2.0 * B_ZERO)
    energy = math.hypot(mass, p)
    by_momentum = (math.sqrt(energy**2 - (p + step) ** 2) - mass) / step
    by_energy = (math.sqrt((energy + step) ** 2 - p**2) - mass) / step
    expected = math.hypot(0.040 * by_momentum, 0.007 * by_energy)
    config = RecoilTag(momentum_mev=40.0, energy_mev=7.0)
    assert tag_resolution(np.array([mass]), B_ZERO, LAMBDA, config)[0] == pytest.approx(expected, rel=1e-5)


def test_number_of_hypotheses():
    assert hypotheses(1.0, 2.0, lambda mass: 0.25) == 5
    assert hypotheses(1.0, 1.0, lambda mass: 0.25) == 1
    # Widths that fall from 90 to 6 MeV on a straight line: ln(15) / k steps, 103 (besiii_babar_published RB-11).
    slope = 0.084 / 3.2
    assert hypotheses(1.0, 4.2, lambda mass: 0.090 - slope * (mass - 1.0)) == pytest.approx(103, abs=2)


def test_efficiency_is_log_linear():
    points = ((1.0, 5.9e-4), (4.2, 2.1e-4))
    found = log_linear(points, [1.0, 2.6, 4.2, 0.99, 4.21])
    np.testing.assert_allclose(found, [5.9e-4, math.sqrt(5.9e-4 * 2.1e-4), 2.1e-4, np.nan, np.nan])
    assert np.isnan(log_linear((), [1.0, 2.0])).all()


def test_masses_beside_runs_of_several_energies():
    energy = np.array([105_790, 103_550, 105_790])
    totals = beam_totals(energy, lambda counts: pep2(1e-4 * counts))
    np.testing.assert_allclose(invariant_mass(totals), 1e-4 * energy, rtol=1e-9)
    assert beam_totals(energy[:0], lambda counts: pep2(1e-4 * counts)).shape == (0, 4)
    spacelike = np.array([[0.0, 0.0, 2.0, 1.0], [0.0, 3.0, 0.0, 5.0]])
    np.testing.assert_allclose(signed_mass(spacelike), [-math.sqrt(3.0), 4.0])
