"""Track match: tracks of the chamber that point to time-of-flight counters and calorimeter clusters.

Two neighbouring cells of the track counters make one of 64 cells.  A: a long track with a barrel position within a
window in azimuth; B: A with the head of a barrel cluster within a window; C: a short track with a counter or module
of an endcap, east and west apart, on demand with a calorimeter cell of that endcap too.  Each is counted (at least
one cell, at least two) and looked through for back-to-back pairs.

Compiled in ``ext/besiii/match.pyx``.  Sources: besiii_babar_facts A3.10, besiii_real_facts 2.6.  The windows come from
tables that are not public; which pairs of C are meant is not known either: here one cell is in the west, its partner
in the east, as for the endcap counters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.besiii_match import Cones
from trigemu.arrays import F64, U64
from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import MATCH_CONDITIONS
from trigemu.experiments.besiii.clock import TICK_WORDS
from trigemu.experiments.besiii.match.config import CELLS, Match
from trigemu.experiments.besiii.records import EmcTrigger, MdcTrigger, TofTrigger
from trigemu.experiments.besiii.sources import BARS, ENDCAP_COUNTERS, MODULES
from trigemu.experiments.besiii.tof import geometry
from trigemu.experiments.besiii.tof.config import Tof

CLUSTER_COLUMNS, ENDCAP_CELLS = 30, 32
"""Azimuths of barrel trigger cells and of those of an endcap."""

_ENDCAP_CELL_SHIFT = 8
_TURN = 2.0 * np.pi


def azimuths(tof: Tof) -> dict[str, list[F64]]:
    """Return azimuths in rad: ``counter`` and ``column`` -> barrel, east and west, by the hardware's numbers.

    Barrel positions are taken at the bar of the inner layer, calorimeter cells at equal steps.
    """
    bar = geometry.bar_azimuth(0, np.arange(BARS) - tof.barrel_shift)
    if tof.endcap == "mrpc":
        sides = [geometry.module_azimuth(side, np.arange(MODULES)) for side in (geometry.EAST, geometry.WEST)]
    else:
        sides = [geometry.counter_azimuth(np.arange(ENDCAP_COUNTERS) - tof.endcap_shift)] * 2
    barrel = _steps(CLUSTER_COLUMNS, 0.5)
    endcap = _steps(ENDCAP_CELLS, _ENDCAP_CELL_SHIFT + 0.5)
    return {"counter": [bar, *sides], "column": [barrel, endcap, endcap]}


def cell_azimuth() -> F64:
    """Return the azimuths in rad (float64[64]) of the middles of match cells: two wires of superlayer 5 each."""
    return _steps(CELLS, 0.25)


def _steps(cells: int, first: float) -> F64:
    """Return equal steps around the circle, ``first`` in steps."""
    return np.asarray((np.arange(cells) + first) * (_TURN / cells), np.float64)


def within(phi: F64, degrees: float) -> NDArray[np.bool_]:
    """Return bool[64, len(phi)], whether azimuths lie within a window around each match cell."""
    apart = (phi - cell_azimuth()[:, None] + np.pi) % _TURN - np.pi
    # A hair wider than asked for, so that a difference equal to the window does not hang on rounding.
    return np.asarray(np.abs(apart) <= np.radians(degrees) + 1e-9)


def _bits(inside: NDArray[np.bool_], words: int) -> U64:
    """Return uint64[64, words], a bit for each that is true."""
    padded = np.zeros((len(inside), 64 * words), np.uint64)
    padded[:, : inside.shape[1]] = inside
    shifted = padded.reshape(len(inside), words, 64) << np.arange(64, dtype=np.uint64)
    return np.asarray(np.bitwise_or.reduce(shifted, axis=2))


class Matcher:
    """Track match with its settings; one object may serve many threads."""

    def __init__(self, config: Match, tof: Tof) -> None:
        """Prepare the windows; ``tof`` says where the time-of-flight cells lie."""
        self.config = config
        phi = azimuths(tof)
        degrees = (config.tof_window_deg, config.endcap_window_deg, config.endcap_window_deg)
        counters = [_bits(within(p, d), 2) for p, d in zip(phi["counter"], degrees, strict=True)]
        columns = [_bits(within(p, config.cluster_window_deg), 1)[:, 0] for p in phi["column"]]
        self._cones = Cones(config, np.ascontiguousarray(counters), np.ascontiguousarray(columns))

    def decide(self, mdc: MdcTrigger, tof: TofTrigger, emc: EmcTrigger) -> U64:
        """Return uint64[n, 9, TICK_WORDS], tick masks of `bits.MATCH_CONDITIONS`, not stretched.

        Raises
        ------
        InputError
            Records of different numbers of crossings.
        """
        lengths = {len(record.offsets) - 1 for record in (mdc, tof, emc)}
        if len(lengths) != 1:
            raise InputError(
                f"track match: records of {', '.join(map(str, sorted(lengths)))} crossings do not fit"
            )
        out = np.empty((lengths.pop(), len(MATCH_CONDITIONS), TICK_WORDS), np.uint64)
        self._cones.decide(mdc, tof, emc, out)
        return out
