"""What a run counted, by its name on the result."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from trigemu.arrays import F64, I64
from trigemu.streaming.core.latency import HdrHistogram
from trigemu.streaming.core.totals import RunTotals


class Counted(ABC):
    """Attributes of `trigemu.streaming.core.totals.RunTotals`, which runs returned before they had a result."""

    __slots__ = ()

    @property
    @abstractmethod
    def _counts(self) -> RunTotals: ...

    @property
    def run_id(self) -> str:
        """Which run this was."""
        return self._counts.run_id

    @property
    def seed(self) -> int:
        """Its seed."""
        return self._counts.seed

    @property
    def config_digest(self) -> str:
        """Hash of its configuration."""
        return self._counts.config_digest

    @property
    def quality(self) -> str:
        """``good``, ``degraded``, ``tainted``, ``incomplete``, ``interrupted``, ``aborted`` or ``overloaded``."""
        return self._counts.quality

    @property
    def closed(self) -> bool:
        """Whether all sums of the ledger match."""
        return self._counts.closed

    @property
    def frames(self) -> dict[str, int]:
        """Frames by their states."""
        return self._counts.frames

    @property
    def fragments(self) -> dict[str, int]:
        """Fragments by their states."""
        return self._counts.fragments

    @property
    def triggers(self) -> dict[str, int]:
        """Candidates by their states."""
        return self._counts.triggers

    @property
    def line_names(self) -> tuple[str, ...]:
        """Lines of the menu."""
        return self._counts.line_names

    @property
    def fired(self) -> I64:
        """Candidates that fired each line, int64[lines]."""
        return self._counts.fired

    @property
    def accepted(self) -> I64:
        """Recorded triggers that each line kept, int64[lines]."""
        return self._counts.accepted

    @property
    def sent(self) -> I64:
        """Candidates that each line kept and that came through the dead time, int64[lines]."""
        return self._counts.sent

    @property
    def kept(self) -> I64:
        """Candidates that each line's prescale kept, int64[lines]."""
        return self._counts.kept

    @property
    def live_s(self) -> float:
        """Detector time in which triggers could be accepted."""
        return self._counts.live_s

    @property
    def dead_s(self) -> float:
        """Detector time in which they could not."""
        return self._counts.dead_s

    @property
    def observed_s(self) -> float:
        """Detector time of the frames that were decided."""
        return self._counts.observed_s

    @property
    def selected(self) -> bool:
        """Whether only recorded triggers were there to be decided."""
        return self._counts.selected

    @property
    def decisions(self) -> int:
        """How many candidates were decided."""
        return self._counts.decisions

    @property
    def decisions_sha256(self) -> str:
        """Hash over all decisions in frame order."""
        return self._counts.decisions_sha256

    @property
    def tally(self) -> I64:
        """Signal events generated, accepted, and passed by line (`RunTotals`), int64[signals, 2 + lines + 2]."""
        return self._counts.tally

    @property
    def weighted(self) -> F64:
        """Sums of weights of events of files (`RunTotals`)."""
        return self._counts.weighted

    @property
    def monitor(self) -> dict[str, I64]:
        """Counts of the monitoring histograms."""
        return self._counts.monitor

    @property
    def latency(self) -> dict[str, HdrHistogram]:
        """Stage -> histogram of ns."""
        return self._counts.latency

    @property
    def throughput(self) -> dict[str, Any]:
        """Frames, fragments and bytes, and their rates."""
        return self._counts.throughput

    @property
    def memory(self) -> dict[str, dict[str, float]]:
        """Role -> resident memory (MiB)."""
        return self._counts.memory

    @property
    def wall_s(self) -> float | None:
        """Seconds from the first assignment to the last durable frame."""
        return self._counts.wall_s

    @property
    def replay(self) -> dict[str, Any] | None:
        """For a replay, how many decisions are the same."""
        return self._counts.replay

    @property
    def missing(self) -> dict[str, Any] | None:
        """What the records lack, if anything."""
        return self._counts.missing

    @property
    def comparisons(self) -> dict[str, I64]:
        """Comparison with recorded words -> counts."""
        return self._counts.comparisons
