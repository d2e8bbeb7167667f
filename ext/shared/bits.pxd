"""Operations on 64-bit words that many kernels share: counting and finding bits, turning, hashing, sliced counters.

A trigger processor works on single bits: one per wire, azimuth bin or trigger line.  Kernels keep 64 of them in a
word and treat all at once.  Everything here is inlined into the kernel that imports it; nothing is compiled alone.

A *sliced counter* counts, at each of the 64 places by itself, how many of several words have their bit set there.
The counts are stored digit by digit: one word holds the lowest binary digits of all 64 counts, the next one the
second digits, and so on.  A logic gate then adds 64 pairs of digits in one operation, so that "hits in at least 3 of
4 layers" costs a dozen operations for 64 track segments together, without a branch.
"""

from libc.stdint cimport uint64_t


cdef extern from "shared/bits.h" nogil:
    # Bits set in a word.
    int popcount64 "trigemu_popcount64" (uint64_t word) noexcept
    # The number of the lowest bit set (bit 0 is the lowest of all); a word without any bit is not allowed.
    int ctz64 "trigemu_ctz64" (uint64_t word) noexcept


cdef struct Count:
    # 64 counts from 0 to 7: bit j of the words are the binary digits of the count at place j.
    uint64_t ones
    uint64_t twos
    uint64_t fours


cdef inline uint64_t majority3(uint64_t a, uint64_t b, uint64_t c) noexcept nogil:
    """Return the bits that at least two of three words have: the carry of a full adder."""
    return (a & b) | (c & (a ^ b))


cdef inline Count count5(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) noexcept nogil:
    """Count, at each place, the words that have its bit; for fewer than five words the others are 0.

    Two full adders: the first adds a, b, c; the second adds d and e to the ones of that.  Both carries are twos.
    """
    cdef Count count
    cdef uint64_t low = a ^ b ^ c
    cdef uint64_t carry = majority3(a, b, c)
    cdef uint64_t carry_too = majority3(low, d, e)
    count.ones = low ^ d ^ e
    count.twos = carry ^ carry_too
    count.fours = carry & carry_too
    return count


cdef inline uint64_t at_least(Count count, int least) noexcept nogil:
    """Return the places whose count of up to five is at least ``least``, from 1 to 5.

    ``least`` is the same for a whole run as a rule, so compilers move its comparisons out of the loop.
    """
    if least == 4:
        return count.fours
    if least == 5:
        return count.fours & count.ones
    if least == 3:
        return count.fours | (count.twos & count.ones)
    if least == 2:
        return count.fours | count.twos
    return count.fours | count.twos | count.ones


cdef inline uint64_t rotated64(uint64_t word, int step) noexcept nogil:
    """Return the word whose bit i is bit i + step of the given one, around the circle; ``step`` may be negative."""
    step &= 63
    return word >> step | word << ((64 - step) & 63)


cdef inline uint64_t mix64(uint64_t x) noexcept nogil:
    """Return the finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads every bit.

    Decisions that must come out the same wherever a frame is processed (prescales, which hit is dropped) take their
    random numbers from this, not from a generator with a state.
    """
    x = (x ^ (x >> 30)) * <uint64_t> 0xBF58476D1CE4E5B9
    x = (x ^ (x >> 27)) * <uint64_t> 0x94D049BB133111EB
    return x ^ (x >> 31)
