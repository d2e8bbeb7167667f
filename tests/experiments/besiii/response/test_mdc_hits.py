"""Wire hits: those of the integrated path, their times in the read-out window, background."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference.collider_response import cells_on_path, fly

from trigemu.experiments.besiii.mdc.geometry import CHANNEL_FIRST, CHANNELS, INNER_LAYERS, SUPERLAYER, chamber
from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.response.mdc import mdc_hits
from trigemu.experiments.besiii.response.offline import offline
from trigemu.physics.particles import Particles, make_particles, no_particles

PION_GEV = 0.1395704
COUNT_NS = 0.09375


def response(**changes: Any) -> Response:
    """Return a response without background, changes to the drift cells."""
    usual = Response()
    silent = usual.background.model_copy(update={"wire_rate_khz": (0.0,) * 11, "clusters": 0.0})
    return usual.model_copy(update={"mdc": usual.mdc.model_copy(update=changes), "background": silent})


def pions(n: int, pt: float, slope: float = 0.2, sign: int = 1) -> Particles:
    phi = np.linspace(0.1, 2 * np.pi + 0.1, n, endpoint=False)
    momentum = pt * np.stack([np.cos(phi), np.sin(phi), slope + 0 * phi], axis=1)
    four = np.concatenate([momentum, np.sqrt((momentum**2).sum(axis=1) + PION_GEV**2)[:, None]], axis=1)
    return make_particles(np.arange(n), 211 * sign, PION_GEV, four)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("pt", [0.15, 0.5, 2.0])
def test_hits_are_those_of_the_integrated_path(pt: float, sign: int) -> None:
    particles = pions(6, pt, sign=sign)
    config = response(efficiency=1.0, clusters_per_mm=1e5, resolution_mm=0.0)
    hits = mdc_hits(particles, config, 1, 0)
    for event in range(6):
        momentum = particles.momentum[event, :3]
        points = fly((0, 0, 0), momentum, sign, 1500.0, 20_000, field_t=1.0)
        visits = [v for v in cells_on_path(points, chamber()) if v[3] > 0.5]
        expected = {int(CHANNEL_FIRST[layer] + wire) for layer, wire, *_ in visits}
        rows = slice(hits["offsets"][event], hits["offsets"][event + 1])
        # Curling tracks fly farther than the path that is integrated.
        assert expected <= set(hits["channel"][rows].tolist())
        if pt > 0.4:
            assert len(set(hits["channel"][rows].tolist()) - expected) <= 3
            for layer, wire, distance, *_ in visits[:20]:
                row = np.flatnonzero(hits["channel"][rows] == CHANNEL_FIRST[layer] + wire)[0]
                ns = hits["time"][rows][row] * COUNT_NS - config.timing.mdc_ns
                far = max(distance - config.mdc.linear_mm, 0.0)
                drift = distance / config.mdc.drift_mm_ns + config.mdc.edge_ns_mm2 * far**2
                # Flight and propagation take a few ns.
                assert -1.0 < ns - drift < 12.0


def test_a_field_of_0_9_tesla_bends_less() -> None:
    particles = pions(50, 0.3)
    strong, weak = (
        mdc_hits(particles, response().model_copy(update={"field_t": field}), 1, 0) for field in (1.0, 0.9)
    )
    assert set(strong) == {"channel", "time", "offsets"}
    assert strong["time"].dtype == np.int32
    # Superlayer 10: 256 wires in each of four layers.
    first, last = CHANNEL_FIRST[36], CHANNEL_FIRST[40]
    for event in range(50):
        turns = []
        for hits in (strong, weak):
            channel = hits["channel"][hits["offsets"][event] : hits["offsets"][event + 1]].astype(int)
            mine = channel[(channel >= first) & (channel < last)] - first
            assert len(mine) > 1
            turns.append(np.angle(np.exp(2j * np.pi * mine / 256).mean()))
        # Positive tracks turn towards smaller azimuth, less so in the weaker field: by 0.05 rad half of the way out.
        assert 0.01 < (turns[1] - turns[0]) % (2 * np.pi) < 0.2


def test_the_inner_chamber_can_be_absent() -> None:
    particles = pions(30, 0.5)
    usual = Response()
    whole, without = (mdc_hits(particles, usual, 1, 0, inner_chamber=there) for there in (True, False))
    kept = whole["channel"] >= CHANNEL_FIRST[INNER_LAYERS]
    assert (~kept).any()
    assert np.array_equal(without["channel"], whole["channel"][kept])
    assert np.array_equal(without["time"], whole["time"][kept])
    event = np.repeat(np.arange(30), np.diff(whole["offsets"]))[kept]
    assert np.array_equal(np.diff(without["offsets"]), np.bincount(event, minlength=30))


def test_background_comes_at_the_rate_of_each_superlayer() -> None:
    n, usual = 600, Response()
    hits = mdc_hits(no_particles(n), usual, 3, 1)
    assert hits["time"].min() >= 0
    assert hits["time"].max() <= usual.background.wire_window[1]
    layer = np.searchsorted(CHANNEL_FIRST, hits["channel"], side="right") - 1
    found = np.bincount(SUPERLAYER[layer] - 1, minlength=11)
    wires = np.bincount(SUPERLAYER - 1, np.diff(CHANNEL_FIRST))
    expected = n * wires * np.array(usual.background.wire_rate_khz) * 2e-3
    # Groups of up to four hits make the spread larger, and reach into the next superlayer.
    assert np.abs(found / expected - 1.0).max() < 0.15
    assert hits["channel"].max() < CHANNELS


def test_an_event_s_hits_do_not_depend_on_the_others() -> None:
    many = pions(40, 0.4)
    all_of, some = mdc_hits(many, Response(), 9, 4), mdc_hits(many.take(np.arange(15)), Response(), 9, 4)
    k = some["offsets"][-1]
    for name in ("channel", "time"):
        assert np.array_equal(some[name], all_of[name][:k])
    assert not np.array_equal(some["time"], mdc_hits(many, Response(), 9, 5)["time"][:k])


def test_offline_momenta_and_energies() -> None:
    """0.5 % at 1 GeV for tracks, 2.5 % for photons (besiii_babar_facts A2.3, A2.8)."""
    n = 4000
    tracks, _ = offline(pions(n, 1.0, slope=0.0), response(), 1, 0)
    assert len(tracks["omega"]) > 0.95 * n
    assert tracks["omega"].std() / tracks["omega"].mean() == pytest.approx(0.005, rel=0.1)
    assert (tracks["charge"] == 1).all()
    phi = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    photons = make_particles(
        np.arange(n), 22, 0.0, np.stack([np.cos(phi), np.sin(phi), 0 * phi, 1 + 0 * phi], axis=1)
    )
    _, clusters = offline(photons, response(), 1, 0)
    assert clusters["energy"].std() / clusters["energy"].mean() == pytest.approx(0.025, rel=0.1)
