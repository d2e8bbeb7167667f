"""What a run amounts to, and what it looks like while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.by_intensity import ByIntensity
from trigemu.streaming.core.latency import HdrHistogram
from trigemu.streaming.core.stored import Quality, parse_totals
from trigemu.streaming.core.stored_tables import Array, Intensity, Sums
from trigemu.streaming.core.triangle import from_triangle, to_triangle

ALWAYS = ("fired", "accepted", "sent", "kept")
PER_LINE = (*ALWAYS, "before_prescale", "unique")
"""What is counted per line of the menu (see `RunTotals`); of some older runs only the first four are known."""


def _no_counts() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


def _no_overlap() -> NDArray[np.int64]:
    return np.zeros((0, 0), np.int64)


def _no_table() -> NDArray[np.int64]:
    return np.zeros((0, 2), np.int64)


def _no_sums() -> NDArray[np.float64]:
    return np.zeros((0, 1, 2))


@dataclass(slots=True)
class RunTotals:
    """Totals of one run, written to ``totals.json``.

    Attributes
    ----------
    run_id, seed, config_digest
        Which run this was.
    quality
        See `Quality`.
    frames, fragments, triggers
        The ledger's three accounts (`trigemu.streaming.core.ledger`); ``closed`` says that all sums match.
    line_names, fired, accepted, sent, kept
        Per line of the menu: candidates that fired it, recorded triggers that kept it, candidates that it
        kept and that came through the dead time, recorded or not, and candidates that its prescale kept (int64[L]).
    before_prescale
        int64[L]: ``fired`` for a line of the hardware trigger; for one of the software trigger, candidates that level 1
        sent in which it fired and its own selection passed.  Empty where an older run did not count it.
    unique
        int64[L]: recorded triggers that of all lines of its level this one alone accepted.  Empty where not counted.
    overlap
        int64[L, L]: recorded triggers that both lines accepted; the diagonal is ``accepted``.  int64[0, 0] where not
        counted.
    levels
        ``l1`` and, where the menu has such lines, ``hlt``: candidates in which any line of the level fired (``fired``);
        those of them that reached it (``before_prescale``, as for lines); that it sent on (``sent``: level 1 to the
        software trigger or, without one, to its online selections); and that were recorded (``accepted``).  Empty where
        not counted.
    live_s, dead_s
        Detector time in which triggers could and could not be accepted.
    observed_s
        Detector time of the frames that were decided, live or dead: that in which ``fired`` was counted.
    selected
        Whether only recorded triggers were there to be decided (their replay): no rate follows from counts then.
    decisions, decisions_sha256
        How many candidates were decided, and the hash over all decisions in frame order.
    tally
        int64[n signals, 2 + L + 2]: generated, accepted, and accepted with line i, any L1 line, any HLT line
        passed near by (`trigemu.decision.decide.Verdict`).
    weighted
        float64[3, n signals + 1, 2 + L + 2] where events of files were drawn: sums of their weights, of the squares,
        and of squares times the chance to be drawn again; the last row is that of all events
        (`trigemu.decision.tally.counted`).  float64[0, ...] else.
    monitor
        Histogram name -> counts, summed over the sampled frames.
    comparisons
        Comparison with recorded words -> counts (`trigemu.setup.comparison.ComparisonSpec.shape`) of all frames.
    intensity
        The same counts in bins of the beam's intensity; None where it does not change, or was not known.
    latency
        Stage -> histogram of ns.
    throughput
        ``open_loop`` (whether frames had planned times), frames, fragments and bytes, their rates per wall
        second.
    memory
        Role name -> resident memory (MiB) at start, at the end and at its largest, and restarts.
    wall_s
        From the first assignment to the last durable frame; None where that is not known.
    replay
        compared, same, different and the first difference (frame, time, names of the lines that should have
        fired and of those that did), for a replay; that of a run that kept all fragments also says what differs.
    replay_of
        Directory of the run that a replay takes its fragments from; "" where that is not known, or of no replay.
    missing
        frames, records, bytes and segments that were recorded and are not there, whether the recorded run was closed,
        and a sentence that says so; None if nothing is missing.
    """

    run_id: str = ""
    seed: int = 0
    config_digest: str = ""
    quality: Quality = "good"
    frames: dict[str, int] = field(default_factory=dict)
    fragments: dict[str, int] = field(default_factory=dict)
    triggers: dict[str, int] = field(default_factory=dict)
    closed: bool = False
    line_names: tuple[str, ...] = ()
    fired: NDArray[np.int64] = field(default_factory=_no_counts)
    accepted: NDArray[np.int64] = field(default_factory=_no_counts)
    sent: NDArray[np.int64] = field(default_factory=_no_counts)
    kept: NDArray[np.int64] = field(default_factory=_no_counts)
    before_prescale: NDArray[np.int64] = field(default_factory=_no_counts)
    unique: NDArray[np.int64] = field(default_factory=_no_counts)
    overlap: NDArray[np.int64] = field(default_factory=_no_overlap)
    levels: dict[str, dict[str, int]] = field(default_factory=dict)
    live_s: float = 0.0
    dead_s: float = 0.0
    observed_s: float = -1.0
    selected: bool = False
    decisions: int = 0
    decisions_sha256: str = ""
    tally: NDArray[np.int64] = field(default_factory=_no_table)
    weighted: NDArray[np.float64] = field(default_factory=_no_sums)
    monitor: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    latency: dict[str, HdrHistogram] = field(default_factory=dict)
    throughput: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, dict[str, float]] = field(default_factory=dict)
    wall_s: float | None = 0.0
    replay: dict[str, Any] | None = None
    replay_of: str = ""
    missing: dict[str, Any] | None = None
    comparisons: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    intensity: ByIntensity | None = None

    def __post_init__(self) -> None:
        # Of runs recorded before these were counted, the nearest that is known.
        if not len(self.kept):
            self.kept = self.sent
        if self.observed_s < 0:
            self.observed_s = self.live_s + self.dead_s

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as stored in ``totals.json``."""
        data = {each.name: getattr(self, each.name) for each in fields(self)}
        data["line_names"] = list(self.line_names)
        for name in PER_LINE:
            data[name] = data[name].tolist()
        rows, shared = to_triangle(self.overlap)
        data["overlap"] = {"lines": rows, "counts": shared.tolist()} if len(self.overlap) else None
        data["tally"] = {"shape": list(self.tally.shape), "counts": self.tally.ravel().tolist()}
        data["weighted"] = {"shape": list(self.weighted.shape), "counts": self.weighted.ravel().tolist()}
        for key in ("monitor", "comparisons"):
            data[key] = {
                name: {"shape": list(counts.shape), "counts": counts.ravel().tolist()}
                for name, counts in data[key].items()
            }
        if self.intensity is not None:
            tables = {each.name: getattr(self.intensity, each.name) for each in fields(self.intensity)}
            data["intensity"] = {name: counts.tolist() for name, counts in tables.items()}
        data["latency"] = {stage: histogram.to_dict() for stage, histogram in self.latency.items()}
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunTotals:
        """Rebuild from `to_dict`.

        Raises
        ------
        InputError
            Something is missing, of another type, or not possible (`trigemu.streaming.core.stored`).
        """
        stored = parse_totals(data)
        values = stored.model_dump(exclude_unset=True)
        values["line_names"] = tuple(stored.line_names)
        for name in values.keys() & set(PER_LINE):
            values[name] = np.asarray(values[name], np.int64)
        values.pop("overlap", None)
        if stored.overlap is not None:
            size = len(stored.line_names)
            values["overlap"] = from_triangle(stored.overlap.lines, stored.overlap.counts, size)
        values["tally"] = _array(stored.tally, np.int64)
        if stored.weighted is None:
            values.pop("weighted", None)
        else:
            values["weighted"] = _array(stored.weighted, np.float64)
        values["intensity"] = _by_intensity(stored.intensity, len(stored.line_names))
        if stored.observed_s is None:
            values.pop("observed_s", None)
        for key in ("monitor", "comparisons"):
            tables: Mapping[str, Array] = getattr(stored, key)
            values[key] = {name: _array(counts, np.int64) for name, counts in tables.items()}
        values["latency"] = {name: HdrHistogram.from_dict(each) for name, each in values["latency"].items()}
        return cls(**values)


