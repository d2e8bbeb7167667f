"""Binary link tracker: segments to maps of long and short tracks, tick by tick.

Plan.  A superlayer is a ring of 32 supercells, one bit each.  Per crossing:

1. Segments are or-ed into the ring of their superlayer and tick; each counts in ``hold`` ticks from its own on.
2. In a tick in which a ring has changed, tracks of all directions are followed at once: for each number of
   superlayers missing so far, a ring of the supercells that are reached.  A step to the next superlayer widens it by
   the window; and-ed with the hits it goes on as it is, not and-ed it has missed one more.
3. What reaches superlayers 5 and 10 with a hit there are the short and the long tracks; two supercells are one bin.

Sources: babar_geometry_facts section 3.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

from shared.bits cimport ctz64
from shared.checks cimport cuts, need

cdef enum:
    TICKS = 64
    SUPERLAYERS = 10
    ROW = 12             # room for the rings of a tick
    MOST_PIVOTS = 256
    SUPERCELLS = 32
    MOST_MISSING = 3
    MOST_WEIGHT = 3
    LAST_SHORT = 4       # superlayers of the ends of short and long tracks, from 0
    LAST_LONG = 9


cdef struct Found:
    uint16_t long_
    uint16_t short_


cdef inline uint32_t widened(uint32_t ring, int by) noexcept nogil:
    """Return a ring of 32 with so many neighbours on both sides of each bit."""
    cdef int _k
    for _k in range(by):
        ring |= (ring << 1 | ring >> 31) | (ring >> 1 | ring << 31)
    return ring


cdef inline uint16_t in_bins(uint32_t ring) noexcept nogil:
    """Return the 16 bins of two supercells each."""
    ring = (ring | ring >> 1) & 0x55555555u
    ring = (ring | ring >> 1) & 0x33333333u
    ring = (ring | ring >> 2) & 0x0F0F0F0Fu
    ring = (ring | ring >> 4) & 0x00FF00FFu
    return <uint16_t> (ring | ring >> 8)


cdef class Links:
    """Settings of the tracker.

    Parameters
    ----------
    supercell
        uint8[10, 256], the supercell of each pivot of each superlayer; 255: there is no such pivot.
    windows
        int32[9], widths in supercells, odd.
    dead
        uint32[10], supercells that count as hit.
    settings
        Least weight of a segment, ticks that it counts, superlayers that may be missing, whether the first one may.
    """

    cdef uint8_t supercell[SUPERLAYERS][MOST_PIVOTS]
    cdef int half[SUPERLAYERS]
    cdef uint32_t dead[ROW]
    cdef int least, hold, missing
    cdef bint first_may_miss
    cdef Found idle      # what there is without any segment
    cdef bint ready

    def __init__(
        self, const uint8_t[:, ::1] supercell, const int32_t[::1] windows, const uint32_t[::1] dead, settings
    ):
        cdef int i, k
        cdef bint good = True
        self.least, self.hold, self.missing, self.first_may_miss = settings
        need(
            supercell.shape[0] == SUPERLAYERS and supercell.shape[1] == MOST_PIVOTS
            and windows.shape[0] == SUPERLAYERS - 1 and dead.shape[0] == SUPERLAYERS and 1 <= self.hold <= TICKS
            and 0 <= self.missing <= MOST_MISSING,
            "Links",
        )
        memset(self.dead, 0, sizeof(self.dead))
        for i in range(SUPERLAYERS):
            self.dead[i] = dead[i]
            for k in range(MOST_PIVOTS):
                self.supercell[i][k] = supercell[i, k]
        for i in range(SUPERLAYERS - 1):
            self.half[i] = windows[i] // 2
            good &= 1 <= windows[i] < SUPERCELLS
        need(good, "Links")
        self.idle = self.follow(self.dead)
        self.ready = True

    cdef Found follow(self, const uint32_t *ring) noexcept nogil:
        """Follow tracks from superlayer 1 outwards."""
        cdef uint32_t reached[MOST_MISSING + 1]
        cdef uint32_t some, ends, all_of_it
        cdef int step, m
        cdef Found found
        found.long_ = found.short_ = 0
        memset(reached, 0, sizeof(reached))
        reached[0] = ring[0]
        if self.missing > 0 and self.first_may_miss:
            reached[1] = ~<uint32_t> 0
        for step in range(SUPERLAYERS - 1):
            ends = all_of_it = 0
            for m in range(self.missing, -1, -1):
                some = widened(reached[m], self.half[step])
                reached[m] = some & ring[step + 1]
                ends |= reached[m]
                if m < self.missing:
                    reached[m + 1] |= some
                    all_of_it |= some
            if (ends | all_of_it) == 0:
                return found
            if step + 1 == LAST_SHORT:
                found.short_ = in_bins(ends)
            elif step + 1 == LAST_LONG:
                found.long_ = in_bins(ends)
        return found

    cdef inline bint hold_row(self, uint32_t (*hits)[ROW], int tick, uint32_t *row) noexcept nogil:
        """Write the rings that count in a tick; return whether they differ from what the row was."""
        cdef uint32_t fresh[ROW]
        cdef uint32_t differ = 0
        cdef int k, s
        for s in range(ROW):
            fresh[s] = self.dead[s]
        for k in range(max(tick - self.hold + 1, 0), tick + 1):
            for s in range(ROW):
                fresh[s] |= hits[k][s]
        for s in range(ROW):
            differ |= fresh[s] ^ row[s]
            row[s] = fresh[s]
        return differ != 0

    cdef void ticks_of(
        self, uint32_t (*hits)[ROW], uint64_t hit, uint16_t *long_, uint16_t *short_
    ) noexcept nogil:
        """Write the maps of a crossing whose hits are in some ticks."""
        cdef uint32_t row[ROW]
        cdef Found found = self.idle
        cdef uint64_t active = hit
        cdef int t, k
        for k in range(1, self.hold):
            active |= hit << k
        for k in range(ROW):
            row[k] = self.dead[k]
        for t in range(TICKS):
            long_[t], short_[t] = self.idle.long_, self.idle.short_
        while active:
            t = ctz64(active)
            active &= active - 1
            if self.hold_row(hits, t, row):
                found = self.follow(row)
            long_[t], short_[t] = found.long_, found.short_

    def link(self, segments, uint16_t[:, ::1] long_, uint16_t[:, ::1] short_):
        """Fill maps, uint16[n, 64] each, from `Segments` of `trigemu.experiments.babar.records`."""
        cdef const int64_t[::1] offsets = segments.offsets
        cdef const uint8_t[::1] superlayer = segments.superlayer, pivot = segments.pivot
        cdef const uint8_t[::1] weight = segments.weight, tick = segments.tick
        cdef Py_ssize_t event, i, n = offsets.shape[0] - 1, rows = superlayer.shape[0]
        cdef uint32_t hits[TICKS][ROW]
        cdef uint64_t hit, left
        cdef int place
        cdef bint good = True
        need(
            self.ready and cuts(offsets, rows) and pivot.shape[0] == rows and weight.shape[0] == rows
            and tick.shape[0] == rows and long_.shape[0] == n and short_.shape[0] == n
            and long_.shape[1] == TICKS and short_.shape[1] == TICKS,
            "Links.link",
        )
        with nogil:
            memset(hits, 0, sizeof(hits))
            for event in range(n):
                hit = 0
                for i in range(offsets[event], offsets[event + 1]):
                    if superlayer[i] >= SUPERLAYERS or tick[i] >= TICKS:
                        good = False
                        break
                    place = self.supercell[superlayer[i]][pivot[i]]
                    if place >= SUPERCELLS:
                        good = False
                        break
                    if weight[i] >= self.least:
                        hits[tick[i]][superlayer[i]] |= <uint32_t> 1 << place
                        hit |= <uint64_t> 1 << tick[i]
                if not good:
                    break
                self.ticks_of(hits, hit, &long_[event, 0], &short_[event, 0])
                left = hit
                while left:
                    memset(hits[ctz64(left)], 0, sizeof(hits[0]))
                    left &= left - 1
        need(good, "Links.link")
