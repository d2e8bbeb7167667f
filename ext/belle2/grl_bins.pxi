# Sets of 10-degree bins as 36-bit masks, extrapolation, and the integer momentum: what grl.pyx is made of.

from libc.math cimport M_PI, acos, atan, fabs, sin
from libc.stdint cimport uint64_t

from shared.checks cimport whole

cdef enum:
    BINS = 36
    OPPOSITE = 18

cdef uint64_t ALL36 = (<uint64_t> 1 << BINS) - 1
cdef double TO_DEGREES = 180 / M_PI
cdef double[37] EDGE
cdef uint64_t[2][256] TENS
cdef uint64_t[4] QUADRANT
cdef int _k, _byte, _bit

for _k in range(37):
    EDGE[_k] = _k * M_PI / 18
# A quadrant is 16 bins of 5.625 degrees or 9 of 10: for each half of the 16, which of the 9 its bins overlap.
for _k in range(2):
    for _byte in range(256):
        TENS[_k][_byte] = 0
        for _bit in range(8):
            if _byte >> _bit & 1:
                TENS[_k][_byte] |= <uint64_t> 1 << (9 * (8 * _k + _bit)) // 16
                TENS[_k][_byte] |= <uint64_t> 1 << (9 * (8 * _k + _bit + 1) - 1) // 16
# Quadrants overlap by a bin or two; the fourth lacks bin 35 (the experiment's code reads a 37th bin there).
QUADRANT[0] = ((<uint64_t> 1 << 10) - 1) | (<uint64_t> 1 << 35)
QUADRANT[1] = ((<uint64_t> 1 << 20) - 1) & ~((<uint64_t> 1 << 8) - 1)
QUADRANT[2] = ((<uint64_t> 1 << 29) - 1) & ~((<uint64_t> 1 << 18) - 1)
QUADRANT[3] = ((<uint64_t> 1 << 35) - 1) & ~((<uint64_t> 1 << 26) - 1) | 1


cdef inline void put(uint64_t *words, int bit, bint value) noexcept nogil:
    words[bit >> 6] |= <uint64_t> value << (bit & 63)


cdef inline void one_hot(uint64_t *words, int base, int count) noexcept nogil:
    if count > 0:
        put(words, base + (count if count < 4 else 4) - 1, True)


cdef inline int strict_bin(double phi) noexcept nogil:
    """Return the bin whose edges lie on both sides of an angle; an angle on an edge (or nan) is in bin 0."""
    cdef int k, first
    if not 0.0 <= phi <= 2 * M_PI:
        return 0
    first = <int> (phi * 18 / M_PI)
    if first < BINS and EDGE[first] < phi < EDGE[first + 1]:
        return first
    for k in range(first - 1 if first > 0 else 0, first + 2 if first < BINS - 1 else BINS):
        if EDGE[k] < phi < EDGE[k + 1]:
            return k
    return 0


cdef inline double wrapped(double phi) noexcept nogil:
    if phi > 2 * M_PI:
        return phi - 2 * M_PI
    if phi < 0:
        return phi + 2 * M_PI
    return phi


cdef inline double azimuth_at(double radius, double phi0, double omega) noexcept nogil:
    """Return where a track from the origin crosses a cylinder; nan if it curls inside it."""
    cdef double r = 1.0 / omega
    cdef double angle = acos(radius / (2 * fabs(r)))
    if r > 0:
        return wrapped(phi0 + angle - 0.5 * M_PI)
    return wrapped(phi0 - angle + 0.5 * M_PI)


cdef inline int opposition(uint64_t a, uint64_t b) noexcept nogil:
    """Return how far from 18 bins apart those bins of ``a`` and ``b`` are that come closest to it; at most 16.

    Counted around the circle, which is the same as unfolded: |i - j| and 36 - |i - j| are equally far from 18.
    """
    cdef int step
    if a == 0 or b == 0:
        return 16
    b = (b << OPPOSITE | b >> OPPOSITE) & ALL36
    for step in range(16):
        if a & b:
            return step
        b = (b | b << 1 | b >> 1 | b << (BINS - 1) | b >> (BINS - 1)) & ALL36
    return 16


cdef inline uint64_t to36(uint64_t map64) noexcept nogil:
    """Bins of 5.625 degrees to bins of 10: a bin is set where any that overlaps it is."""
    cdef uint64_t out = 0
    cdef int quadrant
    if map64 == 0:
        return 0
    for quadrant in range(4):
        out |= (TENS[0][map64 >> 16 * quadrant & 255] | TENS[1][map64 >> (16 * quadrant + 8) & 255]) << 9 * quadrant
    return out


cdef inline int to4(uint64_t map36) noexcept nogil:
    cdef int out = 0, k
    for k in range(4):
        out |= ((map36 & QUADRANT[k]) != 0) << k
    return out


cdef inline uint64_t widened(uint64_t map36, int by) noexcept nogil:
    cdef uint64_t out = map36
    cdef int k
    for k in range(1, by + 1):
        out |= map36 << k | map36 >> (BINS - k) | map36 >> k | map36 << (BINS - k)
    return out & ALL36


cdef inline int momentum(double omega, double cot_theta, bint straight_passes) noexcept nogil:
    """Return the momentum in units of 0.1 GeV that the trigger works out of truncated curvature and angle."""
    cdef double curvature = whole(100 * omega / 0.044) * 0.044
    cdef double theta = atan(1.0 / cot_theta) if cot_theta != 0 else 0.0
    cdef double s
    theta = whole(theta / 0.098125) * 0.098125
    s = sin(theta)
    if curvature == 0 or s == 0:
        return 1 << 30 if straight_passes else -(1 << 30)
    return whole(fabs(4.5 / curvature / s))
