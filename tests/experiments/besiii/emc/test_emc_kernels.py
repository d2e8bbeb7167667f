"""The calorimeter's kernels given arrays that nobody should give them."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu._kernels.besiii_emc_cells import Cells
from trigemu._kernels.besiii_emc_clusters import Clusters
from trigemu._kernels.besiii_emc_energy import Energies
from trigemu.errors import InputError
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.emc.geometry import cell_of_crystal
from trigemu.experiments.besiii.emc.pulse import pulse
from trigemu.experiments.besiii.emc.settings import block_of_cell, cell_settings, energy_settings

EMC = Besiii.model_validate({"conditions": "2026"}).emc


def spoilt(array, index, value):
    """Return a copy with one entry changed."""
    array = array.copy()
    array[index] = value
    return array


@pytest.mark.parametrize(
    "fired",
    [[[394, 5]], [[-1, 5]], [[3, -1]], [[3, 384]], [[3, 9], [4, 8]], [[32767, 32767]]],
)
def test_fired_cells_that_cannot_be(fired):
    rows = np.array(fired, np.int16)
    offsets = np.array([0, len(rows)])
    with pytest.raises(InputError, match=r"Clusters\.run"):
        Clusters(EMC).run(offsets, rows, np.zeros((1, 16, 6), np.uint64), np.zeros(len(rows), np.uint8))


@pytest.mark.parametrize(
    ("offsets", "masks", "heads"),
    [([0, 3], (1, 16, 6), 2), ([0, 2], (0, 16, 6), 2), ([0, 2], (1, 16, 5), 2), ([0, 2], (1, 16, 6), 1)],
)
def test_cluster_arrays_that_do_not_fit(offsets, masks, heads):
    with pytest.raises(InputError, match=r"Clusters\.run"):
        Clusters(EMC).run(
            np.array(offsets),
            np.array([[3, 4], [5, 9]], np.int16),
            np.zeros(masks, np.uint64),
            np.zeros(heads, np.uint8),
        )


def test_the_same_cell_twice():
    """A cell that fires again while it is on goes off when its first time is over; nothing else happens."""
    masks = np.zeros((1, 16, 6), np.uint64)
    rows = np.array([[3, 10], [3, 12]], np.int16)
    Clusters(EMC).run(np.array([0, 2]), rows, masks, np.zeros(2, np.uint8))
    ticks = np.unpackbits(masks[0, 0].view(np.uint8), bitorder="little")
    assert np.flatnonzero(ticks).tolist() == list(range(10, 10 + EMC.active_ticks))


@pytest.mark.parametrize("value", [-(2**63), -1, 2**62, 2**63 - 1])
def test_any_weights_stay_inside_the_masks(value):
    """Weights and moments that no cell can give."""
    for column in (0, 12, 16, 17):
        weights = spoilt(np.full((1, 18), 3, np.int64), (0, column), value)
        masks = np.zeros((1, 16, 6), np.uint64)
        masks[0, 0, 0] = 1
        blocks, sums = np.zeros((1, 16), np.int32), np.zeros((1, 3), np.int32)
        Energies(energy_settings(EMC)).run(weights, blocks, sums, masks)
        assert masks[0, 0, 0] & np.uint64(1)
        assert not masks[0, 1:7].any()


def test_energy_arrays_that_do_not_fit():
    energies = Energies(energy_settings(EMC))
    blocks, sums, out = np.zeros((2, 16), np.int32), np.zeros((2, 3), np.int32), np.zeros(2, np.uint32)
    masks = np.zeros((2, 16, 6), np.uint64)
    for call in (
        lambda: energies.run(np.zeros((2, 17), np.int64), blocks, sums, masks),
        lambda: energies.run(np.zeros((2, 18), np.int64), blocks[:1], sums, masks),
        lambda: energies.totals(blocks, sums[:1]),
        lambda: energies.at_once(blocks[:, :15].copy(), sums, out),
        lambda: energies.at_once(blocks, sums, out[:1]),
        lambda: Clusters(EMC).at_once(np.zeros((2, 12), np.uint32), out),
        lambda: Clusters(EMC).at_once(np.zeros((2, 13), np.uint32), out[:1]),
    ):
        with pytest.raises(InputError):
            call()


def test_tables_that_cannot_be():
    tables = [cell_of_crystal(0, 8), block_of_cell(), pulse()]
    Cells(cell_settings(EMC), *tables)
    for bad in (
        [spoilt(tables[0], 5, 394), *tables[1:]],
        [spoilt(tables[0], 5, -1), *tables[1:]],
        [tables[0][:-1], *tables[1:]],
        [tables[0], spoilt(tables[1], 393, 16), tables[2]],
        [*tables[:2], spoilt(tables[2], 3, -1)],
        [*tables[:2], spoilt(tables[2], 3, 60000)],
        [*tables[:2], tables[2][:-1]],
        [*tables[:2], 0 * tables[2]],
    ):
        with pytest.raises(InputError, match="Cells"):
            Cells(cell_settings(EMC), *bad)
