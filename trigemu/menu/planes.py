"""Sums of products ready to be evaluated on whole columns of words, and rows of lines as words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.menu_evaluate import ROOM, evaluate
from trigemu.arrays import I32, U8, U64
from trigemu.menu.products import Term

WORD = 64

_Tables = tuple[U8, I32, I32, I32, U64, U8]


@dataclass(frozen=True)
class SumsOfProducts:
    """Lines over the bits of words.

    Attributes
    ----------
    terms
        Per line, its sum of products over all bits.
    entry_masks
        Per line, the kinds of entry it is evaluated for (bit k: entry kind k).
    width
        Bits in the words (a multiple of 64).
    """

    terms: tuple[tuple[Term, ...], ...]
    entry_masks: tuple[int, ...]
    width: int

    def evaluate(self, words: U64, entry: U8) -> U64:
        """Return which lines are true.

        Parameters
        ----------
        words
            uint64[n, width / 64].
        entry
            uint8[n], kinds of each entry (bit k: kind k).

        Returns
        -------
        ndarray
            uint64[n, ceil(lines / 64)], line i is bit ``i % 64`` of word ``i // 64``.

        Raises
        ------
        ValueError
            The shapes do not fit.
        """
        if words.ndim != 2 or words.shape[1] * WORD != self.width or entry.shape != words.shape[:1]:
            raise ValueError(
                f"words {words.shape} and entry {entry.shape} do not fit a menu over {self.width} bits"
            )
        fired = np.empty((len(words), -(-len(self.terms) // WORD)), np.uint64)
        evaluate(
            np.ascontiguousarray(words, np.uint64),
            np.ascontiguousarray(entry, np.uint8),
            *self._tables,
            np.empty(self.width // WORD * ROOM, np.uint64),
            fired,
        )
        return fired

    @cached_property
    def _tables(self) -> _Tables:
        # Terms of line i are term_of[i]:term_of[i + 1]; their factors are nested in the same way.
        term_of, factor_of = [0], [0]
        bits: list[int] = []
        inverted: list[int] = []
        for terms in self.terms:
            for term in terms:
                own = [bit for bit in range(self.width) if term.care >> bit & 1]
                bits += own
                inverted += [0 if term.value >> bit & 1 else 2**WORD - 1 for bit in own]
                factor_of.append(len(bits))
            term_of.append(len(factor_of) - 1)
        used = np.zeros(self.width // WORD, np.uint8)
        used[[bit // WORD for bit in bits]] = 1
        return (
            np.array(self.entry_masks, np.uint8),
            np.array(term_of, np.int32),
            np.array(factor_of, np.int32),
            np.array(bits, np.int32),
            np.array(inverted, np.uint64),
            used,
        )


def words_for(bits: int) -> int:
    """Return how many 64-bit words hold so many bits (at least one)."""
    return max(-(-bits // WORD), 1)


def pack_lines(bits: NDArray[np.bool_]) -> U64:
    """Return bool[n, lines] as uint64[n, words]: line i is bit ``i % 64`` of word ``i // 64``."""
    packed = np.zeros((len(bits), words_for(bits.shape[1]) * 8), np.uint8)
    narrow = np.packbits(bits, axis=1, bitorder="little")
    packed[:, : narrow.shape[1]] = narrow
    return packed.view("<u8").astype(np.uint64, copy=False)


def unpack_lines(words: U64, lines: int) -> NDArray[np.bool_]:
    """Return uint64[n, words] as bool[n, lines]; undoes `pack_lines`."""
    flat = np.ascontiguousarray(words, "<u8").view(np.uint8).reshape(len(words), words.shape[1] * 8)
    return np.unpackbits(flat, axis=1, count=lines, bitorder="little").view(np.bool_)


def mask_of_lines(chosen: Sequence[bool]) -> U64:
    """Return one row of lines, uint64[words], that nobody can write to."""
    mask: U64 = pack_lines(np.array(chosen, np.bool_)[None])[0]
    mask.setflags(write=False)
    return mask
