"""Belle II's trigger: the hits of a frame's crossings to trigger words.

Level 1 is a chain of blocks, each of which works on all crossings of a frame at once; the software trigger's
bits are worked out beside it and count only where level 1 fired.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I64
from trigemu.collider.trigger import columns_of, pieces_of
from trigemu.experiments.belle2.bits import WORDS
from trigemu.experiments.belle2.cdc.event_time import event_time
from trigemu.experiments.belle2.cdc.hitmaps import hit_maps, short_patterns
from trigemu.experiments.belle2.cdc.hough import HoughFinder
from trigemu.experiments.belle2.cdc.segments import SegmentFinder
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.ecl.trigger import CalorimeterTrigger, ecl_words
from trigemu.experiments.belle2.grl.matching import Matcher
from trigemu.experiments.belle2.hlt.software import SoftwareTrigger
from trigemu.experiments.belle2.klm.sectors import sectors
from trigemu.experiments.belle2.level1 import Level1
from trigemu.experiments.belle2.monitor import fill
from trigemu.experiments.belle2.neuro.trigger import NeuroTrigger
from trigemu.experiments.belle2.sources import CDC, CLUSTERS, ECL, KLM, TIMING, TRACKS
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import TriggerWords
from trigemu.setup.experiment import Setup


class Belle2Trigger:
    """Turns Belle II frames into trigger words; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    setup
        Menu and the ``[belle2]`` section.

    Attributes
    ----------
    segments, hough, neuro, ecl, matcher
        The blocks that hold state: track segments, 2D tracks, networks, calorimeter, global logic.
    """

    def __init__(self, setup: Setup[Belle2]) -> None:
        self._section = section = setup.section
        self.segments = SegmentFinder(section.cdc)
        self.hough = HoughFinder(section.cdc)
        short_patterns(section.cdc.short_min_pt)
        self.neuro = NeuroTrigger(section.neuro)
        self.ecl = CalorimeterTrigger(section.ecl)
        self.matcher = Matcher(section.grl)
        self._software = SoftwareTrigger(section.hlt) if setup.menu.hlt_mask.any() else None

    def level1(self, frame: TimeFrame) -> Level1:
        """Return what every block of level 1 says of a frame.

        Raises
        ------
        InputError
            A source is missing, or its pieces are not those of the frame's crossings.
        """
        timing = columns_of(frame, TIMING)
        n = len(timing["time"])
        cdc, ecl, klm = (pieces_of(frame, source, n) for source in (CDC, ECL, KLM))
        segments = self.segments.find(cdc)
        tracks = self.hough.find(segments)
        time = event_time(segments, tracks)
        maps = hit_maps(segments, tracks, self._section.cdc)
        neuro = self.neuro.decide(segments, tracks, time)
        cells = self.ecl.decide(ecl, np.asarray(timing["phase"], np.uint16))
        muons = sectors(klm, self._section.klm)
        words = np.zeros((n, WORDS), np.uint64)
        words[:, 0:2] = self.matcher.words(tracks, maps, neuro, cells, muons)
        words[:, 2:4] = ecl_words(cells, self._section.ecl.bhabha2d_clusters)
        words[:, 4] = timing["external"]
        return Level1(segments, tracks, time, maps, neuro, cells, muons, words)

    def words(self, frame: TimeFrame) -> TriggerWords[Level1]:
        """Return the trigger bits of every crossing, those of the software trigger as well.

        Raises
        ------
        InputError
            See `level1`.
        """
        found = self.level1(frame)
        time = np.asarray(frame[TIMING]["time"], np.int64)
        if self._software is not None:
            n = len(time)
            tracks, clusters = (pieces_of(frame, source, n) for source in (TRACKS, CLUSTERS))
            found.words[:, 5:7] = self._software.words(tracks, clusters)
        return TriggerWords(time, found.words, np.ones(len(time), np.uint8), found=found)

    def monitor(self, frame: TimeFrame, words: TriggerWords[Level1]) -> dict[str, I64]:
        """Return counts for `trigemu.experiments.belle2.monitor.HISTOGRAMS`."""
        return {} if words.found is None else fill(frame, words.found)
