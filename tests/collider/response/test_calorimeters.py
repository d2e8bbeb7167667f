"""Crystals of other calorimeters: rings, showers that conserve energy, offline clusters and tracks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.small_detectors import (
    CELLS,
    FIELD_T,
    MASS,
    PHOTONS,
    QUIET,
    SHOWERS,
    SURFACE,
    TRACKING,
    guns,
    small_detector,
    small_rings,
)

from trigemu.collider.reconstructed import photon_momenta, track_momenta
from trigemu.collider.response.clusters import energy_resolution
from trigemu.collider.response.crystals import crystal_energies
from trigemu.collider.response.helix import perigees, track_at
from trigemu.collider.response.offline import tracks_and_clusters
from trigemu.collider.response.recoil import recoil_mass
from trigemu.collider.response.rings import PER_RADIAN, Envelope, Rings, in_order
from trigemu.collider.response.showers import envelope, settings
from trigemu.collider.response.tracking import FIT, NO_LAYER, layers_crossed, resolution
from trigemu.collider.response.tracking import settings as track_settings
from trigemu.physics.beams import bepc2
from trigemu.physics.purpose import Purpose


def babar_rings():
    """Return BaBar's 6580 crystals: 8 rings of the forward endcap, 48 of the barrel."""
    endcap = np.radians(np.linspace(15.75, 27.03, 9))
    u = [-math.log(math.tan(math.radians(a) / 2)) for a in (27.06, 140.77)]
    barrel = 2.0 * np.arctan(np.exp(-np.linspace(*u, 49)))
    edges = np.concatenate([np.stack([e[:-1], e[1:]], axis=1) for e in (endcap, barrel)])
    crystals = np.array([80, 80, 100, 100, 100, *(120,) * 51])
    return Rings(edges, crystals, in_order(crystals), np.zeros(56))


DETECTORS = {
    "small": (SURFACE, small_rings(), FIELD_T, 6240),
    "BaBar": (Envelope(930.0, -1139.25, 1820.58), babar_rings(), 1.5, 6580),
}


def energies(particles, name="small", showers=SHOWERS, seed=1, **changes):
    surface, rings, field_t, _ = DETECTORS[name]
    numbers = settings(showers.model_copy(update=changes))
    return crystal_energies(particles, perigees(particles, field_t), surface, rings, numbers, seed, 0)


def sums(crystals):
    event = np.repeat(np.arange(len(crystals.offsets) - 1), np.diff(crystals.offsets))
    return np.bincount(event, crystals.energy, minlength=len(crystals.offsets) - 1)


@pytest.mark.parametrize("name", DETECTORS)
def test_rings_are_found_by_their_angles(name):
    _, rings, _, crystals = DETECTORS[name]
    assert rings.total == crystals
    for ring, (low, high) in enumerate(rings.edges):
        for part in (0.05, 0.5, 0.95):
            assert rings.look_up[int((low + part * (high - low)) * PER_RADIAN)] == ring
    assert (rings.look_up[: int(math.radians(15.0) * PER_RADIAN)] == -1).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"edges": np.array([[0.5, 1.0], [0.9, 2.0]])}, "overlaps"),
        ({"edges": np.array([[1.0, 0.5], [1.0, 2.0]])}, "lower edge first"),
        ({"crystals": np.array([4, 0])}, "needs crystals"),
        ({"first": np.array([0])}, "each"),
    ],
)
def test_what_is_no_calorimeter(change, words):
    good = {"edges": np.array([[0.5, 1.0], [1.0, 2.0]]), "crystals": np.array([4, 4])}
    good |= {"first": np.array([0, 4]), "begin": np.zeros(2)}
    assert Rings(**good).total == 8
    with pytest.raises(ValueError, match=words):
        Rings(**{**good, **change})


@pytest.mark.parametrize("name", DETECTORS)
def test_photons_light_the_crystal_that_they_hit(name):
    """Into the middle of a crystal of every ring, endcaps counted from the beam or not: most is there."""
    _, rings, _, _ = DETECTORS[name]
    number = rings.first + 7
    turn = (7.5 / rings.crystals) + rings.begin
    particles = guns(22, 2.0, rings.edges.mean(axis=1), 2.0 * math.pi * turn)
    crystals = energies(particles, name)
    for event in range(particles.events):
        rows = slice(*crystals.offsets[event : event + 2])
        best = crystals.crystal[rows][np.argmax(crystals.energy[rows])]
        assert best == number[event]
        assert crystals.energy[rows].max() > 0.6 * 2.0
        assert (np.diff(crystals.crystal[rows]) > 0).all()


