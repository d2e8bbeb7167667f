"""The multiplicity trigger of the pulser."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I64, Bool
from trigemu.experiments.pulser.config import Pulser
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import BitMeaning, HistogramSpec, TriggerWords
from trigemu.setup.experiment import Setup

_CELL = "in one cell of twice pulser.coincidence_ticks"

MEANINGS = {
    "two": BitMeaning(f"At least two sources have pulses {_CELL}", "multiplicity", "chosen"),
    "three": BitMeaning(f"At least three sources have pulses {_CELL}", "multiplicity", "chosen"),
    "many": BitMeaning(f"All sources, at least two, have pulses {_CELL}", "multiplicity", "chosen"),
    "odd": BitMeaning("The number of the cell since the start of the frame is odd", "clock", "chosen"),
}
"""What each bit says."""

BITS = tuple(MEANINGS)
"""Names of the bits, in order."""

_NOTHING: TriggerWords[None] = TriggerWords(
    np.zeros(0, np.int64), np.zeros((0, 1), np.uint64), np.zeros(0, np.uint8)
)
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

    def __init__(self, setup: Setup[Pulser]) -> None:
        self._config = setup.section
        self._cell = 2 * self._config.coincidence_ticks
        self._histograms = setup.histograms

    def words(self, frame: TimeFrame) -> TriggerWords[None]:
        """Return one entry per cell in which at least two sources have pulses."""
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
        words = np.zeros((len(cell), 1), np.uint64)
        many = max(2, self._config.sources)
        for bit, fires in enumerate((count >= 2, count >= 3, count >= many, cell % 2 == 1)):
            words[:, 0] |= fires.astype(np.uint64) << np.uint64(bit)
        return TriggerWords(cell * self._cell, words, np.ones(len(cell), np.uint8))

    def select(self, name: str, frame: TimeFrame, words: TriggerWords[None], time: I64) -> Bool:
        """Return which candidates pass the online selection ``odd``: the cell number is odd."""
        return np.asarray(time // self._cell % 2 == 1)

    def windows(self, time: I64) -> tuple[I64, I64]:
        """Read out the cell."""
        return time, time + self._cell

    def monitor(self, frame: TimeFrame, words: TriggerWords[None]) -> dict[str, I64]:
        """Return the times of all pulses (ready-made blocks have none worth looking at)."""
        if self._config.ready_made_kib:
            return {}
        times = np.concatenate([columns["time"] for columns in frame.fragments.values()])
        return {"time": self._histograms["time"].count(times)}
