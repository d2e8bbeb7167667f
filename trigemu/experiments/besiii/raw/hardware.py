"""The words of the trigger's hardware as one source, and what they say.

A crossing has a row of fixed layout (`WORDS` words): what the kernel copies from the boards of an event, the part of
each at a place of its own.  Layouts of the boards: besiii_real_facts 1.2 and 2.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import besiii_raw as _kernel
from trigemu.arrays import I32, I64, U8, U32, U64, Bool
from trigemu.collider.sources import crossing_schema
from trigemu.experiments.besiii.mdc.boards import FIRST as FIRST_SEGMENT
from trigemu.experiments.besiii.mdc.patterns import IN_TRIGGER
from trigemu.frames.columns import Array
from trigemu.frames.ranges import CorruptError
from trigemu.frames.schema import OFFSETS, Column

HARDWARE = "hardware"

WORDS = 252
"""Words of a crossing."""

KNOWN, AT_TICK, OF_FOUR, FIRST, CHANNELS, SUMS, WINDOWS, WINDOW = 0, 1, 3, 5, 6, 9, 32, 33
COUNTERS, SHORT, LONG, INNER, SEGMENTS = 193, 207, 214, 221, 228
"""First word of each part."""

MAX_WINDOWS, WINDOW_WORDS = 8, 20
"""Windows of the calorimeter that are kept (those behind the last are added to it), and words of each."""

THIRDS = 3
"""Boards that hold 16 conditions each."""

BIT_TICK, BIT_FOUR, BIT_CHANNELS, BIT_SUMS, BIT_COUNTERS, BIT_INNER, BIT_LONG, BIT_SHORT, BIT_SEGMENTS = (
    0,
    3,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
)
"""Bits of the first word: which boards were there (conditions: three bits each; segments: eight)."""

SCHEMA = crossing_schema(
    HARDWARE,
    Column(
        "word", "<u4", meaning=f"Words of the trigger's boards, {WORDS} for each crossing in a fixed layout"
    ),
)

TRACK_BOARDS = 8
TOF_BARREL, TOF_ENDCAP, RING = 88, 48, 128
BARREL_THETA, BARREL_PHI, ENDCAP_CELLS = 11, 30, 32


@dataclass(frozen=True, slots=True, eq=False)
class Hardware:
    """What the boards say of the crossings of a frame; n: crossings.

    Attributes
    ----------
    rows
        uint32[n, WORDS].
    """

    rows: U32

    @classmethod
    def of(cls, columns: Mapping[str, Array], crossings: int) -> Hardware:
        """Return the words of a frame's fragment.

        Raises
        ------
        CorruptError
            A crossing has more or fewer words than `WORDS`.
        """
        offsets = columns[OFFSETS]
        if len(offsets) != crossings + 1 or (np.diff(offsets) != WORDS).any():
            raise CorruptError(f"source {HARDWARE!r}: every crossing must have {WORDS} words", (HARDWARE,))
        return cls(np.asarray(columns["word"], np.uint32).reshape(crossings, WORDS))

    def known(self, first: int, count: int = 1) -> Bool:
        """Return bool[n]: the boards of these bits were all there."""
        mask = np.uint32(((1 << count) - 1) << first)
        return np.asarray((self.rows[:, KNOWN] & mask) == mask)

    def conditions(self, part: int) -> Bool:
        """Return bool[n, 48]: the conditions at the tick (`AT_TICK`) or in four ticks (`OF_FOUR`)."""
        return np.concatenate([bits(self.rows[:, part], 32), bits(self.rows[:, part + 1], 16)], axis=1)

    def condition_words(self, part: int) -> U64:
        """Return uint64[n]: the same, bit i condition i."""
        low, high = (self.rows[:, part + i].astype(np.uint64) for i in range(2))
        return np.asarray(low | high << np.uint64(32))

    def channels(self, mode: int) -> Bool:
        """Return bool[n, 16]: channels at the first tick with one (0), in four ticks from it (1), in all (2)."""
        return bits(self.rows[:, CHANNELS + mode], 16)

    def timing(self) -> Bool:
        """Return bool[n, 8]: bits 16-23 of the global trigger's words, in any tick."""
        return bits(self.rows[:, CHANNELS + 2] >> np.uint32(16), 8)

    def first_tick(self) -> I64:
        """Return int64[n]: the word of the global trigger in which the first channel is set, -1 where none is."""
        return self.rows[:, FIRST].astype(np.int64) - 1

    def charges(self) -> I32:
        """Return int32[n, 23]: energies in counts, see `SUMS`: 16 blocks, barrel, endcaps, all, half sums."""
        return np.asarray(self.rows[:, SUMS : SUMS + 23] & 0xFFFF, np.int32)

    def charge_times(self) -> I32:
        """Return int32[n, 23]: when they were read."""
        return np.asarray(self.rows[:, SUMS : SUMS + 23] >> 16 & 0xFF, np.int32)

    def _windows(self) -> U32:
        stop = WINDOW + MAX_WINDOWS * WINDOW_WORDS
        return self.rows[:, WINDOW:stop].reshape(len(self.rows), MAX_WINDOWS, WINDOW_WORDS)

    def barrel_cells(self) -> Bool:
        """Return bool[n, MAX_WINDOWS, 11, 30]: trigger cells of the barrel (theta, phi)."""
        words = self._windows()[:, :, :15]
        odd, even = bits(words, BARREL_THETA), bits(words >> np.uint32(12), BARREL_THETA)
        out = np.zeros((*words.shape[:2], BARREL_PHI, BARREL_THETA), np.bool_)
        out[:, :, 1::2], out[:, :, 0::2] = odd, even
        return out.swapaxes(2, 3)

    def endcap_cells(self, west: int) -> Bool:
        """Return bool[n, MAX_WINDOWS, 32]: trigger cells of the east (0) or west (1) endcap."""
        words = self._windows()[:, :, 15 + 2 * west : 17 + 2 * west]
        return bits(words, 16).reshape(*words.shape[:2], ENDCAP_CELLS)

    def emc_conditions(self) -> Bool:
        """Return bool[n, MAX_WINDOWS, 16]: the calorimeter's own conditions."""
        return bits(self._windows()[:, :, 19], 16)

    def tof_conditions(self) -> U8:
        """Return uint8[n]: NBTOF>=1, >=2, NETOF>=1, >=2, BTOF_BB, ETOF_BB from bit 0 on."""
        return np.asarray(self.rows[:, COUNTERS + 1] & 0xFF, np.uint8)

    def tof_cells(self, ring: int) -> Bool:
        """Return bool[n, 88 or 48]: 0 positions of the barrel (inner layer), 1 outer layer, 2 east, 3 west."""
        # Words of 24 cells with the last cells first; the barrel's first word has 16.
        first, words, cells = (
            (6, 4, TOF_BARREL),
            (10, 4, TOF_BARREL),
            (4, 2, TOF_ENDCAP),
            (2, 2, TOF_ENDCAP),
        )[ring]
        part = self.rows[:, COUNTERS + first : COUNTERS + first + words][:, ::-1]
        return bits(part, 24).reshape(len(part), 24 * words)[:, :cells]

    def ring(self, part: int) -> Bool:
        """Return bool[n, 128]: cells of a track counter (`LONG`, `SHORT`), as it thins them."""
        return bits(self.rows[:, part : part + 6], 24).reshape(len(self.rows), 144)[:, :RING]

    def ring_word(self, part: int) -> U32:
        """Return uint32[n]: the last word of a track counter: counts and back to back."""
        return np.asarray(self.rows[:, part + 6])

    def segments(self, superlayer: int) -> Bool:
        """Return bool[n, segments]: what the track-finder boards hold of superlayer 3, 4, 5 or 10."""
        low = {3: 0, 4: 16, 5: 32, 10: 48}[superlayer]
        words = self.rows[:, SEGMENTS : SEGMENTS + 3 * TRACK_BOARDS]
        boards = words.reshape(len(words), TRACK_BOARDS, 3)
        flat = np.concatenate(
            [bits(boards[:, :, word], n) for word, n in ((0, 24), (1, 24), (2, 16))], axis=2
        )
        cuts = (*FIRST_SEGMENT[superlayer], IN_TRIGGER[superlayer].pivots)
        parts = [flat[:, i, low : low + stop - start] for i, (start, stop) in enumerate(pairwise(cuts))]
        return np.concatenate(parts, axis=1)


def word_bits(words: NDArray[np.unsignedinteger], count: int) -> Bool:
    """Return bool[n, count]: bit i of each word of any width."""
    wide = words.astype(np.uint64)
    return np.asarray((wide[:, None] >> np.arange(count, dtype=np.uint64)) & np.uint64(1) != 0)


def bits(words: U32, count: int) -> Bool:
    """Return bool[..., count]: bit i of each word."""
    return np.asarray((words[..., None] >> np.arange(count, dtype=np.uint32)) & np.uint32(1) != 0)


def read_boards(words: U32, starts: I64) -> U32:
    """Return uint32[n, WORDS]: what the boards of some events hold (`trigemu.experiments.besiii.raw.file`)."""
    out = np.zeros((len(starts), WORDS), np.uint32)
    _kernel.boards(words, starts, out)
    return out
