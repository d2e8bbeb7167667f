"""What a run counts in frames of low and of high intensity.

Which bin a frame belongs to is a pure function of its number and the configuration, and what is counted in a bin is
what the sequencer has counted while it was in frames of that bin: bins add up to the totals of the run exactly, and
are the same live, offline and when records are counted again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Sequencer
from trigemu.setup.experiment import Setup

BINS = 12
"""Bins of a run, at most: a compromise between equally wide ones and such with equally many frames."""

UNIT = 2.0**20
"""Sums of intensities are kept in units of 1 / `UNIT`, so that they do not depend on how they were added."""

_SAMPLED = 1 << 16
_SAME = 1e-6
_BLOCK = 1024

_HEAD = 7
"""Numbers of `Sequencer.counters` before those of lines."""


@dataclass(frozen=True, slots=True, eq=False)
class IntensityBins:
    """Ranges of relative intensity.

    Attributes
    ----------
    edges
        float64[bins + 1], rising; what lies outside belongs to the first or last bin.
    of_frames
        Frame numbers (int64[n]) -> relative intensity (float64[n]).
    """

    edges: F64
    of_frames: Callable[[I64], F64]

    def __len__(self) -> int:
        return len(self.edges) - 1


def intensity_bins(setup: Setup[Any]) -> IntensityBins | None:
    """Return the bins of a run; None where the intensity does not change in it, or the experiment names none."""
    found = setup.experiment.part("intensity")
    of_frames = None if found is None else found(setup)
    if of_frames is None:
        return None
    last = setup.frames - 1
    sampled = np.unique(np.linspace(0, last, min(last + 1, _SAMPLED)).astype(np.int64))
    seen = of_frames(sampled)
    if seen.max() - seen.min() <= _SAME * seen.max():
        return None
    return IntensityBins(_edges(np.sort(seen), min(BINS, len(seen))), of_frames)


def _edges(seen: F64, bins: int) -> F64:
    """Return edges at equal steps of the mean of what equal numbers of frames and equal widths would give."""
    low, high = float(seen[0]), float(seen[-1])
    reached = 0.5 * ((np.arange(len(seen)) + 0.5) / len(seen) + (seen - low) / (high - low))
    inner = np.interp(np.arange(1, bins) / bins, reached, seen)
    return np.concatenate([[low], inner, [high]])


@dataclass(frozen=True, slots=True, eq=False)
class ByIntensity:
    """Counts of a run with L lines in n bins of intensity.

    Attributes
    ----------
    edges
        float64[n + 1], see `IntensityBins`.
    sums
        int64[n, 2]: intensity and its square, summed over the decided frames, in units of 1 / `UNIT`.
    frames, lost, dead
        int64[n]: frames that were decided, that were lost, and TDC counts of the decided ones that were dead.
    states
        int64[n, 4]: candidates by `trigemu.decision.sequencer.TriggerState`.
    several
        int64[n]: candidates on which two or more lines fired.
    fired, kept, accepted
        int64[n, L], see `trigemu.streaming.core.totals.RunTotals`.
    """

    edges: F64
    sums: I64
    frames: I64
    lost: I64
    dead: I64
    states: I64
    several: I64
    fired: I64
    kept: I64
    accepted: I64


class IntensityCounter:
    """Counts by intensity what a sequencer decides.

    Parameters
    ----------
    bins
        The bins.
    sequencer
        The sequencer, before its first frame.
    is_hlt
        bool[lines], whether a line is of the software trigger.
    """

    def __init__(self, bins: IntensityBins, sequencer: Sequencer, is_hlt: Bool) -> None:
        self._bins, self._sequencer, self._is_hlt = bins, sequencer, is_hlt
        self._last = sequencer.counters()
        self._counts = np.zeros((len(bins), len(self._last)), np.int64)
        self._sums = np.zeros((len(bins), 2), np.int64)
        self._several = np.zeros(len(bins), np.int64)
        self._at = 0
        self._first = -_BLOCK
        self._bin = np.zeros(0, np.int64)
        self._powers = np.zeros((0, 2), np.int64)

    def enter(self, frame: int, candidates: Candidates | None) -> None:
        """Take note of the next frame before the sequencer does; ``candidates``: None for a lost frame."""
        place = self._place(frame)
        self._go_to(int(self._bin[place]))
        if candidates is not None:
            self._sums[self._at] += self._powers[place]
            if len(candidates.fired):
                lines = np.bitwise_count(candidates.fired).sum(axis=1)
                self._several[self._at] += np.count_nonzero(lines > 1)

    def quiet(self, first: int, count: int) -> Iterator[tuple[int, int]]:
        """Yield stretches (first frame, frames) of frames without candidates, all of one bin, for the sequencer."""
        stop = first + count
        while first < stop:
            place = self._place(first)
            alike = self._bin[place : place + stop - first] == self._bin[place]
            length = len(alike) if alike.all() else int(alike.argmin())
            self._go_to(int(self._bin[place]))
            self._sums[self._at] += self._powers[place : place + length].sum(axis=0)
            yield first, length
            first += length

    def _place(self, frame: int) -> int:
        """Return where a frame stands in the block of frames whose intensities are known."""
        if not 0 <= frame - self._first < _BLOCK:
            self._first = frame - frame % _BLOCK
            seen = self._bins.of_frames(np.arange(self._first, self._first + _BLOCK))
            self._bin = np.searchsorted(self._bins.edges[1:-1], seen, side="right")
            self._powers = np.rint(UNIT * np.column_stack([seen, seen * seen])).astype(np.int64)
        return frame - self._first

    def _go_to(self, at: int) -> None:
        if at != self._at:
            self._close()
            self._at = at

    def _close(self) -> None:
        now = self._sequencer.counters()
        self._counts[self._at] += now - self._last
        self._last = now

    def counts(self) -> ByIntensity:
        """Return what was counted so far."""
        self._close()
        counts, lines = self._counts, len(self._is_hlt)
        accepted, prescaled, choked, refused, vetoed = (
            counts[:, _HEAD + place * lines : _HEAD + (place + 1) * lines] for place in range(5)
        )
        kept = accepted + vetoed + refused
        return ByIntensity(
            edges=self._bins.edges,
            sums=self._sums.copy(),
            frames=counts[:, 0].copy(),
            lost=counts[:, 1].copy(),
            dead=counts[:, 2].copy(),
            states=counts[:, 3:_HEAD].copy(),
            several=self._several.copy(),
            fired=kept + prescaled + choked,
            # What the prescale of a software line keeps is recorded.
            kept=np.where(self._is_hlt, accepted, kept),
            accepted=accepted.copy(),
        )
