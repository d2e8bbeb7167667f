"""What depends on order, once and in frame order: CHOKE, prescale counters, dead time, veto.

Frames may be decided anywhere and in any order (`Candidates` are a pure function of a frame); the sequencer
sees them as 0, 1, 2, ... and turns candidates into triggers.  Live worker, offline scan and notebook use
this one.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.menu_sequence import advance
from trigemu.arrays import I64
from trigemu.decision.candidates import Candidates, check_candidates
from trigemu.errors import RunError
from trigemu.menu.choke import ChokeModel
from trigemu.menu.compile import CompiledMenu
from trigemu.menu.dead_time import rules
from trigemu.menu.prescale import line_key
from trigemu.setup.data import Clock


class TriggerState(IntEnum):
    """Where a candidate ends; each ends in exactly one."""

    RECORDED = 0
    PRESCALED = 1
    DEAD_TIME = 2
    VETOED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of a frame's candidates.

    Attributes
    ----------
    state
        uint8[n], a `TriggerState` each.
    accepted
        uint64[n, words], the lines that record the trigger: they fired, survived their prescale and the dead
        time, and their online selection passed.  0 unless the state is RECORDED.
    """

    state: NDArray[np.uint8]
    accepted: NDArray[np.uint64]


_NO_LINES = np.zeros((0, 1), np.uint64)
_NOTHING = Outcome(np.zeros(0, np.uint8), _NO_LINES)
_QUIET = Candidates(np.zeros(0, np.int64), _NO_LINES, _NO_LINES)
_NO_PAUSE = np.zeros(0, np.int64)
_LOST = 2**64 - 1


