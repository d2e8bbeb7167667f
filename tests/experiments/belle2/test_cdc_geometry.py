"""The wires of the drift chamber against the experiment's own geometry, and the numbering."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.belle2.cdc import geometry as g


@pytest.fixture(scope="module")
def reference(shared_data):
    with np.load(shared_data / "belle2" / "conformance" / "cdc_geometry.npz") as file:
        return dict(file)


def test_layers_are_those_of_the_experiment(reference):
    np.testing.assert_allclose(g.RADIUS / 10, reference["sense_radius_cm"], rtol=1e-12)
    np.testing.assert_allclose(g.BACKWARD / 10, reference["z_backward_cm"], atol=1e-9)
    np.testing.assert_allclose(g.FORWARD / 10, reference["z_forward_cm"], atol=1e-9)
    np.testing.assert_array_equal(g.WIRES, reference["n_wires"])
    np.testing.assert_array_equal(g.SHIFT, reference["n_shift"])
    np.testing.assert_array_equal(g.OFFSET, reference["offset"])
    np.testing.assert_array_equal(g.SUPERLAYER, reference["superlayer"])


def test_segments_are_those_of_the_experiment(reference):
    np.testing.assert_array_equal(g.SEGMENT_FIRST, reference["ts_offset"])
    np.testing.assert_array_equal(g.CENTRE_LAYER, reference["ts_center_layer"])
    np.testing.assert_array_equal(g.PRIORITY_LAYER, reference["ts_first_priority_layer"])
    np.testing.assert_array_equal(g.INNER_SHAPE, reference["ts_shape_inner"])
    np.testing.assert_array_equal(g.OUTER_SHAPE, reference["ts_shape_outer"])


def test_layers_agree_with_the_trigger_s_own_wire_list(shared_data):
    path = shared_data / "belle2" / "TRGCDCWireConfig_0_20101110_0836.dat"
    rows = [line.split() for line in path.read_text().splitlines()]
    rows = [row for row in rows if len(row) == 7 and row[0].isdigit()]
    assert [int(row[0]) for row in rows] == list(range(g.LAYERS))
    assert [int(row[2]) for row in rows] == g.SUPERLAYER.tolist()
    assert [int(row[3]) for row in rows] == g.WIRES.tolist()
    kinds = {"A": 0, "U": 1, "V": -1}
    assert [kinds[row[1]] for row in rows] == np.sign(g.SHIFT).tolist()


def test_there_are_14336_wires_and_2336_segments():
    assert g.CHANNELS == 14336
    assert g.SEGMENT_FIRST[-1] == 2336


def test_channel_layer_and_wire_are_each_other_s_inverse():
    channels = np.arange(g.CHANNELS)
    np.testing.assert_array_equal(g.wire_channel(g.CHANNEL_LAYER, g.CHANNEL_WIRE), channels)
    assert g.wire_channel(55, -1) == g.CHANNELS - 1
    assert g.wire_channel(0, 160) == 0


def test_stereo_wires_turn_by_the_tabulated_angle_at_the_collision_point():
    # belle2_facts 2: cells between the backward end and z = 0, and stereo angles, both derived there; they
    # were computed for the outer faces of the endplates, so the sign and two figures must agree.
    cells = {10: 3.15, 22: -2.64, 34: 2.87, 46: -3.09}
    for layer, expected in cells.items():
        turn = g.wire_phi(layer, 50, 0.0) - g.wire_phi(layer, 50, g.BACKWARD[layer])
        assert turn / (2 * np.pi / g.WIRES[layer]) == pytest.approx(expected, abs=0.04)


@pytest.mark.parametrize(("layer", "stereo_mrad"), [(8, 68.4), (20, -58.3), (37, 74.5), (49, -79.0)])
def test_stereo_angles(layer, stereo_mrad):
    x, y = g.wire_position(layer, 0, np.array([g.BACKWARD[layer], g.FORWARD[layer]]))
    angle = np.arctan(np.hypot(*np.diff([x, y])) / (g.FORWARD[layer] - g.BACKWARD[layer]))[0]
    assert 1e3 * angle == pytest.approx(abs(stereo_mrad), rel=0.04)


def test_wires_are_chords_between_the_endplates():
    layer, wire = 22, 7
    back, front = g.wire_ends(layer, wire)
    assert g.wire_phi(layer, wire, g.BACKWARD[layer]) == pytest.approx(back)
    assert g.wire_phi(layer, wire, g.FORWARD[layer]) == pytest.approx(front)
    middle = (g.BACKWARD[layer] + g.FORWARD[layer]) / 2
    x, y = g.wire_position(layer, wire, middle)
    assert np.hypot(x, y) == pytest.approx(g.RADIUS[layer] * np.cos((front - back) / 2))


def test_segment_wires_are_neighbours_in_azimuth_at_every_bit():
    for superlayer in range(9):
        wires = g.segment_wires(superlayer)
        layers = g.CHANNEL_LAYER[wires]
        assert (g.SUPERLAYER[layers] == superlayer).all()
        back, _ = g.wire_ends(layers, g.CHANNEL_WIRE[wires])
        cell = 2 * np.pi / g.SEGMENTS[superlayer]
        centre = cell * np.arange(g.SEGMENTS[superlayer])[:, None]
        distance = (back - centre + np.pi) % (2 * np.pi) - np.pi
        assert np.abs(distance).max() <= 2.01 * cell


@pytest.mark.parametrize("position", [g.FIRST, g.SECOND_RIGHT, g.SECOND_LEFT])
def test_priority_wires_are_the_bits_they_are_said_to_be(position):
    segments = np.arange(2336)
    layer, wire = g.priority_wire(segments, np.full(2336, position))
    for superlayer in range(9):
        bit = (g.OUTER_BITS if superlayer else g.INNER_BITS)[position]
        own = slice(*g.SEGMENT_FIRST[superlayer : superlayer + 2])
        np.testing.assert_array_equal(
            g.wire_channel(layer[own], wire[own]), g.segment_wires(superlayer)[:, bit]
        )
    assert (layer - g.PRIORITY_LAYER[g.segment_superlayer(segments)] == (position != g.FIRST)).all()


def test_left_is_the_larger_azimuth():
    _, right = g.priority_wire(5, g.SECOND_RIGHT)
    _, left = g.priority_wire(5, g.SECOND_LEFT)
    layer, wire = g.priority_wire(5, g.FIRST)
    middle = g.wire_ends(layer, wire)[0]
    assert g.wire_ends(layer + 1, right)[0] < middle < g.wire_ends(layer + 1, left)[0]