@pytest.mark.parametrize("name", DETECTORS)
def test_energy_is_conserved(name):
    """The profile's spots carry all of it; only what points outside the rings or into a gap is lost."""
    rng = np.random.default_rng(3)
    theta, phi = np.radians(rng.uniform(45.0, 125.0, 500)), rng.uniform(-math.pi, math.pi, 500)
    for energy in (0.05, 1.0, 1.8):
        np.testing.assert_allclose(sums(energies(guns(22, energy, theta, phi), name)), energy, rtol=1e-12)
    electrons = sums(energies(guns(11, 1.0, theta, phi, charge=-1), name))
    np.testing.assert_allclose(electrons, math.hypot(1.0, MASS[11]), rtol=1e-12)
    # Towards the first edge of the barrel the shower leaks out of the rings.
    edge = energies(guns(22, 1.0, np.full(50, DETECTORS[name][1].edges.min() + 1e-4), phi[:50]), name)
    assert (sums(edge) < 0.8).all()


def test_resolution_adds_its_terms():
    """A quarter power (BaBar) and a square root (BESIII) of the energy, 4000 photons each."""
    theta, phi = np.linspace(0.9, 2.1, 4000), np.linspace(-3.1, 3.1, 4000)
    particles = guns(22, 0.5, theta, phi)
    surface, rings, field_t, _ = DETECTORS["small"]
    for quarter, root, expected in ((0.02, 0.0, 0.02 / 0.5**0.25), (0.0, 0.023, 0.023 / 0.5**0.5)):
        numbers = settings(SHOWERS.model_copy(update={"resolution_quarter": quarter}), root)
        made = crystal_energies(particles, perigees(particles, field_t), surface, rings, numbers, 4, 0)
        assert (sums(made) / 0.5).std() == pytest.approx(expected, rel=0.06)


def test_resolution_of_clusters_adds_its_terms():
    """The published resolution of BaBar has a quarter power of the energy; without it nothing changes."""
    assert energy_resolution(0.5, 0.023, 0.01) == energy_resolution(0.5, 0.023, 0.01, 0.0)
    for energy in (0.1, 1.0, 8.0):
        expected = math.sqrt((0.01 / energy**0.5) ** 2 + (0.0232 / energy**0.25) ** 2 + 0.0185**2)
        assert energy_resolution(energy, 0.01, 0.0185, 0.0232) == pytest.approx(expected, rel=1e-12)


def test_particles_that_curl_do_not_arrive():
    """At 1.0 T and 90 degrees pT below 0.141 GeV (2 R = 940 mm) never reaches the barrel."""
    assert envelope(SHOWERS) == SURFACE
    phi = np.linspace(-3.0, 3.0, 40)
    for momentum, reaches in ((0.135, False), (0.15, True)):
        particles = guns(11, momentum, math.radians(90.0), phi, charge=-1)
        assert bool(len(energies(particles).crystal)) == reaches


def test_crossing_muons_ionise():
    theta = np.radians(np.linspace(60.0, 120.0, 300))
    total = sums(energies(guns(13, 1.5, theta, 0.3, charge=-1), mip_width=0.0))
    # 280 mm of crystal, longer for inclined tracks; minimum ionisation 0.56 MeV/mm over beta squared.
    beta2 = 1.5**2 / (1.5**2 + MASS[13] ** 2)
    assert total.min() == pytest.approx(0.56e-3 * 280.0 / beta2, rel=0.01)
    assert total.max() < 1.25 * total.min()


