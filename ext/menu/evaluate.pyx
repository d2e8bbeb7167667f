"""Sums of products on columns of trigger words, 64 or 512 rows at a time.

A block of 64 rows is turned on its side, so that each bit of the trigger words becomes one 64-bit plane with a bit
per row.  A product of bits is then an AND of planes, a line an OR of products, without a branch; the lines' planes
are turned back into words of rows.  More than 64 rows go through the same in wider vectors (planes.h).
"""

from libc.stdint cimport int32_t, uint8_t, uint64_t

from shared.checks cimport need

cdef extern from "planes.h" nogil:
    const int PLANES_WIDE
    const int PLANES_ROWS
    ctypedef struct planes_menu:
        Py_ssize_t width
        Py_ssize_t lines
        const uint8_t *entry_of
        const int32_t *term_of
        const int32_t *factor_of
        const int32_t *bit
        const uint64_t *inverted
        const uint8_t *used
    void planes_evaluate(
        const planes_menu *menu,
        const uint64_t *words,
        const uint8_t *entry,
        Py_ssize_t count,
        uint64_t *planes,
        uint64_t *fired,
    )

cdef enum:
    BLOCK = 64

ROOM = PLANES_ROWS
"""Numbers per word that `evaluate` wants as room."""


cdef inline void swap_blocks(uint64_t *a, int width, uint64_t mask) noexcept nogil:
    """Exchange the off-diagonal blocks of this width; ``mask`` has the low half of each pair of blocks."""
    cdef int base = 0
    cdef int i
    cdef uint64_t swap
    while base < BLOCK:
        for i in range(base, base + width):
            swap = ((a[i] >> width) ^ a[i + width]) & mask
            a[i + width] ^= swap
            a[i] ^= swap << width
        base += 2 * width


cdef inline void transpose(uint64_t *a) noexcept nogil:
    """Transpose a 64 x 64 bit matrix: bit c of a[r] <-> bit r of a[c] (Warren, Hacker's Delight, 7-3)."""
    swap_blocks(a, 32, 0x00000000FFFFFFFF)
    swap_blocks(a, 16, 0x0000FFFF0000FFFF)
    swap_blocks(a, 8, 0x00FF00FF00FF00FF)
    swap_blocks(a, 4, 0x0F0F0F0F0F0F0F0F)
    swap_blocks(a, 2, 0x3333333333333333)
    swap_blocks(a, 1, 0x5555555555555555)


cdef bint nested(const int32_t[::1] places, Py_ssize_t end) noexcept nogil:
    """Return whether places begin at 0, never fall and end at the number of what they cut."""
    cdef Py_ssize_t i, n = places.shape[0]
    cdef bint good = n > 0
    if not good:
        return False
    good = places[0] == 0 and places[n - 1] == end
    for i in range(1, n):
        good &= places[i] >= places[i - 1]
    return good


cdef bint below(const int32_t[::1] bit, int32_t end) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(bit.shape[0]):
        outside |= (bit[i] < 0) | (bit[i] >= end)
    return not outside


cdef int check_tables(
    const uint64_t[:, ::1] words, const uint8_t[::1] entry, const uint8_t[::1] entry_of, const int32_t[::1] term_of,
    const int32_t[::1] factor_of, const int32_t[::1] bit, const uint64_t[::1] inverted, const uint8_t[::1] used,
    uint64_t[::1] planes, uint64_t[:, ::1] fired,
) except -1:
    """Raise InputError unless the tables of a menu lead to bits of the words, and there is room for all lines."""
    cdef Py_ssize_t rows = words.shape[0], width = words.shape[1], lines = entry_of.shape[0]
    return need(
        entry.shape[0] == rows and fired.shape[0] == rows and fired.shape[1] == (lines + BLOCK - 1) // BLOCK
        and term_of.shape[0] == lines + 1 and nested(term_of, factor_of.shape[0] - 1)
        and nested(factor_of, bit.shape[0]) and inverted.shape[0] == bit.shape[0] and used.shape[0] == width
        and planes.shape[0] >= width * <Py_ssize_t> PLANES_ROWS and below(bit, <int32_t> (width * BLOCK)),
        "evaluate",
    )


def evaluate(
    const uint64_t[:, ::1] words,
    const uint8_t[::1] entry,
    const uint8_t[::1] entry_of,
    const int32_t[::1] term_of,
    const int32_t[::1] factor_of,
    const int32_t[::1] bit,
    const uint64_t[::1] inverted,
    const uint8_t[::1] used,
    uint64_t[::1] planes,
    uint64_t[:, ::1] fired,
):
    """Set bit i % 64 of ``fired[row, i // 64]`` where line i is true for that row and its kind of entry.

    Line i has terms ``term_of[i]:term_of[i + 1]``, term j the factors ``factor_of[j]:factor_of[j + 1]``: bit
    indices, and all ones where the bit is inverted.  A term without factors is always true.  ``used`` says which
    words any line looks at; ``planes`` is room for `ROOM` numbers per word.
    """
    cdef Py_ssize_t rows = words.shape[0]
    cdef Py_ssize_t width = words.shape[1]
    cdef Py_ssize_t lines = entry_of.shape[0]
    cdef Py_ssize_t first, row, word, line, here
    cdef Py_ssize_t count
    cdef int32_t term, factor
    cdef uint8_t kinds
    cdef uint64_t active, product, result
    cdef uint64_t[BLOCK] out
    cdef Py_ssize_t start = 0
    cdef planes_menu menu
    if rows == 0 or lines == 0:
        return
    check_tables(words, entry, entry_of, term_of, factor_of, bit, inverted, used, planes, fired)
    menu.width = width
    menu.lines = lines
    menu.entry_of = &entry_of[0]
    menu.term_of = &term_of[0]
    menu.factor_of = &factor_of[0]
    menu.bit = &bit[0] if bit.shape[0] else NULL
    menu.inverted = &inverted[0] if inverted.shape[0] else NULL
    menu.used = &used[0]
    with nogil:
        while PLANES_WIDE and rows - start > BLOCK:
            count = min(rows - start, <Py_ssize_t> PLANES_ROWS)
            planes_evaluate(&menu, &words[start, 0], &entry[start], count, &planes[0], &fired[start, 0])
            start += count
        for first in range(start, rows, 64):
            count = min(rows - first, <Py_ssize_t> BLOCK)
            for word in range(width):
                if used[word]:
                    for row in range(count):
                        planes[word * BLOCK + row] = words[first + row, word]
                    for row in range(count, BLOCK):
                        planes[word * BLOCK + row] = 0
                    transpose(&planes[word * BLOCK])

            kinds = 0
            active = 0
            for line in range(lines):
                here = line % BLOCK
                if entry_of[line] != kinds:
                    kinds = entry_of[line]
                    active = 0
                    for row in range(count):
                        active |= (<uint64_t> ((entry[first + row] & kinds) != 0)) << row
                result = 0
                for term in range(term_of[line], term_of[line + 1]):
                    product = active
                    for factor in range(factor_of[term], factor_of[term + 1]):
                        product &= planes[bit[factor]] ^ inverted[factor]
                    result |= product
                out[here] = result
                if here == BLOCK - 1 or line == lines - 1:
                    for row in range(here + 1, BLOCK):
                        out[row] = 0
                    transpose(out)
                    for row in range(count):
                        fired[first + row, line // BLOCK] = out[row]
