"""What lines do together: which triggers they share, which a line takes alone, and what a level amounts to.

Outcomes of frames are collected and counted a few thousand at a time: the numbers of triggers that two lines share are
a matrix product, which costs about 0.5 us per trigger for a menu of 200 lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import I64
from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Outcome, TriggerState
from trigemu.frames.columns import Array
from trigemu.menu.compile import CompiledMenu
from trigemu.menu.planes import unpack_lines

BATCH = 4096
"""Candidates that are counted together, about.  Products of float32 are exact below 2^24."""


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Counts of a menu with L lines.

    Attributes
    ----------
    overlap
        int64[L, L]: recorded triggers that both lines accepted; on the diagonal those that the line accepted.
    unique
        int64[L]: recorded triggers that of all lines of its level this one alone accepted.
    software
        int64[L]: of each line of the software trigger, candidates that level 1 sent in which it fired and its own
        selection passed; 0 for the others.
    software_fired, software_offered
        Candidates in which any line of the software trigger fired; those among them that count in ``software``.
    """

    overlap: I64
    unique: I64
    software: I64
    software_fired: int
    software_offered: int


class SharedCounter:
    """Counts outcomes of a sequencer.

    Parameters
    ----------
    menu
        The menu that they are outcomes of.
    """

    def __init__(self, menu: CompiledMenu) -> None:
        lines = len(menu.lines)
        self._lines = lines
        self._hlt = menu.hlt_mask
        self._has_software = bool(menu.hlt_mask.any())
        software = unpack_lines(menu.hlt_mask[None], lines)[0]
        self._levels = [level for level in (~software, software) if level.any()]
        self._overlap = np.zeros((lines, lines), np.int64)
        self._unique = np.zeros(lines, np.int64)
        self._software = np.zeros(lines, np.int64)
        self._fired = self._offered = 0
        self._waiting: list[tuple[Array, ...]] = []
        self._size = 0

    def add(self, candidates: Candidates, outcome: Outcome) -> None:
        """Count a frame (none of its arrays may change afterwards)."""
        if not len(outcome.state):
            return
        self._waiting.append((outcome.state, outcome.accepted, candidates.fired, candidates.passed))
        self._size += len(outcome.state)
        if self._size >= BATCH:
            self._flush()

    def counts(self) -> Shared:
        """Return what was counted so far."""
        self._flush()
        return Shared(
            self._overlap.copy(), self._unique.copy(), self._software.copy(), self._fired, self._offered
        )

    def _flush(self) -> None:
        if not self._waiting:
            return
        # Frames may have any number of candidates; a product of too many would not be exact.
        state, accepted, fired, passed = (np.concatenate(each) for each in zip(*self._waiting, strict=True))
        self._waiting.clear()
        self._size = 0
        recorded = accepted[state == TriggerState.RECORDED]
        for first in range(0, len(recorded), BATCH):
            self._count_recorded(recorded[first : first + BATCH])
        if self._has_software:
            sent = (state == TriggerState.RECORDED) | (state == TriggerState.VETOED)
            self._fired += int(np.count_nonzero((fired & self._hlt).any(axis=1)))
            offered = (fired & passed & self._hlt)[sent]
            self._offered += int(np.count_nonzero(offered.any(axis=1)))
            self._software += unpack_lines(offered, self._lines).sum(axis=0)

    def _count_recorded(self, accepted: Array) -> None:
        bits = unpack_lines(accepted, self._lines)
        seen = np.flatnonzero(bits.any(axis=0))
        some = bits[:, seen].astype(np.float32)
        self._overlap[np.ix_(seen, seen)] += (some.T @ some).astype(np.int64)
        for level in self._levels:
            mine = bits & level
            self._unique += mine[np.count_nonzero(mine, axis=1) == 1].sum(axis=0)
