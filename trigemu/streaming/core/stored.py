"""What ``totals.json`` may say: everything in it is checked before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from trigemu.errors import InputError
from trigemu.plain import short
from trigemu.streaming.core.stored_tables import (
    Amount,
    Array,
    Count,
    Counts,
    Frames,
    Histogram,
    Intensity,
    Large,
    LevelCounts,
    Name,
    Names,
    Number,
    Overlap,
    Stored,
    Sums,
    Text,
)

Quality = Literal["good", "tainted", "incomplete", "interrupted", "aborted", "degraded", "overloaded"]
"""How a run went.

good; tainted (a replay that differs, or records that are missing); incomplete (does not close, or has corrupt
fragments); interrupted (drained after Ctrl-C); aborted (ended before all frames under way were recorded); degraded
(closed, but a role was started again); overloaded (closed, but frames came faster than they could be taken, and some
were not looked at).
"""


class Missing(Stored):
    """What is missing of a run's records."""

    frames: Large
    records: Large
    bytes: Large
    segments: Large
    closed: bool
    said: Text


class Before(Stored):
    """What a run's totals said of it while nothing was missing."""

    quality: Quality
    missing: Missing | None


class MissingNow(Missing):
    """What is missing by now."""

    before: Before | None = None


class Replay(Stored):
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


class First(Stored):
    """The first decision that differs."""

    frame: Frames
    time: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    recorded: Names
    now: Names
    what: Name = ""


class StoredTotals(Stored):
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
    kept: Counts = Field(default_factory=list)
    before_prescale: Counts = Field(default_factory=list)
    unique: Counts = Field(default_factory=list)
    overlap: Overlap | None = None
    levels: dict[Literal["l1", "hlt"], LevelCounts] = Field(default_factory=dict)
    live_s: Amount
    dead_s: Amount
    observed_s: Amount | None = None
    selected: bool = False
    decisions: Count
    decisions_sha256: Name
    tally: Array
    weighted: Sums | None = None
    monitor: dict[Name, Array]
    comparisons: dict[Name, Array] = Field(default_factory=dict)
    intensity: Intensity | None = None
    latency: dict[Name, Histogram]
    throughput: dict[Name, bool | Large | Amount | None]
    memory: dict[Name, dict[Name, Count | Amount]]
    wall_s: Amount | None
    replay: Replay | None = None
    replay_of: str = ""
    missing: MissingNow | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> StoredTotals:
        lines = len(self.line_names)
        optional = (counts for counts in (self.kept, self.before_prescale, self.unique) if counts)
        if any(len(counts) != lines for counts in (self.fired, self.accepted, self.sent, *optional)):
            raise ValueError("the counts of lines are not one per line")
        if any(a > k for a, k in zip(self.accepted, self.kept or self.sent, strict=True)):
            raise ValueError("a line was accepted more often than it was kept")
        if any(u > a for u, a in zip(self.unique or self.accepted, self.accepted, strict=True)):
            raise ValueError("a line was alone more often than it was accepted")
        if self.overlap is not None and not self._is_overlap(self.overlap):
            raise ValueError("overlap: its diagonal is not what lines accepted")
        if not self.frames.keys() >= {"planned", "accepted", "rejected", "lost"}:
            raise ValueError("frames: planned, accepted, rejected or lost is missing")
        if self.quality == "overloaded" and not (self.frames["planned"] and self.frames["lost"]):
            raise ValueError("overloaded, but no frame was lost")
        if self.intensity is not None and not self.intensity.adds_up(
            fired=self.fired, kept=self.kept or self.sent, accepted=self.accepted
        ):
            raise ValueError("intensity: the bins do not add up to the run")
        if not _is_tally(self.tally):
            raise ValueError("tally: more events passed than there were")
        return self

    def _is_overlap(self, overlap: Overlap) -> bool:
        return {line: count for line, count in enumerate(self.accepted) if count} == overlap.diagonal()


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
