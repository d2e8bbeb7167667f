"""BaBar's trigger: the digis of a frame's crossings to trigger words.

The bits of level 3 are worked out beside level 1 and count only where level 1 fired.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I64, U8, U32, U64, Bool
from trigemu.collider.trigger import columns_of, pieces_of
from trigemu.experiments.babar.bits import COUNT_WORDS, COUNTS, MOST, WORDS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.l3.software import Level3
from trigemu.experiments.babar.level1 import Chain
from trigemu.experiments.babar.monitor import fill
from trigemu.experiments.babar.records import Level1
from trigemu.experiments.babar.selection.selections import Selector
from trigemu.experiments.babar.sources import (
    CLUSTERS,
    DCH,
    EMC,
    IFR,
    L3_CLUSTERS,
    L3_TRACKS,
    TAGS,
    TIMING,
    TRACKS,
)
from trigemu.frames.columns import Array
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import WORD_BITS, TriggerWords
from trigemu.setup.experiment import Setup

_L3_WORD = WORDS - 1


class BabarTrigger:
    """Turns BaBar frames into trigger words; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    setup
        Menu and the ``[babar]`` section.

    Attributes
    ----------
    chain
        Level 1, block by block.
    """

    def __init__(self, setup: Setup[Babar]) -> None:
        section = setup.section
        self.chain = Chain(section)
        self._level3 = Level3(section.l3) if setup.menu.hlt_mask.any() else None
        self._selector = Selector(section.selection)

    def level1(self, frame: TimeFrame) -> Level1:
        """Return what every block of level 1 says of a frame.

        Raises
        ------
        InputError
            A source is missing, or its pieces are not those of the frame's crossings.
        """
        timing = columns_of(frame, TIMING)
        n = len(timing["time"])
        dch, emc, ifr = (pieces_of(frame, source, n) for source in (DCH, EMC, IFR))
        return self.chain.run(dch, emc, ifr, np.asarray(timing["random"], np.uint8))

    def words(self, frame: TimeFrame) -> TriggerWords[Level1]:
        """Return the trigger bits of every crossing, those of level 3 as well.

        Raises
        ------
        InputError
            See `level1`.
        """
        found = self.level1(frame)
        timing = frame[TIMING]
        time: I64 = np.asarray(timing["time"], np.int64)
        n = len(time)
        words = np.zeros((n, WORDS), np.uint64)
        words[:, 0] = found.decision.lines
        words[:, 1 : 1 + COUNT_WORDS] = count_words(found.decision.counts)
        if self._level3 is not None:
            online = (pieces_of(frame, L3_TRACKS, n), pieces_of(frame, L3_CLUSTERS, n))
            offline = (pieces_of(frame, TRACKS, n), pieces_of(frame, CLUSTERS, n))
            energy: U32 = np.asarray(timing["energy"], np.uint32)
            random: U8 = np.asarray(timing["random"], np.uint8)
            words[:, _L3_WORD] = self._level3.words(online, offline, energy, random)
        return TriggerWords(time, words, np.ones(n, np.uint8), found=found)

    def select(self, name: str, frame: TimeFrame, words: TriggerWords[Level1], time: I64) -> Bool:
        """Return which of the candidates at ``time`` pass an online selection, bool[n]."""
        timing = frame[TIMING]
        n = len(timing["time"])
        tracks, clusters, tags = (pieces_of(frame, source, n) for source in (TRACKS, CLUSTERS, TAGS))
        energy: U32 = np.asarray(timing["energy"], np.uint32)
        passed = self._selector.select(name, tracks, clusters, tags, energy)
        return passed[np.searchsorted(timing["time"], time)]

    def monitor(self, frame: TimeFrame, words: TriggerWords[Level1]) -> dict[str, I64]:
        """Return counts for `trigemu.experiments.babar.monitor.HISTOGRAMS`."""
        return {} if words.found is None else fill(frame, words.found)


def count_words(counts: U8) -> U64:
    """Return uint64[n, COUNT_WORDS]: bit ``7 c + k - 1``: count c (uint8[n, COUNTS]) is at least k."""
    reached = counts[:, :, None] >= np.arange(1, MOST + 1, dtype=np.uint8)
    flat = np.zeros((len(counts), COUNT_WORDS * WORD_BITS), np.bool_)
    flat[:, : len(COUNTS) * MOST] = reached.reshape(len(counts), len(COUNTS) * MOST)
    packed: Array = np.packbits(flat, axis=1, bitorder="little")
    return packed.view("<u8").astype(np.uint64).reshape(len(counts), COUNT_WORDS)
