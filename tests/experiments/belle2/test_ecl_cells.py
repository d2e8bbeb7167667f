"""The calorimeter's cells: numbering, positions, neighbours, centre-of-mass table, crystals."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.collider.response.rings import PER_RADIAN
from trigemu.errors import InputError
from trigemu.experiments.belle2.ecl import cells, cm, crystals
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.positions import centres
from trigemu.experiments.belle2.ecl.trigger import CalorimeterTrigger


@pytest.fixture(scope="module")
def tcmap(shared_data):
    """The experiment's map of trigger cells."""
    return dict(np.load(shared_data / "belle2" / "conformance" / "ecl_tcmap.npz"))


def test_numbering_and_crystals_are_the_experiments(tcmap):
    theta, phi = cells.theta_phi()
    assert np.array_equal(theta[1:], tcmap["theta_id"])
    assert np.array_equal(phi[1:], tcmap["phi_id"])
    assert np.array_equal(cells.cell_of_crystal(), tcmap["xtal_to_tcid"])


def test_centres_and_table_are_the_experiments(tcmap):
    assert np.array_equal(centres()[1:], tcmap["position_cm"])
    assert np.array_equal(cm.formula()[1:], tcmap["bhabha_lut"])


def test_unrounded_angles_are_the_experiments(tcmap):
    """The experiment's table before rounding has six digits: 5e-4 degrees, 5e-6 in energy."""
    theta, phi, scale = cm.directions(centres()[1:])
    assert np.abs(theta - tcmap["cm_theta_deg"]).max() < 5.1e-4
    assert np.abs(phi - tcmap["cm_phi_deg"]).max() < 5.1e-4
    assert np.abs(scale - tcmap["cm_energy_scale"]).max() < 5.1e-6


def test_cells_per_ring():
    theta, _ = cells.theta_phi()
    assert np.bincount(theta[1:], minlength=18).tolist() == [0, 16, 32, 32, *[36] * 12, 32, 32]
    assert sorted(np.unique(cells.cell_of_crystal())) == list(range(1, 577))
    assert len(cells.cell_of_crystal()) == cells.rings().sum() == cells.CRYSTALS


def test_neighbours_are_mutual_and_near():
    near = cells.neighbours()
    theta, phi = cells.theta_phi()
    for cell in range(1, 577):
        others = [c for c in near[cell, 1:] if c]
        assert len(set(others)) == len(others)
        assert near[cell, 0] == cell
        for other in others:
            assert cell in near[other]
            assert abs(int(theta[cell]) - int(theta[other])) <= 1
            around = 36 if 4 <= theta[cell] <= 15 else 32
            step = (int(phi[cell]) - int(phi[other])) % around
            assert min(step, around - step) <= 2


def test_quadrants_cover_each_region_with_overlap():
    """10 of 32 numbers of phi in the forward endcap (two rings), 11 of 36 in the barrel (twelve)."""
    bits = np.unpackbits(cells.quadrants()[:, None], axis=1, bitorder="little")
    assert bits.sum(axis=0).tolist() == [20] * 4 + [132] * 4


def test_crystals_explain_the_centres():
    """Averaging, for each cell, crystals numbered one too high gives the table's centres: 0.05 and 0.7 degrees."""
    edges = crystals.ring_edges()
    first, counts = crystals.crystal_rings().first, crystals.crystal_rings().crystals
    ring = np.repeat(np.arange(69), counts)
    phi = 2.0 * np.pi * (np.arange(cells.CRYSTALS) - first[ring] + 0.5) / counts[ring]
    theta = edges.mean(axis=1)[ring]
    # Points on the surfaces on which the table's centres lie.
    radius = np.where(ring < 13, 197.3 * np.tan(theta), np.where(ring < 59, 126.5, -104.0 * np.tan(theta)))
    points = np.stack([radius * np.cos(phi), radius * np.sin(phi), radius / np.tan(theta)], axis=1)
    cell = cells.cell_of_crystal()
    mean = np.stack([np.bincount(cell[:-1], points[1:, k], minlength=577) for k in range(3)], axis=1)
    mean = mean[1:] / np.bincount(cell[:-1], minlength=577)[1:, None]
    turn = np.arctan2(mean[:, 1], mean[:, 0]) - np.arctan2(centres()[1:, 1], centres()[1:, 0])
    turn = np.degrees((turn + np.pi) % (2.0 * np.pi) - np.pi)
    polar = [np.arctan2(np.hypot(x, y), z) for x, y, z in (mean.T, centres()[1:].T)]
    last = cell[-1] - 1  # the very last crystal has no next one
    assert np.delete(np.abs(turn), last).max() < 0.05
    assert np.delete(np.degrees(np.abs(polar[0] - polar[1])), last).max() < 0.7


def test_rings_are_found_by_their_angles():
    look_up = crystals.crystal_rings().look_up
    assert crystals.crystal_rings().total == cells.CRYSTALS
    for ring, (low, high) in enumerate(crystals.ring_edges()):
        for part in (0.05, 0.5, 0.95):
            assert look_up[int((low + part * (high - low)) * PER_RADIAN)] == ring
    for degrees in (5.0, 12.3, 31.8, 129.5, 156.0, 175.0):
        assert look_up[int(np.radians(degrees) * PER_RADIAN)] == -1


def test_table_from_a_file_serves_as_the_formula(tcmap, shared_data, tmp_path):
    text = tmp_path / "table.txt"
    text.write_text("\n".join(str(v) for v in tcmap["bhabha_lut"]))
    for path in (text, shared_data / "belle2" / "conformance" / "ecl_tcmap.npz"):
        assert np.array_equal(cm.load(path), cm.formula())
        CalorimeterTrigger(Ecl(cm_table=path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("1 2 3", "576 integers"),
        (" ".join(["x"] * 576), "576 integers"),
        (" ".join(["147805"] * 575 + ["0"]), "entry 576 is 0"),
        (" ".join(["147805"] * 4 + ["99999999"] + ["147805"] * 571), "entry 5 is 99999999"),
    ],
)
def test_bad_table_is_refused(tmp_path, content, words):
    path = tmp_path / "table.txt"
    path.write_text(content)
    with pytest.raises(InputError, match=words):
        CalorimeterTrigger(Ecl(cm_table=path))


def test_missing_or_other_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        cm.load(tmp_path / "nothing.npz")
    np.savez(tmp_path / "other.npz", table=np.zeros(576, np.int32))
    with pytest.raises(InputError, match="bhabha_lut"):
        cm.load(tmp_path / "other.npz")
