"""The calorimeter's response: what particles leave in the cells, and what the trigger makes of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from trigemu.experiments.belle2.ecl.cells import CELLS, cell_of_crystal, theta_phi
from trigemu.experiments.belle2.ecl.cm import directions, formula
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.crystals import ring_edges
from trigemu.experiments.belle2.ecl.positions import centres
from trigemu.experiments.belle2.ecl.response import crystal_energies, ecl_hits
from trigemu.experiments.belle2.ecl.trigger import CalorimeterTrigger
from trigemu.physics.particles import from_columns

MASS = {11: 0.000511, 13: 0.10566, 22: 0.0, 211: 0.13957, 130: 0.49761, 12: 0.0, 2112: 0.93957}
S = 10.5796**2  # belle2_facts 1


def config(**response):
    """Return the defaults without beam background, with changes."""
    default = Ecl()
    changes = {"background_cells": 0.0} | response
    return default.model_copy(update={"response": default.response.model_copy(update=changes)})


QUIET = config()


def gun(pdg, momentum, theta, phi, start=(0.0, 0.0, 0.0)):
    """Return one particle an event."""
    momentum, theta, phi = np.broadcast_arrays(np.atleast_1d(momentum).astype(float), theta, phi)
    n = len(momentum)
    charge = {11: -1, -11: 1, 13: -1, -13: 1, 211: 1, -211: -1}.get(pdg, 0)
    transverse = momentum * np.sin(theta)
    return from_columns(
        np.arange(n + 1),
        np.full(n, pdg, np.int32),
        np.full(n, charge, np.int8),
        np.full(n, MASS[abs(pdg)]),
        transverse * np.cos(phi),
        transverse * np.sin(phi),
        momentum * np.cos(theta),
        *(np.full(n, x) for x in start),
        np.zeros(n),
        np.zeros(n, np.int32),
    )


def barrel(n, seed=0, low=35.0, high=125.0):
    """Return theta and phi of n directions in the barrel."""
    rng = np.random.default_rng(seed)
    return np.radians(rng.uniform(low, high, n)), rng.uniform(-np.pi, np.pi, n)


def sums(crystals):
    """Return the energy of every event."""
    event = np.repeat(np.arange(len(crystals.offsets) - 1), np.diff(crystals.offsets))
    return np.bincount(event, crystals.energy, minlength=len(crystals.offsets) - 1).astype(float)


def decide(particles, settings=QUIET, frame=0):
    """Return the trigger's full result for particles."""
    hits = ecl_hits(particles, settings, 7, frame)
    phase = np.random.default_rng(frame).random(particles.events)
    return CalorimeterTrigger(settings).decide_energies(
        hits["channel"], hits["value"] * settings.adc_gev, hits["time"] / 8.0, hits["offsets"], phase
    )


def test_events_are_addressed():
    """An event's hits depend on seed, frame and its number, not on the other events."""
    theta, phi = barrel(40)
    particles = gun(211, 1.3, theta, phi)
    whole = ecl_hits(particles, Ecl(), 5, 9)
    part = ecl_hits(particles.take(np.arange(15)), Ecl(), 5, 9)
    end = whole["offsets"][15]
    assert np.array_equal(part["offsets"], whole["offsets"][:16])
    for name in ("channel", "value", "time"):
        assert np.array_equal(part[name], whole[name][:end])
    for seed, frame in ((6, 9), (5, 10), (2**63 + 5, 9)):
        other = ecl_hits(particles, Ecl(), seed, frame)
        assert not np.array_equal(other["value"], whole["value"])


def test_columns_fit_the_source():
    theta, phi = barrel(30)
    hits = ecl_hits(gun(22, 2.0, theta, phi), Ecl(), 1, 0)
    assert [hits[k].dtype.name for k in ("channel", "value", "time", "offsets")] == [
        "uint16",
        "uint16",
        "int16",
        "int64",
    ]
    for i in range(30):
        cells = hits["channel"][hits["offsets"][i] : hits["offsets"][i + 1]].astype(int)
        assert (np.diff(cells) > 0).all()
    assert hits["value"].min() >= 19
    empty = ecl_hits(gun(22, 2.0, theta, phi).take(np.arange(0)), Ecl(), 1, 0)
    assert len(empty["channel"]) == 0
    assert empty["offsets"].tolist() == [0]


