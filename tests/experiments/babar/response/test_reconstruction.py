"""Level 3 and offline: published resolutions, the same tracks found, the same showers and background."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trigemu.experiments.babar.dct.geometry import FIELD_T
from trigemu.experiments.babar.response.config import Response
from trigemu.experiments.babar.response.emc import emc_hits
from trigemu.experiments.babar.response.reconstruction import level3, reconstructed
from trigemu.physics.constants import gev_per_mm
from trigemu.physics.particles import Particles, make_particles, no_particles

MUON_GEV = 0.1056583755
USUAL = Response()
QUIET = USUAL.model_copy(update={"beam_photons": USUAL.beam_photons.model_copy(update={"rate_khz": 0.0})})


def guns(n: int, p: float, theta: float = 90.0, pdg: int = 13, mass: float = MUON_GEV) -> Particles:
    phi = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    sine, cosine = np.sin(np.radians(theta)), np.cos(np.radians(theta))
    momentum = p * np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine + 0 * phi], axis=1)
    four = np.concatenate([momentum, np.full((n, 1), np.hypot(p, mass))], axis=1)
    return make_particles(np.arange(n), pdg, mass, four)


def test_resolutions_of_tracks() -> None:
    """Level 3: besiii_babar_facts B7.7; offline: B2.4.  Standard errors of 3000 tracks: 1.3 %."""
    particles = guns(3000, 3.0)
    online, offline = level3(particles, QUIET, 1, 0).tracks, reconstructed(particles, QUIET, 1, 0).tracks
    inverse = {name: of["omega"] / gev_per_mm(FIELD_T) for name, of in (("l3", online), ("offline", offline))}
    assert inverse["l3"].std() == pytest.approx(0.019, rel=0.06)
    assert online["d0"].std() == pytest.approx(0.80, rel=0.06)
    assert online["z0"].std() == pytest.approx(6.1, rel=0.06)
    assert online["tan_lambda"].std() == pytest.approx(0.021, rel=0.06)
    assert inverse["offline"].std() * 3.0 == pytest.approx(np.hypot(0.0013 * 3.0, 0.0045), rel=0.06)
    assert offline["z0"].std() < 0.1


def test_both_find_the_same_tracks_with_errors_of_their_own() -> None:
    particles = guns(3000, 1.0)
    online, offline = (find(particles, QUIET, 1, 0) for find in (level3, reconstructed))
    # Efficiencies are the same here, and so are the decisions.
    assert (online.found == offline.found).mean() > 0.995
    assert online.found.mean() == pytest.approx(0.98, abs=0.012)
    both = online.found & offline.found
    pulls = []
    for found in (online, offline):
        rows = both[found.found]
        pulls.append([found.tracks[name][rows] for name in ("d0", "omega", "z0", "tan_lambda")])
    for a, b in zip(*pulls, strict=True):
        # Correlation of what is independent: 1 / sqrt(n).
        assert abs(np.corrcoef(a, b)[0, 1]) < 4.0 / np.sqrt(both.sum())
    # Level 3 looks for tracks above 250 MeV (babar_geometry_facts G10.3).
    soft = guns(1000, 0.18)
    assert level3(soft, QUIET, 1, 0).found.mean() < 0.05
    assert reconstructed(soft, QUIET, 1, 0).found.mean() > 0.9


def test_resolution_of_photons() -> None:
    """besiii_babar_facts B2.6; level 3 sees the same showers."""
    for energy in (0.3, 5.0):
        particles = guns(3000, energy, 80.0, 22, 0.0)
        online, offline = (find(particles, QUIET, 1, 0).clusters for find in (level3, reconstructed))
        sigma = np.hypot(0.0232 / energy**0.25, 0.0185)
        assert offline["energy"].std() / energy == pytest.approx(sigma, rel=0.07)
        assert np.array_equal(online["energy"], offline["energy"])
        # So do the crystals: their sums follow the same fluctuations.
        if energy == 5.0:
            hits = emc_hits(particles, QUIET, 1, 0)
            event = np.repeat(np.arange(3000), np.diff(hits["offsets"]))
            sums = np.bincount(event, hits["energy"], minlength=3000)[np.diff(offline["offsets"]) > 0]
            assert np.corrcoef(sums, offline["energy"])[0, 1] > 0.99


def test_background_photons_are_the_same_everywhere() -> None:
    n = 400
    config = USUAL.model_copy(update={"emc": USUAL.emc.model_copy(update={"noise_crystals": 0.0})})
    found = reconstructed(no_particles(n), config, 1, 0)
    online = level3(no_particles(n), config, 1, 0).clusters
    clusters = found.clusters
    assert len(found.found) == len(found.cluster) == 0
    # 400 kHz in 1.3 us, 67 % of them above 30 MeV, 96 % not converted.
    expected = 0.4e-3 * 1300.0 * np.exp(-0.4) * 0.96
    assert len(clusters["energy"]) / n == pytest.approx(expected, abs=4 * np.sqrt(expected / n))
    assert np.abs(clusters["time"]).max() < 800.0
    hard = clusters["energy"] > 0.1
    assert len(online["energy"]) == pytest.approx(hard.sum(), abs=2)
    # The largest cluster of an event has its crystals, and pulses that begin when it comes.
    hits = emc_hits(no_particles(n), config, 1, 0)
    event = np.repeat(np.arange(n), np.diff(clusters["offsets"]))
    row = int(np.argmax(clusters["energy"]))
    mine = slice(hits["offsets"][event[row]], hits["offsets"][event[row] + 1])
    near = np.abs((hits["time"][mine].astype(float) - 1024) * 1.0504 - clusters["time"][row]) < 60.0
    assert hits["energy"][mine][near].sum() * 1e-4 == pytest.approx(clusters["energy"][row], rel=0.25)


def test_what_is_found_names_the_given_particles() -> None:
    """Photons of the background stand behind an event's own particles and have no row in what is returned."""
    n = 50
    particles = guns(n, 2.0)
    found = reconstructed(particles, USUAL, 1, 0)
    assert len(found.found) == len(found.cluster) == n
    offsets = found.clusters["offsets"]
    assert (np.diff(offsets) > 1).any()
    for event in np.flatnonzero(found.cluster >= 0):
        cluster = offsets[event] + found.cluster[event]
        # A muon at 90 degrees turns by less than 6 degrees on its way to the calorimeter.
        apart = np.angle(np.exp(1j * (found.clusters["phi"][cluster] - 2 * np.pi * event / n)))
        assert abs(apart) < 0.15


@pytest.mark.parametrize("find", [level3, reconstructed])
def test_an_event_does_not_depend_on_the_others(find: Any) -> None:
    many = guns(30, 1.2)
    whole, part = find(many, USUAL, 5, 1), find(many.take(np.arange(10)), USUAL, 5, 1)
    for columns, of in ((whole.tracks, part.tracks), (whole.clusters, part.clusters)):
        k = of["offsets"][-1]
        assert all(np.array_equal(of[name], columns[name][:k]) for name in of if name != "offsets")
