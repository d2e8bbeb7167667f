"""The recorder's account of a run: rows in frame order in, totals out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.menu_sequence import find_bad
from trigemu.decision.by_intensity import ByIntensity, IntensityCounter, intensity_bins
from trigemu.decision.decide import REPLAY_HEAD
from trigemu.decision.monitoring import MonitorLayout
from trigemu.decision.rows import CORRUPT, Head, Row
from trigemu.decision.sequencer import Outcome, Sequencer, TriggerState
from trigemu.decision.tally import TOTALS, split, tally_size
from trigemu.decision.together import SharedCounter
from trigemu.errors import RunError
from trigemu.menu.planes import unpack_lines
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.latency import STAGES, HdrHistogram
from trigemu.streaming.core.ledger import TRIGGER_STATES, Ledger
from trigemu.streaming.core.triangle import to_triangle

_STAMPS = 1024
"""Frames whose stamps are put into histograms together."""


class Account:
    """Feeds the sequencer and adds up what its outcomes amount to.

    Parameters
    ----------
    setup
        The run.
    sources
        Fragments per frame.

    Attributes
    ----------
    sequencer, ledger
        What is counted frame by frame.
    """

    def __init__(self, setup: Setup[Any], sources: int) -> None:
        lines = len(setup.menu.lines)
        self.sequencer = Sequencer(setup.menu, setup.clock, setup.config.run.seed)
        self.ledger = Ledger(sources)
        self.size = 0
        self._shared = SharedCounter(setup.menu)
        self._selected = False
        self._names = setup.menu.names
        self._tick_s = setup.clock.tick_ns * 1e-9
        self._frame_ticks = setup.clock.frame_ticks
        self._is_hlt = np.array([line.level == "hlt" for line in setup.menu.lines])
        bins = intensity_bins(setup)
        self._bins = None if bins is None else IntensityCounter(bins, self.sequencer, self._is_hlt)
        self._l1, self._hlt = setup.menu.l1_mask, setup.menu.hlt_mask
        self._words = setup.menu.words
        self._tally_shape = len(setup.signals), 2 + lines + TOTALS
        self._tally = np.zeros(tally_size(*self._tally_shape, weighted=setup.weighted), np.int64)
        self._layout = MonitorLayout(setup)
        self._monitor = np.full(self._layout.size, 0, np.int64)
        self._latency = {stage: HdrHistogram() for stage in STAGES}
        self._replay = np.zeros(2, np.int64)
        self._first_difference: list[Any] | None = None
        self._stamps: list[list[int]] = []

    def take(self, row: Row) -> Outcome | None:
        """Count the next frame; return the sequencer's outcome (None for a lost frame).

        Raises
        ------
        RunError
            The row carries an outcome (it was recorded before) and the sequencer now says something else.
        """
        if self._bins is not None:
            self._bins.enter(row.frame, None if row.lost else row.candidates)
        if row.lost:
            self.sequencer.skip(row.frame)
            bad = row.missing if row.lost == CORRUPT else 0
            self.ledger.lose_frame(row.missing - bad, bad)
            return None
        outcome = self.sequencer.step(row.frame, row.candidates)
        if len(row.state) and not np.array_equal(row.state, outcome.state):
            raise RunError(f"frame {row.frame}: the recorded decisions are not those of this configuration")
        recorded = len(outcome.state) > 0 and bool((outcome.state == TriggerState.RECORDED).any())
        self._shared.add(row.candidates, outcome)
        self.ledger.record_frame(candidates=len(row.candidates.time), accepted=recorded)
        self.size += row.size
        if len(row.tally):
            self._tally += row.tally
        if len(row.bins):
            np.add.at(self._monitor, row.bins, row.counts)
        if len(row.replay):
            # Only frames made of recorded triggers come with what these were.
            self._selected = True
            self._compare(row)
        self._stamps.append([row.planned_ns, row.sent_ns, row.received_ns, row.decided_ns, row.recorded_ns])
        if len(self._stamps) >= _STAMPS:
            self._flush_stamps()
        return outcome

    def take_quiet(self, heads: Sequence[Head]) -> None:
        """Count the next frames, which have nothing but the numbers of their heads."""
        stretch = heads[0][0], len(heads)
        for first, count in [stretch] if self._bins is None else self._bins.quiet(*stretch):
            self.sequencer.step_quiet(first, count)
        self.ledger.record_quiet(len(heads))
        self.size += sum([head[6] for head in heads])
        self._stamps += [head[1:6] for head in heads]
        if len(self._stamps) >= _STAMPS:
            self._flush_stamps()

    def fits(self, row: Row) -> bool:
        """Return whether the candidates, sizes and bins of a received row fit this run."""
        bins = row.bins
        candidates = row.candidates
        columns = (candidates.time, candidates.fired, candidates.passed)
        return (
            (not len(candidates.time) or candidates.fired.shape[1] == self._words)
            and find_bad(*columns, self._frame_ticks, self._l1, self._hlt) < 0
            and len(row.tally) in (0, self._tally.size)
            and len(row.replay) in (0, REPLAY_HEAD + 2 * self._words)
            and (not len(bins) or (bins.min() >= 0 and bins.max() < self._layout.size))
            and row.missing <= self.ledger.sources
        )

    def _compare(self, row: Row) -> None:
        self._replay += row.replay[:2]
        if row.replay[1] and self._first_difference is None:
            words = row.replay[REPLAY_HEAD:].view(np.uint64).reshape(2, self._words)
            expected, found = (
                [name for name, fired in zip(self._names, bits, strict=True) if fired]
                for bits in unpack_lines(words, len(self._names)).tolist()
            )
            self._first_difference = [row.frame, int(row.replay[2]), expected, found]

    def _flush_stamps(self) -> None:
        if not self._stamps:
            return
        planned, sent, received, decided, recorded = np.array(self._stamps, np.int64).T
        self._stamps.clear()
        # Stamps of 0 were not taken (offline nothing is planned or sent).
        pairs = {
            "generate": (planned, sent),
            "build": (sent, received),
            "decide": (received, decided),
            "record": (decided, recorded),
            "total": (planned, recorded),
        }
        for stage, (begin, end) in pairs.items():
            known = (begin > 0) & (end > 0)
            self._latency[stage].record_many((end - begin)[known])

    @property
    def _dead_s(self) -> float:
        # An inhibited frame is dead time as a whole.
        ticks = self.sequencer.dead_ticks + self.ledger.lost * self._frame_ticks
        return float(ticks * self._tick_s)

    def _kept(self) -> list[int]:
        """Return per line the candidates that its prescale kept; what that of an HLT line keeps is recorded."""
        sequencer = self.sequencer
        kept: list[int] = np.where(self._is_hlt, sequencer.accepted, sequencer.generated).tolist()
        return kept

    def progress(self) -> dict[str, Any]:
        """Return the counts that a live display needs, as plain data."""
        self._flush_stamps()
        sequencer = self.sequencer
        return {
            "fired": sequencer.fired.tolist(),
            "accepted": sequencer.accepted.tolist(),
            "kept": self._kept(),
            "recorded": int(sequencer.states[0]),
            "live_s": sequencer.live_ticks * self._tick_s,
            "dead_s": self._dead_s,
            "built": self.ledger.built,
            "size": self.size,
            "latency_us": {s: h.summary_us() for s, h in self._latency.items() if h.count},
        }

    def totals(self) -> dict[str, Any]:
        """Return all that the recorder knows of the run, as plain data."""
        self._flush_stamps()
        sequencer, ledger = self.sequencer, self.ledger
        tally, weighted = split(self._tally, *self._tally_shape)
        monitor, compared = self._layout.split(self._monitor)
        return {
            "line_names": list(self._names),
            "fired": sequencer.fired.tolist(),
            "accepted": sequencer.accepted.tolist(),
            "sent": sequencer.sent.tolist(),
            "kept": self._kept(),
            **self._shared_counts(),
            "states": {name: int(n) for name, n in zip(TRIGGER_STATES, sequencer.states, strict=True)},
            "live_s": float(sequencer.live_ticks * self._tick_s),
            "dead_s": self._dead_s,
            "observed_s": float(sequencer.frames * self._frame_ticks * self._tick_s),
            "selected": self._selected,
            "decisions": int(sequencer.decisions),
            "decisions_sha256": sequencer.sha256(),
            "ledger": {name: int(getattr(ledger, name)) for name in Ledger.__slots__},
            "size": self.size,
            "tally": _packed(tally),
            "weighted": {"shape": list(weighted.shape), "data": weighted.astype("<f8").tobytes()},
            "monitor": {name: _packed(counts) for name, counts in monitor.items()},
            "comparisons": {name: _packed(counts) for name, counts in compared.items()},
            "latency": {stage: histogram.to_dict() for stage, histogram in self._latency.items()},
            "intensity": None if self._bins is None else _plain(self._bins.counts()),
            "replay": self._replay_totals(),
        }

    def _shared_counts(self) -> dict[str, Any]:
        """Return what lines do together, and what each level amounts to."""
        sequencer, shared = self.sequencer, self._shared.counts()
        recorded, _, _, vetoed = sequencer.states.tolist()
        first = {
            "fired": sequencer.decisions,
            "before_prescale": sequencer.decisions,
            "sent": recorded + vetoed,
            "accepted": recorded,
        }
        software = {
            "fired": shared.software_fired,
            "before_prescale": shared.software_offered,
            "sent": recorded,
            "accepted": recorded,
        }
        rows, counts = to_triangle(shared.overlap)
        return {
            "before_prescale": np.where(self._is_hlt, shared.software, sequencer.fired).tolist(),
            "unique": shared.unique.tolist(),
            "overlap": {"lines": rows, "counts": _narrow(counts)},
            "levels": {"l1": first, "hlt": software} if self._is_hlt.any() else {"l1": first},
        }

    def _replay_totals(self) -> dict[str, Any] | None:
        compared, different = self._replay.tolist()
        if not compared:
            return None
        return {
            "compared": compared,
            "same": compared - different,
            "different": different,
            "first": self._first_difference,
        }


def _plain(counts: ByIntensity) -> dict[str, Any]:
    tables = {each.name: getattr(counts, each.name) for each in fields(counts)}
    return {name: value.tolist() if name == "edges" else _packed(value) for name, value in tables.items()}


def _packed(counts: NDArray[np.int64]) -> dict[str, Any]:
    return {"shape": list(counts.shape), "data": counts.astype("<i8").tobytes()}


def _narrow(counts: NDArray[np.int64]) -> dict[str, Any]:
    """Return counts in as few bytes as hold them: those of a thousand lines must fit into a message's header."""
    dtype = np.dtype(np.min_scalar_type(counts.max(initial=0))).newbyteorder("<")
    return {"dtype": dtype.str, "data": counts.astype(dtype).tobytes()}
