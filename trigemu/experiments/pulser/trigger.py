"""The multiplicity trigger of the pulser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.candidates import Candidates
from trigemu.experiments.pulser.config import Pulser
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import HistogramSpec

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup

BITS = ("two", "three", "many", "odd")
"""At least two, three, or as many sources as there are (at least two) agree; the cell number is odd."""

_NO_LINES = np.zeros((0, 1), np.uint64)
_NOTHING = Candidates(np.zeros(0, np.int64), _NO_LINES, _NO_LINES)
_BINS = 50


def histograms(config: Pulser) -> dict[str, HistogramSpec]:
    """Return the monitoring histograms."""
    return {
        "time": HistogramSpec(
            "Pulses", "time in the frame [ns]", "pulses", (_BINS,), (0.0,), (float(config.frame_ticks),)
        )
    }


class PulserTrigger:
    """Fires where sources have pulses in the same cell of ``2 * coincidence_ticks`` ticks."""

    def __init__(self, setup: Setup, config: Pulser) -> None:
        self._menu = setup.menu
        self._user_words = setup.user_words
        self._config = config
        self._cell = 2 * config.coincidence_ticks
        self._odd = setup.menu.selection_mask("odd")

    def candidates(self, frame: TimeFrame) -> Candidates:
        """Return one candidate per cell in which at least two sources have pulses."""
        if self._config.ready_made_kib:
            return _NOTHING
        # Each source counts once per cell.
        cells = [
            np.unique(columns["time"] // self._cell)
            for name, columns in frame.fragments.items()
            if name[0] == "p"
        ]
        cell, count = np.unique(np.concatenate(cells), return_counts=True)
        cell, count = cell[count >= 2], count[count >= 2]
        odd = cell % 2 == 1
        words = np.zeros((len(cell), 1), np.uint64)
        many = max(2, self._config.sources)
        for bit, fires in enumerate((count >= 2, count >= 3, count >= many, odd)):
            words[:, 0] |= fires.astype(np.uint64) << np.uint64(bit)
        time = cell * self._cell
        words = np.hstack([words, self._user_words(frame, time)])
        fired = self._menu.evaluate(words, np.ones(len(time), np.uint8))
        some = self._menu.makes_candidate(fired)
        passed = np.where(odd[:, None], fired, fired & ~self._odd)
        return Candidates(time[some], fired[some], passed[some])

    def windows(self, time: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Read out the cell."""
        return time, time + self._cell

    def monitor(self, frame: TimeFrame, candidates: Candidates) -> dict[str, NDArray[np.int64]]:
        """Return the times of all pulses (ready-made blocks have none worth looking at)."""
        if self._config.ready_made_kib:
            return {}
        edges = (0, self._config.frame_ticks)
        times = np.concatenate([columns["time"] for columns in frame.fragments.values()])
        return {"time": np.histogram(times, _BINS, edges)[0].astype(np.int64)}
