"""Decisions as flat arrays, and the differences between two sets of them in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

import numpy as np

from trigemu.arrays import I64, U64, Bool
from trigemu.measure.extras import needed
from trigemu.measure.tabular import Tabular, named

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 5
"""Differences described one by one; the rest is counted."""

NAMED = 8
"""Lines named in the short form."""


class Decision(NamedTuple):
    """One candidate: where it is, and the names of the lines that fired and that passed."""

    frame: int
    time: int
    fired: tuple[str, ...]
    passed: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Decisions(Tabular):
    """What a trigger decided, candidate by candidate, in order of frame and time.

    ``decisions["H2"]`` says for each candidate whether the line H2 passed, its online selection included (bool[n], as
    `passed_by`); `fired_by` is the answer before that selection.  Prescales and dead time come later.  A ``for`` gives
    each candidate with the names of its lines, `to_pandas` a column of truths per line.

    Attributes
    ----------
    lines
        Names of the menu's lines; line i is bit ``i % 64`` of word ``i // 64``.
    frame, time
        int64[n], frame number and TDC counts since its start.
    fired, passed
        uint64[n, words], lines that fired, and those whose online selection passed as well.
    """

    lines: tuple[str, ...]
    frame: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    time: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    fired: U64 = field(default_factory=lambda: np.zeros((0, 1), np.uint64))
    passed: U64 = field(default_factory=lambda: np.zeros((0, 1), np.uint64))

    _html: ClassVar[str] = "trigemu.measure.tables.shown:decisions_html"
    _drawn: ClassVar[str] = "trigemu.measure.drawn:draw_decisions"

    def __len__(self) -> int:
        return len(self.time)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decisions):
            return NotImplemented
        return self.lines == other.lines and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("frame", "time", "fired", "passed")
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        frames = len(np.unique(self.frame))
        shown = self.lines if len(self.lines) <= NAMED else (*self.lines[:NAMED], "...")
        return f"Decisions({len(self)} candidates in {frames} frames, {len(self.lines)} lines: {', '.join(shown)})"

    def __iter__(self) -> Iterator[Decision]:
        for index in range(len(self)):
            fired, passed = _number(self.fired[index]), _number(self.passed[index])
            place = int(self.frame[index]), int(self.time[index])
            yield Decision(*place, self._in(fired), self._in(passed))

    @property
    def columns(self) -> tuple[str, ...]:
        """The lines."""
        return self.lines

    def _column(self, name: str) -> Bool:
        return self.passed_by(name)

    def column(self, name: str) -> Bool:
        """Return whether a line passed, bool[n]; the same as `passed_by`."""
        return self.passed_by(name)

    def fired_by(self, line: str) -> Bool:
        """Return for each candidate whether a line fired, bool[n], before its online selection.

        Raises
        ------
        InputError
            There is no such line (case does not matter); the sentence has those that come near.
        """
        return self._bit(self.fired, line)

    def passed_by(self, line: str) -> Bool:
        """Return for each candidate whether a line fired and its online selection passed, bool[n]; as `fired_by`."""
        return self._bit(self.passed, line)

    def _bit(self, words: U64, line: str) -> Bool:
        place = self.lines.index(named(line, self.lines, "line"))
        return (words[:, place // 64] >> np.uint64(place % 64) & np.uint64(1)).astype(np.bool_)

    def to_pandas(self, which: Literal["passed", "fired"] = "passed") -> pd.DataFrame:
        """Return a data frame with one column of truths per line; its index is (frame, time).

        Parameters
        ----------
        which
            ``passed``: online selections included; ``fired``: before them.
        """
        pandas = needed("pandas", "notebook", "a data frame")
        index = pandas.MultiIndex.from_arrays([self.frame, self.time], names=["frame", "time"])
        bit = self.fired_by if which == "fired" else self.passed_by
        return pandas.DataFrame({name: bit(name) for name in self.lines}, index=index)

    def names(self, mask: int) -> str:
        """Return the names of the lines in a mask (bit i: line i), ``h2+control``; ``nothing`` for 0."""
        return "+".join(self._in(mask)) or "nothing"

    def _in(self, mask: int) -> tuple[str, ...]:
        return tuple(name for i, name in enumerate(self.lines) if mask >> i & 1)


def differences(left: Decisions, right: Decisions, shown: int = SHOWN) -> list[str]:
    """Return what differs, one sentence per candidate for the first ``shown``; empty if nothing does.

    A candidate that one side alone has is reported with the nearest one of the other side in its frame,
    because a time that moved by a few counts is another fault than a trigger that is missing.
    """
    if left.lines != right.lines:
        return [
            f"menus differ: lines {', '.join(left.lines)} on the left, {', '.join(right.lines)} on the right"
        ]
    found = list(_differences(left, right))
    if len(found) > shown:
        return [*found[:shown], f"... and {len(found) - shown} more differences"]
    return found


def _differences(left: Decisions, right: Decisions) -> Iterator[str]:
    ours = {key: index for index, key in enumerate(_keys(left))}
    theirs = {key: index for index, key in enumerate(_keys(right))}
    for frame, time in sorted(ours.keys() | theirs.keys()):
        place = f"frame {frame}, time {time}"
        a, b = ours.get((frame, time)), theirs.get((frame, time))
        if a is None and b is not None:
            yield f"{place}: only on the right, {_words(right, b)}{_nearest(left, frame, time)}"
        elif b is None and a is not None:
            yield f"{place}: only on the left, {_words(left, a)}{_nearest(right, frame, time)}"
        elif a is not None and b is not None:
            yield from _masks(left, a, right, b, place)


def _keys(decisions: Decisions) -> Iterable[tuple[int, int]]:
    return zip(decisions.frame.tolist(), decisions.time.tolist(), strict=True)


def _words(decisions: Decisions, index: int) -> str:
    fired, passed = _number(decisions.fired[index]), _number(decisions.passed[index])
    text = f"{decisions.names(fired)} fired"
    return text if fired == passed else f"{text} and {decisions.names(passed)} passed its selection"


def _number(words: U64) -> int:
    """Return a row of lines as one number of any size, bit i for line i."""
    return sum(int(word) << 64 * place for place, word in enumerate(words))


def _nearest(other: Decisions, frame: int, time: int) -> str:
    times = other.time[other.frame == frame]
    if len(times) == 0:
        return " (the other side has nothing in this frame)"
    nearest = int(times[np.argmin(np.abs(times - time))])
    return f" (the other side's nearest is {nearest - time:+d} counts away)"


def _masks(left: Decisions, a: int, right: Decisions, b: int, place: str) -> Iterator[str]:
    for what, one, two in (("fired", left.fired, right.fired), ("passed", left.passed, right.passed)):
        mine, yours = _number(one[a]), _number(two[b])
        if mine != yours:
            only = left.names(mine & ~yours), left.names(yours & ~mine)
            yield f"{place}: {only[0]} {what} only on the left, {only[1]} only on the right"
            return


def explain(left: Decisions, right: Decisions, shown: int = SHOWN) -> str:
    """Return the differences as one text with a headline; empty if there are none."""
    found = differences(left, right, shown)
    if not found:
        return ""
    head = f"decisions differ: {len(left)} candidates on the left, {len(right)} on the right"
    return "\n".join([head, *(f"  {sentence}" for sentence in found)])
