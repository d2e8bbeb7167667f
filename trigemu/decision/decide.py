"""Deciding one frame: the function that the streaming worker, the offline driver and the scans share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.candidates import CandidateFinder, Candidates, check_candidates
from trigemu.decision.door import Door
from trigemu.decision.tally import TOTALS, Judged, counted, judge, tally_size
from trigemu.frames.columns import Array, cut_windows
from trigemu.frames.crossings import find_crossings, take_crossings
from trigemu.frames.frame import TRUTH, TimeFrame
from trigemu.frames.schema import Column, Schema
from trigemu.setup.abilities import comparer, window_reader
from trigemu.setup.experiment import Setup

EXPECTED = "triggers"
"""Pseudo-source of a replay of accepted triggers: the recorded triggers' time and fired lines."""

REPLAY_HEAD = 3
"""compared, different, and of the first difference: time; the expected and the found words of lines follow."""


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What is known of a frame before anything that depends on order.

    Attributes
    ----------
    frame
        Frame number.
    candidates
        The trigger's answer.
    tally
        Generated, accepted and triggered events per signal (`trigemu.decision.tally.counted`).
    monitor
        Counts per histogram; empty for frames that are not sampled.
    compared
        Counts per comparison with recorded words.
    readout
        Source -> columns with offsets, one piece per candidate that can be recorded
        (`trigemu.menu.compile.CompiledMenu.can_be_recorded`); None if there is none.
    replay
        int64[3 + 2 words] (see `REPLAY_HEAD`) when the frame holds recorded triggers to compare with, else
        int64[0].
    judged
        The generated events one by one; None where there are none to count.
    """

    frame: int
    candidates: Candidates
    tally: NDArray[np.int64]
    monitor: Mapping[str, NDArray[np.int64]]
    readout: dict[str, dict[str, Array]] | None
    replay: NDArray[np.int64]
    judged: Judged | None = None
    compared: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)


class Decider:
    """Decides frames for one setup.

    Parameters
    ----------
    setup
        The run.
    readout
        Whether to cut read-out windows (scans do not need them).

    Attributes
    ----------
    no_tally
        The very array that is `Verdict.tally` of a frame with nothing to count.
    """

    def __init__(self, setup: Setup[Any], *, readout: bool = True) -> None:
        self._finder = CandidateFinder(setup)
        self._menu = setup.menu
        self._door = Door(setup, {EXPECTED: expected_schema(setup.menu.words, setup.clock.frame_ticks)})
        self._crossings = setup.crossings
        self._windows = None if self._crossings is not None else window_reader(setup, self._finder.trigger)
        self._signals = len(setup.signals)
        self._frame_ticks = setup.clock.frame_ticks
        self._window = setup.match_window
        self._monitor_every = setup.config.record.monitor_every
        self._readout = readout and setup.config.record.mode == "accepted"
        self._weighted = setup.weighted
        columns = 2 + len(setup.menu.lines) + TOTALS
        self.no_tally = np.zeros(tally_size(self._signals, columns, weighted=self._weighted), np.int64)
        self._no_replay = np.zeros(0, np.int64)
        self._comparer = comparer(setup, self._finder.trigger)

    def warm_up(self, schemas: Mapping[str, Schema]) -> None:
        """Decide a frame without hits, so that what is compiled on first use is compiled before the run."""
        fragments = {}
        for source, schema in schemas.items():
            fragments[source] = schema.empty()
            for column in fragments[source].values():
                column.flags.writeable = False  # as received: another type to a compiler
        self.decide(TimeFrame(0, 0, fragments))

    def decide(self, frame: TimeFrame) -> Verdict:
        """Return the verdict on a frame (with its truth, which the trigger does not get to see).

        Raises
        ------
        CorruptError
            The frame's fragments hold what its detectors cannot give, or do not agree about its crossings.
        RunError
            The trigger's answer is none: entries out of order, outside the frame or without a line of the menu.
        """
        frame = self._door.check(frame)
        truth = frame.fragments.get(TRUTH)
        expected = frame.fragments.get(EXPECTED)
        seen = _detectors(frame)
        sampled = frame.number % self._monitor_every == 0
        words, candidates = self._finder.find(seen, whole=sampled or self._comparer is not None)
        check_candidates(frame.number, candidates, self._frame_ticks, self._menu)
        tally, judged = self.no_tally, None
        if (self._signals or self._weighted) and truth is not None:
            judged = judge(
                truth,
                candidates,
                signals=self._signals,
                frame_ticks=self._frame_ticks,
                window=self._window,
                menu=self._menu,
            )
            tally = counted(judged, self._signals)
        monitor: Mapping[str, NDArray[np.int64]] = {}
        if sampled:
            monitor = self._finder.answers.histograms(self._finder.trigger.monitor(seen, words))
        readout = self._read_out(seen, candidates) if self._readout and len(candidates.time) else None
        replay = self._no_replay if expected is None else compare(expected, candidates, self._menu.words)
        compared: Mapping[str, NDArray[np.int64]] = {}
        if self._comparer is not None:
            compared = self._finder.answers.comparisons(self._comparer(seen, words))
        return Verdict(frame.number, candidates, tally, monitor, readout, replay, judged, compared)

    def _read_out(self, frame: TimeFrame, candidates: Candidates) -> dict[str, dict[str, Array]] | None:
        time = candidates.time[self._menu.can_be_recorded(candidates.passed)]
        if not len(time):
            return None
        if self._windows is None:
            return self._crossings_of(frame, time)
        start, stop = self._finder.answers.windows(self._windows(time), len(time))
        return {
            source: cut_windows({k: v for k, v in columns.items() if k != "offsets"}, start, stop)
            for source, columns in frame.fragments.items()
        }

    def _crossings_of(self, frame: TimeFrame, time: NDArray[np.int64]) -> dict[str, dict[str, Array]]:
        rows = find_crossings(frame[str(self._crossings)]["time"], time)
        return {source: take_crossings(columns, rows, time) for source, columns in frame.fragments.items()}


def compare(expected: Mapping[str, Array], candidates: Candidates, words: int) -> NDArray[np.int64]:
    """Compare recorded triggers (`expected_schema`) with candidates; see `REPLAY_HEAD`."""
    result = np.zeros(REPLAY_HEAD + 2 * words, np.int64)
    wanted = np.column_stack([expected[f"fired{word}"] for word in range(words)])
    found = np.zeros(wanted.shape, np.uint64)
    if len(candidates.time):
        place = np.searchsorted(candidates.time, expected["time"]).clip(max=len(candidates.time) - 1)
        there = candidates.time[place] == expected["time"]
        found[there] = candidates.fired[place[there]]
    different = np.flatnonzero((found != wanted).any(axis=1))
    result[:2] = len(found), len(different)
    if len(different):
        first = different[0]
        result[2] = expected["time"][first]
        result[REPLAY_HEAD:] = np.concatenate([wanted[first], found[first]]).astype("<u8").view(np.int64)
    return result


def expected_schema(words: int, frame_ticks: int) -> Schema:
    """Return the columns of a frame's recorded triggers: time, and the fired lines word by word."""
    time = Column("time", "<i8", low=0, high=frame_ticks - 1, rises=True)
    return Schema(EXPECTED, (time, *(Column(f"fired{word}", "<u8") for word in range(words))))


def _detectors(frame: TimeFrame) -> TimeFrame:
    if TRUTH not in frame.fragments and EXPECTED not in frame.fragments:
        return frame
    seen = {name: columns for name, columns in frame.fragments.items() if name not in (TRUTH, EXPECTED)}
    return TimeFrame(frame.run, frame.number, seen)
