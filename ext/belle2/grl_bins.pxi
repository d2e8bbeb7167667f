# Sets of 10-degree bins as 36-bit masks, extrapolation, and the integer momentum: what grl.pyx is made of.

from libc.math cimport M_PI, acos, atan, fabs, sin
from libc.stdint cimport uint64_t

cdef enum:
    BINS = 36
    OPPOSITE = 18

cdef uint64_t ALL36 = (<uint64_t> 1 << BINS) - 1
cdef double TO_DEGREES = 180 / M_PI
cdef double[37] EDGE
cdef uint64_t[9] OVERLAP
cdef uint64_t[4] QUADRANT
cdef int _k

for _k in range(37):
    EDGE[_k] = _k * M_PI / 18
# Which of 16 bins of 5.625 degrees overlap each of the 9 bins of 10 degrees of a quadrant.
for _k in range(9):
    OVERLAP[_k] = ((<uint64_t> 1 << (16 * (_k + 1) + 8) // 9) - 1) & ~((<uint64_t> 1 << 16 * _k // 9) - 1)
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


cdef inline uint64_t differences(uint64_t a, uint64_t b) noexcept nogil:
    """Return a word whose bit d says that some bin of ``a`` is d away from some bin of ``b`` (3 <= d <= 33)."""
    cdef uint64_t seen = 0
    cdef int d
    if a == 0 or b == 0:
        return 0
    for d in range(3, 34):
        seen |= <uint64_t> ((a & (b >> d)) != 0 or (b & (a >> d)) != 0) << d
    return seen


cdef inline bint within(uint64_t seen, int half) noexcept nogil:
    """Whether a difference of 18 +- ``half`` bins occurs."""
    return (seen >> (OPPOSITE - half) & ((<uint64_t> 1 << (2 * half + 1)) - 1)) != 0


cdef inline uint64_t to36(uint64_t map64) noexcept nogil:
    """Bins of 5.625 degrees to bins of 10: a bin is set where any that overlaps it is."""
    cdef uint64_t out = 0
    cdef int quadrant, k
    if map64 == 0:
        return 0
    for quadrant in range(4):
        for k in range(9):
            out |= <uint64_t> ((map64 >> (16 * quadrant) & OVERLAP[k]) != 0) << (9 * quadrant + k)
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


cdef inline uint64_t beside(double phi0, double omega) noexcept nogil:
    """Return the bins of 64 in which a 2D track hides short tracks: its path through superlayers 0-2, one wider."""
    cdef int w = <int> (2271.7 * omega)
    cdef int phi = <int> ((phi0 + 2 * M_PI) / (M_PI / 32.0))
    cdef int size = w if w >= 0 else -w
    cdef int far = (size >= 9) + (size >= 16) + (size >= 25) + (size >= 31) + (size >= 33)
    cdef int near = size >= 28
    cdef int left = phi + far if w < 0 else phi + near
    cdef int right = phi + near if w < 0 else phi - far
    cdef uint64_t out = 0
    cdef int k
    for k in range(right - 1, left + 2):
        out |= <uint64_t> 1 << (k & 63)
    return out


cdef inline int momentum(double omega, double cot_theta, bint straight_passes) noexcept nogil:
    """Return the momentum in units of 0.1 GeV that the trigger works out of truncated curvature and angle."""
    cdef double curvature = <int> (100 * omega / 0.044) * 0.044
    cdef double theta = atan(1.0 / cot_theta) if cot_theta != 0 else 0.0
    cdef double s
    theta = <int> (theta / 0.098125) * 0.098125
    s = sin(theta)
    if curvature == 0 or s == 0:
        return 1 << 30 if straight_passes else -(1 << 30)
    return <int> fabs(4.5 / curvature / s)