@pytest.mark.parametrize(("energy", "resolution"), [(0.2, 0.0182), (1.0, 0.0157), (5.0, 0.0145)])
def test_photon_energy_and_resolution(energy, resolution):
    """Median 1 % low (leakage), width as parametrised plus the leakage's; lateral sharing loses nothing."""
    theta, phi = barrel(4000)
    total = sums(crystal_energies(gun(22, energy, theta, phi), QUIET, 3, 0)) / energy
    low, middle, high = np.quantile(total, norm.cdf([-1, 0, 1]))
    assert abs(middle - 0.992) < 0.004
    assert abs((high - low) / 2 - resolution) < 0.003


def test_photon_makes_one_cluster_where_it_points():
    theta, phi = barrel(1000, seed=1)
    result = decide(gun(22, 2.5, theta, phi))
    assert (result.counts.clusters_all == 1).mean() > 0.98
    single = result.counts.clusters_all == 1
    at = result.position_cm[result.offsets[:-1][single]]
    polar = np.arctan2(np.hypot(at[:, 0], at[:, 1]), at[:, 2]) - theta[single]
    turn = (np.arctan2(at[:, 1], at[:, 0]) - phi[single] + np.pi) % (2 * np.pi) - np.pi
    # Centres are one crystal (2.5 degrees) further in azimuth, see ecl.positions; cells are 7-10 degrees wide.
    assert abs(np.degrees(np.median(turn)) - 2.5) < 0.5
    assert np.degrees(np.quantile(abs(turn - np.median(turn)), 0.95)) < 6.0
    assert np.degrees(np.quantile(abs(polar), 0.95)) < 6.0


def test_shower_shape():
    """A photon into the middle of a crystal leaves most there; 90 % within a Moliere radius (one more ring)."""
    settings = config(leakage=0.0, resolution_constant=0.0, resolution_quarter=0.0)
    number = 1152 + 20 * 144 + 30
    theta = ring_edges()[13 + 20].mean()
    crystals = crystal_energies(gun(22, np.ones(200), theta, np.radians(30.5 * 2.5)), settings, 3, 0)
    centre = crystals.energy[crystals.crystal == number]
    assert len(centre) == 200
    assert 0.75 < centre.mean() < 0.92
    assert sums(crystals) == pytest.approx(np.ones(200))


@pytest.mark.parametrize("degrees", [31.8, 129.7])
def test_gaps_leak(degrees):
    phi = barrel(500)[1]
    inside = sums(crystal_energies(gun(22, 1.0, np.radians(90.0), phi), QUIET, 3, 0))
    gap = sums(crystal_energies(gun(22, 1.0, np.radians(degrees), phi), QUIET, 3, 0))
    assert np.median(gap) < 0.75 * np.median(inside)


@pytest.mark.parametrize("degrees", [8.0, 160.0])
def test_nothing_outside(degrees):
    crystals = crystal_energies(gun(22, np.ones(50), np.radians(degrees), 0.3), QUIET, 3, 0)
    assert sums(crystals).max(initial=0.0) < 0.05


def test_muons_ionise():
    theta, phi = barrel(2000)
    total = sums(crystal_energies(gun(13, 2.0, theta, phi), QUIET, 3, 0))
    low, middle, high = np.quantile(total, [0.05, 0.5, 0.95])
    assert 0.16 < low < middle < 0.20
    assert high < 0.30


def test_slow_muons_stop():
    """A muon can't leave more than its kinetic energy (0.25 GeV into the forward endcap)."""
    phi = barrel(300)[1]
    total = sums(crystal_energies(gun(13, 0.25, np.radians(30.0), phi), QUIET, 3, 0))
    kinetic = math.hypot(0.25, 0.10566) - 0.10566
    assert 0.5 * kinetic < np.median(total)
    assert total.max() <= kinetic + 1e-12