class Sequencer:
    """Decides candidates in frame order.

    For each candidate, in time order: CHOKE refuses it (DEAD_TIME; counters stand still); each L1 line that
    fired is prescaled, and if none is left it is PRESCALED; a dead time refuses it (DEAD_TIME; counters
    have advanced); it is sent and starts a dead time; if no L1 line's online selection passes it is VETOED.
    If the menu has HLT lines, those that fired and passed are prescaled now, and if none is left it is VETOED
    as well.  Otherwise it is RECORDED.

    Attributes
    ----------
    accepted, prescaled, choked, refused, vetoed
        int64[lines]: candidates in which the line fired and was recorded; dropped by its prescale; refused
        by CHOKE; refused by dead time; not passed by its online selection or rejected by the software trigger.
        Their sum is ``fired``; the sums before and after the dead time are what NA62's end-of-burst counters
        call generated and sent.  An HLT line ends where its candidate does unless that one was sent.
    states
        int64[4], candidates per `TriggerState`.
    frames, lost_frames, decisions
        Frames stepped and skipped; candidates decided.
    """

    def __init__(self, menu: CompiledMenu, clock: Clock, seed: int) -> None:
        lines = len(menu.lines)
        scales = [line.scale for line in menu.lines]
        self._frame_ticks = clock.frame_ticks
        self._menu = menu
        self._rules = rules(menu.dead_time, tick_ns=clock.tick_ns, clock_ticks=clock.clock_ticks).array()
        self._choke = (
            ChokeModel(menu.choke, clock_ticks=clock.clock_ticks, frame_ticks=clock.frame_ticks)
            if menu.choke.enabled
            else None
        )
        self._factor = np.array([scale.factor for scale in scales], np.uint64)
        self._key = np.array([line_key(line.name, seed) for line in menu.lines], np.uint64)
        self._counting = np.array([scale.mode == "counter" for scale in scales], np.uint8)
        self._counter = np.zeros(lines, np.int64)
        # Triggers are accepted again from, the bucket is empty at, dead TDC counts so far.
        self._carry = np.zeros(3, np.int64)
        # A line that fires ends in one row: accepted, prescaled, refused by CHOKE, by dead time, or vetoed.
        self._counts = np.zeros((5, lines), np.int64)
        self.accepted, self.prescaled, self.choked, self.refused, self.vetoed = self._counts
        self.states = np.zeros(len(TriggerState), np.int64)
        self.frames = 0
        self.lost_frames = 0
        self._l1, self._hlt = menu.l1_mask, menu.hlt_mask
        self._kept = np.zeros(menu.words, np.uint64)
        self._hash = hashlib.sha256()

    def step(self, frame: int, candidates: Candidates) -> Outcome:
        """Decide the next frame.

        Parameters
        ----------
        frame
            Its number: one more than the last frame's, 0 at begin-of-run.
        candidates
            What its hits say.

        Raises
        ------
        RunError
            Not the next frame, or candidates that are not in time order, outside the frame or without a line.
        """
        self._check_next(frame)
        count = len(candidates.time)
        time = np.ascontiguousarray(candidates.time, np.int64)
        fired = np.ascontiguousarray(candidates.fired, np.uint64)
        passed = np.ascontiguousarray(candidates.passed, np.uint64)
        check_candidates(frame, candidates, self._frame_ticks, self._menu)
        pauses = _NO_PAUSE if self._choke is None else self._choke.advance(frame, candidates.load)
        self._hash.update(struct.pack("<QQ", frame, count))
        self.frames += 1
        if not count and not len(pauses) and self._carry[0] <= frame * self._frame_ticks:
            return _NOTHING
        outcome = Outcome(np.empty(count, np.uint8), np.empty((count, len(self._l1)), np.uint64))
        advance(
            time,
            fired,
            passed,
            frame,
            self._frame_ticks,
            self._rules,
            pauses,
            self._factor,
            self._key,
            self._counting,
            self._l1,
            self._hlt,
            self._counter,
            self._carry,
            self._counts,
            self.states,
            self._kept,
            outcome.accepted,
            outcome.state,
        )
        for column in (time, fired, passed, outcome.accepted, outcome.state):
            self._hash.update(column.reshape(-1).data)
        return outcome

    def step_quiet(self, first: int, count: int) -> None:
        """Decide ``count`` frames from ``first`` on that have neither candidates nor load.

        The same as one `step` each, but hundreds of frames take no longer than one.

        Raises
        ------
        RunError
            ``first`` is not the next frame.
        """
        stop = first + count
        # A dead time may reach into the next frames; CHOKE's queue goes on frame by frame.
        while first < stop and (self._choke is not None or self._carry[0] > first * self._frame_ticks):
            self.step(first, _QUIET)
            first += 1
        if first < stop:
            self._check_next(first)
            heads = np.zeros((stop - first, 2), "<u8")
            heads[:, 0] = np.arange(first, stop)
            self._hash.update(heads.data)
            self.frames += stop - first

    def skip(self, frame: int) -> None:
        """Let a lost frame pass: neither live nor dead time; counters and queue stand still."""
        self._check_next(frame)
        if self._choke is not None:
            self._choke.advance(frame, np.zeros(0, np.uint16))
        self._hash.update(struct.pack("<QQ", frame, _LOST))
        self.lost_frames += 1

    def _check_next(self, frame: int) -> None:
        due = self.frames + self.lost_frames
        if frame != due:
            raise RunError(f"the sequencer was given frame {frame} where frame {due} is due")

    def counters(self) -> I64:
        """Return all that was counted so far, int64[7 + 5 lines].

        Frames stepped, frames lost, dead TDC counts, `states`; `accepted`, `prescaled`, `choked`, `refused`, `vetoed`.
        """
        head = (self.frames, self.lost_frames, self._carry[2], *self.states)
        return np.concatenate([np.array(head, np.int64), self._counts.ravel()])

    @property
    def sent(self) -> I64:
        """int64[lines], candidates that the line kept and that came through the dead time."""
        return self.accepted + self.vetoed

    @property
    def generated(self) -> I64:
        """int64[lines], candidates that the line's prescale kept, before the dead time (after CHOKE)."""
        return self.sent + self.refused

    @property
    def fired(self) -> I64:
        """int64[lines], candidates in which the line fired."""
        return self.generated + self.prescaled + self.choked

    @property
    def decisions(self) -> int:
        """Candidates decided."""
        return int(self.states.sum())

    @property
    def dead_ticks(self) -> int:
        """TDC counts in which CHOKE or dead time would have refused a trigger (stepped frames only)."""
        return int(self._carry[2])

    @property
    def live_ticks(self) -> int:
        """TDC counts of the stepped frames that were not dead."""
        return self.frames * self._frame_ticks - self.dead_ticks

    @property
    def choke_log(self) -> list[tuple[int, bool]]:
        """(clock period since begin-of-run, on) of CHOKE's transitions, the first ten thousand."""
        return [] if self._choke is None else list(self._choke.log)

    @property
    def choke_transitions(self) -> int:
        """How often CHOKE went on or off."""
        return 0 if self._choke is None else self._choke.transitions

    def sha256(self) -> str:
        """Return the hash over all decisions so far, in frame order.

        Per frame, little-endian: frame number and count (uint64; count 2**64 - 1 for a lost frame), then the
        columns time (int64), fired, passed, accepted (uint64, all words of a candidate together) and state
        (uint8).
        """
        return self._hash.hexdigest()
