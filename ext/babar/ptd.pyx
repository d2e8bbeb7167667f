"""Transverse-momentum discriminator: axial segments to maps of tracks of high momentum.

Plan.  Per crossing:

1. Segments of the axial superlayers 1, 4, 7 and 10 are written into a list for each superlayer: azimuth in units that
   all have in common, and a mask of the ticks in which the segment counts.
2. For each seed, in superlayer 7 or 10, the masks of all segments that are near enough are or-ed, superlayer by
   superlayer: the ticks in which that superlayer confirms it.  All azimuths are compared, without branches: there are
   few, and they are in the order of the pivots only nearly.
3. Where enough superlayers confirm a seed, its bin has a bit in these ticks.

Source: babar_geometry_facts G4.1.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.stdlib cimport abs
from libc.string cimport memset

import numpy as np

from shared.bits cimport at_least, count5, ctz64
from shared.checks cimport cuts, need

cdef enum:
    TICKS = 64
    BINS = 16
    AXIAL = 4
    SUPERLAYERS = 10
    INNER_SEED = 2       # the axial superlayers of seeds: 7 and 10
    SEED_KINDS = 2
    LARGEST = 1 << 28    # most units of a turn
    LANES = 4            # lists are read so many at a time; what is too many counts in no tick


cdef struct Lists:
    int32_t *azimuth[AXIAL]
    uint64_t *ticks[AXIAL]
    Py_ssize_t count[AXIAL]


cdef int axial_number(int superlayer) noexcept nogil:
    """Return the number among the axial superlayers, -1: it is none of them."""
    return superlayer // 3 if superlayer % 3 == 0 else -1


cdef class Seeds:
    """Settings of the discriminator.

    Parameters
    ----------
    turn
        Units of azimuth in a turn.
    scales
        int32[4, 2]: for each axial superlayer, units of azimuth in a unit of its segments' azimuth, and those of
        pivot 0.
    windows
        int32[2, 4]: how far segments may be from seeds of superlayers 7 and 10, -1: they are not asked.
    confirm
        How many superlayers must confirm seeds of superlayers 7 and 10.
    minimum_weight, hold
        Least weight of a segment, and ticks that it counts.
    """

    cdef int32_t scale[AXIAL]
    cdef int32_t begin[AXIAL]
    cdef int32_t window[SEED_KINDS][AXIAL]
    cdef int confirm[SEED_KINDS]
    cdef int least
    cdef uint64_t held       # the ticks of a segment of tick 0
    cdef int32_t turn
    cdef bint ready

    def __init__(
        self, int32_t turn, const int32_t[:, ::1] scales, const int32_t[:, ::1] windows, confirm,
        int minimum_weight, int hold,
    ):
        cdef int i, k
        cdef bint good
        self.confirm[0], self.confirm[1] = confirm
        need(
            0 < turn <= LARGEST and scales.shape[0] == AXIAL and scales.shape[1] == 2
            and windows.shape[0] == SEED_KINDS and windows.shape[1] == AXIAL and 1 <= hold <= TICKS
            and 1 <= self.confirm[0] <= AXIAL - 1 and 1 <= self.confirm[1] <= AXIAL - 1,
            "Seeds",
        )
        self.least, self.turn = minimum_weight, turn
        self.held = ~<uint64_t> 0 >> (TICKS - hold)
        good = True
        for i in range(AXIAL):
            self.scale[i], self.begin[i] = scales[i, 0], scales[i, 1]
            good &= 0 < self.scale[i] <= turn and 0 <= self.begin[i] < turn
            for k in range(SEED_KINDS):
                self.window[k][i] = windows[k, i]
                good &= -1 <= windows[k, i] < turn // 2
        need(good, "Seeds")
        self.ready = True

    cdef inline uint64_t near(self, const Lists *lists, int which, int32_t azimuth, int32_t window) noexcept nogil:
        """Return the ticks in which a superlayer has a segment near an azimuth."""
        cdef const int32_t *there = lists.azimuth[which]
        cdef const uint64_t *ticks = lists.ticks[which]
        cdef uint64_t found = 0
        cdef int32_t apart
        cdef Py_ssize_t i
        for i in range((lists.count[which] + LANES - 1) // LANES * LANES):
            apart = abs(there[i] - azimuth)
            found |= ticks[i] & -<uint64_t> ((apart <= window) | (apart >= self.turn - window))
        return found

    cdef inline uint64_t confirmed(self, const Lists *lists, int kind, int32_t azimuth) noexcept nogil:
        """Return the ticks in which enough superlayers confirm a seed at an azimuth."""
        cdef uint64_t by[AXIAL - 1]
        cdef int k
        for k in range(AXIAL - 1):
            by[k] = 0
            if self.window[kind][k] >= 0:
                by[k] = self.near(lists, k, azimuth, self.window[kind][k])
        return at_least(count5(by[0], by[1], by[2], 0, 0), self.confirm[kind])

    cdef void fill(self, const Lists *lists, uint16_t *out) noexcept nogil:
        """Write the map of a crossing."""
        cdef uint64_t of_bin[BINS]
        cdef int32_t azimuth
        cdef int kind, k, place
        cdef Py_ssize_t i
        memset(of_bin, 0, sizeof(of_bin))
        for kind in range(SEED_KINDS):
            k = INNER_SEED + kind
            for i in range(lists.count[k]):
                azimuth = lists.azimuth[k][i]
                place = <int> (<int64_t> azimuth * BINS // self.turn)
                of_bin[place] |= lists.ticks[k][i] & self.confirmed(lists, kind, azimuth)
        memset(out, 0, TICKS * sizeof(uint16_t))
        for place in range(BINS):
            while of_bin[place]:
                out[ctz64(of_bin[place])] |= <uint16_t> (1 << place)
                of_bin[place] &= of_bin[place] - 1

    def find(self, segments, uint16_t[:, ::1] out):
        """Fill maps, uint16[n, 64], from `Segments` of `trigemu.experiments.babar.records`."""
        cdef const int64_t[::1] offsets = segments.offsets
        cdef const uint8_t[::1] superlayer = segments.superlayer, weight = segments.weight, tick = segments.tick
        cdef const int16_t[::1] phi = segments.phi
        cdef Py_ssize_t event, i, k, n = offsets.shape[0] - 1, rows = superlayer.shape[0]
        cdef int64_t most = 0, azimuth
        cdef int32_t[:, ::1] azimuths
        cdef uint64_t[:, ::1] ticks
        cdef Lists lists
        cdef bint good = True
        need(
            self.ready and cuts(offsets, rows) and phi.shape[0] == rows and weight.shape[0] == rows
            and tick.shape[0] == rows and out.shape[0] == n and out.shape[1] == TICKS,
            "Seeds.find",
        )
        for event in range(n):
            most = max(most, offsets[event + 1] - offsets[event])
        azimuths, ticks = np.zeros((AXIAL, most + LANES), np.int32), np.zeros((AXIAL, most + LANES), np.uint64)
        for k in range(AXIAL):
            lists.azimuth[k], lists.ticks[k] = &azimuths[k, 0], &ticks[k, 0]
        with nogil:
            for event in range(n):
                memset(lists.count, 0, sizeof(lists.count))
                for i in range(offsets[event], offsets[event + 1]):
                    good &= superlayer[i] < SUPERLAYERS and tick[i] < TICKS
                    k = axial_number(superlayer[i])
                    if not good:
                        break
                    if k < 0 or weight[i] < self.least:
                        continue
                    azimuth = <int64_t> phi[i] * self.scale[k]
                    if not 0 <= azimuth < self.turn:
                        good = False
                        break
                    azimuth += self.begin[k]
                    if azimuth >= self.turn:
                        azimuth -= self.turn
                    lists.azimuth[k][lists.count[k]] = <int32_t> azimuth
                    lists.ticks[k][lists.count[k]] = self.held << tick[i]
                    lists.count[k] += 1
                if not good:
                    break
                for k in range(AXIAL):
                    for i in range(lists.count[k], lists.count[k] + LANES - 1):
                        lists.ticks[k][i] = 0
                self.fill(&lists, &out[event, 0])
        need(good, "Seeds.find")