def test_hadrons_interact_sometimes():
    """54 % of pions and long-lived kaons interact in 300 mm (1 - exp(-300 / 380)); 2000 each, five sigma."""
    theta, phi = barrel(2000, seed=4)
    charged = sums(crystal_energies(gun(211, 2.0, theta, phi), QUIET, 3, 0))
    neutral = sums(crystal_energies(gun(130, 2.0, theta, phi), QUIET, 3, 0))
    chance = 1.0 - math.exp(-300.0 / 380.0)
    sigma = math.sqrt(chance * (1.0 - chance) / 2000)
    assert abs((neutral > 0).mean() - chance) < 5 * sigma
    assert 0.3 < (charged > 0.3).mean() < chance
    assert charged.max() < 2.0
    assert not len(crystal_energies(gun(12, 2.0, theta, phi), QUIET, 3, 0).crystal)


@pytest.mark.parametrize(("pdg", "sign"), [(11, 1.0), (-11, -1.0)])
def test_electrons_bend(pdg, sign):
    """Their azimuth at the front turns by asin(r / 2R) = 16.3 degrees at 1 GeV; electrons towards larger phi."""
    phi = barrel(400)[1]
    crystals = crystal_energies(gun(pdg, 1.0, np.radians(90.0), phi), QUIET, 3, 0)
    event = np.repeat(np.arange(400), np.diff(crystals.offsets))
    azimuth = 2.0 * np.pi * ((crystals.crystal % 144) + 0.5) / 144
    turn = (azimuth - phi[event] + np.pi) % (2 * np.pi) - np.pi
    mean = np.average(turn, weights=crystals.energy)
    assert np.degrees(mean) == pytest.approx(sign * np.degrees(math.asin(1250.0 / (2 * 2224.0))), abs=2.0)


def test_soft_electrons_curl():
    """At 90 degrees pT below 0.281 GeV (2R = 1250 mm) never reaches the barrel."""
    phi = barrel(50)[1]
    for momentum, reaches in ((0.27, False), (0.30, True)):
        crystals = crystal_energies(gun(11, momentum, np.radians(90.0), phi), QUIET, 3, 0)
        assert bool(len(crystals.crystal)) == reaches


def test_particles_from_behind_leave_nothing():
    outside = gun(22, np.ones(20), np.radians(90.0), 0.0, start=(1700.0, 0.0, 0.0))
    assert not len(crystal_energies(outside, QUIET, 3, 0).crystal)


def test_time_is_that_of_flight():
    theta = np.radians(90.0)
    result = decide(gun(22, np.full(1000, 3.0), theta, barrel(1000)[1]))
    assert abs(np.nanmean(result.event_time_ns) - 1250.0 / 299.792) < 0.3
    assert abs(np.nanstd(result.event_time_ns) - 1.5) < 0.2


def test_saturation_and_threshold():
    phi = barrel(300)[1]
    high = ecl_hits(gun(22, 60.0, np.radians(90.0), phi), QUIET, 1, 0)
    assert high["value"].max() == 4095
    quiet = config(threshold_counts=40)
    assert ecl_hits(gun(22, 2.0, np.radians(90.0), phi), quiet, 1, 0)["value"].min() >= 40


def test_threshold_turns_on_with_the_noise():
    """Photons into a cell's middle: half fire where the energy meets 97 MeV (18.5 counts); width is the noise's."""
    rates = []
    for energy in (0.07, 0.095, 0.115, 0.14):
        hits = ecl_hits(gun(22, np.full(600, energy), np.radians(72.6), np.radians(5.0)), QUIET, 2, 0)
        rates.append((np.diff(hits["offsets"]) > 0).mean())
    assert rates[0] < 0.02
    assert 0.2 < rates[1] < 0.6
    assert 0.75 < rates[2] < 0.98
    assert rates[3] > 0.98


def test_beam_background():
    """Number, energy and time as configured (2000 crossings; five sigma, p < 1e-5)."""
    settings = config(background_cells=3.0, background_floor_gev=0.2, background_gev=0.1)
    nothing = gun(12, np.ones(2000), 1.0, 0.0)
    hits = ecl_hits(nothing, settings, 1, 0)
    n = len(hits["channel"])
    merged = 2000 * 3.0**2 / 2 / CELLS  # two in one cell
    assert abs(n + merged - 6000) < 5 * math.sqrt(6000)
    assert abs((hits["value"] * 5.25e-3).mean() - 0.3) < 5 * 0.1 / math.sqrt(n) + 0.001
    assert abs(hits["time"].mean() / 8.0) < 5 * 290.0 / math.sqrt(n)
    assert abs(hits["time"] / 8.0).max() < 520.0
    assert np.bincount(hits["channel"], minlength=577)[1:].max() < 35


