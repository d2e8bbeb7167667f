"""Time-of-flight conditions from cells as the hardware records them."""

from __future__ import annotations

from trigemu.arrays import Bool
from trigemu.experiments.besiii.tof.config import Tof
from trigemu.experiments.besiii.tof.trigger import TofFinder


def conditions_of_cells(positions: Bool, east: Bool, west: Bool, config: Tof) -> Bool:
    """Return the conditions of cells that are true together.

    Parameters
    ----------
    positions
        bool[n, 88], the barrel's ring as the epoch combines its layers.
    east, west
        bool[n, 48] scintillator counters or bool[n, 36] MRPC modules, the hardware's numbers.

    Returns
    -------
    NDArray[np.bool_]
        bool[n, 7], `bits.TOF_CONDITIONS`.

    Raises
    ------
    InputError
        Rings of another size.
    """
    return TofFinder(config).of_cells(positions, east, west)
