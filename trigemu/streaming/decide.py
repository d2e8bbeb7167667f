"""Deciding one frame: the function that the streaming worker, the offline driver and the scans share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.base import Candidates
from trigemu.experiments.setup import Setup
from trigemu.frames.columns import Array, cut_windows
from trigemu.frames.frame import TRUTH, TimeFrame
from trigemu.frames.schema import Schema

EXPECTED = "triggers"
"""Pseudo-source of a replay of accepted triggers: the recorded triggers' time and fired lines."""

REPLAY_COLUMNS = 5
"""compared, different, and of the first difference: time, expected and found lines."""


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
        int64[n signals, 2 + L]: generated, accepted, and accepted with a candidate near by whose bit i
        passed.
    monitor
        Counts per histogram; empty for frames that are not sampled.
    readout
        Source -> columns with offsets, one piece per candidate whose ``passed`` is not 0; None if there is
        none.
    replay
        int64[5] (see `REPLAY_COLUMNS`) when the frame holds recorded triggers to compare with, else int64[0].
    """

    frame: int
    candidates: Candidates
    tally: NDArray[np.int64]
    monitor: dict[str, NDArray[np.int64]]
    readout: dict[str, dict[str, Array]] | None
    replay: NDArray[np.int64]


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

    def __init__(self, setup: Setup, *, readout: bool = True) -> None:
        self._trigger = setup.experiment.trigger(setup)
        self._lines = len(setup.menu.lines)
        self._signals = len(setup.signals)
        self._frame_ticks = setup.clock.frame_ticks
        self._window = setup.experiment.match_window(setup.section)
        self._monitor_every = setup.config.record.monitor_every
        self._readout = readout and setup.config.record.mode == "accepted"
        self.no_tally = np.zeros((self._signals, 2 + self._lines), np.int64)
        self._no_replay = np.zeros(0, np.int64)

    def warm_up(self, schemas: Mapping[str, Schema]) -> None:
        """Decide a frame without hits, so that what is compiled on first use is compiled before the run."""
        fragments = {}
        for source, schema in schemas.items():
            fragments[source] = schema.empty()
            for column in fragments[source].values():
                column.flags.writeable = False  # as received: another type to a compiler
        self.decide(TimeFrame(0, 0, fragments))

    def decide(self, frame: TimeFrame) -> Verdict:
        """Return the verdict on a frame (with its truth, which the trigger does not get to see)."""
        truth = frame.fragments.get(TRUTH)
        expected = frame.fragments.get(EXPECTED)
        seen = _detectors(frame)
        candidates = self._trigger.candidates(seen)
        tally = self.no_tally
        if self._signals and truth is not None:
            tally = self._tally(truth, candidates)
        monitor: dict[str, NDArray[np.int64]] = {}
        if frame.number % self._monitor_every == 0:
            monitor = self._trigger.monitor(seen, candidates)
        readout = self._cut(seen, candidates) if self._readout and len(candidates.time) else None
        replay = self._no_replay if expected is None else compare(expected, candidates)
        return Verdict(frame.number, candidates, tally, monitor, readout, replay)

    def _cut(self, frame: TimeFrame, candidates: Candidates) -> dict[str, dict[str, Array]] | None:
        time = candidates.time[candidates.passed != 0]
        if not len(time):
            return None
        start, stop = self._trigger.windows(time)
        return {
            source: cut_windows({k: v for k, v in columns.items() if k != "offsets"}, start, stop)
            for source, columns in frame.fragments.items()
        }

    def _tally(self, truth: Mapping[str, Array], candidates: Candidates) -> NDArray[np.int64]:
        """Count generated, accepted and triggered events per signal."""
        time = truth["time"]
        here = (truth["signal"] < self._signals) & (time >= 0) & (time < self._frame_ticks)
        signal, time, accepted = truth["signal"][here], time[here], truth["accepted"][here] != 0
        found = lines_near(time, candidates, self._window, self._lines)
        columns = np.column_stack([np.ones(len(time), bool), accepted, found & accepted[:, None]])
        tally = self.no_tally.copy()
        np.add.at(tally, signal, columns.astype(np.int64))
        return tally


def lines_near(time: NDArray[np.int64], candidates: Candidates, window: int, lines: int) -> NDArray[np.bool_]:
    """Return which lines passed within ``window`` TDC counts of each time: bool[len(time), lines]."""
    bits = (candidates.passed[:, None] >> np.arange(lines, dtype=np.uint64)) & np.uint64(1)
    # Candidates are in time order, so a difference of running sums counts those between two times.
    before = np.zeros((len(bits) + 1, lines), np.int64)
    np.cumsum(bits, axis=0, out=before[1:])
    first = np.searchsorted(candidates.time, time - window, side="left")
    last = np.searchsorted(candidates.time, time + window, side="right")
    return np.asarray(before[last] > before[first])


def compare(expected: Mapping[str, Array], candidates: Candidates) -> NDArray[np.int64]:
    """Compare recorded triggers (``time``, ``fired``) with candidates; see `REPLAY_COLUMNS`."""
    result = np.zeros(REPLAY_COLUMNS, np.int64)
    found = np.zeros(len(expected["time"]), np.uint64)
    if len(candidates.time):
        place = np.searchsorted(candidates.time, expected["time"]).clip(max=len(candidates.time) - 1)
        there = candidates.time[place] == expected["time"]
        found[there] = candidates.fired[place[there]]
    different = np.flatnonzero(found != expected["fired"])
    result[:2] = len(found), len(different)
    if len(different):
        first = different[0]
        words = np.array([expected["fired"][first], found[first]], np.uint64)
        result[2] = expected["time"][first]
        result[3:] = words.view(np.int64)
    return result


def _detectors(frame: TimeFrame) -> TimeFrame:
    if TRUTH not in frame.fragments and EXPECTED not in frame.fragments:
        return frame
    seen = {name: columns for name, columns in frame.fragments.items() if name not in (TRUTH, EXPECTED)}
    return TimeFrame(frame.run, frame.number, seen)
