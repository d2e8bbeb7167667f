"""A full replay against what was recorded, decision by decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.rows import Head, Row
from trigemu.decision.sequencer import TriggerState
from trigemu.frames.columns import Array
from trigemu.menu.planes import unpack_lines

STATES = tuple(state.name.lower() for state in TriggerState)


def as_row(entry: Row | Head) -> Row:
    """Return a row; a plain one comes as its head."""
    if isinstance(entry, Row):
        return entry
    frame, planned, sent, received, decided, recorded, size, missing, lost = entry[:9]
    return Row(frame, planned, sent, received, decided, recorded, size, missing, lost)


class Menus:
    """The lines of two menus by their names, so that rows of both can be set side by side.

    Parameters
    ----------
    first, second
        Names of their lines.

    Attributes
    ----------
    names
        Of all lines of both: those of the first, then those that the second has alone.
    same
        Whether both have the same lines in the same order.
    """

    def __init__(self, first: Sequence[str], second: Sequence[str]) -> None:
        self.names = list(dict.fromkeys((*first, *second)))
        place = {name: index for index, name in enumerate(self.names)}
        self._places = [[place[name] for name in names] for names in (first, second)]
        self.same = self._places[0] == self._places[1]

    def columns(self, row: Row, times: NDArray[np.int64], side: int) -> dict[str, NDArray[Any]]:
        """Return the lines of a row of one side (0 or 1) at the given times, which are all of its own and others.

        Returns
        -------
        dict
            ``fired``, ``passed``, ``accepted``: bool[n, names]; ``state``: uint8[n], one more than the last state where
            the row has no candidate.
        """
        at = np.searchsorted(times, row.candidates.time)
        columns: dict[str, NDArray[Any]] = {}
        found = {"fired": row.candidates.fired, "passed": row.candidates.passed, "accepted": row.accepted}
        for name, words in found.items():
            columns[name] = np.zeros((len(times), len(self.names)), bool)
            if len(words) and len(at):
                places = self._places[side][: 64 * words.shape[1]]
                columns[name][at[:, None], np.array(places)] = unpack_lines(
                    np.ascontiguousarray(words), len(places)
                )
        columns["state"] = np.full(len(times), len(STATES), np.uint8)
        if len(row.state):
            columns["state"][at] = row.state
        return columns

    def said(self, lines: NDArray[np.bool_]) -> list[str]:
        """Return the names of the lines in bool[names]."""
        return [name for name, there in zip(self.names, lines.tolist(), strict=True) if there]


class Comparison:
    """Compares decisions in frame order with those of a recorded run.

    Frames that one of the two has lost are left out.  After the first of them, what depends on order (prescale
    counters, dead time) may differ, so from there on only what the hits say is compared.

    Parameters
    ----------
    entries
        The rows of the recorded run.
    recorded, replayed
        Line names of its menu, and of the menu that decides now.
    """

    def __init__(
        self, entries: Iterator[Row | Head], recorded: Sequence[str], replayed: Sequence[str]
    ) -> None:
        self.compared = 0
        self.different = 0
        self.first: list[Any] | None = None
        self._entries = entries
        self._held: Row | Head | None = None
        self._menus = Menus(recorded, replayed)
        self._ordered = True

    def take(self, row: Row) -> None:
        """Compare the next frame, which carries the sequencer's outcome."""
        old = self._recorded(row.frame)
        lost = isinstance(old, Row) and bool(old.lost)
        # If both lost it the sequencer has passed over it both times.
        self._ordered &= old is not None and lost == bool(row.lost)
        if row.lost or lost:
            return
        known = old if isinstance(old, Row) else Row(row.frame)
        times = np.union1d(known.candidates.time, row.candidates.time)
        self.compared += len(times)
        if len(times) and not self._same(known, row):
            self._difference(row.frame, times, known, row)

    def take_quiet(self, heads: Sequence[Head]) -> None:
        """Compare frames without candidates."""
        for head in heads:
            self.take(Row(head[0]))

    def totals(self) -> dict[str, Any]:
        """Return counts, and the first difference: frame, time, recorded and replayed names, of what."""
        same = self.compared - self.different
        return {"compared": self.compared, "same": same, "different": self.different, "first": self.first}

    def _recorded(self, frame: int) -> Row | Head | None:
        while True:
            if self._held is None:
                self._held = next(self._entries, None)
            if self._held is None:
                return None
            number = self._held.frame if isinstance(self._held, Row) else self._held[0]
            if number > frame:
                return None
            held, self._held = self._held, None
            if number == frame:
                return held

    def _same(self, old: Row, new: Row) -> bool:
        pairs: list[tuple[Array, Array]] = [(old.candidates.time, new.candidates.time)]
        if self._menus.same:
            pairs += [
                (old.candidates.fired, new.candidates.fired),
                (old.candidates.passed, new.candidates.passed),
            ]
            if self._ordered:
                pairs += [(old.state, new.state), (old.accepted, new.accepted)]
            return all(np.array_equal(one, other) for one, other in pairs)
        return False

    def _difference(self, frame: int, times: NDArray[np.int64], old: Row, new: Row) -> None:
        columns = [self._menus.columns(row, times, side) for side, row in enumerate((old, new))]
        kinds = ("fired", "passed", "accepted") if self._ordered else ("fired", "passed")
        differs = {name: (columns[0][name] != columns[1][name]).any(axis=1) for name in kinds}
        if self._ordered:
            differs["state"] = columns[0]["state"] != columns[1]["state"]
        every = np.logical_or.reduce(list(differs.values()))
        self.different += int(np.count_nonzero(every))
        if self.first is not None or not every.any():
            return
        at = int(np.flatnonzero(every)[0])
        what = next(name for name, each in differs.items() if each[at])
        said = [self._said(each[what][at], what) for each in columns]
        self.first = [frame, int(times[at]), *said, what]

    def _said(self, value: Any, what: str) -> list[str]:
        if what == "state":
            return [STATES[int(value)]] if int(value) < len(STATES) else []
        return self._menus.said(value)
