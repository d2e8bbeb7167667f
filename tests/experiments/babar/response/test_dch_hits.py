"""Wire hits: those of the integrated path, times on the event's axis, efficiency, background."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference.collider_response import cells_on_path, fly
from scipy import stats

from trigemu.collider.response.chamber import drift_ns
from trigemu.experiments.babar.clock import COUNT_NS
from trigemu.experiments.babar.dct.geometry import CELLS, CHANNEL_FIRST, CHANNELS, SUPERLAYER, chamber
from trigemu.experiments.babar.response.config import Response
from trigemu.experiments.babar.response.dch import dch_hits
from trigemu.physics.particles import Particles, make_particles, no_particles

PION_GEV = 0.1395704

TABLE = (
    (0, 0),
    (1, 35),
    (2, 75),
    (3, 118),
    (4, 163),
    (5, 212),
    (6, 265),
    (7, 325),
    (8, 395),
    (9, 480),
    (9.5, 530),
)
"""babar_geometry_facts G1.41, itself a guess: mm and ns."""


def response(**changes: Any) -> Response:
    """Return a response without background, changes to the drift cells."""
    usual = Response()
    silent = usual.background.model_copy(update={"wire_rate_khz": (0.0,) * 10})
    return usual.model_copy(update={"dch": usual.dch.model_copy(update=changes), "background": silent})


def pions(phi: Any, pt: float, slope: float = 0.0, sign: int = 1) -> Particles:
    phi = np.asarray(phi, float)
    momentum = pt * np.stack([np.cos(phi), np.sin(phi), slope + 0 * phi], axis=1)
    four = np.concatenate([momentum, np.sqrt((momentum**2).sum(axis=1) + PION_GEV**2)[:, None]], axis=1)
    return make_particles(np.arange(len(phi)), 211 * sign, PION_GEV, four)


def test_the_drift_relation_is_near_the_table() -> None:
    cells = Response().dch
    for distance, ns in TABLE:
        found = drift_ns(float(distance), cells.drift_mm_ns, cells.linear_mm, cells.edge_ns_mm2)
        assert found == pytest.approx(ns, abs=5.2)


@pytest.mark.parametrize(("pt", "sign"), [(0.25, 1), (1.5, -1)])
def test_hits_and_times_are_those_of_the_integrated_path(pt: float, sign: int) -> None:
    particles = pions(np.linspace(0.1, 6.1, 5), pt, slope=0.3, sign=sign)
    config = response(efficiency=1.0, clusters_per_mm=1e5, resolution_mm=0.0)
    hits = dch_hits(particles, config, 1, 0)
    for event in range(5):
        points = fly((0, 0, 0), particles.momentum[event, :3], sign, 1200.0, 12_000)
        visits = [v for v in cells_on_path(points, chamber()) if v[3] > 0.5]
        rows = slice(hits["offsets"][event], hits["offsets"][event + 1])
        channel = hits["channel"][rows]
        assert {int(CHANNEL_FIRST[layer] + wire) for layer, wire, *_ in visits} <= set(channel.tolist())
        for layer, wire, distance, *_ in visits[:30]:
            row = np.flatnonzero(channel == CHANNEL_FIRST[layer] + wire)[0]
            # Count 1024 is when the sample of the collision begins; flight and propagation take up to 14 ns, of which
            # calibration takes off 6.
            ns = (hits["time"][rows][row] - 1024) * COUNT_NS
            drift = drift_ns(distance, config.dch.drift_mm_ns, config.dch.linear_mm, config.dch.edge_ns_mm2)
            assert -6.5 < ns - drift < 8.0


def test_cells_that_are_crossed_in_full_are_efficient() -> None:
    """Stiff tracks through the middle of the cells of layer 1: each fires with 98 % (babar_geometry_facts G1.32)."""
    n = 20 * int(CELLS[0])
    hits = dch_hits(pions(2.0 * np.pi * np.arange(n) / CELLS[0], 50.0), response(), 3, 0)
    first = hits["channel"] < CELLS[0]
    assert stats.binomtest(int(first.sum()), n, 0.98).pvalue > 1e-3
    # At the wire itself time is short: the error of the distance alone.
    assert (hits["time"][first] - 1024).max() * COUNT_NS < 40.0
    # 40 layers; where two cells share a way, both may fire.
    per_track = len(hits["channel"]) / n
    assert 0.98 * 40 < per_track < 1.2 * 40


def test_soft_tracks_do_not_reach_the_outer_superlayers() -> None:
    """Transverse momenta to reach superlayers 5 and 10: 115 and 168-176 MeV (babar_geometry_facts G1.37)."""
    last = {}
    for pt in (0.100, 0.125, 0.160, 0.185):
        channel = dch_hits(pions(np.linspace(0, 6, 40), pt), response(efficiency=1.0), 1, 0)["channel"]
        layer = np.searchsorted(CHANNEL_FIRST, channel, side="right") - 1
        last[pt] = int(SUPERLAYER[layer].max()) + 1
    assert last[0.100] < 5
    assert 5 <= last[0.125] < 10
    assert last[0.160] == 9
    assert last[0.185] == 10


def test_background_comes_at_the_rate_of_each_superlayer() -> None:
    n, usual = 200, Response().background
    hits = dch_hits(no_particles(n), Response(), 3, 1)
    first, last = usual.wire_window
    assert first <= hits["time"].min()
    assert hits["time"].max() <= last
    layer = np.searchsorted(CHANNEL_FIRST, hits["channel"], side="right") - 1
    found = np.bincount(SUPERLAYER[layer], minlength=10)
    expected = n * 4 * CELLS * np.array(usual.wire_rate_khz) * 1e-6 * (last + 1) * COUNT_NS
    # Groups of up to four hits make the spread larger, and reach into the next superlayer.
    assert np.abs(found / expected - 1.0).max() < 0.12
    assert hits["channel"].max() < CHANNELS


def test_an_event_s_hits_do_not_depend_on_the_others() -> None:
    many = pions(np.linspace(0.0, 6.0, 30), 0.4)
    whole, part = (dch_hits(of, Response(), 9, 4) for of in (many, many.take(np.arange(12))))
    k = part["offsets"][-1]
    for name in ("channel", "time"):
        assert np.array_equal(part[name], whole[name][:k])
    assert not np.array_equal(part["time"], dch_hits(many, Response(), 9, 5)["time"][:k])
