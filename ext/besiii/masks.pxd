"""Tick masks: bit t of a mask says that something is true in tick t of the trigger's clock.

A mask makes every logic gate work on all ticks at once.  *Early* masks have 128 ticks, which is enough for what comes
from the drift chamber's wires and the time-of-flight counters; *long* ones have the 384 ticks that the trigger looks
at.  What moves or lasts beyond the last tick is lost.
"""

from libc.stdint cimport uint64_t

from shared.bits cimport ctz64

cdef enum:
    WORDS = 6
    EARLY_TICKS = 128
    TICKS = 384


cdef struct Early:
    uint64_t low
    uint64_t high


cdef struct Long:
    uint64_t word[WORDS]


cdef inline void set_tick(Early *mask, int tick) noexcept nogil:
    """Set a tick from 0 to 127."""
    if tick < 64:
        mask.low |= <uint64_t> 1 << tick
    else:
        mask.high |= <uint64_t> 1 << (tick & 63)


cdef inline Early both(Early a, Early b) noexcept nogil:
    a.low &= b.low
    a.high &= b.high
    return a


cdef inline Early either(Early a, Early b) noexcept nogil:
    a.low |= b.low
    a.high |= b.high
    return a


cdef inline Early but_not(Early a, Early b) noexcept nogil:
    a.low &= ~b.low
    a.high &= ~b.high
    return a


cdef inline bint is_set(Early a) noexcept nogil:
    return (a.low | a.high) != 0


cdef inline Early later(Early mask, int ticks) noexcept nogil:
    """Return the mask so many ticks later, from 0 to 63."""
    if ticks > 0:
        mask.high = mask.high << ticks | mask.low >> (64 - ticks)
        mask.low <<= ticks
    return mask


cdef inline Early lasting(Early mask, int ticks) noexcept nogil:
    """Return the mask with each tick that is true followed by true ones, so many in all, from 1 to 64."""
    cdef int have = 1
    while have < ticks:
        mask = either(mask, later(mask, min(have, ticks - have)))
        have *= 2
    return mask


cdef inline bint any_tick(const Long *mask) noexcept nogil:
    cdef uint64_t found = 0
    cdef int w
    for w in range(WORDS):
        found |= mask.word[w]
    return found != 0


cdef inline bint at_tick(const Long *mask, int tick) noexcept nogil:
    return mask.word[tick >> 6] >> (tick & 63) & 1


cdef inline Long later_long(const Long *mask, int ticks) noexcept nogil:
    """Return the mask so many ticks later, from 0 to 383."""
    cdef Long out
    cdef int whole = ticks >> 6, rest = ticks & 63, w
    for w in range(WORDS - 1, -1, -1):
        out.word[w] = mask.word[w - whole] << rest if w >= whole else 0
        if rest > 0 and w > whole:
            out.word[w] |= mask.word[w - whole - 1] >> (64 - rest)
    return out


cdef inline Long lasting_long(const Long *mask, int ticks) noexcept nogil:
    """Return the mask with each tick that is true followed by true ones, so many in all, from 1 to 384."""
    cdef Long out = mask[0], moved
    cdef int have = 1, w
    while have < ticks:
        moved = later_long(&out, min(have, ticks - have))
        for w in range(WORDS):
            out.word[w] |= moved.word[w]
        have *= 2
    return out


cdef inline int next_true(const Long *mask, int tick) noexcept nogil:
    """Return the first tick from a given one (at least 0) on that is true, 384 if none is."""
    cdef int w = tick >> 6
    cdef uint64_t left
    if tick >= TICKS:
        return TICKS
    left = mask.word[w] & (~<uint64_t> 0 << (tick & 63))
    while left == 0:
        w += 1
        if w == WORDS:
            return TICKS
        left = mask.word[w]
    return 64 * w + ctz64(left)


cdef inline int next_false(const Long *mask, int tick) noexcept nogil:
    """Return the first tick from a given one (at least 0) on that is not true, 384 if none is."""
    cdef int w = tick >> 6
    cdef uint64_t left
    if tick >= TICKS:
        return TICKS
    left = ~mask.word[w] & (~<uint64_t> 0 << (tick & 63))
    while left == 0:
        w += 1
        if w == WORDS:
            return TICKS
        left = ~mask.word[w]
    return 64 * w + ctz64(left)


cdef inline void set_ticks(Long *mask, int first, int end) noexcept nogil:
    """Set the ticks from ``first`` (at least 0) to the one before ``end``, as far as there are any."""
    cdef int w, last_word
    cdef uint64_t part
    end = min(end, <int> TICKS)
    if first >= end:
        return
    last_word = (end - 1) >> 6
    for w in range(first >> 6, last_word + 1):
        part = ~<uint64_t> 0
        if w == first >> 6:
            part &= ~<uint64_t> 0 << (first & 63)
        if w == last_word:
            part &= ~<uint64_t> 0 >> (63 - ((end - 1) & 63))
        mask.word[w] |= part
