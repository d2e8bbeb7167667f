"""The parts of ``totals.json`` and what its numbers may be: tables, histograms, pairs of lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from trigemu.streaming.core.latency import BUCKETS, LONGEST_NS
from trigemu.streaming.core.triangle import from_triangle

_MOST = 2**53
_MANY = 2**24
"""Entries of a list, at most: more than a file of this kind has bytes for."""

_SMALL = 1e-12

EPSILON = 1e-6
"""Sums of weights are kept in units of 2^-32."""


def _is_amount(value: float) -> float:
    if 0.0 < value < _SMALL:
        raise ValueError(f"is too small (0, or at least {_SMALL})")
    return value


Count = Annotated[int, Field(ge=0, le=_MOST)]
Number = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Sum = Annotated[int, Field(ge=0, lt=2**63)]
Large = Annotated[int, Field(ge=0, le=2**80)]
"""Sums of what records and index say of sizes and numbers."""

Counts = Annotated[list[Count], Field(max_length=_MANY)]
Frames = Annotated[int, Field(ge=0, lt=2**32)]
Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=20_000)]
Amount = Annotated[float, Field(ge=0.0, le=1e60), AfterValidator(_is_amount)]
"""Seconds, MiB or rates: of no size that the arithmetic of a summary does not bear."""

Names = Annotated[list[Name], Field(max_length=4096)]
Shape = Annotated[list[Annotated[int, Field(ge=0, le=_MANY)]], Field(max_length=8)]


class Stored(BaseModel):
    """Types are what they are; keys that a later version adds are passed over."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False, extra="ignore")


class _Sized(Stored):
    shape: Shape

    def _check_size(self, values: Sequence[object]) -> None:
        if math.prod(self.shape) != len(values):
            raise ValueError("the counts are not of its shape")


class Array(_Sized):
    """Counts of a table or histogram."""

    counts: Annotated[list[Number], Field(max_length=_MANY)]

    @model_validator(mode="after")
    def _fits(self) -> Array:
        self._check_size(self.counts)
        return self


class Overlap(Stored):
    """A table of pairs of lines: the lines that have counts, and its upper triangle (`..triangle.to_triangle`)."""

    lines: Annotated[list[Annotated[int, Field(ge=0, lt=4096)]], Field(max_length=4096)]
    counts: Counts

    @model_validator(mode="after")
    def _fits(self) -> Overlap:
        table = from_triangle(self.lines, self.counts, max(self.lines, default=-1) + 1)
        alone = table.diagonal()
        if (table > np.minimum(alone, alone[:, None])).any() or not alone[self.lines].all():
            raise ValueError("lines share more than they have")
        return self

    def diagonal(self) -> dict[int, int]:
        """Return line -> what it accepted."""
        size = self.lines[-1] + 1 if self.lines else 0
        diagonal = from_triangle(self.lines, self.counts, size).diagonal()
        return {line: int(diagonal[line]) for line in self.lines}


class Intensity(Stored):
    """Counts in bins of the beam's intensity (`trigemu.decision.by_intensity.ByIntensity`)."""

    edges: Annotated[list[Amount], Field(min_length=2, max_length=65)]
    sums: Annotated[list[Annotated[list[Sum], Field(min_length=2, max_length=2)]], Field(max_length=64)]
    frames: Counts
    lost: Counts
    dead: Annotated[list[Sum], Field(max_length=64)]
    states: Annotated[list[Annotated[list[Count], Field(min_length=4, max_length=4)]], Field(max_length=64)]
    several: Counts
    fired: Annotated[list[Counts], Field(max_length=64)]
    kept: Annotated[list[Counts], Field(max_length=64)]
    accepted: Annotated[list[Counts], Field(max_length=64)]

    @model_validator(mode="after")
    def _fits(self) -> Intensity:
        bins = len(self.edges) - 1
        if any(high <= low for low, high in pairwise(self.edges)):
            raise ValueError("edges do not rise")
        if any(len(getattr(self, name)) != bins for name in type(self).model_fields if name != "edges"):
            raise ValueError("there are not as many counts as bins")
        if any(count > sum(states) for count, states in zip(self.several, self.states, strict=True)):
            raise ValueError("more candidates on which several lines fired than candidates")
        if any(
            not 0 <= a <= k <= f <= sum(states)
            for states, *rows in zip(self.states, self.accepted, self.kept, self.fired, strict=True)
            for a, k, f in zip(*rows, strict=False)
        ):
            raise ValueError("a line was accepted more often than it was kept, or fired")
        return self

    def adds_up(self, **totals: Sequence[int]) -> bool:
        """Return whether the counts of lines (``fired``, ``kept``, ``accepted``) add up to those of the run."""
        return all(
            all(len(row) == len(whole) for row in getattr(self, name))
            and [sum(column) for column in zip(*getattr(self, name), strict=True)] == list(whole)
            for name, whole in totals.items()
        )


class LevelCounts(Stored):
    """Candidates of a level of the trigger, as in `RunTotals.levels`."""

    fired: Count
    before_prescale: Count
    sent: Count
    accepted: Count


class Sums(_Sized):
    """Sums of weights: w, w^2, and w^2 times the chance to be drawn again, in 2^-32 of what an int64 holds."""

    counts: Annotated[list[Annotated[float, Field(ge=-(2.0**31), le=2.0**31)]], Field(max_length=_MANY)]

    @model_validator(mode="after")
    def _fits(self) -> Sums:
        self._check_size(self.counts)
        if len(self.shape) != 3 or self.shape[0] not in (0, 3):
            raise ValueError("sums of weights come in three tables")
        third = len(self.counts) // 3
        weights, squares = self.counts[:third], self.counts[third : 2 * third]
        if any(value < 0.0 for value in self.counts[third:]):
            raise ValueError("a sum of squares is negative")
        if any(weight and not square for weight, square in zip(weights, squares, strict=True)):
            raise ValueError("a sum of weights without one of squares")
        for at in range(0, third, self.shape[2] or 1):
            # Weights are 1 or -1: without negative ones the two sums are the same.
            row = weights[at : at + self.shape[2]]
            if row and row[0] >= squares[at] - EPSILON and min(row) < 0.0:
                raise ValueError("a sum of weights is negative, but no weight is")
        return self


class Histogram(Stored):
    """A latency histogram: its occupied buckets."""

    max: Annotated[int, Field(ge=0, le=LONGEST_NS)]
    bucket: Annotated[list[Annotated[int, Field(ge=0, lt=BUCKETS)]], Field(max_length=BUCKETS)]
    count: Annotated[list[Annotated[int, Field(ge=0, le=2**40)]], Field(max_length=BUCKETS)]

    @model_validator(mode="after")
    def _fits(self) -> Histogram:
        if len(self.bucket) != len(self.count) or len(set(self.bucket)) != len(self.bucket):
            raise ValueError("buckets and counts do not belong together")
        return self
