"""Drift chambers of other experiments: geometry, and hits against a slow walk along the integrated path."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from reference.collider_response import cells_on_path, fly, wire_ends
from scipy import stats
from support.small_detectors import CELLS, QUIET, TDC, guns, small_chamber, small_detector

from trigemu.collider.response.chamber import drift_ns
from trigemu.collider.response.helix import perigees
from trigemu.collider.response.hits import chamber_hits
from trigemu.collider.response.layers import DriftChamber, capped_half_way, half_way
from trigemu.errors import InputError
from trigemu.experiments.babar.dct.geometry import chamber as babar_chamber

PION = 0.1395704


def layer_of(chamber, channels):
    return np.searchsorted(chamber.first, np.asarray(channels, int), side="right") - 1


@pytest.mark.parametrize("chamber", [small_chamber(), babar_chamber()], ids=["small", "BaBar"])
def test_lines_are_the_wires(chamber):
    assert chamber.lines.shape == (chamber.wires.sum(), 6)
    for layer in range(chamber.layers):
        for wire in (0, 5):
            back, front = wire_ends(chamber, layer, wire)
            line = chamber.lines[chamber.first[layer] + wire]
            np.testing.assert_allclose(line[:3], back, atol=1e-9)
            along = (front - back) / np.linalg.norm(front - back)
            np.testing.assert_allclose(line[3:], along, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"wires": np.zeros(24, np.int64)}, "layer 0"),
        ({"turn": np.full(24, 40.0)}, "half the circumference"),
        ({"radius": np.ones(3)}, "rows"),
        ({"outer": np.full(24, 130.0)}, "layer 1"),
        ({"wires": np.full(24, 5000)}, "16 bits"),
    ],
)
def test_what_is_no_chamber(change, words):
    with pytest.raises(ValueError, match=words):
        DriftChamber(**{**vars(small_chamber()), **change})


def test_cells_end_half_way():
    inner, outer = half_way(np.array([100.0, 110.0, 130.0]), 4.0, 9.0)
    assert inner.tolist() == [96.0, 105.0, 120.0]
    assert outer.tolist() == [105.0, 120.0, 139.0]


def test_cells_end_half_way_or_where_they_are_as_thick_as_can_be():
    inner, outer = capped_half_way(np.array([100.0, 110.0, 130.0]), np.array([6.0, 6.0, 8.0]))
    assert inner.tolist() == [94.0, 105.0, 122.0]
    assert outer.tolist() == [105.0, 116.0, 138.0]


TRACKS = [
    # p, theta, phi, charge, start, length to follow (inf: three half turns)
    (1.0, 90.0, 0.3, 1, (0.0, 0.0, 0.0), 900.0),
    (0.6, 55.0, -2.0, -1, (0.0, 0.0, 12.0), 1100.0),
    (1.2, 35.0, 3.1, 1, (1.0, -1.0, -5.0), 1400.0),
    (0.3, 125.0, 1.5, -1, (0.0, 0.0, -30.0), 1300.0),
    (math.nan, 80.0, -1.2, 1, (0.0, 0.0, 0.0), math.inf),  # turns round inside the chamber
    (0.5, 75.0, 0.1, -1, (210.0, 120.0, 80.0), 700.0),  # displaced
]


@pytest.mark.parametrize("case", range(len(TRACKS)))
@pytest.mark.parametrize("name", ["small", "BaBar"])
def test_hits_lie_on_the_helix(case, name):
    p, theta, phi, charge, start, length = TRACKS[case]
    detector = small_detector()
    if math.isnan(p):  # the apogee lies in a gap (small) or an axial layer (BaBar), see `span`
        p = 0.085 if name == "small" else 0.1
    if name == "BaBar":
        detector = replace(detector, field_t=1.5, chamber=babar_chamber())
    chamber, tdc = detector.chamber, detector.tdc
    particles = guns(211, p, math.radians(theta), phi, charge=charge, start=start, time=1.5)
    columns = chamber_hits(particles, detector, CELLS, replace_rates(chamber), 1, 0)
    momentum = [getattr(particles, axis)[0] for axis in ("px", "py", "pz")]
    curls = math.isinf(length)
    if curls:
        _, _, omega, _, tan, at = perigees(particles, detector.field_t)[0]
        length = (3 * math.pi / abs(omega) - at) * math.hypot(1.0, tan)
    path = fly(start, momentum, charge, length, int(length / 0.05), detector.field_t)
    visits = cells_on_path(path, chamber)
    speed = p / math.hypot(p, PION) * 299.792458
    made = {}
    for channel, count in zip(columns["channel"], columns["tdc"], strict=True):
        made.setdefault(int(channel), []).append((int(count) - tdc.t0) * tdc.count_ns)
    seen, wrong = 0, 0
    for layer, wire, distance, inside, way, wire_length in visits:
        drift = drift_ns(distance, CELLS.drift_mm_ns, CELLS.linear_mm, CELLS.edge_ns_mm2)
        time = 1.5 + way / speed + drift + wire_length / CELLS.propagation_mm_ns
        times = made.get(int(chamber.first[layer]) + wire, [])
        if inside < 0.5 and not times:
            continue  # grazes a corner: the two may disagree whether at all
        # The walk knows the way to 0.05 mm, and so where a cell ends.
        slope = 1.0 / CELLS.drift_mm_ns + 2.0 * CELLS.edge_ns_mm2 * max(distance - CELLS.linear_mm, 0.0)
        near = min((abs(time - t) for t in times), default=math.inf)
        seen += near < 0.6 * abs(tdc.count_ns) + 0.05 * slope
        wrong += not near < 0.6 * abs(tdc.count_ns) + 0.05 * slope
    visited = {int(chamber.first[visit[0]]) + visit[1] for visit in visits}
    # A cell with the apogee has one hit, from the way outwards, although the wire may be closer on the way back.
    assert wrong <= curls
    assert seen >= 4
    assert len(set(made) - visited) <= 2  # again corners


def replace_rates(chamber):
    return QUIET.model_copy(update={"wire_rate_khz": (0.0,) * (int(chamber.superlayer.max()) + 1)})


def test_gaps_between_superlayers_belong_to_no_cell():
    chamber = small_chamber()
    start = (0.5 * (chamber.outer[15] + chamber.inner[16]), 0.0, 0.0)
    columns = chamber_hits(
        guns(211, 2.0, math.radians(88.0), 0.0, charge=1, start=start), small_detector(), CELLS, QUIET, 1, 0
    )
    assert set(layer_of(chamber, columns["channel"])) == set(range(16, 24))


def test_momentum_scales_with_the_field():
    """Twice momentum, mass and field is the same path at the same speed: the same hits, bit for bit."""
    theta, phi = np.linspace(0.7, 2.4, 40), np.linspace(-3.0, 3.0, 40)
    once = guns(211, 0.4, theta, phi, charge=-1)
    twice = guns(211, 0.8, theta, phi, charge=-1, mass=2 * PION)
    a = chamber_hits(once, small_detector(), CELLS, QUIET, 3, 1)
    b = chamber_hits(twice, small_detector(2.0), CELLS, QUIET, 3, 1)
    for name, column in a.items():
        np.testing.assert_array_equal(b[name], column)
    # In another field the same particle bends differently; without one it flies straight on.
    radii = [1.0 / abs(perigees(once, field_t)[0, 2]) for field_t in (1.0, 1.5)]
    assert radii[0] / radii[1] == pytest.approx(1.5)
    assert radii[0] == pytest.approx(0.4 * math.sin(0.7) / 0.000299792458)
    assert (perigees(once, 0.0)[:, 2] == 0.0).all()


def test_a_clock_may_run_either_way():
    particles = guns(211, 0.7, 1.3, np.linspace(0.0, 3.0, 30), charge=1)
    detector = small_detector()
    later = chamber_hits(particles, detector, CELLS, QUIET, 1, 0)
    mirrored = replace(detector, tdc=TDC._replace(count_ns=-TDC.count_ns))
    earlier = chamber_hits(particles, mirrored, CELLS, QUIET, 1, 0)
    np.testing.assert_array_equal(later["channel"], earlier["channel"])
    # t0 is a whole number: the two counts lie on either side of it, each rounded upwards at a half.
    assert (later["tdc"].astype(int) + earlier["tdc"] == 2 * TDC.t0).mean() > 0.999
    assert (later["tdc"] > TDC.t0).all()


@pytest.mark.parametrize("fraction", [0.0, 0.4])
def test_background_comes_at_its_rate(fraction):
    """300 events; numbers of hits in each superlayer within four standard deviations."""
    chamber, rates = small_chamber(), (60.0, 50.0, 40.0, 30.0, 20.0, 10.0)
    background = QUIET.model_copy(update={"wire_rate_khz": rates, "bunch_fraction": fraction})
    empty = guns(22, 1.0, 0.01, np.zeros(300))
    columns = chamber_hits(empty, small_detector(), CELLS, background, 5, 0)
    first, last = background.wire_window
    seen = np.bincount(chamber.superlayer[layer_of(chamber, columns["channel"])], minlength=6)
    wires = np.bincount(chamber.superlayer, weights=chamber.wires)
    expected = np.array(rates) * 1e-6 * (last - first + 1) * TDC.count_ns * wires * 300
    assert first <= columns["tdc"].min()
    assert columns["tdc"].max() <= last
    if fraction == 0.0:
        assert stats.chi2.sf(((seen - expected) ** 2 / expected).sum(), 6) > 1e-4
        return
    size, square = 1.0 + 2.0 * fraction, 1.0 - fraction + fraction * 29.0 / 3.0
    assert abs(seen.sum() - expected.sum()) < 4.0 * math.sqrt(expected.sum() * square / size)
    # Hits of a group come one after the other, at most 20 ns apart: some 210 counts.
    counts = columns["tdc"].astype(int)
    assert ((np.diff(counts) >= 0) & (np.diff(counts) <= 211)).mean() > 0.3


def test_each_superlayer_has_its_rate():
    background = QUIET.model_copy(update={"wire_rate_khz": (1.0,) * 9})
    with pytest.raises(InputError, match="9 rates, but the chamber has 6 superlayers: give one"):
        chamber_hits(guns(22, 1.0, 1.0, 0.0), small_detector(), CELLS, background, 1, 0)