def test_cells_collect_their_crystals():
    settings = config(noise_gev=0.0)
    theta, phi = barrel(30, seed=8, low=15.0, high=150.0)
    particles = gun(22, 1.0, theta, phi)
    crystals, hits = crystal_energies(particles, settings, 4, 2), ecl_hits(particles, settings, 4, 2)
    for i in range(30):
        rows = slice(*crystals.offsets[i : i + 2])
        cells = cell_of_crystal()[crystals.crystal[rows]]
        counts = np.floor(np.bincount(cells, crystals.energy[rows], minlength=577) / 5.25e-3 + 0.5)
        expected = np.flatnonzero(counts >= 19)
        got = slice(*hits["offsets"][i : i + 2])
        assert np.array_equal(hits["channel"][got], expected)
        assert np.array_equal(hits["value"][got], counts[expected])


def half_height(x, rate):
    """Return where a rising curve crosses half of its last value."""
    k = np.flatnonzero(rate >= 0.5 * rate[-1])[0]
    a, b = rate[k - 1], rate[k]
    return x[k - 1] + (0.5 * rate[-1] - a) / (b - a) * (x[k] - x[k - 1])


def test_ehigh_turns_on_at_one_gev():
    momenta = np.arange(0.8, 1.4, 0.05)
    theta, phi = barrel(400, seed=2)
    rate = np.array([decide(gun(11, p, theta, phi)).decisions.ehigh.mean() for p in momenta])
    assert rate[0] < 0.05
    assert rate[-1] > 0.95
    assert 0.98 < half_height(momenta, rate) < 1.08


def test_thresholds_in_the_centre_of_mass_are_coarse_by_six_percent():
    """The factor of a cell has one digit: E* > 2 GeV means 1.88-2.12 GeV at the cell's centre, 2.0 on average."""
    scale = directions(centres()[1:])[2]
    ratio = (formula()[1:] & 15) * 0.1 / scale
    theta = theta_phi()[0][1:]
    inside = (theta >= 4) & (theta <= 14)
    assert abs(ratio[inside] - 1.0).max() < 0.06
    assert abs(ratio[inside].mean() - 1.0) < 0.01


@pytest.mark.parametrize(
    ("bit", "threshold", "reach", "low", "high"),
    [(1, 2.0, 8.34, 4, 14), (6, 1.0, 9.53, 4, 15), (13, 0.5, 10.06, 6, 11)],
)
def test_mass_reach_of_single_photons(bit, threshold, reach, low, high):
    """Photons recoiling against a mass: lml1, lml6, lml13 stop at 8.34, 9.53, 10.06 GeV.

    Half-heights lie up to 3 % of the threshold lower in mass, which is what sharing and leakage take.
    """
    assert math.sqrt(S - 2.0 * math.sqrt(S) * threshold) == pytest.approx(reach, abs=0.01)
    theta_id = theta_phi()[0][1:]
    at = centres()[1:][(theta_id > low) & (theta_id < high)]
    rng = np.random.default_rng(11)
    at = at[rng.integers(0, len(at), 300)]
    theta, phi = np.arctan2(np.hypot(at[:, 0], at[:, 1]), at[:, 2]), np.arctan2(at[:, 1], at[:, 0])
    scale = directions(at)[2]
    masses = np.arange(reach + 0.3, reach - 0.6, -0.05)
    masses = masses[masses < 10.5]
    rate = []
    for mass in masses:
        star = (S - mass**2) / (2.0 * math.sqrt(S))
        result = decide(gun(22, star * scale, theta, phi))
        rate.append((result.decisions.lml >> bit & 1).mean())
    rate = np.array(rate)
    assert rate[-1] > 0.9
    slope = math.sqrt(S) / reach  # dM / dE*
    found = half_height(-masses, rate)
    assert reach - 0.045 * threshold * slope - 0.02 < -found < reach + 0.02