def _by_intensity(stored: Intensity | None, lines: int) -> ByIntensity | None:
    if stored is None:
        return None
    tables = {
        name: np.asarray(counts, np.int64) for name, counts in stored.model_dump(exclude={"edges"}).items()
    }
    tables |= {name: tables[name].reshape(-1, lines) for name in ("fired", "kept", "accepted")}
    return ByIntensity(edges=np.asarray(stored.edges), **tables)


def _array(data: Array | Sums, dtype: Any) -> NDArray[Any]:
    return np.asarray(data.counts, dtype).reshape(data.shape)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run as it is now; what a live display shows.

    Attributes
    ----------
    state
        State of run control.
    frames_done, frames_total
        Durable frames, and frames planned.
    fragments
        Counts of copies so far (duplicate, unexpected, damaged) and of fragments built.
    line_names, fired, accepted, kept, live_s
        Counts per line as in `RunTotals`, and the live time they belong to.
    recorded
        Recorded triggers; those that several lines kept are one.
    latency_us
        Stage -> p50, p99, p99_9, max.
    dead_fraction
        Dead time over all time so far.
    memory_mib
        Resident memory per role.
    elapsed_s, eta_s
        Wall time so far and until the end (None while unknown).
    bytes_per_s
        Payload built into frames per wall second.
    restarts, notices
        Roles restarted so far, and a sentence for each.
    ready
        How many roles are set up, and how many the run begins with.
    missing
        Who has not come yet, where roles are started one by one: a sentence with the command that starts one; else "".
    doing
        What is done while no frames flow: what is compiled, by whom.
    """

    state: str
    frames_done: int
    frames_total: int
    fragments: Mapping[str, int]
    line_names: tuple[str, ...]
    fired: tuple[int, ...]
    accepted: tuple[int, ...]
    live_s: float
    latency_us: Mapping[str, Mapping[str, float]]
    dead_fraction: float
    memory_mib: Mapping[str, float]
    elapsed_s: float
    eta_s: float | None
    bytes_per_s: float = 0.0
    restarts: int = 0
    kept: tuple[int, ...] = ()
    notices: tuple[str, ...] = ()
    ready: tuple[int, int] = (0, 0)
    missing: str = ""
    doing: str = ""
    recorded: int = 0
