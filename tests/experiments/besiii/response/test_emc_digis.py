"""Crystals: energies, resolution, gaps, saturation, the three ranges, noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.besiii_response import digi, digis_of_event, energy_of
from scipy import stats

from trigemu.experiments.besiii.emc.geometry import CRYSTALS
from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.response.emc import (
    crystal_energies,
    digitise,
    emc_hits,
    largest_energies,
)
from trigemu.physics.particles import Particles, make_particles


def response(**changes: Any) -> Response:
    usual = Response()
    return usual.model_copy(update={"emc": usual.emc.model_copy(update=changes)})


def photons(n: int, energy: float, theta: Any = 60.0) -> Particles:
    phi = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    polar = np.broadcast_to(np.radians(theta), n)
    sine = np.sin(polar)
    four = energy * np.stack([sine * np.cos(phi), sine * np.sin(phi), np.cos(polar), np.ones(n)], axis=1)
    return make_particles(np.arange(n), 22, 0.0, four)


def sums(config: Response, particles: Particles, seed: int = 1) -> np.ndarray:
    """Energy of every event as its digis have it."""
    hits = emc_hits(particles, config, seed, 0)
    energy = hits["value"] * np.array([2, 16, 64])[hits["range"]] * 2 / 65535
    event = np.repeat(np.arange(particles.events), np.diff(hits["offsets"]))
    return np.bincount(event, energy, minlength=particles.events)


@pytest.mark.parametrize(("theta", "factor"), [(90.3, 1.0), (55.0, 1.0), (26.0, 2.0), (152.0, 2.0)])
@pytest.mark.parametrize("energy", [0.5, 1.0])
def test_energy_and_resolution_of_photons(theta: float, factor: float, energy: float) -> None:
    """2.3 % over root E and 1 %: 2.5 % at 1 GeV, twice that in the endcaps (besiii_babar_facts A2.8, A2.9)."""
    n = 4000
    found = sums(response(noise_crystals=0.0, saturation=False), photons(n, energy, theta))
    sigma = factor * np.hypot(0.023 / np.sqrt(energy), 0.01)
    assert found.mean() == pytest.approx(energy, rel=4 * sigma / np.sqrt(n) + 3e-3)
    # Standard error of the standard deviation: 1.1 %.
    assert found.std() / found.mean() == pytest.approx(sigma, rel=0.05)


def test_gaps_can_be_closed() -> None:
    theta = np.concatenate([np.linspace(32.8, 34.2, 400), np.linspace(145.8, 147.2, 400)])
    particles = photons(800, 1.5, theta)
    seen = [sums(response(noise_crystals=0.0, gaps=gaps), particles) for gaps in (True, False)]
    assert seen[0].mean() < 0.6
    assert seen[1].mean() > 1.35
    inside = photons(200, 1.5, 60.0)
    same = [sums(response(noise_crystals=0.0, gaps=gaps), inside) for gaps in (True, False)]
    assert np.array_equal(*same)


def test_saturation_clips_each_crystal_at_its_own_maximum() -> None:
    on, off = response(noise_crystals=0.0), response(noise_crystals=0.0, saturation=False)
    most = largest_energies(on.emc)
    assert most.shape == (CRYSTALS,)
    # 2.5 GeV on the offline scale, which is 1.25 times that of deposited energies; 20 % wide.
    assert most.mean() == pytest.approx(2.0, abs=4 * 0.4 / np.sqrt(CRYSTALS))
    assert most.std() == pytest.approx(0.4, rel=0.04)
    assert np.isinf(largest_energies(off.emc)).all()
    hits = emc_hits(photons(3000, 2.2), on, 1, 0)
    energy = hits["value"] * np.array([2, 16, 64])[hits["range"]] * 2 / 65535
    # Half a count of the coarsest range is 1 MeV.
    assert (energy <= most[hits["channel"]] + 1e-3).all()
    soft, hard = (sums(on, photons(3000, e)) / sums(off, photons(3000, e)) for e in (0.6, 2.2))
    assert soft.min() > 0.9999
    assert (hard < 0.99).mean() > 0.1
    assert (hard <= 1.0).all()


@given(energy=st.floats(0.0, 4.0))
def test_ranges(energy: float) -> None:
    assert digitise(energy) == digi(energy)
    counts, number = digitise(energy)
    step = energy_of(1, number)
    if energy < 1.9985:
        assert abs(energy_of(counts, number) - energy) <= 0.5 * step + 1e-12
        # The finest range that holds it.
        assert number == 0 or energy > energy_of(1023, number - 1)
    else:
        assert (counts, number) == (1023, 2)


def test_digis_are_those_of_the_reference() -> None:
    n = 12
    rng = np.random.default_rng(4)
    particles = photons(n, 0.8, rng.uniform(20.0, 160.0, n))
    config = response(noise_crystals=30.0, saturation_gev=0.4)
    found = crystal_energies(particles, config, 7, 3)
    hits = emc_hits(particles, config, 7, 3)
    most = largest_energies(config.emc)
    for event in range(n):
        rows = slice(found.offsets[event], found.offsets[event + 1])
        crystals = list(zip(found.crystal[rows].tolist(), found.energy[rows], found.time[rows], strict=True))
        expected = digis_of_event(event, crystals, most, config.emc, config.timing.emc_ns, 7, 3)
        mine = slice(hits["offsets"][event], hits["offsets"][event + 1])
        columns = (hits[name][mine].tolist() for name in ("channel", "value", "range", "time"))
        assert list(zip(*columns, strict=True)) == expected


def test_noise_fills_the_window_evenly_and_names_a_crystal_once() -> None:
    n = 400
    nothing = make_particles(np.zeros(0, np.int64), 22, 0.0, np.zeros((0, 4)), weight=np.ones(n))
    hits = emc_hits(nothing, Response(), 3, 0)
    counts = np.diff(hits["offsets"])
    mean = Response().emc.noise_crystals
    # Crystals drawn twice count once: of 470 in 6240 about 17.
    lost = mean - CRYSTALS * (1.0 - np.exp(-mean / CRYSTALS))
    assert counts.mean() == pytest.approx(mean - lost, abs=4 * np.sqrt(mean / n))
    assert stats.chisquare(np.bincount(hits["time"], minlength=60)).pvalue > 1e-4
    for first, last in zip(hits["offsets"][:20], hits["offsets"][1:21], strict=True):
        assert len(np.unique(hits["channel"][first:last])) == last - first


def test_time_is_that_of_the_collision_and_the_flight() -> None:
    config = response(noise_crystals=0.0, time_ns=0.0, time_noise_ns_gev=0.0)
    hits = emc_hits(photons(200, 1.0), config, 1, 0)
    assert set(np.unique(hits["time"])) == {int((config.timing.emc_ns + 3.6) // 50)}
    jittered = emc_hits(photons(2000, 1.0), response(noise_crystals=0.0, suppression_gev=0.2), 1, 0)
    # 60 ns in counts of 50 ns, and the width of a count; standard error 1.6 %.
    assert jittered["time"].std() == pytest.approx(np.sqrt(1.2**2 + 1 / 12), rel=0.07)
    late = photons(50, 1.0)
    gone = emc_hits(late.moved(np.tile([0.0, 0.0, 0.0, 2500.0], (50, 1))), config, 1, 0)
    assert len(gone["channel"]) == 0


def test_an_event_s_digis_do_not_depend_on_the_others() -> None:
    theta = np.linspace(21.0, 159.0, 40)
    all_of = emc_hits(photons(40, 1.0, theta), Response(), 9, 4)
    # The same events, fewer of them.
    some = emc_hits(photons(40, 1.0, theta).take(np.arange(15)), Response(), 9, 4)
    k = some["offsets"][-1]
    for name in ("channel", "value", "range", "time"):
        assert np.array_equal(some[name], all_of[name][:k])
    assert len(some["value"]) != len(emc_hits(photons(15, 1.0, theta[:15]), Response(), 9, 5)["value"])
