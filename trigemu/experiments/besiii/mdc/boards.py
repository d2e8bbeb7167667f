"""Segments in the layout of the hardware's track-finder boards.

Each of eight boards, 0xE2 to 0xE9, holds a part of the circumference in three words of 24, 24 and 16 bits: one row of
64 bits, 16 for each of superlayers 3, 4, 5 and 10.  Every cell belongs to one board.  Layout: fit to the words of
ten real events (besiii_real_facts 2.3), in which no board shows a cell from the first one of the next board on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import U32, Bool
from trigemu.errors import InputError
from trigemu.experiments.besiii.mdc.patterns import IN_TRIGGER, TRACK_SUPERLAYERS

BOARDS = tuple(range(0xE2, 0xEA))
"""Identifiers of the track-finder boards, in the order of azimuth."""

WORD_BITS = (24, 24, 16)
_CELLS = 16

FIRST = {
    3: (0, 8, 22, 34, 44, 56, 64, 76),
    4: (0, 16, 29, 42, 56, 72, 84, 97),
    5: tuple(range(0, 128, _CELLS)),
    10: tuple(range(0, 128, _CELLS)),
}
"""First cell of each board; it ends with the next one's."""

_SHIFT = np.array([0, WORD_BITS[0], WORD_BITS[0] + WORD_BITS[1]], np.uint64)
_MASK = np.array([(1 << bits) - 1 for bits in WORD_BITS], np.uint64)


def _layout(superlayer: int) -> tuple[NDArray[np.int64], Bool]:
    """Return the cells (int64[8, 16]) that a superlayer's bits of all boards stand for, and which of them exist."""
    first = np.array(FIRST[superlayer])
    cell = first[:, None] + np.arange(_CELLS)
    there = cell < np.append(first[1:], IN_TRIGGER[superlayer].pivots)[:, None]
    return np.where(there, cell, 0), there


def words_of_segments(segments: dict[int, Bool]) -> U32:
    """Return the boards' words (uint32[n, 8, 3]) of segments: superlayer (3, 4, 5, 10) -> bool[n, cells]."""
    rows = np.zeros((len(segments[TRACK_SUPERLAYERS[0]]), len(BOARDS)), np.uint64)
    for place, superlayer in enumerate(TRACK_SUPERLAYERS):
        cell, there = _layout(superlayer)
        bits = segments[superlayer][:, cell] & there
        shift = np.arange(_CELLS * place, _CELLS * (place + 1), dtype=np.uint64)
        rows |= np.bitwise_or.reduce(bits.astype(np.uint64) << shift, axis=2)
    return ((rows[:, :, None] >> _SHIFT) & _MASK).astype(np.uint32)


def segments_of_words(words: U32) -> dict[int, Bool]:
    """Return superlayer -> bool[n, cells] of the boards' words (uint32[n, 8, 3]).

    Raises
    ------
    InputError
        A bit is set that stands for no segment.
    """
    wide = words.astype(np.uint64)
    stray = (wide & ~_MASK).any(axis=(0, 2))
    rows = np.bitwise_or.reduce((wide & _MASK) << _SHIFT, axis=2)
    segments = {}
    for place, superlayer in enumerate(TRACK_SUPERLAYERS):
        cell, there = _layout(superlayer)
        shift = np.arange(_CELLS * place, _CELLS * (place + 1), dtype=np.uint64)
        bits = (rows[:, :, None] >> shift & np.uint64(1)).astype(np.bool_)
        stray |= (bits & ~there).any(axis=(0, 2))
        out = np.zeros((len(words), IN_TRIGGER[superlayer].pivots), np.bool_)
        for board in range(len(BOARDS)):
            out[:, cell[board][there[board]]] = bits[:, board, there[board]]
        segments[superlayer] = out
    if stray.any():
        board = BOARDS[int(np.argmax(stray))]
        raise InputError(
            f"track-finder board 0x{board:X}: a bit is set that stands for no segment of this board, allowed are "
            "words of 24, 24 and 16 bits and its own cells"
        )
    return segments
