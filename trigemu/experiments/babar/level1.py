"""BaBar's level 1 from digis to the decision: a chain of blocks, each of which works on all crossings at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trigemu.arrays import U8
from trigemu.collider.trigger import Sources
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct.links import Linker
from trigemu.experiments.babar.dct.ptd import Discriminator
from trigemu.experiments.babar.dct.segments import SegmentFinder
from trigemu.experiments.babar.emt.trigger import EmtFinder
from trigemu.experiments.babar.glt.decision import GlobalDecider
from trigemu.experiments.babar.ift.codes import MuonFinder
from trigemu.experiments.babar.records import Level1, Segments, TrackMaps, ZTracks
from trigemu.experiments.babar.sources import DCH, DETECTORS, EMC, IFR
from trigemu.experiments.babar.zpd.tracks import ZFinder
from trigemu.frames.columns import Array

_SOURCES = Sources(DETECTORS)


class Chain:
    """Level 1; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    section
        The ``[babar]`` section; ``Babar.of("2001")`` is that of an epoch.

    Attributes
    ----------
    segments, linker, discriminator, z_finder, emt, muons, decider
        The blocks; ``discriminator`` or ``z_finder`` is None in an epoch without it.
    """

    def __init__(self, section: Babar) -> None:
        self.segments = SegmentFinder(section.dct.tsf)
        self.linker = Linker(section.dct.blt)
        ptd, pivot_layer = section.dct.ptd, section.dct.tsf.pivot_layer
        self.discriminator = None if section.zpd.enabled else Discriminator(ptd, pivot_layer)
        self.z_finder = ZFinder(section.zpd, pivot_layer) if section.zpd.enabled else None
        self.emt = EmtFinder(section.emt)
        self.muons = MuonFinder(section.ift)
        self.decider = GlobalDecider(section.glt)

    def decide(
        self, dch: Mapping[str, Array], emc: Mapping[str, Array], ifr: Mapping[str, Array], random: U8
    ) -> Level1:
        """Decide n crossings of arrays that nobody has looked at.

        Parameters
        ----------
        dch, emc, ifr
            Columns of these sources (`trigemu.experiments.babar.sources`), ``offsets`` int64[n + 1] among them.
            Integers of other dtypes are taken if they fit.
        random
            uint8[n], 1 at a random trigger.

        Raises
        ------
        InputError
            A column is missing, holds what cannot be, or has not as many crossings as the others; the sentence names
            source, column and entry.
        """
        sources = _SOURCES.checked({DCH: dch, EMC: emc, IFR: ifr}, random)
        return self.run(sources[DCH], sources[EMC], sources[IFR], np.asarray(random, np.uint8))

    def run(
        self, dch: Mapping[str, Array], emc: Mapping[str, Array], ifr: Mapping[str, Array], random: U8
    ) -> Level1:
        """Decide crossings as `decide` does; the columns are those of a frame, which were looked at already."""
        segments = self.segments.find(dch)
        z_tracks, tracks = self._tracks(segments, len(random))
        clusters, u = self.emt.decide(emc), self.muons.codes(ifr)
        return Level1(
            segments, z_tracks, tracks, clusters, u, self.decider.decide(tracks, clusters, u, random)
        )

    def _tracks(self, segments: Segments, n: int) -> tuple[ZTracks | None, TrackMaps]:
        a, b = self.linker.link(segments)
        if self.z_finder is not None:
            found = self.z_finder.find(segments)
            z, zt, zprime, zk = self.z_finder.maps(found)
            # What was the PTD's is the ZPD's from then on.
            return found, TrackMaps(a, b, zprime, z, zt, zprime, zk)
        assert self.discriminator is not None  # noqa: S101 one of the two is there
        none = np.zeros((n, TICKS), np.uint16)
        return None, TrackMaps(a, b, self.discriminator.find(segments), none, none, none, none)
