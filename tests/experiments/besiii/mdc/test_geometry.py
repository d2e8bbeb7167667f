"""The wires of the drift chamber against the experiment's own end points."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.besiii.mdc import geometry as g
from trigemu.experiments.besiii.sources import MDC_CHANNELS


@pytest.fixture(scope="module")
def reference(shared_data):
    with np.load(shared_data / "besiii" / "mdc_geometry.npz") as file:
        return dict(file)


def _ends(reference, side):
    """Return float64[wires, 3], end points in mm (the file's are in cm)."""
    return 10.0 * np.stack([reference[f"{side}_{axis}"] for axis in "xyz"], axis=1)


def test_channels_are_numbered_through_all_layers(reference):
    layer, wire = reference["layer"], reference["wire"]
    np.testing.assert_array_equal(g.CHANNEL_FIRST[layer] + wire, np.arange(MDC_CHANNELS))
    np.testing.assert_array_equal(g.SUPERLAYER[layer], reference["superlayer"] + 1)
    assert g.CHANNELS == MDC_CHANNELS


def test_every_wire_ends_where_the_experiment_s_does(reference):
    lines = g.chamber().lines
    west, east = _ends(reference, "west"), _ends(reference, "east")
    # From the backward end the wire goes along its direction as far as the two end points are apart.
    length = np.linalg.norm(east - west, axis=1)[:, None]
    for ends, points in ((west, lines[:, :3]), (east, lines[:, :3] + length * lines[:, 3:])):
        assert np.linalg.norm(points - ends, axis=1).max() < 0.001


def test_cells_fill_the_chamber_but_for_the_three_gaps():
    chamber = g.chamber()
    gap = chamber.inner[1:] - chamber.outer[:-1]
    assert np.flatnonzero(gap > 1e-9).tolist() == [7, 19, 35]
    assert (np.abs(gap) < 25.0).all()
