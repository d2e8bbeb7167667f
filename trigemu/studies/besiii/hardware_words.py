"""What the hardware said of one crossing, where the data have its words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import Bool
from trigemu.experiments.besiii.raw import hardware as raw
from trigemu.experiments.besiii.sources import TIMING
from trigemu.frames.frame import TimeFrame


@dataclass(frozen=True, slots=True, eq=False)
class Hardware:
    """Cells of one crossing, in any of the windows that the hardware keeps.

    Attributes
    ----------
    long, short
        bool[128], track cells.
    positions
        bool[88], barrel positions of the time of flight.
    barrel, east, west
        bool[11, 30], bool[32], bool[32], trigger cells of the calorimeter.
    """

    long: Bool
    short: Bool
    positions: Bool
    barrel: Bool
    east: Bool
    west: Bool


def hardware_of(frame: TimeFrame, number: int) -> Hardware | None:
    """Return what the hardware said of a crossing; None in simulated frames."""
    if raw.HARDWARE not in frame.fragments:
        return None
    words = raw.Hardware.of(frame[raw.HARDWARE], len(frame[TIMING]["time"]))
    east, west = (np.asarray(words.endcap_cells(side)[number].any(axis=0)) for side in (0, 1))
    return Hardware(
        long=words.ring(raw.LONG)[number],
        short=words.ring(raw.SHORT)[number],
        positions=words.tof_cells(0)[number],
        barrel=np.asarray(words.barrel_cells()[number].any(axis=0)),
        east=east,
        west=west,
    )
