"""What segments tell of tracks in a perfect chamber: found, where, when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.small_detectors import CELLS as PERFECT
from support.small_detectors import QUIET, guns, small_detector

from trigemu.collider.response.detector import Tdc
from trigemu.collider.response.hits import chamber_hits
from trigemu.collider.wire_patterns import Helices, places
from trigemu.experiments.babar.clock import COLLISION_TICK, COUNT_NS, COUNTS_PER_TICK, TICK_NS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct.geometry import CELLS, FIELD_T, FINE, RADIUS, chamber, pivot_rows
from trigemu.experiments.babar.dct.segments import SegmentFinder
from trigemu.experiments.babar.dct.tsf_tables import CURVATURE

CONFIG = Babar.of("2006").dct.tsf
TRACKS = 1500
DRIFT = PERFECT.model_copy(
    # The table of the configuration within 7 ns; no time along the wire.
    update={"drift_mm_ns": 0.025, "linear_mm": 3.73, "edge_ns_mm2": 4.38, "propagation_mm_ns": 1e5}
)
BEGIN = COLLISION_TICK * COUNTS_PER_TICK
DETECTOR = replace(
    small_detector(), field_t=FIELD_T, chamber=chamber(), tdc=Tdc(t0=float(BEGIN), count_ns=COUNT_NS)
)


class Sample:
    """Single tracks of both charges from the collision point, at any phase of the sample; and their segments.

    ``event`` of each segment, its distance to the track in mm and its time after the collision in ns (``late``).
    """

    def __init__(self, pt, config=CONFIG):
        random = np.random.default_rng(7)
        charge = np.repeat([-1, 1], TRACKS // 2)
        theta, phi = np.arccos(random.uniform(-0.6, 0.75, TRACKS)), random.uniform(-np.pi, np.pi, TRACKS)
        phase = random.integers(0, 2 * COUNTS_PER_TICK, TRACKS)
        quiet = QUIET.model_copy(update={"wire_rate_khz": (0.0,) * 10})
        channels, times, counts = [], [], []
        for sign in (-1, 1):
            own = charge == sign
            momentum = (pt / np.sin(theta))[own]
            particles = guns(211, momentum, theta[own], phi[own], charge=sign)
            hits = chamber_hits(particles, DETECTOR, DRIFT, quiet, 1, 0)
            counts.append(np.diff(hits["offsets"]))
            channels.append(hits["channel"])
            times.append(hits["tdc"] + np.repeat(phase[own], counts[-1]))
        found = SegmentFinder(config).find(
            {
                "channel": np.concatenate(channels),
                "time": np.concatenate(times).astype(np.int16),
                "offsets": np.concatenate([[0], np.cumsum(np.concatenate(counts))]),
            }
        )
        self.found, self.event = found, np.repeat(np.arange(TRACKS), np.diff(found.offsets))
        rows = pivot_rows(config.pivot_layer)
        helices = Helices(phi, charge * CURVATURE / pt, np.zeros(TRACKS), 1 / np.tan(theta))
        true = places(chamber(), helices, rows)[0] - chamber().offset[rows]
        own = found.superlayer
        cells = CELLS[own]
        off = found.phi / FINE - true[self.event, own]
        off -= cells * np.rint(off / cells)
        self.distance = off * 2 * np.pi * RADIUS[rows][own] / cells
        # A tick is a time of its middle.
        collision = BEGIN * COUNT_NS + phase[self.event] * COUNT_NS
        self.late = (found.tick + 0.5 - config.latency_ticks) * TICK_NS - collision

    def efficiencies(self, least):
        """Return the part of the tracks with a segment of at least this weight within 15 mm, per superlayer."""
        good = (np.abs(self.distance) < 15.0) & (self.found.weight >= least)
        seen = {*zip(self.found.superlayer[good].tolist(), self.event[good].tolist(), strict=True)}
        return np.bincount([superlayer for superlayer, _ in seen], minlength=10) / TRACKS


@pytest.fixture(scope="module")
def sample():
    return Sample(0.8)


@pytest.mark.parametrize("pt", [0.3, 0.8, 3.0])
def test_tracks_have_a_segment_in_each_superlayer(pt):
    sample = Sample(pt)
    assert sample.efficiencies(1).min() > 0.995
    assert sample.efficiencies(2).min() > 0.99


def test_segments_are_where_the_tracks_are(sample):
    """babar_geometry_facts G2.6: 0.7 mm, of a finder whose tables were derived from its data; here a little wider."""
    for superlayer in range(10):
        own = (sample.found.superlayer == superlayer) & (sample.found.weight == 3)
        assert own.sum() > 1000
        assert np.sqrt(np.mean(sample.distance[own] ** 2)) < 1.0
        # The middle two thirds, of which a Gaussian's width is told.
        assert np.percentile(np.abs(sample.distance[own]), 68) < 0.95
        # 1000 segments of 1 mm: a mean within 4 sigma.
        assert abs(sample.distance[own].mean()) < 0.13
    three = sample.found.weight == 2
    assert np.sqrt(np.mean(sample.distance[three] ** 2)) < 3.0


def test_segments_tell_the_time_of_the_collision(sample):
    """babar_geometry_facts G2.6: 70 ns, with the tick of 134 ns that it is told in."""
    assert np.std(sample.late) < 70.0
    assert abs(np.mean(sample.late)) < 20.0
    assert (np.abs(sample.late) < 1.5 * TICK_NS).mean() > 0.99


def test_the_other_shape_is_as_good():
    sample = Sample(0.8, CONFIG.model_copy(update={"pivot_layer": 3}))
    four = sample.found.weight == 3
    assert np.sqrt(np.mean(sample.distance[four] ** 2)) < 1.0
    assert sample.efficiencies(2).min() > 0.99
    assert np.std(sample.late) < 70.0


def test_older_boards_have_coarser_positions(sample):
    older = Sample(0.8, Babar.of("2001").dct.tsf)
    assert (older.found.phi % 2 == 0).all()
    np.testing.assert_array_equal(older.found.tick, sample.found.tick)
    assert 0.5 < np.abs(older.found.phi - sample.found.phi.astype(int)).max() <= 1.0
