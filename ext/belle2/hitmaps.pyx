"""Short and inner tracks: segments of superlayers 0-4 of a batch of crossings to maps of 64 bins in azimuth.

Plan.  A superlayer is one word; all bins are compared at once, with words turned by the steps of a pattern.
"""

from libc.math cimport asin, fabs, floor
from libc.stdint cimport int8_t, int16_t, int64_t, uint64_t

from shared.bits cimport rotated64
from shared.checks cimport cuts, need

cdef extern from *:
    """
    #define BINS_PER_RADIAN 10.18591635788130
    #define MOST_RAD 1e6
    """
    const double BINS_PER_RADIAN
    const double MOST_RAD


cdef inline uint64_t passed(double phi0, double omega, double inside, double outside) noexcept nogil:
    """Return the bins that a track passes between two radii, and one more on either side (all if it is unknown)."""
    if not (fabs(phi0) < MOST_RAD and fabs(omega) < MOST_RAD):
        return ~<uint64_t> 0
    cdef double one = phi0 - asin(max(-1.0, min(1.0, 0.5 * inside * omega)))
    cdef double two = phi0 - asin(max(-1.0, min(1.0, 0.5 * outside * omega)))
    cdef int first = <int> floor(min(one, two) * BINS_PER_RADIAN) - 1
    cdef int last = <int> floor(max(one, two) * BINS_PER_RADIAN) + 1
    cdef uint64_t ones = (<uint64_t> 2 << (last - first)) - 1 if last - first < 63 else ~<uint64_t> 0
    return rotated64(ones, -first)


cdef inline uint64_t inner_tracks(uint64_t zero, uint64_t one, uint64_t two) noexcept nogil:
    """Superlayer 1 in the same bin or up to four before, superlayer 2 up to two before or after."""
    cdef uint64_t before = 0, near = 0
    cdef int step
    for step in range(-4, 1):
        before |= rotated64(one, step)
    for step in range(-2, 3):
        near |= rotated64(two, step)
    return zero & before & near


cdef uint64_t short_tracks(const uint64_t *maps, const int8_t[:, ::1] patterns) noexcept nogil:
    cdef uint64_t found = 0, begun = 0
    cdef Py_ssize_t i
    if not (maps[0] and maps[1] and maps[2] and maps[3] and maps[4]):
        return 0
    for i in range(patterns.shape[0]):
        # Patterns are sorted: many begin alike, and few bins of a crossing fit the beginning.
        if i == 0 or patterns[i, 0] != patterns[i - 1, 0] or patterns[i, 1] != patterns[i - 1, 1]:
            begun = maps[0] & rotated64(maps[1], patterns[i, 0]) & rotated64(maps[2], patterns[i, 1])
        if begun:
            found |= begun & rotated64(maps[3], patterns[i, 2]) & rotated64(maps[4], patterns[i, 3])
    return found


def hit_maps(
    const int64_t[::1] offsets,
    const int16_t[::1] segment,
    const uint64_t[::1] bins,
    const int16_t[::1] firsts,
    const int8_t[:, ::1] patterns,
    const int64_t[::1] track_offsets,
    const double[::1] phi0,
    const double[::1] omega,
    double veto_inside,
    double veto_outside,
    uint64_t[::1] short_,
    uint64_t[::1] inner,
):
    """Fill both maps of all crossings."""
    cdef uint64_t maps[5]
    cdef uint64_t veto
    cdef Py_ssize_t event, i
    cdef int layer, number
    need(
        cuts(offsets, segment.shape[0]) and track_offsets.shape[0] == offsets.shape[0]
        and cuts(track_offsets, min(phi0.shape[0], omega.shape[0])) and firsts.shape[0] == 6
        and 0 <= firsts[5] <= bins.shape[0] and patterns.shape[1] == 4
        and min(short_.shape[0], inner.shape[0]) >= offsets.shape[0] - 1,
        "hit_maps",
    )
    with nogil:
        for event in range(offsets.shape[0] - 1):
            for layer in range(5):
                maps[layer] = 0
            layer = 0
            for i in range(offsets[event], offsets[event + 1]):
                number = segment[i]
                if number >= firsts[5]:
                    break
                if number < 0:
                    continue
                while number >= firsts[layer + 1]:
                    layer += 1
                maps[layer] |= bins[number]
            inner[event] = inner_tracks(maps[0], maps[1], maps[2])
            veto = 0
            for i in range(track_offsets[event], track_offsets[event + 1]):
                veto |= passed(phi0[i], omega[i], veto_inside, veto_outside)
            for layer in range(3):
                maps[layer] &= ~veto
            short_[event] = short_tracks(maps, patterns)
