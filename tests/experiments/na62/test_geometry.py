"""The maps between places and tiles, held to a scan over every brick and pad."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference.na62_response import pad_at, tiles_at

from trigemu.experiments.na62.detector import geometry
from trigemu.experiments.na62.detector.lookup import brick_tile, in_lkr, muv3_pad, newchod_tiles

COORDINATE = st.one_of(
    st.floats(-1100, 1100),
    # Near the borders of bricks, where overlaps are.
    st.builds(lambda k, d: 107.0 * k + d, st.integers(-10, 10), st.floats(-0.75, 0.75)),
    st.builds(lambda k, d: 134.0 * k + d, st.integers(-8, 8), st.floats(-0.75, 0.75)),
)


def test_there_are_152_tiles_304_channels_and_148_pads() -> None:
    assert len(geometry.TILE_IDS) == len(set(geometry.TILE_IDS.tolist())) == 152
    assert len(geometry.CHANNEL_IDS) == len(set(geometry.CHANNEL_IDS.tolist())) == 304
    assert len(geometry.PAD_IDS) == 148
    assert set(geometry.BRICKS.ravel().tolist()) == set(range(39))


def test_every_brick_leads_to_its_tile_and_back() -> None:
    seen = set()
    for tile in geometry.TILE_IDS.tolist():
        bricks = geometry.tile_bricks(tile)
        assert bricks
        for x, y in bricks:
            assert brick_tile(x, y) == tile
            seen.add((x, y))
    assert len(seen) == 4 * np.count_nonzero(geometry.BRICKS)


def test_every_tile_has_sensitive_area_and_its_centre_lies_in_its_quadrant() -> None:
    centres = geometry.tile_centres()
    assert centres.shape == (152, 2)
    for tile, (x, y) in zip(geometry.TILE_IDS.tolist(), centres.tolist(), strict=True):
        sx, sy = geometry.QUADRANT_SIGNS[tile // 100 - 1]
        assert sx * x > 0
        assert sy * y > 0
    # The framework gives the outermost tiles of rows 3 to 6 as trimmed: centres at 6.9, 6.7, 6.5, 6.3 bricks.
    for tile, bricks in ((116, 6.9), (121, 6.7), (125, 6.5), (129, 6.3)):
        x = centres[geometry.TILE_IDS.tolist().index(tile), 0]
        assert x / geometry.BRICK_WIDTH == pytest.approx(bricks, abs=0.25)


@pytest.mark.parametrize(
    ("x", "y", "quadrant"), [(500, 500, 1), (500, -500, 2), (-500, -500, 3), (-500, 500, 4)]
)
def test_quadrants(x: float, y: float, quadrant: int) -> None:
    assert brick_tile(x, y) // 100 == quadrant


@settings(deadline=None)
@given(COORDINATE, COORDINATE, st.booleans())
@example(0.0, -214.0, True)
@example(400.0, 107.0, True)
@example(400.0, 0.0, True)
def test_tiles_of_a_point_are_those_of_a_scan_over_all_bricks(x: float, y: float, overlap: bool) -> None:
    first, second = newchod_tiles(x, y, overlap)
    found = [tile for tile in (first, second) if tile]
    assert len(set(found)) == len(found)
    assert set(found) == tiles_at(x, y, overlap)


def test_two_tiles_are_hit_within_half_a_millimetre_of_a_row_border() -> None:
    assert newchod_tiles(400.0, 107.0 + 0.4, True) == (108, 102)
    assert newchod_tiles(400.0, 107.0 - 0.4, True) == (102, 108)
    assert newchod_tiles(400.0, 107.0 - 0.6, True) == (102, 0)
    assert newchod_tiles(400.0, 107.0 + 0.4, False) == (108, 0)
    # Across y = 0 it is two quadrants; two bricks of one tile are one hit.
    assert newchod_tiles(400.0, 0.2, True) == (102, 202)
    assert newchod_tiles(810.0, 6 * 107.0 + 0.1, True) == (129, 0)


@settings(deadline=None)
@given(st.floats(-1330, 1330), st.floats(-1330, 1330))
def test_pad_of_a_point_is_that_of_a_scan_over_all_pads(x: float, y: float) -> None:
    assert muv3_pad(x, y) == pad_at(x, y)


def test_every_pad_is_at_its_centre() -> None:
    for pad in geometry.PAD_IDS.tolist():
        assert muv3_pad(*geometry.pad_centre(pad)) == pad
    assert muv3_pad(0.0, 0.0) == -1
    for missing in (65, 152, -1):
        with pytest.raises(KeyError):
            geometry.pad_centre(missing)


def test_lkr_is_an_octagon_with_a_hole() -> None:
    assert in_lkr(500.0, 500.0)
    assert not in_lkr(100.0, 100.0)
    assert in_lkr(1129.0, 400.0)
    assert not in_lkr(1131.0, 0.0)
    assert not in_lkr(800.0, 800.0)


@pytest.mark.parametrize("tile", [0, 99, 100, 139, 539, 501])
def test_no_such_tile(tile: int) -> None:
    with pytest.raises(KeyError):
        geometry.tile_bricks(tile)
