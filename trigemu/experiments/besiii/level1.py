"""BESIII's level 1 from digis to the decision.

A chain of blocks, each of which works on all crossings at once and says in which ticks of an event its conditions are
true; the global trigger brings these together.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trigemu.arrays import U8
from trigemu.collider.trigger import Sources
from trigemu.experiments.besiii.bits import (
    CONDITIONS,
    EMC_FIRST,
    MATCH_FIRST,
    MDC_FIRST,
    TOF_FIRST,
)
from trigemu.experiments.besiii.clock import TICK_WORDS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.emc.trigger import EmcFinder
from trigemu.experiments.besiii.gtl.decision import GlobalDecider
from trigemu.experiments.besiii.match.matching import Matcher
from trigemu.experiments.besiii.mdc.trigger import MdcFinder
from trigemu.experiments.besiii.records import Level1
from trigemu.experiments.besiii.sources import DETECTORS, EMC, MDC, TOF
from trigemu.experiments.besiii.tof.trigger import TofFinder
from trigemu.frames.columns import Array

_SOURCES = Sources(DETECTORS)


class Chain:
    """Level 1; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    section
        The ``[besiii]`` section; ``Besiii(conditions="2009")`` is that of an epoch.

    Attributes
    ----------
    mdc, tof, emc, matcher, decider
        The blocks: chamber, counters, calorimeter, track match, global trigger.
    """

    def __init__(self, section: Besiii) -> None:
        self.mdc = MdcFinder(section.mdc)
        self.tof = TofFinder(section.tof)
        self.emc = EmcFinder(section.emc)
        self.matcher = Matcher(section.match, section.tof)
        self.decider = GlobalDecider(section.gtl)

    def decide(
        self,
        mdc: Mapping[str, Array],
        tof: Mapping[str, Array],
        emc: Mapping[str, Array],
        random: U8,
    ) -> Level1:
        """Decide n crossings of arrays that nobody has looked at.

        Parameters
        ----------
        mdc, tof, emc
            Columns of these sources (`trigemu.experiments.besiii.sources`), ``offsets`` int64[n + 1] among them.
            Integers of other dtypes are taken if they fit.
        random
            uint8[n], 1 at a random trigger.

        Raises
        ------
        InputError
            A column is missing, holds what cannot be, or has not as many crossings as the others; the sentence names
            source, column and entry.
        """
        sources = _SOURCES.checked({MDC: mdc, TOF: tof, EMC: emc}, random)
        return self.run(sources[MDC], sources[TOF], sources[EMC], np.asarray(random, np.uint8))

    def run(
        self,
        mdc: Mapping[str, Array],
        tof: Mapping[str, Array],
        emc: Mapping[str, Array],
        random: U8,
    ) -> Level1:
        """Decide crossings as `decide` does; the columns are those of a frame, which were looked at already."""
        wires, counters, crystals = self.mdc.decide(mdc), self.tof.decide(tof), self.emc.decide(emc)
        match = self.matcher.decide(wires, counters, crystals)
        conditions = np.zeros((len(random), len(CONDITIONS), TICK_WORDS), np.uint64)
        for first, part in (
            (EMC_FIRST, crystals.conditions),
            (TOF_FIRST, counters.conditions),
            (MATCH_FIRST, match),
            (MDC_FIRST, wires.conditions),
        ):
            conditions[:, first : first + part.shape[1]] = part
        return Level1(wires, counters, crystals, match, conditions, self.decider.decide(conditions, random))
