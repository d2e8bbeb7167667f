"""The muon detector's fast ORs: layers on the path, ranges, efficiency, noise, lost beam particles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from reference.babar_response import layers_on_path, straight_on
from reference.collider_response import fly
from scipy import stats

from trigemu.experiments.babar.clock import COUNT_NS
from trigemu.experiments.babar.response.config import Ifr, Response
from trigemu.experiments.babar.response.ifr import ifr_hits
from trigemu.physics.particles import Particles, make_particles, no_particles

MUON_GEV, PION_GEV = 0.1056583755, 0.1395704
SILENT = {"noise_khz": 0.0, "beam_khz": (0.0, 0.0)}


def response(**changes: Any) -> Response:
    usual = Response()
    return usual.model_copy(update={"ifr": usual.ifr.model_copy(update={**SILENT, **changes})})


def guns(n: int, p: float, theta: Any, phi: Any = None, pdg: int = 13, mass: float = MUON_GEV) -> Particles:
    azimuth = np.linspace(0.0, 2 * np.pi, n, endpoint=False) if phi is None else np.broadcast_to(phi, n)
    polar = np.broadcast_to(np.radians(theta), n)
    sine = np.sin(polar)
    momentum = p * np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), np.cos(polar)], axis=1)
    four = np.concatenate([momentum, np.full((n, 1), np.hypot(p, mass))], axis=1)
    return make_particles(np.arange(n), pdg, mass, four)


def layers_of(particles: Particles, config: Response) -> Any:
    """How many fast ORs fire in each event."""
    hits = ifr_hits(particles, config, 1, 0)
    return np.diff(hits["offsets"])


@settings(max_examples=40)
@given(
    p=st.floats(3.0, 8.0),
    theta=st.floats(12.0, 160.0),
    phi=st.floats(0.0, 360.0),
    sign=st.sampled_from([-1, 1]),
)
def test_layers_are_those_on_the_path(p: float, theta: float, phi: float, sign: int) -> None:
    config = response(efficiency=1.0)
    muon = guns(1, p, theta, np.radians(phi), pdg=-13 * sign)
    hits = ifr_hits(muon, config, 1, 0)
    inner = fly((0, 0, 0), muon.momentum[0, :3], sign, 3000.0, 6000)
    sure, possible = layers_on_path(straight_on(inner, config.ifr, 4000.0, 0.5), config.ifr)
    found = set(hits["channel"].tolist())
    assert sure <= found <= possible


def test_ranges_turn_on() -> None:
    """Muons need half a GeV to leave the solenoid, and a little more to cross all layers that the trigger sees."""
    config = response(efficiency=1.0, dead_edge_mm=0.0)
    mean = {p: layers_of(guns(400, p, 90.0), config).mean() for p in (0.4, 0.5, 0.6, 0.7, 4.0)}
    assert mean[0.4] == 0.0
    assert 0.0 < mean[0.5] < mean[0.6] < mean[0.7]
    assert mean[4.0] > 7.9
    # Pions interact: 65 cm of iron are three interaction lengths.
    pions = layers_of(guns(2000, 2.0, 90.0, pdg=211, mass=PION_GEV), config)
    assert 0.02 < (pions >= 4).mean() < 0.5
    assert layers_of(guns(50, 5.0, 90.0, pdg=11, mass=0.000511), config).max() == 0


def test_sectors() -> None:
    config = response(efficiency=1.0)
    # Sextant k in the middle of 60 k to 60 k + 60 degrees; stiff tracks turn by a few degrees.
    for sextant in range(6):
        channel = ifr_hits(guns(1, 6.0, 80.0, np.radians(60.0 * sextant + 30.0)), config, 1, 0)["channel"]
        assert set((channel // 8).tolist()) == {sextant}
    for theta, first in ((25.0, 6), (155.0, 8)):
        for phi, half in ((0.0, 0), (180.0, 1)):
            channel = ifr_hits(guns(1, 6.0, theta, np.radians(phi)), config, 1, 0)["channel"]
            assert set((channel // 8).tolist()) == {first + half}


def test_layers_are_efficient_and_in_time() -> None:
    n = 1000
    config = response(efficiency=0.85, dead_edge_mm=0.0)
    hits = ifr_hits(guns(n, 5.0, 85.0), config, 2, 0)
    assert stats.binomtest(len(hits["channel"]), 8 * n, 0.85).pvalue > 1e-3
    ns = (hits["time"] - 1024) * COUNT_NS
    assert ns.min() > 1.0
    assert ns.max() < 23.0
    assert ns.mean() == pytest.approx(12.0, abs=0.5)


def test_noise_and_lost_particles() -> None:
    n = 1000
    noise = ifr_hits(no_particles(n), response(noise_khz=20.0), 3, 0)
    mean = 20e3 * 80 * 64 * 134.45e-9
    assert np.diff(noise["offsets"]).mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / n))
    assert stats.chisquare(np.bincount(noise["channel"], minlength=80)).pvalue > 1e-4
    assert stats.kstest(np.unique(noise["time"]) / 8192.0, "uniform").pvalue > 1e-4
    lost = ifr_hits(no_particles(n), response(beam_khz=(20.0, 100.0), efficiency=1.0), 3, 0)
    sector = lost["channel"].reshape(-1, 8) // 8
    assert (sector == sector[:, :1]).all()
    counts = np.bincount(sector[:, 0], minlength=10)
    expected = n * 64 * 134.45e-9 * np.array([50e3, 50e3, 10e3, 10e3])
    assert counts[:6].sum() == 0
    assert (np.abs(counts[6:] - expected) < 4 * np.sqrt(expected)).all()


def test_layers_must_be_there() -> None:
    for key, value in (
        ("barrel_layers", (0, 0, 2, 3, 4, 5, 6, 7)),
        ("end_layers", (0, 1, 2, 3, 4, 5, 6, 30)),
        ("end_radii_mm", (3000.0, 400.0)),
    ):
        with pytest.raises(ValidationError, match=key):
            Ifr.model_validate({key: value})


def test_an_event_s_hits_do_not_depend_on_the_others() -> None:
    many = guns(20, 1.5, 70.0)
    whole, part = (ifr_hits(of, Response(), 9, 4) for of in (many, many.take(np.arange(8))))
    k = part["offsets"][-1]
    for name in ("channel", "time"):
        assert np.array_equal(part[name], whole[name][:k])
