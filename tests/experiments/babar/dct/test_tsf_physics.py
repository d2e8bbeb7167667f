"""What segments tell of tracks in a perfect chamber: found, where, when."""

from __future__ import annotations

import numpy as np
import pytest
from support.babar_tracks import BEGIN, single_tracks

from trigemu.collider.wire_patterns import places
from trigemu.experiments.babar.clock import COUNT_NS, TICK_NS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct.geometry import CELLS, FINE, RADIUS, chamber, pivot_rows
from trigemu.experiments.babar.dct.segments import SegmentFinder

CONFIG = Babar.of("2006").dct.tsf
TRACKS = 1500


class Sample:
    """Single tracks of both charges from the collision point, at any phase of the sample; and their segments.

    ``event`` of each segment, its distance to the track in mm and its time after the collision in ns (``late``).
    """

    def __init__(self, pt, config=CONFIG):
        tracks = single_tracks(pt, TRACKS)
        found = SegmentFinder(config).find(tracks.hits)
        self.found, self.event = found, np.repeat(np.arange(TRACKS), np.diff(found.offsets))
        rows = pivot_rows(config.pivot_layer)
        true = places(chamber(), tracks.helix, rows)[0] - chamber().offset[rows]
        own = found.superlayer
        cells = CELLS[own]
        off = found.phi / FINE - true[self.event, own]
        off -= cells * np.rint(off / cells)
        self.distance = off * 2 * np.pi * RADIUS[rows][own] / cells
        # A tick is a time of its middle.
        collision = BEGIN * COUNT_NS + tracks.phase[self.event] * COUNT_NS
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
