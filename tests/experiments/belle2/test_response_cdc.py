"""Wire hits against a slow walk along the integrated path, and what their distributions are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from reference.collider_response import cells_on_path, fly
from scipy import stats

from trigemu.collider.response import hits as chamber_response
from trigemu.collider.response.chamber import drift_ns
from trigemu.collider.response.helix import perigees
from trigemu.experiments.belle2.cdc import geometry
from trigemu.experiments.belle2.cdc.geometry import chamber
from trigemu.experiments.belle2.response.cdc import cdc_hits
from trigemu.experiments.belle2.response.config import Background, Cells, Response
from trigemu.experiments.belle2.sources import CDC, SCHEMAS
from trigemu.physics.particles import from_columns, join

TDC_NS = 0.9825
QUIET = Background(wire_rate_khz=(0.0,) * 9)
PERFECT = Cells(resolution_mm=0.0, efficiency=1.0, clusters_per_mm=1e6, half_turns=3)
MASS = 0.1395704


def guns(p, theta_deg, phi, *, charge=1, start=(0.0, 0.0, 0.0), mass=MASS, time=0.0):
    """One particle per event; arguments broadcast."""
    p, theta, phi, x, y, z = (np.ravel(a) for a in np.broadcast_arrays(p, np.radians(theta_deg), phi, *start))
    n = len(p)
    return from_columns(
        np.arange(n + 1),
        np.full(n, 211, np.int32),
        np.full(n, charge, np.int8),
        np.full(n, float(mass)),
        p * np.sin(theta) * np.cos(phi),
        p * np.sin(theta) * np.sin(phi),
        p * np.cos(theta),
        *(np.array(c, float) for c in (x, y, z)),
        np.full(n, float(time)),
        np.zeros(n, np.int32),
    )


def hits(particles, cells=PERFECT, background=QUIET, seed=1, frame=0):
    return cdc_hits(particles, Response(cdc=cells, background=background), seed, frame)


def of(columns, event):
    rows = slice(columns["offsets"][event], columns["offsets"][event + 1])
    return columns["channel"][rows].astype(int), columns["tdc"][rows].astype(int)


TRACKS = [
    # p, theta, phi, charge, start, length to follow (inf: three half turns)
    (1.0, 90.0, 0.3, 1, (0.0, 0.0, 0.0), 1400.0),
    (0.6, 60.0, -2.0, -1, (0.0, 0.0, 12.0), 1500.0),
    (3.0, 35.0, 3.1, 1, (1.0, -1.0, -5.0), 2000.0),
    (0.9, 125.0, 1.5, -1, (0.0, 0.0, -30.0), 1500.0),
    (0.4, 22.0, 0.9, 1, (0.0, 0.0, 0.0), 2500.0),
    (0.19, 80.0, -1.2, 1, (0.0, 0.0, 0.0), math.inf),  # turns round inside the chamber
    (0.12, 100.0, 2.4, -1, (20.0, 5.0, 40.0), math.inf),
    (0.8, 75.0, 0.1, -1, (350.0, 120.0, 80.0), 1100.0),  # displaced
    (0.5, 70.0, 2.9, 1, (300.0, 300.0, 200.0), 1500.0),  # displaced, inwards first
]


@pytest.mark.parametrize("case", range(len(TRACKS)))
def test_hits_are_those_of_the_slow_walk(case):
    p, theta, phi, charge, start, length = TRACKS[case]
    particles = guns(p, theta, phi, charge=charge, start=start, time=1.5)
    channels, counts = of(hits(particles), 0)
    momentum = [getattr(particles, name)[0] for name in ("px", "py", "pz")]
    if math.isinf(length):
        _, _, omega, _, tan, at = perigees(particles, 1.5)[0]
        length = (3 * math.pi / abs(omega) - at) * math.hypot(1.0, tan)
    visits = cells_on_path(fly(start, momentum, charge, length, int(length / 0.05)), chamber())
    speed = p / math.hypot(p, MASS) * 299.792458
    config = PERFECT
    made = {}
    for channel, count in zip(channels, counts, strict=True):
        made.setdefault(int(channel), []).append((4900 - count) * TDC_NS)
    seen = 0
    for layer, wire, distance, path, way, wire_length, *_ in visits:
        drift = drift_ns(distance, config.drift_mm_ns, config.linear_mm, config.edge_ns_mm2)
        time = 1.5 + way / speed + drift + wire_length / config.propagation_mm_ns
        channel = int(geometry.wire_channel(layer, wire))
        times = made.get(channel, [])
        if path < 0.5 and not times:
            continue  # grazes a corner: the two may disagree whether at all
        # Half a count from rounding; the walk knows the way to 0.05 mm, and so where a cell ends.
        slope = 25.0 + 20.0 * max(distance - config.linear_mm, 0.0)
        assert min(abs(time - t) for t in times) < 0.6 * TDC_NS + 0.05 * slope
        seen += 1
    visited = {int(geometry.wire_channel(visit[0], visit[1])) for visit in visits}
    assert seen >= 20
    assert len(set(made) - visited) <= 2  # again corners


def test_prompt_central_tracks_cross_every_layer():
    particles = guns(1.5, np.full(200, 70.0), np.linspace(-3.1, 3.1, 200))
    columns = hits(particles)
    for event in range(200):
        layers = geometry.CHANNEL_LAYER[of(columns, event)[0]]
        assert set(layers) == set(range(56))
    per_track = np.diff(columns["offsets"])
    # Cells are about as wide as high: a radial track sometimes touches two of a layer.
    assert 60 < per_track.mean() < 90
    for name, dtype in (("channel", np.uint16), ("tdc", np.int16), ("offsets", np.int64)):
        assert columns[name].dtype == dtype
    assert set(columns) == {column.name for column in SCHEMAS[CDC].columns}


def test_acceptance_is_that_of_the_end_plates():
    theta = np.arange(8.0, 172.0, 0.5)
    columns = hits(guns(20.0, theta, 0.2))
    fired = np.diff(columns["offsets"]) > 0
    # Straight from the origin: some layer must see z = r / tan(theta) between its wires' ends.
    tangent = np.tan(np.radians(theta))
    z = geometry.RADIUS[:, None] / tangent
    inside = ((z > geometry.BACKWARD[:, None] + 15.0) & (z < geometry.FORWARD[:, None] - 15.0)).any(axis=0)
    outside = ((z < geometry.BACKWARD[:, None] - 15.0) | (z > geometry.FORWARD[:, None] + 15.0)).all(axis=0)
    assert fired[inside].all()
    assert not fired[outside].any()
    assert inside.sum() > 200


def test_nothing_but_charged_particles_inside():
    assert hits(guns(1.0, 90.0, 0.0, charge=0))["offsets"].tolist() == [0, 0]
    assert hits(guns(1.0, 90.0, 0.0, start=(1200.0, 0.0, 0.0)))["offsets"].tolist() == [0, 0]
    late = geometry.CHANNEL_LAYER[of(hits(guns(1.0, 90.0, 0.0, start=(700.0, 0.0, 0.0))), 0)[0]]
    assert late.min() == np.flatnonzero(geometry.RADIUS > 695.0)[0]
    assert late.max() == 55


def test_efficiency_is_binomial():
    particles = guns(2.0, np.full(400, 80.0), np.linspace(-3.0, 3.0, 400))
    everything = len(hits(particles)["channel"])
    kept = len(hits(particles, PERFECT.model_copy(update={"efficiency": 0.9}))["channel"])
    assert stats.binomtest(kept, everything, 0.9).pvalue > 1e-3
    # A cell crossed over a way s fires with probability 1 - exp(-density s): fewer than all, more than none.
    thin = len(hits(particles, PERFECT.model_copy(update={"clusters_per_mm": 0.1}))["channel"])
    assert 0.3 * everything < thin < 0.85 * everything


def test_resolution_moves_the_drift_distance():
    particles = guns(2.0, np.full(300, 80.0), np.linspace(-3.0, 3.0, 300))
    exact = hits(particles)
    smeared = hits(particles, PERFECT.model_copy(update={"resolution_mm": 0.13}))
    assert (exact["channel"] == smeared["channel"]).all()
    difference = (exact["tdc"].astype(int) - smeared["tdc"]) * TDC_NS * 0.04
    distance = (4900 - exact["tdc"].astype(int)) * TDC_NS * 0.04
    rows = (distance > 2.0) & (distance < 5.0)  # away from the wire (|d|) and from the slow edge
    # Both times are rounded to counts, which adds twice a twelfth of a count squared.
    sigma = math.sqrt(0.13**2 + 2.0 * (TDC_NS * 0.04) ** 2 / 12.0)
    n = int(rows.sum())
    assert abs(difference[rows].mean()) < 4.0 * sigma / math.sqrt(n)
    assert abs(difference[rows].std() / sigma - 1.0) < 4.0 / math.sqrt(2.0 * n)


def test_drift_time_slows_near_the_edge():
    assert drift_ns(5.0, 0.04, 7.0, 10.0) == pytest.approx(125.0)
    assert drift_ns(8.0, 0.04, 7.0, 10.0) == pytest.approx(210.0)


def test_hits_depend_on_the_number_of_the_event_alone():
    config = Response()
    one = guns(1.0, np.full(6, 75.0), np.linspace(0.0, 3.0, 6))
    whole = cdc_hits(one, config, 7, 3)
    part = cdc_hits(one.take(np.arange(4)), config, 7, 3)
    end = part["offsets"][-1]
    for name in ("channel", "tdc"):
        np.testing.assert_array_equal(whole[name][:end], part[name])
    other = cdc_hits(one, config, 7, 4)
    assert len(other["tdc"]) != len(whole["tdc"]) or (other["tdc"] != whole["tdc"]).any()


def test_no_event_and_empty_events():
    nothing = guns(1.0, 90.0, 0.0).take(np.array([], np.int64))
    assert hits(nothing)["offsets"].tolist() == [0]
    empty = from_columns(np.zeros(4, np.int64), *(c[:0] for c in list(_columns(guns(1.0, 90.0, 0.0)))))
    assert hits(empty)["offsets"].tolist() == [0, 0, 0, 0]
    noisy = cdc_hits(empty, Response(), 1, 0)
    assert (np.diff(noisy["offsets"]) > 100).all()
    assert join([empty, guns(1.0, 90.0, 0.0)]).events == 4


def _columns(particles):
    names = ("pdg", "charge", "mass", "px", "py", "pz", "x", "y", "z", "time_ns", "mother")
    return (getattr(particles, name) for name in names)


def test_arrays_grow(monkeypatch):
    particles = guns(0.15, np.full(30, 88.0), np.linspace(-3.0, 3.0, 30))
    expected = hits(particles)
    monkeypatch.setattr(chamber_response, "HITS", -1.0)
    grown = hits(particles)
    for name, column in expected.items():
        np.testing.assert_array_equal(grown[name], column)


@pytest.mark.parametrize("fraction", [0.0, 0.4])
def test_background_comes_at_its_rate(fraction):
    events = 300
    rates = (100.0, 80.0, 60.0, 40.0, 40.0, 30.0, 30.0, 20.0, 20.0)
    empty = from_columns(np.zeros(events + 1, np.int64), *(c[:0] for c in _columns(guns(1.0, 90.0, 0.0))))
    columns = hits(empty, background=Background(wire_rate_khz=rates, bunch_fraction=fraction), seed=5)
    superlayer = geometry.SUPERLAYER[geometry.CHANNEL_LAYER[columns["channel"].astype(int)]]
    seen = np.bincount(superlayer, minlength=9)
    wires = np.bincount(geometry.SUPERLAYER, weights=geometry.WIRES)
    expected = np.array(rates) * 1e3 * 501 * 0.9825e-9 * wires * events
    if fraction == 0.0:
        assert stats.chi2.sf(((seen - expected) ** 2 / expected).sum(), 9) > 1e-4
        tdc = columns["tdc"].astype(int)
        assert (tdc.min(), tdc.max()) == (4450, 4950)
        assert stats.chisquare(np.bincount(tdc - 4450)).pvalue > 1e-4
        per_event = np.diff(columns["offsets"])
        dispersion = per_event.var(ddof=1) / per_event.mean() * (events - 1)
        assert stats.chi2.sf(dispersion, events - 1) > 1e-4
    else:
        # Groups of 2 to 4 (mean 3) and single hits: mean squared size over mean size scales the variance.
        size = 1.0 + 2.0 * fraction
        square = (1.0 - fraction) + fraction * (4.0 + 9.0 + 16.0) / 3.0
        error = math.sqrt(expected.sum() * square / size)
        assert abs(seen.sum() - expected.sum()) < 4.0 * error
        assert np.abs(seen / expected - 1.0).max() < 0.1  # groups leak into the next layer


def test_real_bb_events(shared_data):
    pyhepmc = pytest.importorskip("pyhepmc")
    rows, cuts = [], [0]
    with pyhepmc.open(str(shared_data / "events" / "belle2_bpbm.hepmc3.gz")) as file:
        for event, _ in zip(file, range(40), strict=False):
            for particle in event.particles:
                if particle.status == 1 and abs(particle.pid) in (11, 13, 211, 321, 2212):
                    sign = (1 if particle.pid > 0 else -1) * (-1 if abs(particle.pid) < 20 else 1)
                    m, v = particle.momentum, particle.production_vertex.position
                    rows.append(
                        (particle.pid, sign, m.m(), m.px, m.py, m.pz, v.x, v.y, v.z, v.t / 299.792458, 0)
                    )
            cuts.append(len(rows))
    table = np.array(rows).T
    types = (np.int32, np.int8, *[np.float64] * 8, np.int32)
    particles = from_columns(np.array(cuts), *(c.astype(t) for c, t in zip(table, types, strict=True)))
    columns = cdc_hits(particles, Response(background=QUIET), 1, 0)
    per_event = np.diff(columns["offsets"])
    assert 300 < per_event.mean() < 1200  # some 10 tracks with 56 layers and more
    assert columns["channel"].max() < geometry.CHANNELS
