"""Two recorded runs, frame by frame and candidate by candidate: where they differ, and by which lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I64
from trigemu.decision.rows import Head, Row
from trigemu.decision.sequencer import TriggerState
from trigemu.frames.rundir import RunReader
from trigemu.menu.planes import unpack_lines
from trigemu.setup.named import recorded_setup
from trigemu.streaming.alive import refuse_running
from trigemu.streaming.comparison import STATES, Menus
from trigemu.streaming.pairs import EventDifference, Pairs
from trigemu.streaming.reading import recorded_entries

KINDS = ("fired", "passed", "accepted")
COUNTED = ("fired", "offered", "accepted")

_SENT = (TriggerState.RECORDED, TriggerState.VETOED)


@dataclass(frozen=True, slots=True)
class Side:
    """A run to be compared: its directory, and whether it is a replay of recorded triggers."""

    path: Path
    selected: bool = False


def pair_runs(a: Side, b: Side, most: int) -> Pairs:
    """Compare two runs.

    Frames that are missing or were lost on one side are not compared.  Of a replay of recorded triggers only what fires
    in those triggers is compared: nothing else was there to be decided.

    Parameters
    ----------
    a, b
        The two runs.
    most
        How many of the candidates that differ are described.

    Raises
    ------
    InputError
        One of them is no run, cannot be read, or is still running.
    """
    readers = []
    setups = []
    for side in (a, b):
        refuse_running(side.path)
        readers.append(RunReader(side.path, damaged=True))
        setups.append(recorded_setup(side.path))
    menus = Menus(*(setup.menu.names for setup in setups))
    pairing = _Pairing(menus, (a.selected, b.selected), most)
    entries = [recorded_entries(reader, setup) for reader, setup in zip(readers, setups, strict=True)]
    for one, other in _side_by_side(entries[0], entries[1]):
        pairing.take(one, other)
    return pairing.pairs


def _side_by_side(
    a: Iterator[Row | Head], b: Iterator[Row | Head]
) -> Iterator[tuple[Row | Head | None, Row | Head | None]]:
    """Yield the rows of each frame; None where a side has none."""
    one, other = next(a, None), next(b, None)
    while one is not None or other is not None:
        first, second = _number(one), _number(other)
        frame = min(first, second)
        yield one if first == frame else None, other if second == frame else None
        one = next(a, None) if first == frame else one
        other = next(b, None) if second == frame else other


def _number(entry: Row | Head | None) -> int:
    if entry is None:
        return 2**63
    return entry.frame if isinstance(entry, Row) else entry[0]


class _Pairing:
    def __init__(self, menus: Menus, selected: tuple[bool, bool], most: int) -> None:
        self._menus = menus
        self._selected = selected
        self._most = most
        # What was recorded alone has no order of its own: no prescales, no dead time.
        self._kinds = ("fired",) if any(selected) else KINDS
        lines = len(menus.names)
        fired, offered, accepted = (np.zeros((3, lines), np.int64) for _ in COUNTED)
        self.pairs = Pairs(tuple(menus.names), fired=fired, offered=offered, accepted=accepted)

    def take(self, a: Row | Head | None, b: Row | Head | None) -> None:
        pairs = self.pairs
        there = [entry is not None and not (isinstance(entry, Row) and entry.lost) for entry in (a, b)]
        if not all(there):
            pairs.frames_a += there[0]
            pairs.frames_b += there[1]
            return
        pairs.frames += 1
        if isinstance(a, Row) or isinstance(b, Row):
            rows = [entry if isinstance(entry, Row) else Row(_number(entry)) for entry in (a, b)]
            self._compare(*self._comparable(rows))

    def _comparable(self, rows: list[Row]) -> tuple[Row, Row]:
        """Return the rows with those candidates that both sides had a chance to see."""
        one, other = rows
        if self._selected == (False, True):
            one = _only(one, one.state == TriggerState.RECORDED)
            other = _only(other, np.isin(other.candidates.time, one.candidates.time))
        elif self._selected == (True, False):
            other = _only(other, other.state == TriggerState.RECORDED)
            one = _only(one, np.isin(one.candidates.time, other.candidates.time))
        return one, other

    def _compare(self, a: Row, b: Row) -> None:
        if self._menus.same and self._are_alike(a, b):
            return
        times = np.union1d(a.candidates.time, b.candidates.time)
        left, right = self._menus.columns(a, times, 0), self._menus.columns(b, times, 1)
        pairs = self.pairs
        for side in (left, right):
            side["offered"] = side["fired"] & side["passed"] & np.isin(side["state"], _SENT)[:, None]
        for kind in COUNTED:
            table = getattr(pairs, kind)
            table[0] += np.count_nonzero(left[kind] & ~right[kind], axis=0)
            table[1] += np.count_nonzero(right[kind] & ~left[kind], axis=0)
            table[2] += np.count_nonzero(left[kind] & right[kind], axis=0)
        differs = {kind: (left[kind] != right[kind]).any(axis=1) for kind in self._kinds}
        if "accepted" in differs:
            differs["state"] = left["state"] != right["state"]
        every = np.logical_or.reduce(list(differs.values()))
        pairs.compared += len(times)
        pairs.different += int(np.count_nonzero(every))
        # A candidate without lines is none: at least one line fires in each.
        here, there = (np.asarray(side["fired"].any(axis=1)) for side in (left, right))
        pairs.only_a += int(np.count_nonzero(here & ~there))
        pairs.only_b += int(np.count_nonzero(there & ~here))
        for at in np.flatnonzero(every)[: self._most - len(pairs.events)]:
            what = next(kind for kind, each in differs.items() if each[at])
            mine = here if there[at] else there
            nearest = None if here[at] and there[at] else _nearest(int(times[at]), times[mine])
            self._describe(a.frame, int(times[at]), what, [_at(left, at), _at(right, at)], nearest)

    def _are_alike(self, a: Row, b: Row) -> bool:
        """Count frames that do not differ at all, without setting them side by side."""
        columns = (
            (a.candidates.time, b.candidates.time),
            (a.candidates.fired, b.candidates.fired),
            (a.candidates.passed, b.candidates.passed),
            (a.accepted, b.accepted),
            (a.state, b.state),
        )
        if not all(np.array_equal(mine, yours) for mine, yours in columns):
            return False
        lines = len(self._menus.names)
        self.pairs.compared += len(a.candidates.time)
        offered = a.candidates.passed[np.isin(a.state, _SENT)] if len(a.state) else a.accepted
        for kind, words in zip(COUNTED, (a.candidates.fired, offered, a.accepted), strict=True):
            if len(words):
                getattr(self.pairs, kind)[2] += np.count_nonzero(unpack_lines(words, lines), axis=0)
        return True

    def _describe(
        self, frame: int, time: int, what: str, sides: list[dict[str, NDArray[Any]]], nearest: int | None
    ) -> None:
        one, other = sides
        only: list[tuple[str, ...]] = [(), ()]
        if what != "state":
            only = [
                tuple(self._menus.said(mine & ~yours))
                for mine, yours in ((one[what], other[what]), (other[what], one[what]))
            ]
        states = [STATES[int(side["state"])] if side["state"] < len(STATES) else "" for side in sides]
        self.pairs.events.append(
            EventDifference(frame, time, what, only[0], only[1], states[0], states[1], nearest)
        )


def _nearest(time: int, others: I64) -> int | None:
    """Return the distance to the nearest of other times."""
    return min((other - time for other in others.tolist()), key=abs, default=None)


def _at(columns: dict[str, NDArray[Any]], index: int) -> dict[str, NDArray[Any]]:
    return {name: values[index] for name, values in columns.items()}


def _only(row: Row, kept: NDArray[np.bool_]) -> Row:
    """Return a row with these candidates alone."""
    old = row.candidates
    result = Row(
        row.frame,
        candidates=replace(old, time=old.time[kept], fired=old.fired[kept], passed=old.passed[kept]),
    )
    if len(row.state):
        result.state, result.accepted = row.state[kept], row.accepted[kept]
    return result
