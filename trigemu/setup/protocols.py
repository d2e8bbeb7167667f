"""What the parts of an experiment do: its generator and its trigger, and what a trigger can do besides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol, runtime_checkable

from trigemu.arrays import I64, U8, U64, Bool
from trigemu.frames.columns import Array
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import TriggerWords


class Generator(Protocol):
    """Makes fragments: a pure function of (seed, frame, source), in any order, any number of times."""

    def fragment(self, source: str, frame: int) -> Mapping[str, Array]:
        """Return the columns (or ready-made `Block`) of one source in one frame, guard bands included."""
        ...


class Trigger(Protocol):
    """Turns a frame's hits into trigger words; `trigemu.decision` evaluates the menu on them."""

    def words(self, frame: TimeFrame) -> TriggerWords[Any]:
        """Return what the frame's hits say, at entries inside the frame; does not change the frame."""
        ...

    def monitor(self, frame: TimeFrame, words: TriggerWords[Any]) -> Mapping[str, I64]:
        """Return counts to add to each histogram of the experiment (frames that are sampled for it).

        ``words`` is what `Trigger.words` returned for this frame, with what it found on the way.
        """
        ...


@runtime_checkable
class ReadsWindows(Protocol):
    """What a trigger of continuous data has besides: where data come in crossings, the crossing is read out."""

    def windows(self, time: I64) -> tuple[I64, I64]:
        """Return start and stop (TDC counts) of what is read out around triggers at ``time``.

        The window holds all that made the candidate fire, so that replaying it alone makes the same bits fire.
        """
        ...


@runtime_checkable
class Selects(Protocol):
    """What a trigger has besides if its experiment offers online selections."""

    def select(self, name: str, frame: TimeFrame, words: TriggerWords[Any], time: I64) -> Bool:
        """Return which of the candidates at ``time`` pass an online selection, bool[n].

        ``words`` is what `Trigger.words` returned for this frame, with what it found on the way.
        """
        ...


@runtime_checkable
class AnswersMenu(Protocol):
    """What a trigger has besides if it can do less where nobody but the menu reads its words."""

    def menu_words(self, frame: TimeFrame) -> TriggerWords[Any]:
        """Return what `Trigger.words` does, but for bits that no line looks at: they may be 0, nobody monitors them."""
        ...

    def menu_sources(self) -> Collection[str]:
        """Return the sources that lines look at, whether there are data of them or not."""
        ...


@runtime_checkable
class CombinesEntries(Protocol):
    """What a trigger has besides if its lines are not simply those that fire at each entry."""

    def combine(self, words: TriggerWords[Any], evaluate: Callable[[U64, U8], U64]) -> tuple[I64, U64]:
        """Return time (int64[k], strictly rising) and fired lines (uint64[k, words], not 0) of a frame's candidates.

        ``evaluate`` is the menu's: trigger words and kinds of entries to the lines that fire.
        """
        ...
