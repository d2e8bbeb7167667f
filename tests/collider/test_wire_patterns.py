"""Which wires tracks pass, by hand: helices laid through points on wires, and combinations without repeats."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trigemu.collider.response.layers import DriftChamber
from trigemu.collider.wire_patterns import Helices, distinct, grid, nearest, places, wire_turn

CHAMBER = DriftChamber(
    radius=np.array([100.0, 150.0, 200.0]),
    backward=np.array([-300.0, -400.0, -500.0]),
    forward=np.array([300.0, 500.0, 500.0]),
    wires=np.array([40, 60, 80]),
    offset=np.array([0.25, 0.5, 3.0]),
    turn=np.array([0.0, 4.5, -6.0]),
    superlayer=np.array([0, 1, 2]),
    inner=np.array([90.0, 140.0, 190.0]),
    outer=np.array([110.0, 160.0, 210.0]),
)


def point(layer, wire, z):
    """Return a point of a straight wire, from the chamber's own lines."""
    x, y, z0, along_x, along_y, along_z = CHAMBER.lines[CHAMBER.first[layer] + wire]
    path = (z - z0) / along_z
    return x + path * along_x, y + path * along_y


def through(x, y, z, omega):
    """Return the helix from the collision point through a point."""
    radius = np.hypot(x, y)
    bend = np.arcsin(radius * omega / 2)
    arc = radius if omega == 0 else 2 * bend / omega
    columns = (np.arctan2(y, x) + bend, omega, 0.0, z / arc)
    return Helices(*(np.array([column]) for column in columns))


@given(
    st.integers(0, 2),
    st.integers(0, 39),
    st.floats(-290, 290),
    st.floats(-1 / 150, 1 / 150),
    st.floats(-0.4, 0.4),
)
def test_a_helix_through_a_wire_is_nearest_to_it(layer, wire, z, omega, beside):
    x, y = point(layer, wire, z)
    turned = 2 * np.pi / CHAMBER.wires[layer] * beside
    track = through(
        x * np.cos(turned) - y * np.sin(turned), x * np.sin(turned) + y * np.cos(turned), z, omega
    )
    number, reached = nearest(CHAMBER, track, np.array([layer]))
    assert reached[0]
    assert number[0, 0] % CHAMBER.wires[layer] == wire
    place = places(CHAMBER, track, np.array([layer]))[0][0, 0] - CHAMBER.offset[layer]
    # The radius of a stereo wire is that at the z where the radius of the ends is crossed.
    assert abs((place - wire - beside + 30) % CHAMBER.wires[layer] - 30) < 0.1


def test_stereo_wires_in_three_ways():
    z = np.array([[0.0]])
    rows = np.array([2])
    half = np.pi * 6.0 / 80
    for stereo, radius in (("chord", 200.0 * np.cos(half)), ("ends", 200.0), ("linear", 200.0)):
        turn, at = wire_turn(CHAMBER, z, rows, stereo)
        np.testing.assert_allclose(turn, -3.0)
        np.testing.assert_allclose(at, radius)
    z = np.array([[-250.0]])
    turns = [wire_turn(CHAMBER, z, rows, stereo)[0][0, 0] for stereo in ("chord", "ends", "linear")]
    assert turns[0] == turns[1] != turns[2] == -1.5


def test_tracks_that_curl_before_a_layer_do_not_reach_it():
    tracks = grid(np.array([0.0]), np.array([0.0, 1 / 90.0]), np.array([0.0]))
    _, reached = nearest(CHAMBER, tracks, np.array([0, 2]))
    assert reached.tolist() == [True, False]
    assert np.isnan(places(CHAMBER, tracks, np.array([2]))[0][1, 0])


def test_a_grid_has_every_combination():
    tracks = grid(np.array([0.1, 0.2]), np.array([0.0, 1e-3, 2e-3]), np.array([-1.0]))
    assert len(tracks) == 6
    rows = zip(tracks.phi0, tracks.omega, tracks.z0, tracks.cot, strict=True)
    assert set(rows) == {(phi, omega, 0.0, -1.0) for phi in (0.1, 0.2) for omega in (0.0, 1e-3, 2e-3)}


@given(st.lists(st.tuples(*[st.integers(-(2**40), 2**40) | st.integers(-3, 3)] * 3), max_size=30))
def test_distinct_rows_are_those_of_numpy(rows):
    array = np.array(rows, np.int64).reshape(-1, 3)
    np.testing.assert_array_equal(distinct(array), np.unique(array, axis=0))
