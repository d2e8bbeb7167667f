"""Tile hits of tracks against the obvious search."""

from __future__ import annotations

import numpy as np
import pytest
from reference import na62_offline as reference

from trigemu.experiments.na62.detector.geometry import MUV3_Z, PAD_IDS, TILE_IDS, pad_centre, tile_bricks
from trigemu.experiments.na62.detector.lookup import brick_tile, muv3_pad
from trigemu.experiments.na62.detector.transport import NEWCHOD_Z
from trigemu.experiments.na62.offline.matching import UNMATCHED, muv3_boxes, nearest_hits, newchod_boxes
from trigemu.physics.particles import PZ, X, Z

WINDOW = 50


def straight(x, y, z):
    """Pairs of neutral tracks along z: they cross every plane where they start."""
    rows = np.zeros((len(x), 2, 10))
    rows[:, :, X], rows[:, :, X + 1] = x, y
    rows[:, :, Z], rows[:, :, PZ] = z - 1000.0, 1.0
    return rows


def keys_of(time, tile):
    return np.sort(np.asarray(time, np.int64) << 16 | np.asarray(tile, np.int64) << 1)


@pytest.mark.parametrize(
    ("z", "boxes", "tiles"), [(NEWCHOD_Z, newchod_boxes(), 152), (MUV3_Z, muv3_boxes(), 152)]
)
def test_hits_are_those_of_the_obvious_search(z, boxes, tiles):
    random = np.random.default_rng(7)
    n = 300
    x, y = random.uniform(-1200, 1200, (2, n, 2))
    near = random.uniform(0, 300, (n, 2))
    time = random.integers(0, 3000, n)
    hit_time, tile = random.integers(-20, 3020, 1500), random.integers(0, tiles, 1500)
    keys = keys_of(hit_time, tile)
    found = nearest_hits(straight(x, y, z), z, near, time, keys, WINDOW, boxes)
    hits = [
        (int(key >> 16), boxes[(key & 0xFFFF) >> 1][np.isfinite(boxes[(key & 0xFFFF) >> 1, :, 0])])
        for key in keys
    ]
    hits = [(t, box.tolist()) for t, box in hits if len(box)]
    for i in range(n):
        for k in range(2):
            given = (float(x[i, k]), float(y[i, k]), float(near[i, k]), int(time[i]), hits, WINDOW)
            wanted = reference.nearest_hit(*given)
            assert found[i, k] == (UNMATCHED if wanted is None else wanted)
    assert 0.1 < np.mean(found != UNMATCHED) < 0.95


def test_boxes_are_where_the_tiles_are():
    for index, tile in enumerate(TILE_IDS.tolist()):
        for (x, y), box in zip(tile_bricks(tile), newchod_boxes()[index], strict=False):
            assert brick_tile(x, y) == tile
            assert brick_tile(*np.array([box[1] - 0.01, box[3] - 0.01])) == tile
    for pad in PAD_IDS.tolist():
        box = muv3_boxes()[pad, 0]
        assert muv3_pad(*pad_centre(pad)) == pad
        assert muv3_pad(box[0] + 0.5, box[2] + 0.5) in (pad, -1)


def test_window_is_inclusive_and_the_earlier_of_two_counts():
    tile = int(np.flatnonzero(TILE_IDS == 101)[0])
    rows = straight(np.full((1, 2), 150.0), np.full((1, 2), 50.0), NEWCHOD_Z)
    near, time = np.full((1, 2), 5.0), np.array([1000])

    def found(*times):
        keys = keys_of(times, [tile] * len(times))
        return nearest_hits(rows, NEWCHOD_Z, near, time, keys, WINDOW, newchod_boxes()).tolist()

    assert found() == [[UNMATCHED] * 2]
    assert found(1000 - WINDOW - 1, 1000 + WINDOW + 1) == [[UNMATCHED] * 2]
    assert found(1000 + WINDOW) == [[1000 + WINDOW] * 2]
    assert found(1000 - WINDOW) == [[1000 - WINDOW] * 2]
    assert found(990, 1010) == [[990] * 2]
