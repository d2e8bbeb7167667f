"""The wires of the drift chamber against the published numbers and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.collider.wire_patterns import Helices, places
from trigemu.experiments.babar.dct import geometry as g
from trigemu.experiments.babar.sources import CHAMBER_LAYERS, WIRES

WIDTHS_MM = (
    (17.0, 19.4), (17.5, 19.5), (17.8, 19.6), (18.4, 20.0), (16.9, 18.2),
    (17.2, 18.3), (17.7, 18.8), (17.8, 18.8), (18.0, 18.9), (18.3, 19.2),
)  # fmt: skip
"""Cell widths of the first and last layer of each superlayer (babar_geometry_facts G1.3)."""

STEREO_MRAD = {
    2: (44.9, 46.6, 48.4, 50.1),
    3: (-52.3, -54.0, -55.7, -57.4),
    5: (55.8, 57.2, 58.6, 60.0),
    6: (-62.8, -64.2, -65.6, -67.0),
    8: (64.9, 66.2, 67.4, 68.6),
    9: (-72.1, -73.3, -74.5, -75.8),
}
"""babar_geometry_facts 1.1 (G1.5); the experiment counts superlayers from 1."""


def test_there_are_7104_cells():
    assert g.CELLS.sum() == 1776
    assert g.CHANNELS == WIRES == 7104
    assert g.LAYERS == CHAMBER_LAYERS
    np.testing.assert_array_equal(g.chamber().first, g.CHANNEL_FIRST)


def test_cells_are_as_wide_as_published():
    width = (2 * np.pi * g.RADIUS / g.WIRES).reshape(10, 4)[:, [0, 3]]
    assert np.abs(width - WIDTHS_MM).max() < 0.15


def test_stereo_angles():
    angles = 1e3 * g.stereo_angles().reshape(10, 4)
    for superlayer in range(10):
        assert np.abs(angles[superlayer] - STEREO_MRAD.get(superlayer + 1, 0.0)).max() < 0.1
    assert tuple(np.flatnonzero(~angles.any(axis=1))) == g.AXIAL
    # The wires of the chamber have these angles, by their direction alone.
    tilt = np.arccos(g.chamber().lines[g.CHANNEL_FIRST[:-1], 5])
    np.testing.assert_allclose(tilt, np.abs(g.stereo_angles()), atol=1e-7)


def test_stereo_layers_bulge():
    bulge = (g.chamber().radius - g.RADIUS)[::4]
    assert np.flatnonzero(bulge).tolist() == [1, 2, 4, 5, 7, 8]
    assert 6.05 < bulge[bulge > 0].min() < bulge.max() < 7.85  # 0.61 to 0.78 cm (babar_geometry_facts G1.8)


def test_wires_are_where_they_should_be_in_their_middle():
    lines = g.chamber().lines
    length = (g.FORWARD - g.BACKWARD) / lines[:, 5]
    middle = lines[:, :3] + 0.5 * length[:, None] * lines[:, 3:]
    layer = np.repeat(np.arange(40), g.WIRES)
    wire = np.arange(7104) - g.CHANNEL_FIRST[layer]
    azimuth = 2 * np.pi * (wire + g.OFFSET[layer]) / g.WIRES[layer]
    expected = np.stack([g.RADIUS[layer] * np.cos(azimuth), g.RADIUS[layer] * np.sin(azimuth)], axis=1)
    np.testing.assert_allclose(middle[:, :2], expected, atol=1e-9)
    np.testing.assert_allclose(middle[:, 2], 367.0)
    # U wires turn towards larger azimuth on their way forward.
    along = lines[:, 4] * np.cos(azimuth) - lines[:, 3] * np.sin(azimuth)
    np.testing.assert_array_equal(np.sign(np.round(along, 9)), np.sign(g.TWIST[layer]))


def test_cells_fill_superlayers_and_nothing_between_them():
    gap = g.chamber().inner[1:] - g.chamber().outer[:-1]
    between = np.arange(1, 40) % 4 == 0
    assert np.abs(gap[~between]).max() < 1e-9
    assert gap[between].min() > 1.0


@pytest.mark.parametrize(
    ("superlayer", "layer", "least_mev"),
    # babar_geometry_facts G1.37: ends of superlayers 5 and 7, begin and end of superlayer 10.
    [(5, 4, 115), (7, 1, 132), (7, 4, 140), (10, 1, 168), (10, 4, 176)],
)
def test_transverse_momentum_that_reaches_a_layer(superlayer, layer, least_mev):
    row = np.array([4 * (superlayer - 1) + layer - 1])
    pt = np.arange(0.1, 0.2, 0.0005)
    # In the middle of the wires, where the radii are given.
    tracks = Helices(
        np.zeros(len(pt)), 2.99792458e-4 * g.FIELD_T / pt, np.full(len(pt), g.MIDDLE), np.zeros(len(pt))
    )
    reached = np.isfinite(places(g.chamber(), tracks, row)[0][:, 0])
    assert abs(1e3 * pt[np.argmax(reached)] - least_mev) <= 1.0


def test_positions_of_pivots():
    assert g.pivot_rows(2).tolist() == list(range(1, 40, 4))
    assert set(g.OFFSET[g.pivot_rows(2)]) == {0.5}
    assert set(g.OFFSET[g.pivot_rows(3)]) == {0.0}
