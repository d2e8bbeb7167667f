"""Online selections of NA62's searches, applied to triggers.

``ee``: the e+e- search vetoes what LAV or ANTI0 see in time (tighter than the mu+mu- search: the talk;
windows in `trigemu.experiments.na62.config.Selection`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import Selection
from trigemu.experiments.na62.level0.primitives import lav_pairs
from trigemu.experiments.na62.level0.scratch import Scratch
from trigemu.frames.frame import TimeFrame


def window_lsb(window_ns: float) -> int:
    """Return a half width in TDC counts, rounded down."""
    return int(window_ns / LSB_NS)


def passes_ee(
    frame: TimeFrame, time: NDArray[np.int64], selection: Selection, scratch: Scratch | None = None
) -> NDArray[np.bool_]:
    """Return which triggers no veto detector sees.

    A trigger fails if at least ``lav_pairs`` LAV hits (low-high pairs) or any ANTI0 hit lie at most the
    window away from it.  A source that is not in the frame vetoes nothing.

    Parameters
    ----------
    frame
        The sources ``lav`` and ``anti0``.
    time
        int64[n], trigger times in TDC counts since the start of the frame.
    selection
        Windows and number of pairs.
    scratch
        Memory to use.

    Returns
    -------
    bool[n]
    """
    passed = np.ones(len(time), np.bool_)
    lav, anti0 = frame.fragments.get("lav"), frame.fragments.get("anti0")
    if lav is not None:
        pairs = lav_pairs(lav, scratch)
        passed &= _within(pairs, time, window_lsb(selection.lav_window_ns)) < selection.lav_pairs
    if anti0 is not None:
        passed &= _within(anti0["time"], time, window_lsb(selection.anti0_window_ns)) == 0
    return passed


def _within(hits: NDArray[np.int64], time: NDArray[np.int64], window: int) -> NDArray[np.int64]:
    """Return how many of the sorted hits are at most ``window`` from each time."""
    last = np.searchsorted(hits, time + window, side="right")
    return last - np.searchsorted(hits, time - window, side="left")
