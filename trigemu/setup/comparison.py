"""Comparisons of what a trigger works out with what was recorded, word by word.

Data of a real detector carry what its own trigger said.  An experiment declares what can be compared; its trigger
counts, in every frame, how often both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from trigemu.arrays import I64
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import TriggerWords

BIT_STATES = ("neither", "only_emulated", "only_recorded", "both")
"""Columns of a comparison of bits."""

VALUE_STATES = ("within", "above", "below")
"""Columns of a comparison of values: the emulated one is within the tolerance of the recorded one, above, below."""

AGREEING = frozenset({"neither", "both", "within"})
"""Columns of what agrees."""


@dataclass(frozen=True, slots=True)
class ComparisonSpec:
    """A comparison: what is compared, in rows.

    Attributes
    ----------
    title
        Says what is compared, and how if that is not plain.
    rows
        Name of each row.
    values
        Whether values are compared, else bits.
    """

    title: str
    rows: tuple[str, ...]
    values: bool = False

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the columns."""
        return VALUE_STATES if self.values else BIT_STATES

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.states)


@runtime_checkable
class Compares(Protocol):
    """What a trigger has besides if its experiment declares comparisons."""

    def compare(self, frame: TimeFrame, words: TriggerWords[Any]) -> Mapping[str, I64]:
        """Return counts of a frame to add to each comparison: int64[rows, states] (`ComparisonSpec.shape`).

        ``words`` is what `Trigger.words` returned for this frame, with what it found on the way.
        """
        ...


def count_bits(emulated: ArrayLike, recorded: ArrayLike) -> I64:
    """Return int64[4]: how many bits (arrays of bool, of equal shapes) are in each of `BIT_STATES`."""
    place = np.asarray(emulated, np.bool_) + 2 * np.asarray(recorded, np.bool_)
    return np.bincount(place.ravel(), minlength=len(BIT_STATES)).astype(np.int64)


def count_columns(emulated: ArrayLike, recorded: ArrayLike) -> I64:
    """Return int64[k, 4]: the same for each column of bool[n, k]."""
    one, other = np.asarray(emulated, np.bool_), np.asarray(recorded, np.bool_)
    states = (~one & ~other, one & ~other, ~one & other, one & other)
    return np.stack([state.sum(axis=0) for state in states], axis=1).astype(np.int64)


def count_near(emulated: ArrayLike, recorded: ArrayLike, distance: int = 1) -> I64:
    """Return int64[4] of cells on rings (bool[n, cells]) of which one may be some cells away from the other.

    A recorded cell with an emulated one near by counts as ``both``; what has nothing near by on the other side is only
    there; the rest is ``neither``.
    """
    one, other = np.asarray(emulated, np.bool_), np.asarray(recorded, np.bool_)
    near_one, near_other = one.copy(), other.copy()
    for step in range(1, distance + 1):
        for sign in (step, -step):
            near_one |= np.roll(one, sign, axis=1)
            near_other |= np.roll(other, sign, axis=1)
    both, only_one = int((other & near_one).sum()), int((one & ~near_other).sum())
    only_other = int((other & ~near_one).sum())
    return np.array([one.size - both - only_one - only_other, only_one, only_other, both], np.int64)


def count_within(emulated: ArrayLike, recorded: ArrayLike, tolerance: ArrayLike) -> I64:
    """Return int64[k, 3]: how many values of each column (numbers[n, k]) are in each of `VALUE_STATES`."""
    more = np.asarray(emulated, np.float64) - np.asarray(recorded, np.float64)
    most = np.asarray(tolerance, np.float64)
    states = (np.abs(more) <= most, more > most, more < -most)
    return np.stack([state.sum(axis=0) for state in states], axis=1).astype(np.int64)
