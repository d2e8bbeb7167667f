"""Online selections of NA62's searches, applied to triggers.

``ee``: the e+e- search vetoes what LAV or ANTI0 see in time (tighter than the mu+mu- search: the talk;
windows in `trigemu.experiments.na62.config.Selection`).  ``mumu``: the mu+mu- search asks for hits in two pads of MUV3,
and vetoes in narrower windows (`trigemu.experiments.na62.config.selection.MumuSelection`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I64, Bool
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config.selection import MumuSelection, Selection
from trigemu.experiments.na62.detector.tiles import MUV3_CODES, NO_TILE
from trigemu.experiments.na62.level0.primitives import lav_pairs
from trigemu.experiments.na62.level0.scratch import Scratch
from trigemu.frames.frame import TimeFrame


def window_lsb(window_ns: float) -> int:
    """Return a half width in TDC counts, rounded down."""
    return int(window_ns / LSB_NS)


def within(hits: I64, time: I64, window: int) -> I64:
    """Return how many of the sorted hits are at most ``window`` from each time."""
    last = np.searchsorted(hits, time + window, side="right")
    return last - np.searchsorted(hits, time - window, side="left")


def _quiet(
    frame: TimeFrame, time: I64, lav_ns: float, pairs: int, anti0_ns: float, scratch: Scratch | None
) -> Bool:
    """Return where there are fewer LAV pairs than ``pairs`` and no ANTI0 hit; see `passes_ee`."""
    passed = np.ones(len(time), np.bool_)
    lav, anti0 = frame.fragments.get("lav"), frame.fragments.get("anti0")
    if lav is not None:
        passed &= within(lav_pairs(lav, scratch), time, window_lsb(lav_ns)) < pairs
    if anti0 is not None:
        passed &= within(anti0["time"], time, window_lsb(anti0_ns)) == 0
    return passed


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
    return _quiet(
        frame, time, selection.lav_window_ns, selection.lav_pairs, selection.anti0_window_ns, scratch
    )


def passes_mumu(frame: TimeFrame, time: I64, selection: Selection, scratch: Scratch | None = None) -> Bool:
    """Return which triggers have hits in enough pads of MUV3, and none in the vetoes.

    Parameters as for `passes_ee`, with the source ``muv3`` besides; without it nothing has two pads.
    """
    mine: MumuSelection = selection.mumu
    passed = _quiet(frame, time, mine.lav_window_ns, mine.lav_pairs, mine.anti0_window_ns, scratch)
    muv3 = frame.fragments.get("muv3")
    pads = np.zeros(len(time), np.int64) if muv3 is None else pads_near(muv3, time, mine.muv3_window_ns)
    return np.asarray(passed & (pads >= mine.muv3_pads))


def pads_near(muv3: Mapping[str, NDArray[Any]], time: I64, window_ns: float) -> I64:
    """Return how many different pads of MUV3 have a hit, on either photosensor, at most the window from each time."""
    code = MUV3_CODES[muv3["channel"]]
    known = code != NO_TILE
    hits, pad = muv3["time"][known], code[known].astype(np.int64) >> 1
    window = window_lsb(window_ns)
    first = np.searchsorted(hits, time - window, side="left")
    count = np.searchsorted(hits, time + window, side="right") - first
    trigger = np.repeat(np.arange(len(time)), count)
    place = np.arange(len(trigger)) - np.repeat(np.cumsum(count) - count - first, count)
    different = np.unique(trigger << 16 | pad[place])
    return np.bincount(different >> 16, minlength=len(time))


PASSES: Mapping[str, Callable[[TimeFrame, I64, Selection, Scratch | None], Bool]] = {
    "ee": passes_ee,
    "mumu": passes_mumu,
}
"""The selections by name, which `trigemu.setup.experiment.ExperimentSpec.selections` lists."""
