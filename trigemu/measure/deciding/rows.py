"""What a trigger says of the events of a frame, event by event, before prescale and dead time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trigemu.arrays import I64, U64, Bool
from trigemu.decision.candidates import CandidateFinder, check_candidates
from trigemu.decision.door import Door
from trigemu.frames.crossings import take_crossings
from trigemu.frames.frame import TRUTH, TimeFrame
from trigemu.frames.ranges import CorruptError
from trigemu.setup.experiment import Setup


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Events of one frame, in order.

    Attributes
    ----------
    decided
        bool[n]; false: the event's data hold what its detectors cannot give, so that no trigger got to see them.
    accepted
        bool[n], in the acceptance that the signal's table describes; None where data have no truth.
    bits
        uint64[n, words], the trigger bits that were set at the event.
    fired
        uint64[n, words], lines that fired.
    passed
        uint64[n, words], those of them whose online selection passed.
    """

    decided: Bool
    accepted: Bool | None
    bits: U64
    fired: U64
    passed: U64

    def __len__(self) -> int:
        return len(self.decided)


class EventDecider:
    """Decides the events of frames, in which no event is near another.

    Parameters
    ----------
    setup
        A run that takes each event of a file once (``input.once``).
    """

    def __init__(self, setup: Setup[Any]) -> None:
        self._finder = CandidateFinder(setup)
        self._door = Door(setup, {})
        self._menu, self._crossings = setup.menu, setup.crossings
        self._window, self._ticks = setup.match_window, setup.clock.frame_ticks

    def rows(self, frame: TimeFrame) -> Rows:
        """Return what the trigger says of each event of a frame."""
        try:
            return self._decided(frame)
        except CorruptError:
            n = len(self._times(frame))
            if n > 1 and self._crossings is not None:
                # One bad event says nothing of the others.
                return joined([self._alone(frame, place) for place in range(n)])
            return self._undecided(frame, n)

    def _alone(self, frame: TimeFrame, place: int) -> Rows:
        rows, time = np.array([place]), self._times(frame)[place : place + 1]
        one = {name: take_crossings(columns, rows, time) for name, columns in frame.fragments.items()}
        for name in (self._crossings, TRUTH):
            # Its offsets say which of the entries are at which time; here there is one time.
            if name is not None and name in one:
                one[name].pop("offsets", None)
        return self.rows(TimeFrame(frame.run, frame.number, one))

    def _times(self, frame: TimeFrame) -> I64:
        return np.asarray(
            frame[TRUTH if TRUTH in frame.fragments else str(self._crossings)]["time"], np.int64
        )

    def _decided(self, frame: TimeFrame) -> Rows:
        frame = self._door.check(frame)
        time, truth = self._times(frame), frame.fragments.get(TRUTH)
        seen = {name: columns for name, columns in frame.fragments.items() if name != TRUTH}
        words, candidates = self._finder.find(TimeFrame(frame.run, frame.number, seen))
        check_candidates(frame.number, candidates, self._ticks, self._menu)
        return Rows(
            np.ones(len(time), np.bool_),
            None if truth is None else truth["accepted"] != 0,
            self._gathered(time, words.time, words.bits),
            self._gathered(time, candidates.time, candidates.fired),
            self._gathered(time, candidates.time, candidates.passed),
        )

    def _gathered(self, time: I64, at: I64, words: U64) -> U64:
        """Return what is set within the window of each event's time: uint64[events, words]."""
        out = np.zeros((len(time), words.shape[1]), np.uint64)
        event = np.searchsorted(time, at - self._window)
        near = event < len(time)
        near[near] = np.abs(time[event[near]] - at[near]) <= self._window
        np.bitwise_or.at(out, event[near], words[near])
        return out

    def _undecided(self, frame: TimeFrame, n: int) -> Rows:
        none = np.zeros((n, self._menu.words), np.uint64)
        accepted = np.zeros(n, np.bool_) if TRUTH in frame.fragments else None
        bits = np.zeros((n, self._menu.width // 64), np.uint64)
        return Rows(np.zeros(n, np.bool_), accepted, bits, none, none)


def joined(parts: list[Rows]) -> Rows:
    """Return rows one after the other (at least one part)."""
    accepted = [part.accepted for part in parts if part.accepted is not None]
    return Rows(
        np.concatenate([part.decided for part in parts]),
        np.concatenate(accepted) if len(accepted) == len(parts) else None,
        np.concatenate([part.bits for part in parts]),
        np.concatenate([part.fired for part in parts]),
        np.concatenate([part.passed for part in parts]),
    )
