"""Belle II's trigger: the hits of a frame's crossings to trigger candidates.

Level 1 is a chain of blocks, each of which works on all crossings of a frame at once; the software trigger's
bits are worked out beside it and count only where level 1 fired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I64, U64
from trigemu.decision.candidates import Candidates
from trigemu.errors import InputError
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
from trigemu.experiments.belle2.monitor import fill
from trigemu.experiments.belle2.neuro.trigger import NeuroTrigger
from trigemu.experiments.belle2.records import (
    EclTrigger,
    EventTime,
    HitMaps,
    KlmTrigger,
    NeuroTracks,
    Segments,
    Tracks2D,
)
from trigemu.experiments.belle2.sources import CDC, CLUSTERS, ECL, KLM, TIMING, TRACKS
from trigemu.frames.frame import TimeFrame

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup


@dataclass(frozen=True, slots=True, eq=False)
class Level1:
    """All that level 1 works out of a frame, block by block (see `trigemu.experiments.belle2.records`).

    ``words`` is uint64[n, WORDS]: the trigger bits of each crossing, those of the software trigger still 0.
    """

    segments: Segments
    tracks: Tracks2D
    event_time: EventTime
    maps: HitMaps
    neuro: NeuroTracks
    ecl: EclTrigger
    klm: KlmTrigger
    words: U64


class Belle2Trigger:
    """Decides Belle II frames; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    setup
        Menu and the ``[belle2]`` section.

    Attributes
    ----------
    segments, hough, neuro, ecl, matcher
        The blocks that hold state: track segments, 2D tracks, networks, calorimeter, global logic.
    """

    def __init__(self, setup: Setup) -> None:
        section = setup.section
        if not isinstance(section, Belle2):
            raise TypeError(f"a Belle II setup has a Belle II section, not {type(section).__name__}")
        self._setup = setup
        self._section = section
        self._menu = setup.menu
        self.segments = SegmentFinder(section.cdc)
        self.hough = HoughFinder(section.cdc)
        short_patterns(section.cdc.short_min_pt)
        self.neuro = NeuroTrigger(section.neuro)
        self.ecl = CalorimeterTrigger(section.ecl)
        self.matcher = Matcher(section.grl)
        self._software = SoftwareTrigger(section.hlt) if self._menu.hlt_mask.any() else None

    def level1(self, frame: TimeFrame) -> Level1:
        """Return what every block of level 1 says of a frame.

        Raises
        ------
        InputError
            A source is missing, or its pieces are not those of the frame's crossings.
        """
        timing = _columns(frame, TIMING)
        n = len(timing["time"])
        cdc, ecl, klm = (_pieces(frame, source, n) for source in (CDC, ECL, KLM))
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

    def candidates(self, frame: TimeFrame) -> Candidates:
        """Return the crossings in which a level-1 line fires, with the software lines that fire there too."""
        words = self.level1(frame).words
        time = np.asarray(frame[TIMING]["time"], np.int64)
        if self._software is not None:
            n = len(time)
            words[:, 5:7] = self._software.words(_pieces(frame, TRACKS, n), _pieces(frame, CLUSTERS, n))
        if self._setup.algorithms:
            words = np.concatenate([words, self._setup.user_words(frame, time)], axis=1)
        fired = self._menu.evaluate(words, np.ones(len(time), np.uint8))
        keep = self._menu.makes_candidate(fired)
        return Candidates(time[keep], fired[keep], fired[keep])

    def windows(self, time: I64) -> tuple[I64, I64]:
        """Return the tick of each crossing: what is read out is the crossing's own hits."""
        return time, time + 1

    def monitor(self, frame: TimeFrame, candidates: Candidates) -> dict[str, I64]:
        """Return counts for `trigemu.experiments.belle2.monitor.HISTOGRAMS`."""
        return fill(frame, self.level1(frame))


def _columns(frame: TimeFrame, source: str) -> dict[str, NDArray[np.generic]]:
    if source not in frame.fragments:
        raise InputError(
            f"frame {frame.number} has no fragment of source {source!r}, which the trigger needs"
        )
    return dict(frame[source])


def _pieces(frame: TimeFrame, source: str, crossings: int) -> dict[str, NDArray[np.generic]]:
    columns = _columns(frame, source)
    if len(columns["offsets"]) != crossings + 1:
        raise InputError(
            f"frame {frame.number}: source {source!r} has {len(columns['offsets']) - 1} crossings, "
            f"{TIMING!r} has {crossings}"
        )
    return columns
