"""Crystals: energies, resolution, minimum ionisation, digis as in the reference, noise, photons of the beams."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference.collider_response import read_out
from scipy import stats

from trigemu.collider.response.beam_photons import mean_photons
from trigemu.experiments.babar.clock import COUNT_NS
from trigemu.experiments.babar.emt.geometry import CRYSTALS, ring_edges
from trigemu.experiments.babar.response.config import Response
from trigemu.experiments.babar.response.emc import crystal_energies, emc_hits
from trigemu.physics.particles import Particles, make_particles, no_particles

MUON_GEV = 0.1056583755


def response(*, beam: float = 0.0, **changes: Any) -> Response:
    usual = Response()
    photons = usual.beam_photons.model_copy(update={"rate_khz": beam})
    return usual.model_copy(update={"emc": usual.emc.model_copy(update=changes), "beam_photons": photons})


def guns(n: int, p: float, theta: Any, pdg: int = 22, mass: float = 0.0) -> Particles:
    phi = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    polar = np.broadcast_to(np.radians(theta), n)
    sine = np.sin(polar)
    momentum = p * np.stack([sine * np.cos(phi), sine * np.sin(phi), np.cos(polar)], axis=1)
    four = np.concatenate([momentum, np.full((n, 1), np.hypot(p, mass))], axis=1)
    return make_particles(np.arange(n), pdg, mass, four)


def sums(config: Response, particles: Particles, least: int = 0) -> Any:
    """Energy of every event as its digis above ``least`` (0.1 MeV) have it, in GeV."""
    hits = emc_hits(particles, config, 1, 0)
    event = np.repeat(np.arange(particles.events), np.diff(hits["offsets"]))
    energy = np.where(hits["energy"] > least, hits["energy"] * 1e-4, 0.0)
    return np.bincount(event, energy, minlength=particles.events)


@pytest.mark.parametrize(("theta", "energy"), [(90.0, 0.3), (60.0, 2.0), (21.0, 6.0)])
def test_energy_and_resolution_of_photons(theta: float, energy: float) -> None:
    """2.32 % over the fourth root of E and 1.85 % (besiii_babar_facts B2.6), linear in barrel and endcap."""
    n = 3000
    found = sums(response(noise_crystals=0.0), guns(n, energy, theta))
    sigma = np.hypot(0.0232 / energy**0.25, 0.0185)
    # Crystals below 1 MeV are lost: the shower's tail.
    assert 0.97 * energy < found.mean() < 1.005 * energy
    # Standard error of the standard deviation: 1.3 %.
    assert found.std() / found.mean() == pytest.approx(sigma, rel=0.07)


def test_muons_ionise() -> None:
    """About 200 MeV in 30 cm of CsI: 17 MeV at minimum ionisation in a radiation length of 1.85 cm."""
    found = sums(response(noise_crystals=0.0), guns(2000, 1.0, np.linspace(60.0, 120.0, 2000), 13, MUON_GEV))
    assert 0.16 < np.median(found) < 0.22
    assert (found > 0.1).mean() > 0.99


def test_digis_are_those_of_the_reference() -> None:
    n = 10
    rng = np.random.default_rng(4)
    config = response(noise_crystals=20.0)
    particles = guns(n, 0.8, rng.uniform(17.0, 140.0, n))
    found = crystal_energies(particles, config, 7, 3)
    hits = emc_hits(particles, config, 7, 3)
    window = (8192.0, COUNT_NS, 1024 * COUNT_NS)
    for event in range(n):
        rows = slice(found.offsets[event], found.offsets[event + 1])
        crystals = list(zip(found.crystal[rows].tolist(), found.energy[rows], found.time[rows], strict=True))
        most = np.full(CRYSTALS, 26.2143)
        expected = read_out(event, crystals, most, config.emc, window, (121, 122, 123), 7, 3)
        mine = slice(hits["offsets"][event], hits["offsets"][event + 1])
        columns = (hits[name][mine].tolist() for name in ("channel", "energy", "time"))
        assert list(zip(*columns, strict=True)) == [
            (crystal, round(energy / 1e-4), int(time)) for crystal, energy, time in expected
        ]
    assert hits["energy"].min() >= 10


def test_noise_fills_3_percent_of_the_crystals() -> None:
    n = 300
    hits = emc_hits(no_particles(n), response(), 3, 0)
    # Crystals drawn twice count once.
    mean = CRYSTALS * (1.0 - np.exp(-197.0 / CRYSTALS))
    assert np.diff(hits["offsets"]).mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / n))
    # Exponential above 1 MeV with a mean of 0.2 MeV (babar_geometry_facts G5.12).
    above = hits["energy"] * 0.1 - 1.0
    assert above.min() >= 0.0
    assert above.mean() == pytest.approx(0.2, rel=0.02)
    assert stats.chisquare(np.bincount(hits["time"] // 512, minlength=16)).pvalue > 1e-4


def test_background_photons_are_soft_and_any_time() -> None:
    n = 1500
    config = response(beam=400.0, noise_crystals=0.0)
    hits = emc_hits(no_particles(n), config, 5, 0)
    mean = mean_photons(config.beam_photons)
    assert mean == pytest.approx(400e3 * 64 * 134.45e-9, rel=1e-3)
    total = hits["energy"].sum() * 1e-4
    assert total == pytest.approx(n * mean * 0.045, rel=0.06)
    assert stats.kstest(np.unique(hits["time"]) / 8192.0, "uniform").pvalue > 1e-4


def test_pulses_begin_with_the_collision() -> None:
    config = response(noise_crystals=0.0, time_ns=0.0)
    hits = emc_hits(guns(200, 1.0, 90.0), config, 1, 0)
    assert set(np.unique(hits["time"]).tolist()) == {1024 + int(930.0 / 299.792458 / COUNT_NS)}


def test_edges_can_be_those_of_the_note() -> None:
    """A photon between the two edges of the endcap's first ring is seen with one set only."""
    low = np.degrees([ring_edges(edges)[0, 0] for edges in ("front_faces", "status_note")])
    theta = low.mean()
    near, far = (
        sums(response(noise_crystals=0.0, edges=edges), guns(400, 1.0, theta)).mean()
        for edges in ("front_faces", "status_note")
    )
    assert (near > far) == (low[0] < low[1])


def test_an_event_s_digis_do_not_depend_on_the_others() -> None:
    many = guns(30, 1.0, np.linspace(20.0, 130.0, 30))
    whole, part = (emc_hits(of, Response(), 9, 4) for of in (many, many.take(np.arange(12))))
    k = part["offsets"][-1]
    for name in ("channel", "energy", "time"):
        assert np.array_equal(part[name], whole[name][:k])
