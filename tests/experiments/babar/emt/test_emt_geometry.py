"""BaBar's crystals and towers against the numbers of babar_geometry_facts, sections 5 and 13."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trigemu.collider.response.rings import PER_RADIAN
from trigemu.errors import InputError
from trigemu.experiments.babar.emt import geometry
from trigemu.experiments.babar.sources import CRYSTALS

BOUNDARIES = """27.06 28.42 29.85 31.34 32.90 34.53 36.23 38.00 39.84 41.75 43.74 45.81 47.95 50.16 52.45 54.81 57.24
59.74 62.31 64.93 67.62 70.35 73.14 75.96 78.82 81.71 84.62 87.55 90.48 93.41 96.33 99.24 102.12 104.97 107.78 110.55
113.27 115.94 118.54 121.09 123.56 125.97 128.31 130.57 132.76 134.88 136.92 138.88 140.77"""

ENDCAP = (15.75, 17.16, 18.57, 19.98, 21.39, 22.80, 24.21, 25.62, 27.03)


def ring_at(degrees: float, edges: geometry.EdgeSet = "front_faces") -> int:
    """Return the ring (1-56) that a polar angle looks at, 0 in a gap."""
    look_up = geometry.crystal_rings(edges).look_up
    return int(look_up[int(math.radians(degrees) * PER_RADIAN)]) + 1


def test_crystals():
    rings = geometry.rings()
    assert rings[:8].sum() == geometry.ENDCAP == 820
    assert rings.sum() == geometry.CRYSTALS == CRYSTALS == geometry.crystal_rings().total == 6580


def test_edges_are_those_of_the_table():
    edges = np.degrees(geometry.ring_edges())
    barrel = [float(text) for text in BOUNDARIES.split()]
    for of_part, table in ((edges[:8], ENDCAP), (edges[8:], barrel)):
        assert of_part[:, 0] == pytest.approx(table[:-1], abs=0.0055)
        assert of_part[:, 1] == pytest.approx(table[1:], abs=0.0055)


def test_barrel_rings_are_equally_wide_and_endcap_rings_have_equal_angles():
    edges = geometry.ring_edges()
    steps = np.diff(np.log(np.tan(0.5 * edges[8:])), axis=1)
    assert steps == pytest.approx(0.051175, abs=1e-6)
    assert np.degrees(np.diff(edges[:8], axis=1)) == pytest.approx(1.411, abs=0.001)


@pytest.mark.parametrize(("degrees", "ring"), [(90.0, 36), (20.0, 4), (27.045, 0), (15.0, 0), (141.0, 0)])
def test_rings_at_angles(degrees, ring):
    assert ring_at(degrees) == ring


def test_the_other_edges():
    edges = geometry.ring_edges("status_note")
    first, last = np.degrees(edges[[0, 8], 0]), np.degrees(edges[[7, 55], 1])
    assert first == pytest.approx([15.80, 26.90], abs=0.005)
    assert last == pytest.approx([26.87, 140.80], abs=0.005)
    assert np.abs(np.degrees(edges - geometry.ring_edges())).max() < 0.2
    assert ring_at(26.98) == 8
    assert ring_at(26.98, "status_note") == 9


def test_front_faces_of_the_endcap():
    """The middle plane lies within the cone; a photon at any angle of the endcap meets it or the cylinder before."""
    (_, inner_z), (outer_r, outer_z) = geometry.ENDCAP_CONE
    assert outer_z < geometry.FRONT.z_forward < inner_z
    assert outer_r == geometry.FRONT.radius


def test_towers_have_the_crystals_that_they_must():
    counts = np.bincount(geometry.tower_of_crystal(), minlength=geometry.TOWERS).reshape(7, 40)
    assert counts.sum() == 6580
    assert counts[0].tolist() == [19, 22] * 20
    assert (counts[1:] == 24).all()
    even = np.bincount(geometry.tower_of_crystal("even"), minlength=geometry.TOWERS)
    assert even[:40].tolist() == [22, 19] * 20


def test_towers_are_compact():
    """Each crystal lies within its column's 9 degrees; in rings of 100 one of five reaches over by half its width."""
    ring, place = geometry.rings_places()
    counts = geometry.rings()[ring - 1]
    for more in ("odd", "even"):
        row, column = np.divmod(geometry.tower_of_crystal(more), 40)
        middle = (place + 0.5) / counts * 40.0
        assert np.abs(middle - column - 0.5).max() <= 0.5
        assert np.array_equal(row, np.where(ring <= 8, 0, (ring - 1) // 8))


def test_rows_of_the_section_13_vectors():
    first = geometry.crystal_rings().first
    assert geometry.tower_of(np.array([first[35]])) == 4 * 40
    assert geometry.tower_of(np.array([first[3], 0, 6579])).tolist() == [0, 0, 6 * 40 + 39]


def test_a_shift_turns_columns_alone():
    """Odd columns, as they are numbered, have 22 crystals whatever the shift."""
    plain, shifted = geometry.tower_of_crystal("even"), geometry.tower_of_crystal("odd", 3)
    assert np.array_equal(plain // 40, shifted // 40)
    assert np.array_equal((plain % 40 - 3) % 40, shifted % 40)


@pytest.mark.parametrize("channel", [-1, 6580])
def test_no_crystal(channel):
    with pytest.raises(InputError, match=f"channel is {channel}, allowed: 0-6579"):
        geometry.tower_of(np.array([0, channel]))
