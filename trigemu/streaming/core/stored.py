"""What ``totals.json`` may say: everything in it is checked before anything is made of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from trigemu.errors import InputError
from trigemu.plain import short
from trigemu.streaming.core.latency import BUCKETS, LONGEST_NS

Quality = Literal["good", "tainted", "incomplete", "interrupted", "aborted", "degraded", "overloaded"]
"""How a run went.

good; tainted (a replay that differs, or records that are missing); incomplete (does not close, or has corrupt
fragments); interrupted (drained after Ctrl-C); aborted (ended before all frames under way were recorded); degraded
(closed, but a role was started again); overloaded (closed, but frames came faster than they could be taken, and some
were not looked at).
"""

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


class _Stored(BaseModel):
    """Types are what they are; keys that a later version adds are passed over."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False, extra="ignore")


class _Sized(_Stored):
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


class Histogram(_Stored):
    """A latency histogram: its occupied buckets."""

    max: Annotated[int, Field(ge=0, le=LONGEST_NS)]
    bucket: Annotated[list[Annotated[int, Field(ge=0, lt=BUCKETS)]], Field(max_length=BUCKETS)]
    count: Annotated[list[Annotated[int, Field(ge=0, le=2**40)]], Field(max_length=BUCKETS)]

    @model_validator(mode="after")
    def _fits(self) -> Histogram:
        if len(self.bucket) != len(self.count) or len(set(self.bucket)) != len(self.bucket):
            raise ValueError("buckets and counts do not belong together")
        return self


class Missing(_Stored):
    """What is missing of a run's records."""

    frames: Large
    records: Large
    bytes: Large
    segments: Large
    closed: bool
    said: Text


class Before(_Stored):
    """What a run's totals said of it while nothing was missing."""

    quality: Quality
    missing: Missing | None


class MissingNow(Missing):
    """What is missing by now."""

    before: Before | None = None


class Replay(_Stored):
    """What a replay's comparison counted."""

    compared: Count
    same: Count
    different: Count
    first: Annotated[list[Any], Field(min_length=4, max_length=5)] | None

    @model_validator(mode="after")
    def _is_consistent(self) -> Replay:
        if self.same + self.different != self.compared:
            raise ValueError("same and different are not all that was compared")
        if self.first is not None:
            First.model_validate(dict(zip(First.model_fields, self.first, strict=False)))
        return self


class First(_Stored):
    """The first decision that differs."""

    frame: Frames
    time: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    recorded: Names
    now: Names
    what: Name = ""


class StoredTotals(_Stored):
    """`trigemu.streaming.core.totals.RunTotals` as plain data; what older runs lack has a default."""

    run_id: Text
    seed: Annotated[int, Field(ge=-(2**64), le=2**64)]
    config_digest: Name
    quality: Quality
    frames: dict[Name, Frames]
    fragments: dict[Name, Number]
    triggers: dict[Name, Number]
    closed: bool
    line_names: Names
    fired: Counts
    accepted: Counts
    sent: Counts
    kept: Counts = []
    live_s: Amount
    dead_s: Amount
    observed_s: Amount | None = None
    selected: bool = False
    decisions: Count
    decisions_sha256: Name
    tally: Array
    weighted: Sums | None = None
    monitor: dict[Name, Array]
    comparisons: dict[Name, Array] = {}
    latency: dict[Name, Histogram]
    throughput: dict[Name, bool | Large | Amount | None]
    memory: dict[Name, dict[Name, Count | Amount]]
    wall_s: Amount | None
    replay: Replay | None = None
    missing: MissingNow | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> StoredTotals:
        lines = len(self.line_names)
        if any(
            len(counts) != lines for counts in (self.fired, self.accepted, self.sent, self.kept or self.sent)
        ):
            raise ValueError("the counts of lines are not one per line")
        if any(a > k for a, k in zip(self.accepted, self.kept or self.sent, strict=True)):
            raise ValueError("a line was accepted more often than it was kept")
        if not self.frames.keys() >= {"planned", "accepted", "rejected", "lost"}:
            raise ValueError("frames: planned, accepted, rejected or lost is missing")
        if self.quality == "overloaded" and not (self.frames["planned"] and self.frames["lost"]):
            raise ValueError("overloaded, but no frame was lost")
        if not _is_tally(self.tally):
            raise ValueError("tally: more events passed than there were")
        return self


def _is_tally(table: Array) -> bool:
    """Return whether of the events of each row some were accepted, and lines passed some of those."""
    if len(table.shape) != 2 or table.shape[1] < 2:
        return len(table.shape) == 2 and not table.counts
    columns = table.shape[1]
    rows = (table.counts[at : at + columns] for at in range(0, len(table.counts), columns))
    return all(
        made >= taken >= max(passed, default=0) and min((0, *passed)) == 0 <= taken
        for made, taken, *passed in rows
    )


def parse_totals(data: Mapping[str, Any]) -> StoredTotals:
    """Return the content of ``totals.json``.

    Raises
    ------
    InputError
        Something of it is missing, of another type, or not possible; says which.
    """
    try:
        return StoredTotals.model_validate(dict(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(short(str(key)) for key in first["loc"][:6])
        said = str(first["msg"]).removeprefix("Value error, ")
        said = f"{said[0].lower()}{said[1:]}"
        raise InputError(f"{where}: {said}" if where else said) from None
    except RecursionError:
        raise InputError("it is nested too deeply") from None
