"""BESIII's trigger: the digis of a frame's crossings to trigger words.

Level 1 is a chain of blocks, each of which works on all crossings of a frame at once and says in which ticks of an
event its conditions are true; the global trigger brings these together.  The event filter's bits are worked out beside
it and count only where level 1 fired.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I64, U8, U16, U64
from trigemu.collider.trigger import columns_of, pieces_of
from trigemu.experiments.besiii.bits import (
    CONDITIONS,
    EMC_FIRST,
    MATCH_FIRST,
    MDC_FIRST,
    TOF_FIRST,
    WORDS,
)
from trigemu.experiments.besiii.clock import TICK_WORDS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.emc.trigger import EmcFinder
from trigemu.experiments.besiii.filter.software import EventFilter
from trigemu.experiments.besiii.gtl.decision import GlobalDecider
from trigemu.experiments.besiii.match.matching import Matcher
from trigemu.experiments.besiii.mdc.trigger import MdcFinder
from trigemu.experiments.besiii.monitor import fill
from trigemu.experiments.besiii.records import GlobalTrigger, Level1
from trigemu.experiments.besiii.sources import CLUSTERS, EMC, MDC, TIMING, TOF, TRACKS
from trigemu.experiments.besiii.tof.trigger import TofFinder
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
    mdc, tof, emc, matcher, decider
        The blocks: chamber, counters, calorimeter, track match, global trigger.
    """

    def __init__(self, setup: Setup[Besiii]) -> None:
        section = setup.section
        self.mdc = MdcFinder(section.mdc)
        self.tof = TofFinder(section.tof)
        self.emc = EmcFinder(section.emc)
        self.matcher = Matcher(section.match)
        self.decider = GlobalDecider(section.gtl)
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
        wires, counters, crystals = (pieces_of(frame, source, n) for source in (MDC, TOF, EMC))
        mdc, tof, emc = self.mdc.decide(wires), self.tof.decide(counters), self.emc.decide(crystals)
        match = self.matcher.decide(mdc, tof, emc)
        conditions = np.zeros((n, len(CONDITIONS), TICK_WORDS), np.uint64)
        for first, part in (
            (EMC_FIRST, emc.conditions),
            (TOF_FIRST, tof.conditions),
            (MATCH_FIRST, match),
            (MDC_FIRST, mdc.conditions),
        ):
            conditions[:, first : first + part.shape[1]] = part
        decision = self.decider.decide(conditions, np.asarray(timing["random"], np.uint8))
        return Level1(mdc, tof, emc, match, decision, self._words(decision))

    def _words(self, decision: GlobalTrigger) -> U64:
        words = np.zeros((len(decision.tick), WORDS), np.uint64)
        words[:, 0] = (decision.at_tick, decision.of_four, decision.over_time)[self._mode]
        words[:, 1] = decision.channels[:, self._mode]
        words[:, 1] |= decision.timing.astype(np.uint64) << _TIMING_SHIFT
        return words

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
        if self._filter is not None:
            n = len(time)
            tracks, clusters = (pieces_of(frame, source, n) for source in (TRACKS, CLUSTERS))
            energy: U16 = np.asarray(timing["energy"], np.uint16)
            random: U8 = np.asarray(timing["random"], np.uint8)
            found.words[:, 2] = self._filter.words(tracks, clusters, energy, random)
        return TriggerWords(time, found.words, np.ones(len(time), np.uint8), found=found)

    def monitor(self, frame: TimeFrame, words: TriggerWords[Level1]) -> dict[str, I64]:
        """Return counts for `trigemu.experiments.besiii.monitor.HISTOGRAMS`."""
        return {} if words.found is None else fill(frame, words.found)
