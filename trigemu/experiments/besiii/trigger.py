"""BESIII's trigger: the digis of a frame's crossings to trigger words.

The event filter's bits are worked out beside level 1 and count only where level 1 fired.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I64, U8, U16, U64
from trigemu.collider.trigger import columns_of, pieces_of
from trigemu.experiments.besiii.bits import WORDS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.filter.software import EventFilter
from trigemu.experiments.besiii.level1 import Chain
from trigemu.experiments.besiii.monitor import fill
from trigemu.experiments.besiii.raw.comparison import compare
from trigemu.experiments.besiii.records import GlobalTrigger, Level1
from trigemu.experiments.besiii.sources import CLUSTERS, EMC, MDC, TIMING, TOF, TRACKS
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import TriggerWords
from trigemu.setup.experiment import Setup

MODES = ("tick", "or4", "simulation")
"""Which of the global trigger's three words the menu sees, in the order of `GlobalTrigger.channels`."""

_TIMING_SHIFT = np.uint64(16)
"""Bit of the first timing source in its word, above the channels."""


class BesiiiTrigger:
    """Turns BESIII frames into trigger words; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    setup
        Menu and the ``[besiii]`` section.

    Attributes
    ----------
    chain
        Level 1, block by block.
    """

    def __init__(self, setup: Setup[Besiii]) -> None:
        self._section = section = setup.section
        self.chain = Chain(section)
        self._mode = MODES.index(section.gtl.mode)
        self._filter = EventFilter(section.filter) if setup.menu.hlt_mask.any() else None

    def level1(self, frame: TimeFrame) -> Level1:
        """Return what every block of level 1 says of a frame.

        Raises
        ------
        InputError
            A source is missing, or its pieces are not those of the frame's crossings.
        """
        timing = columns_of(frame, TIMING)
        n = len(timing["time"])
        mdc, tof, emc = (pieces_of(frame, source, n) for source in (MDC, TOF, EMC))
        return self.chain.run(mdc, tof, emc, np.asarray(timing["random"], np.uint8))

    def words(self, frame: TimeFrame) -> TriggerWords[Level1]:
        """Return the trigger bits of every crossing, those of the event filter as well.

        Raises
        ------
        InputError
            See `level1`.
        """
        found = self.level1(frame)
        timing = frame[TIMING]
        time: I64 = np.asarray(timing["time"], np.int64)
        words = _words(found.decision, self._mode)
        if self._filter is not None:
            n = len(time)
            tracks, clusters = (pieces_of(frame, source, n) for source in (TRACKS, CLUSTERS))
            energy: U16 = np.asarray(timing["energy"], np.uint16)
            random: U8 = np.asarray(timing["random"], np.uint8)
            words[:, 2] = self._filter.words(tracks, clusters, energy, random)
        return TriggerWords(time, words, np.ones(len(time), np.uint8), found=found)

    def compare(self, frame: TimeFrame, words: TriggerWords[Level1]) -> dict[str, I64]:
        """Return counts for `trigemu.experiments.besiii.raw.comparison.comparisons`."""
        if words.found is None:
            return {}
        return compare(self._section, self.chain.mdc, frame, words.found)

    def monitor(self, frame: TimeFrame, words: TriggerWords[Level1]) -> dict[str, I64]:
        """Return counts for `trigemu.experiments.besiii.monitor.HISTOGRAMS`."""
        return {} if words.found is None else fill(frame, words.found)


def _words(decision: GlobalTrigger, mode: int) -> U64:
    """Return uint64[n, WORDS], the bits of level 1 as one of `MODES` has them."""
    words = np.zeros((len(decision.tick), WORDS), np.uint64)
    words[:, 0] = (decision.at_tick, decision.of_four, decision.over_time)[mode]
    words[:, 1] = decision.channels[:, mode]
    words[:, 1] |= decision.timing.astype(np.uint64) << _TIMING_SHIFT
    return words
