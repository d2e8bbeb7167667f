"""The calorimeter's conditions from cells that are on together: vectors of the facts, and the slow twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from reference.besiii_emc import block, cluster_conditions, energy_conditions, heads_of, split, sums_of

from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import EMC_CONDITIONS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.emc.cells import conditions_of_cells
from trigemu.experiments.besiii.emc.geometry import channels
from trigemu.experiments.besiii.emc.settings import block_of_cell
from trigemu.experiments.besiii.emc.trigger import EmcFinder

EMC = Besiii.model_validate({"conditions": "2026"}).emc
EMPTY_BLOCKS = np.array(EMC.pedestals).astype(np.int32)


def conditions(cells, config=EMC, blocks=EMPTY_BLOCKS):
    """Return the names of the conditions of numbered cells."""
    on = np.zeros((1, 394), bool)
    on[0, list(cells)] = True
    true = conditions_of_cells(
        on[:, :330].reshape(1, 11, 30), on[:, 330:362], on[:, 362:], blocks[None], config
    )
    return {name for name, value in zip(EMC_CONDITIONS, true[0], strict=True) if value}


def heads(cells, config=EMC):
    """Return the cluster heads that the trigger finds in barrel cells (theta, phi), from one strong crystal each."""
    theta, phi = np.array(sorted(cells)).T
    crystals = channels(np.ones(len(theta), int), 4 * theta + 1, 4 * phi + 1)
    n = len(crystals)
    columns = {
        "channel": crystals.astype(np.uint16),
        "value": np.full(n, 400, np.uint16),
        "range": np.full(n, 1, np.uint8),
        "time": np.full(n, 20, np.uint8),
        "offsets": np.array([0, n]),
    }
    result = EmcFinder(config).decide(columns)
    assert len(result.cell) == n
    return {divmod(int(c), 30) for c in result.cell[result.head == 1]}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([(5, 3)], {(5, 3)}),  # C1
        ([(5, 3), (5, 4), (6, 3), (6, 4)], {(5, 3)}),  # C2
        ([(5, 3), (6, 4)], {(5, 3), (6, 4)}),  # C3
        ([(5, 4), (6, 3)], {(5, 4), (6, 3)}),
        ([(5, 5), (4, 5), (6, 5), (5, 4), (5, 6)], {(4, 5)}),  # C4
        ([(5, 4), (6, 3), (6, 4)], {(5, 4)}),  # C5
        ([(0, 3), (0, 4)], set()),  # C6, quirk on
        ([(5, 29), (5, 0)], {(5, 29)}),  # azimuth wraps
        ([(0, 3), (10, 3)], {(0, 3), (10, 3)}),  # theta does not
    ],
)
def test_cluster_finder(cells, expected):
    """Vectors C1-C6."""
    assert heads(cells) == expected
    names = conditions([30 * t + p for t, p in cells])
    assert ("nclus_1" in names, "nclus_2" in names) == (len(expected) >= 1, len(expected) >= 2)
    assert ("nbclus_1" in names, "neclus_1" in names) == (len(expected) >= 1, False)


def test_edge_quirk_is_a_switch():
    """Vector C6 with the quirk off."""
    plain = EMC.model_copy(update={"edge_quirk": False})
    assert heads([(0, 3), (0, 4)], plain) == {(0, 3)}
    assert conditions([3, 4], plain) == {"nclus_1", "nbclus_1"}
    assert conditions([3, 4]) == set()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((5, 0), (5, 15), True),  # C7
        ((0, 0), (9, 17), True),
        ((3, 2), (8, 19), True),
        ((5, 0), (5, 12), False),  # C8
        ((0, 0), (8, 15), False),
        ((3, 2), (9, 15), False),
    ],
)
def test_barrel_back_to_back(one, other, expected):
    """Vectors C7 and C8."""
    names = conditions([30 * t + p for t, p in (one, other)])
    assert ("bclus_bb" in names) is expected


@pytest.mark.parametrize(("step", "expected"), [(7, False), (8, True), (15, True), (22, True), (23, False)])
def test_barrel_clusters_apart_in_azimuth(step, expected):
    assert ("bclus_phi" in conditions([30 * 2 + 4, 30 * 2 + (4 + step) % 30])) is expected


@pytest.mark.parametrize(
    ("step", "back_to_back", "apart"),
    [
        (4, False, False),
        (5, False, True),
        (7, True, True),
        (9, True, True),
        (11, False, True),
        (12, False, False),
    ],
)
def test_endcap_clusters_that_face_each_other(step, back_to_back, apart):
    """West bin j, east bin j + step of 16; the wrong way round the steps are 16 less these."""
    for west in (0, 9, 15):
        names = conditions([362 + 2 * west, 330 + 2 * ((west + step) % 16) + 1])
        assert ("eclus_bb" in names, "eclus_phi" in names) == (back_to_back, apart)
        assert {"neclus_1", "clus_z"} <= names


def test_neighbouring_endcap_cells_are_one_cluster():
    """Pairs 2i and 2i + 1 are one bin; runs of bins have one head; east and west look the other way."""
    assert "nclus_2" not in conditions([330, 331])
    assert "nclus_2" not in conditions([331, 332, 335])
    assert "nclus_2" not in conditions([393, 362])
    assert "nclus_2" in conditions([330, 334])
    assert heads_of(set(), {31, 0}, set(), True)[1] == {15}
    assert heads_of(set(), set(), {31, 0}, True)[2] == {0}


def test_halves_of_clus_z():
    """Row 5 of the barrel is in neither half."""
    assert "clus_z" in conditions([30 * 4, 30 * 6])
    assert "clus_z" not in conditions([30 * 5, 30 * 6 + 15])
    assert "clus_z" not in conditions([30 * 5, 30 * 4 + 15])
    assert "clus_z" in conditions([330, 30 * 6])
    assert "clus_z" not in conditions([362, 30 * 6])


CELL = st.one_of(st.integers(0, 60), st.integers(0, 393), st.integers(330, 393), st.integers(150, 230))


@settings(max_examples=300, deadline=None)
@given(
    cells=st.sets(CELL, max_size=40),
    blocks=st.lists(st.one_of(st.integers(0, 60), st.integers(0, 1023)), min_size=16, max_size=16),
    changes=st.fixed_dictionaries(
        {},
        optional={
            "edge_quirk": st.booleans(),
            "bclus_bb_theta": st.integers(0, 10),
            "bclus_bb_phi": st.sampled_from([(1, 1), (1, 29), (11, 19), (15, 15)]),
            "eclus_bb_phi": st.sampled_from([(8, 8), (0, 15)]),
            "bl_bblk": st.integers(0, 400),
            "bl_z": st.integers(0, 3000),
        },
    ),
)
def test_conditions_are_the_slow_twins(cells, blocks, changes):
    config = EMC.model_copy(update=changes)
    expected = cluster_conditions(*split(cells), config)
    if expected:
        expected |= energy_conditions(blocks, sums_of(blocks, config), config)
    assert conditions(cells, config, np.array(blocks, np.int32)) == expected


def test_without_clusters_there_is_no_condition():
    """The guard of besiii_babar_facts A5.18, and the same sums with a cluster."""
    full = np.full(16, 1000, np.int32)
    energy = {"betot_h", "eetot_h", "etot_l", "etot_m", "bl_z", "bl_bblk", "bl_eblk"}
    assert conditions([], blocks=full) == set()
    assert energy <= conditions([200], blocks=full)


def test_blocks_of_cells():
    """12 blocks of the barrel of 25 or 30 cells, 4 of 16."""
    assert block_of_cell().tolist() == [block(c) for c in range(394)]
    assert np.bincount(block_of_cell()).tolist() == [30, 25] * 3 + [25, 30] * 3 + [16] * 4


def test_shapes_that_do_not_fit_are_refused():
    on = np.zeros((2, 11, 30), bool), np.zeros((2, 32), bool), np.zeros((2, 32), bool)
    blocks = np.zeros((2, 16), np.int32)
    with pytest.raises(InputError, match="cells and blocks have the shapes"):
        conditions_of_cells(*on, blocks[:1], EMC)
    with pytest.raises(InputError, match="cells and blocks have the shapes"):
        conditions_of_cells(*on, blocks, EMC, np.zeros((2, 2), np.int32))


@pytest.mark.parametrize(
    "change",
    [
        {"bclus_phi": (22, 8)},
        {"bclus_bb_phi": (0, 8)},
        {"eclus_phi": (5, 16)},
        {"low_mv": 0.0},
        {"endcap_shift": 32},
        {"pedestals": (1.0,) * 15},
        {"active_ticks": 0},
        {"betot_h": -1},
        {"mode": "fast"},
    ],
)
def test_settings_out_of_bounds_are_refused(change):
    with pytest.raises(ValidationError):
        type(EMC).model_validate(EMC.model_dump() | change)
