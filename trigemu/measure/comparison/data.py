"""What a comparison says, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from trigemu.config.differences import Difference
from trigemu.measure.statistics import Rate, finite
from trigemu.streaming.pairs import EventDifference

Quantity = Literal["rate", "before_prescale_rate", "sent_rate"]
"""Which of the rates of a line in ``summary.json``."""


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of two runs A and B, candidate by candidate.

    Attributes
    ----------
    frames, frames_a, frames_b
        Frames that both have decided, and that one of the two has alone: the other lost or lacks them.
    compared, same, different
        Candidates: at a time at which one of the two has one, decided alike, and not.
    only_a, only_b
        Candidates that one side has alone.
    events
        The first of those that differ.
    """

    frames: int
    frames_a: int
    frames_b: int
    compared: int
    same: int
    different: int
    only_a: int
    only_b: int
    events: tuple[EventDifference, ...]


@dataclass(frozen=True, slots=True)
class RateDifference:
    """A rate of a line, or of a level (``level 1``, ``software trigger``), in A and B.

    Attributes
    ----------
    line, quantity
        Which.
    a, b
        The two rates; None where a side has no such line.
    only_a, only_b
        Of runs of the same candidates: those that count on one side alone; None of others.
    difference_hz, error_hz
        B - A and its error: of the same candidates that of those which differ; None where one is not known.
    significance
        Of independent runs: standard deviations; None where the runs share candidates or one is not known.
    """

    line: str
    quantity: Quantity
    a: Rate | None
    b: Rate | None
    only_a: int | None
    only_b: int | None
    difference_hz: float | None
    error_hz: float | None
    significance: float | None

    @property
    def differs(self) -> bool:
        """Whether the two are not the same number."""
        return self.a != self.b or bool(self.only_a or self.only_b)


@dataclass(frozen=True, slots=True)
class Counted:
    """An efficiency of one side.

    Attributes
    ----------
    passed, total
        Counts.
    value, low, high
        Efficiency and interval; None where nothing was counted, or events have negative weights.
    effective
        The number of events whose interval it is; None where there is none.
    weighted
        Whether events have weights other than 1: the value is then not passed over total.
    """

    passed: int
    total: int
    value: float | None
    low: float | None
    high: float | None
    effective: float | None
    weighted: bool = False


@dataclass(frozen=True, slots=True)
class EfficiencyDifference:
    """An efficiency in A and B.

    Attributes
    ----------
    signal, line, point
        Which; ``point`` are the parameters of a grid point.  Line ``acceptance``: accepted over generated.
    a, b
        What was counted; None where a side does not have it.
    difference
        B - A; None where one is not known.
    significance
        Of independent samples: standard deviations; None where both are of the same random numbers.
    """

    signal: str
    line: str
    point: Mapping[str, float]
    a: Counted | None
    b: Counted | None
    difference: float | None
    significance: float | None

    @property
    def differs(self) -> bool:
        """Whether the counts or values are not the same."""
        sides = [None if each is None else (each.passed, each.total, each.value) for each in (self.a, self.b)]
        return sides[0] != sides[1]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two runs, or two scans.

    Attributes
    ----------
    kind
        ``runs`` or ``scans``.
    a, b
        Their folders.
    same
        Whether their results are the same: decisions of the same frames, counts of lines, efficiencies.  Configurations
        may differ all the same.
    shared
        Whether both have the same seed: their events, or random numbers, are not independent.
    configuration
        Keys that differ (runs only).
    decisions
        None for scans, and for runs whose events have nothing to do with each other.
    rates
        Per line and level, unprescaled lines first.
    efficiencies
        Per signal, grid point and line.
    units
        Parameter of a grid -> its unit, where it has one (scans only).
    notes
        Sentences on what was not compared, and on what numbers mean.
    """

    kind: Literal["runs", "scans"]
    a: str
    b: str
    same: bool
    shared: bool
    configuration: tuple[Difference, ...]
    decisions: Decided | None
    rates: tuple[RateDifference, ...]
    efficiencies: tuple[EfficiencyDifference, ...]
    notes: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data (None where something is not known)."""
        return finite(asdict(self))  # type: ignore[no-any-return]
