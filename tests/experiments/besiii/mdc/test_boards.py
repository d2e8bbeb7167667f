"""The words of the track-finder boards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.errors import InputError
from trigemu.experiments.besiii.mdc.boards import BOARDS, WORD_BITS, segments_of_words, words_of_segments
from trigemu.experiments.besiii.mdc.patterns import IN_TRIGGER

SIZES = {superlayer: IN_TRIGGER[superlayer].pivots for superlayer in (3, 4, 5, 10)}


def nothing(n=1):
    return {superlayer: np.zeros((n, size), bool) for superlayer, size in SIZES.items()}


@given(st.integers(0, 2**32))
def test_words_and_segments_are_each_other_s_inverse(seed):
    rng = np.random.default_rng(seed)
    segments = {superlayer: rng.random((2, size)) < 0.3 for superlayer, size in SIZES.items()}
    words = words_of_segments(segments)
    again = segments_of_words(words)
    for superlayer, own in segments.items():
        np.testing.assert_array_equal(again[superlayer], own)
    np.testing.assert_array_equal(words_of_segments(again), words)


def test_every_segment_is_one_bit():
    for superlayer, size in SIZES.items():
        segments = nothing(size)
        segments[superlayer] = np.eye(size, dtype=bool)
        words = words_of_segments(segments)
        assert np.bitwise_count(words).sum(axis=(1, 2)).tolist() == [1] * size


@pytest.mark.parametrize(
    ("superlayer", "cell", "board", "word", "bit"),
    [
        # besiii_real_facts 2.3: bits 0-15, 16-31, 32-47, 48-63 of words of 24, 24 and 16 bits.
        (3, 0, 0xE2, 0, 0),
        (3, 8, 0xE3, 0, 0),
        (3, 87, 0xE9, 0, 11),
        (4, 16, 0xE3, 0, 16),
        (4, 28, 0xE3, 1, 4),
        (4, 111, 0xE9, 1, 6),
        (5, 17, 0xE3, 1, 9),
        (10, 127, 0xE9, 2, 15),
        (10, 0, 0xE2, 2, 0),
    ],
)
def test_single_segments_by_hand(superlayer, cell, board, word, bit):
    segments = nothing()
    segments[superlayer][0, cell] = True
    words = words_of_segments(segments)
    expected = np.zeros((1, len(BOARDS), len(WORD_BITS)), np.uint32)
    expected[0, BOARDS.index(board), word] = 1 << bit
    np.testing.assert_array_equal(words, expected)


@pytest.mark.parametrize(
    ("board", "word", "bit"),
    [(0, 0, 8), (0, 2, 16), (3, 0, 24), (7, 0, 12), (7, 1, 7)],
)
def test_bits_of_no_segment_are_refused(board, word, bit):
    words = words_of_segments(nothing(3))
    words[1, board, word] |= 1 << bit
    with pytest.raises(InputError, match=f"board 0x{BOARDS[board]:X}: a bit is set"):
        segments_of_words(words)
