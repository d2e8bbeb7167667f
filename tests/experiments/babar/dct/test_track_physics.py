"""Which tracks of a perfect chamber are short, long and of high momentum (babar_geometry_facts 13, G1.37, G4.1)."""

from __future__ import annotations

import numpy as np
import pytest
from support.babar_tracks import single_tracks

from trigemu.experiments.babar.clock import COLLISION_TICK, COUNTS_PER_TICK
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct.links import Linker
from trigemu.experiments.babar.dct.ptd import Discriminator
from trigemu.experiments.babar.dct.segments import SegmentFinder

DCT = Babar.of("2001").dct
TRACKS = 400


class Found:
    """Maps of tracks of one momentum (GeV)."""

    def __init__(self, pt):
        self.tracks = single_tracks(pt, TRACKS)
        segments = SegmentFinder(DCT.tsf).find(self.tracks.hits)
        self.a, self.b = Linker(DCT.blt).link(segments)
        self.aprime = Discriminator(DCT.ptd, DCT.tsf.pivot_layer).find(segments)

    def shares(self):
        """Return the parts of the tracks with any bit of A, B and A'."""
        return tuple(float(maps.any(axis=1).mean()) for maps in (self.a, self.b, self.aprime))


@pytest.fixture(scope="module")
def found():
    return {pt: Found(pt) for pt in (0.1, 0.15, 0.2, 0.6, 0.7, 0.9, 3.0)}


def test_short_and_long_tracks(found):
    """100 MeV/c: none; 150: B, not A; 200: A (section 13)."""
    a, b, _ = zip(*(found[pt].shares() for pt in (0.1, 0.15, 0.2, 0.9)), strict=True)
    assert max(a[:2], default=0.0) == b[0] == 0.0
    assert min(*a[2:], *b[1:]) > 0.98


def test_high_momentum_turns_on_near_its_limit(found):
    """The limit is 0.8 GeV/c; twice the resolution is allowed for, so it is half way a little below."""
    aprime = [found[pt].shares()[2] for pt in (0.2, 0.6, 0.7, 0.9, 3.0)]
    assert aprime[:2] == [0.0, 0.0]
    assert aprime[2] < 0.2
    assert min(aprime[3:]) > 0.99


def test_bins_are_where_the_tracks_are(found):
    """A straight track is in the bin of its azimuth, or next to it where it is near the edge; hardly any has two."""
    fast = found[3.0]
    bin_ = np.floor(fast.tracks.helix.phi0 % (2 * np.pi) / (np.pi / 8)).astype(int)
    for maps in (fast.a, fast.b, fast.aprime):
        ever = np.bitwise_or.reduce(maps, axis=1)
        near = sum((1 << (bin_ + step) % 16) for step in (-1, 0, 1))
        assert not (ever & ~near).any()
        assert (ever >> bin_ & 1).mean() > 0.75
        assert np.bitwise_count(ever).mean() < 1.15


def test_tracks_come_when_the_collision_was(found):
    """Long and short tracks begin 12 or 13 ticks after it, as the delays of the global trigger assume."""
    collision = COLLISION_TICK + found[3.0].tracks.phase / COUNTS_PER_TICK
    for maps in (found[3.0].a, found[3.0].b, found[3.0].aprime):
        late = (maps != 0).argmax(axis=1) - collision
        assert abs(late.mean() - 12.0) < 0.5
        assert late.std() < 1.0
