"""The calorimeter's crystals: numbers, rings and directions against the geometry file, trigger cells."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trigemu.collider.response.rings import PER_RADIAN
from trigemu.experiments.besiii.emc import geometry
from trigemu.experiments.besiii.sources import CRYSTALS


@pytest.fixture(scope="module")
def crystals(shared_data):
    """The geometry file."""
    return dict(np.load(shared_data / "besiii" / "emc_geometry.npz"))


def polar(crystals, point):
    """Return polar angle and azimuth of a point of every crystal in rad."""
    x, y, z = (crystals[f"{point}_{axis}"] for axis in "xyz")
    return np.arctan2(np.hypot(x, y), z), np.arctan2(y, x)


def test_numbers_are_those_of_the_file(crystals):
    part, theta, phi = geometry.parts_thetas_phis()
    assert len(part) == geometry.CRYSTALS == CRYSTALS == 6240
    assert np.array_equal(crystals["gid"], np.arange(6240))
    for name, ours in (("part", part), ("theta", theta), ("phi", phi)):
        assert np.array_equal(crystals[name], ours), name
    assert np.array_equal(geometry.channels(part, theta, phi), np.arange(6240))


def test_east_is_positive_z_and_channels_go_on_in_polar_angle(crystals):
    assert (crystals["center_z"][crystals["part"] == geometry.EAST] > 0).all()
    assert (crystals["center_z"][crystals["part"] == geometry.WEST] < 0).all()
    edges = geometry.ring_edges()
    assert (edges[:, 0] < edges[:, 1]).all()
    assert (edges[:-1, 1] <= edges[1:, 0] + 1e-12).all()


@pytest.mark.parametrize("point", ["center", "front_center"])
def test_every_crystal_lies_in_its_ring_and_at_its_azimuth(crystals, point):
    rings = geometry.crystal_rings()
    theta, phi = polar(crystals, point)
    ring = np.repeat(np.arange(len(rings.crystals)), rings.crystals)
    assert (theta > rings.edges[ring, 0]).all()
    assert (theta < rings.edges[ring, 1]).all()
    assert np.array_equal(rings.look_up[(theta * PER_RADIAN).astype(int)], ring)
    turns = (phi / (2.0 * math.pi) - rings.begin[ring]) % 1.0
    place = np.floor(turns * rings.crystals[ring]).astype(int)
    assert np.array_equal(rings.first[ring] + place, np.arange(6240))


def test_edges_lie_between_the_corners_of_neighbours(crystals):
    """Corners of a ring reach over its edges by less than 0.4 degrees: crystals do not point exactly at the origin."""
    rings = geometry.crystal_rings()
    theta = np.degrees(np.arctan2(np.hypot(crystals["points_x"], crystals["points_y"]), crystals["points_z"]))
    ring = np.repeat(np.arange(len(rings.crystals)), rings.crystals)
    edges = np.degrees(rings.edges[ring])
    assert np.abs(np.sort(theta, axis=1)[:, [0, -1]] - edges).max() < 0.4


def test_front_faces(crystals):
    radius = np.hypot(crystals["front_center_x"], crystals["front_center_y"])[crystals["part"] == 1]
    z = crystals["front_center_z"][crystals["part"] == 0]
    # The file is in cm; crystals far from 90 degrees begin up to 2 cm farther out.
    assert geometry.FRONT.radius == pytest.approx(10.0 * radius.min(), abs=1.0)
    assert geometry.FRONT.z_forward == pytest.approx(10.0 * z.min(), abs=1.0)
    assert geometry.FRONT.z_backward == -geometry.FRONT.z_forward


def test_identifiers_without_a_crystal():
    bad = [
        (3, 0, 0),
        (-1, 0, 0),
        (0, 6, 0),
        (1, 44, 0),
        (0, 0, 64),
        (1, 0, 120),
        (2, 3, 80),
        (1, 63, 255),
        (1, 64, 0),
    ]
    assert geometry.channels(*np.array(bad).T).tolist() == [-1] * len(bad)
    assert geometry.channels(np.array([1]), np.array([0]), np.array([-1])).tolist() == [-1]


def test_cells_have_16_and_15_crystals():
    cells = geometry.cell_of_crystal(0, 8)
    counts = np.bincount(cells, minlength=geometry.CELLS)
    assert counts.tolist() == [16] * 330 + [15] * 64


def test_endcap_cells_are_compact_in_azimuth():
    """Crystals of a cell lie within its 11.25 degrees, but for the fifths of rings 2 and 3 (half a crystal)."""
    part, theta, phi = geometry.parts_thetas_phis()
    around = np.array(geometry.ENDCAP_RINGS)[np.minimum(theta, 5)]
    middle = (phi + 0.5) / around * 32.0
    endcap = part != geometry.BARREL
    place = (geometry.cell_of_crystal(0, 0) - 330) % 32 + 0.5
    assert np.abs(middle - place)[endcap].max() <= 0.5 + 0.5 * 32 / 80


def test_shifts_turn_the_numbers():
    plain, shifted = geometry.cell_of_crystal(0, 0), geometry.cell_of_crystal(1, 8)
    barrel = plain < 330
    assert np.array_equal((plain[barrel] - 1) % 30, shifted[barrel] % 30)
    assert np.array_equal(plain[barrel] // 30, shifted[barrel] // 30)
    assert np.array_equal((plain[~barrel] - 330 - 8) % 32, (shifted[~barrel] - 330) % 32)
    assert np.array_equal((plain >= 362), (shifted >= 362))