def test_tracks_are_measured_in_this_field():
    n = 2000
    phi = np.linspace(-3.1, 3.1, n)
    particles = guns(13, 0.9, math.radians(80.0), phi, charge=1)
    detector = small_detector()
    made = tracks_and_clusters(particles, detector, CELLS, TRACKING, PHOTONS, QUIET, 2, 0)
    tracks, found = made.tracks, made.found
    assert found.mean() > 0.99
    assert len(tracks["d0"]) == found.sum() == tracks["offsets"][-1]
    assert set(tracks["first_layer"]) == {0}
    assert set(tracks["last_layer"]) == {23}
    assert set(tracks["hits"]) == {24}
    pt = 0.9 * math.sin(math.radians(80.0))
    momenta = track_momenta(tracks, MASS[13], detector.field_t)
    measured = np.hypot(momenta[:, 0], momenta[:, 1])
    numbers = track_settings(TRACKING, detector)
    relative, *_ = resolution(pt, MASS[13], 1 / math.tan(math.radians(80.0)), 0.0, 24, numbers)
    assert np.median(measured) == pytest.approx(pt, rel=5.0 * relative / math.sqrt(n))
    assert measured.std() / pt == pytest.approx(relative, rel=0.1)


def test_two_fits_of_the_same_hits():
    """They find and count the same, but their errors are their own; azimuth may be measured better than the angle."""
    particles = guns(13, 0.9, math.radians(80.0), np.linspace(-3.1, 3.1, 3000), charge=1)
    detector = small_detector()
    config = TRACKING.model_copy(
        update={"azimuth_rad": 0.0002, "angle_scattering_gev": 0.0, "efficiency": 0.9}
    )
    arguments = (particles, detector, CELLS, config, PHOTONS, QUIET, 2, 0)
    first, again, other = (
        tracks_and_clusters(*arguments, fit=fit).tracks for fit in (FIT, FIT, int(Purpose.TEST))
    )
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert np.array_equal(first["hits"], other["hits"])
    n = len(first["d0"])
    for name in ("d0", "omega", "z0", "tan_lambda", "time"):
        assert abs(np.corrcoef(first[name], other[name])[0, 1]) < 4.0 / math.sqrt(n)
    truth = perigees(particles, FIELD_T)
    found = tracks_and_clusters(*arguments).found
    azimuth = np.angle(np.exp(1j * (first["phi0"] - truth[found, 1])))
    assert azimuth.std() == pytest.approx(0.0002, rel=0.06)
    assert first["tan_lambda"].std() == pytest.approx((1.0 + truth[0, 4] ** 2) * 0.001, rel=0.06)


def test_layers_that_are_crossed():
    detector = small_detector()
    table = detector.chamber.table
    tracks = perigees(guns(211, [1.0, 1.0, 0.09], np.radians([90.0, 28.0, 90.0]), 0.2, charge=1), FIELD_T)
    assert layers_crossed(track_at(tracks, 0), table) == (24, 0, 23)
    count, first, last = layers_crossed(track_at(tracks, 1), table)
    assert (count, first) == (last + 1, 0)
    assert last < 20  # through an end plate
    count, first, last = layers_crossed(track_at(tracks, 2), table)
    assert last == 19  # turns back at 2 R = 600 mm, in the gap before the last superlayer
    outside = perigees(guns(211, 1.0, math.radians(5.0), 0.2, charge=1), FIELD_T)
    assert layers_crossed(track_at(outside, 0), table) == (0, NO_LAYER, NO_LAYER)


def test_recoil_against_photons_at_bepc2():
    """e+e- -> gamma X at 3.773 GeV: the recoil of measured photons is the mass of X."""
    beams, mass, n = bepc2(3.773), 1.2, 2000
    energy = (beams.sqrt_s**2 - mass**2) / (2 * beams.sqrt_s)
    rng = np.random.default_rng(5)
    cos, phi = rng.uniform(-0.7, 0.7, n), rng.uniform(-math.pi, math.pi, n)
    sin = np.sqrt(1 - cos**2)
    lab = beams.to_lab(energy * np.stack([sin * np.cos(phi), sin * np.sin(phi), cos, np.ones(n)], 1))
    particles = guns(
        22, lab[:, 3], np.arctan2(np.hypot(lab[:, 0], lab[:, 1]), lab[:, 2]), np.arctan2(lab[:, 1], lab[:, 0])
    )
    made = tracks_and_clusters(particles, small_detector(), CELLS, TRACKING, PHOTONS, QUIET, 1, 0)
    measured = recoil_mass(photon_momenta(made.clusters), beams)
    relative = math.hypot(0.023 / math.sqrt(energy), 0.01)
    sigma = beams.sqrt_s * relative * energy / mass
    assert abs(np.median(measured) - mass) < 0.1 * sigma
