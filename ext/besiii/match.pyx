"""Track match: tracks of the chamber, time-of-flight counters and calorimeter cells at the same azimuth.

Plan.  One crossing after the other:

1. Masks of barrel positions, endcap counters and calorimeter columns are gathered, delayed and held.
2. Each track's ticks are cut to those in which a counter within the window is true: that is A for long tracks in the
   barrel and C for short ones in each endcap.
3. A match waits and is held, and is cut to the ticks of a calorimeter cell within the window: that makes B of A.
4. Cells are counted, and pairs looked for, for all ticks at once.
"""

from libc.stdint cimport int16_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.string cimport memset

from besiii.masks cimport (
    TICKS, WORDS, Early, Long, any_tick, both, either, is_set, lasting, lasting_long, later, later_long,
)
from shared.bits cimport ctz64
from shared.checks cimport cuts, need

cdef enum:
    CELLS = 64
    TRACK_CELLS = 128
    POSITIONS = 2, EAST, WEST
    BARREL_CELLS = 330, BARREL_PHIS = 30, ENDCAP_CELLS = 32
    ALL_CELLS = BARREL_CELLS + 2 * ENDCAP_CELLS
    SIDES = 3
    MOST_COUNTERS = 88
    CONDITIONS = 9


cdef struct Cells:
    # Masks of matched cells; those without a bit in ``there`` are not set.
    Long mask[CELLS]
    uint64_t there


cdef struct Counters:
    # Time-of-flight cells of one ring: barrel positions, east, west.
    int count
    int cell[MOST_COUNTERS]
    Early mask[MOST_COUNTERS]


cdef struct Columns:
    # Calorimeter cells by azimuth: barrel cluster heads, east, west; as `Cells`.
    Long mask[ENDCAP_CELLS]
    uint64_t there


cdef struct Windows:
    # For each cell the bits of counters and of calorimeter cells within the window: barrel, east, west.
    uint64_t counter[SIDES][CELLS][2]
    uint64_t column[SIDES][CELLS]


cdef inline void add(Long *mask, uint64_t *there, int cell, const Long *more) noexcept nogil:
    cdef int w
    if not there[0] >> cell & 1:
        mask[cell] = more[0]
        there[0] |= <uint64_t> 1 << cell
    else:
        for w in range(WORDS):
            mask[cell].word[w] |= more.word[w]


cdef inline void count(const Cells *cells, Long *one, Long *two) noexcept nogil:
    """Add the ticks with at least one and with at least two cells."""
    cdef uint64_t left = cells.there
    cdef int c, w
    while left:
        c = ctz64(left)
        left &= left - 1
        for w in range(WORDS):
            two.word[w] |= one.word[w] & cells.mask[c].word[w]
            one.word[w] |= cells.mask[c].word[w]


cdef inline void pairs(const Cells *cells, const Cells *others, int first, int last, Long *found) noexcept nogil:
    """Add the ticks in which a cell has a partner ``first`` to ``last`` cells further."""
    cdef uint64_t left = cells.there, right
    cdef int c, other, w
    while left:
        c = ctz64(left)
        left &= left - 1
        right = others.there
        while right:
            other = ctz64(right)
            right &= right - 1
            if first <= (other - c) & (CELLS - 1) <= last:
                for w in range(WORDS):
                    found.word[w] |= cells.mask[c].word[w] & others.mask[other].word[w]


cdef class Cones:
    """Track match with its settings (`trigemu.experiments.besiii.match.config.Match`).

    ``counters`` uint64[3, 64, 2] and ``columns`` uint64[3, 64]: for barrel, east and west the bits of the cells of
    the time-of-flight system and of the calorimeter that belong to a cell.
    """

    cdef Windows windows
    cdef int bb_first, bb_last, track_delay, tof_delay, tof_hold, wait, hold, cluster_ticks, a_first, a_last
    cdef bint a, b, c, needs_cluster, ready

    def __init__(self, config, const uint64_t[:, :, ::1] counters, const uint64_t[:, ::1] columns):
        cdef int side, cell
        self.a, self.b, self.c, self.needs_cluster = config.a, config.b, config.c, config.c_needs_cluster
        self.a_first, self.a_last = config.a_cells
        self.bb_first, self.bb_last = config.bb
        self.track_delay, self.tof_delay, self.tof_hold = config.track_delay, config.tof_delay, config.tof_hold
        self.wait, self.hold, self.cluster_ticks = config.wait, config.hold, config.cluster_ticks
        need(
            counters.shape[0] == SIDES and counters.shape[1] == CELLS and counters.shape[2] == 2
            and columns.shape[0] == SIDES and columns.shape[1] == CELLS
            and 0 <= self.track_delay < 64 and 0 <= self.tof_delay < 64 and 1 <= self.tof_hold <= 64
            and 0 <= self.wait < TICKS and 1 <= self.hold <= TICKS and 1 <= self.cluster_ticks <= TICKS,
            "Cones",
        )
        for side in range(SIDES):
            for cell in range(CELLS):
                self.windows.column[side][cell] = columns[side, cell]
                self.windows.counter[side][cell][0] = counters[side, cell, 0]
                self.windows.counter[side][cell][1] = counters[side, cell, 1]
        self.ready = True

    cdef void match(
        self, Early track, int cell, int side, const Counters *counters, Cells *cells
    ) noexcept nogil:
        """Add the ticks of a track in which a counter within the window is true."""
        cdef Early found
        cdef Long wide
        cdef const uint64_t *window = self.windows.counter[side][cell]
        cdef int k, c
        found.low = found.high = 0
        for k in range(counters.count):
            c = counters.cell[k]
            if window[c >> 6] >> (c & 63) & 1:
                found = either(found, counters.mask[k])
        found = both(track, found)
        if is_set(found):
            memset(&wide, 0, sizeof(wide))
            wide.word[0], wide.word[1] = found.low, found.high
            add(cells.mask, &cells.there, cell, &wide)

    cdef void with_clusters(self, const Cells *cells, int side, const Columns *columns, Cells *out) noexcept nogil:
        """Cut matches, once they have waited, to the ticks of a calorimeter cell within the window."""
        cdef uint64_t left = cells.there, near
        cdef int c, w
        cdef Long waited, found
        out.there = 0
        while left:
            c = ctz64(left)
            left &= left - 1
            near = columns.there & self.windows.column[side][c]
            if near == 0:
                continue
            memset(&found, 0, sizeof(found))
            while near:
                for w in range(WORDS):
                    found.word[w] |= columns.mask[ctz64(near)].word[w]
                near &= near - 1
            waited = later_long(&cells.mask[c], self.wait)
            waited = lasting_long(&waited, self.hold)
            for w in range(WORDS):
                found.word[w] &= waited.word[w]
            if any_tick(&found):
                add(out.mask, &out.there, c, &found)

    cdef void fire(self, Columns *columns, int cell, int tick, bint head) noexcept nogil:
        """Enter a calorimeter cell that fires."""
        cdef Long mask
        cdef int side = 0, c = cell % BARREL_PHIS
        if cell < BARREL_CELLS and not head:
            return
        if cell >= BARREL_CELLS:
            side, c = 1 + (cell - BARREL_CELLS) // ENDCAP_CELLS, (cell - BARREL_CELLS) % ENDCAP_CELLS
        memset(&mask, 0, sizeof(mask))
        mask.word[tick >> 6] = <uint64_t> 1 << (tick & 63)
        mask = lasting_long(&mask, self.cluster_ticks)
        add(columns[side].mask, &columns[side].there, c, &mask)

    def decide(self, mdc, tof, emc, uint64_t[:, :, ::1] out):
        """Write the nine conditions (uint64[n, 9, 6]) of records of the three sub-triggers."""
        cdef const int64_t[::1] track_cuts = mdc.offsets
        cdef const uint8_t[::1] long_ = mdc.long
        cdef const uint8_t[::1] track = mdc.cell
        cdef const uint64_t[:, ::1] track_ticks = mdc.ticks
        cdef const int64_t[::1] tof_cuts = tof.offsets
        cdef const uint8_t[::1] ring = tof.ring
        cdef const uint8_t[::1] counter = tof.cell
        cdef const uint64_t[:, ::1] tof_ticks = tof.ticks
        cdef const int64_t[::1] cell_cuts = emc.offsets
        cdef const uint16_t[::1] cell = emc.cell
        cdef const int16_t[::1] tick = emc.tick
        cdef const uint8_t[::1] head = emc.head
        cdef Py_ssize_t i, n = out.shape[0]
        cdef int64_t k
        cdef int side, c
        cdef bint clusters
        cdef Early ticks
        cdef Counters counters[SIDES]
        cdef Columns columns[SIDES]
        cdef Cells cells[SIDES]
        cdef Cells b
        cdef Long *found
        need(
            self.ready and min(track_cuts.shape[0], min(tof_cuts.shape[0], cell_cuts.shape[0])) > n
            and cuts(track_cuts, min(long_.shape[0], min(track.shape[0], track_ticks.shape[0])))
            and cuts(tof_cuts, min(ring.shape[0], min(counter.shape[0], tof_ticks.shape[0])))
            and cuts(cell_cuts, min(cell.shape[0], min(tick.shape[0], head.shape[0])))
            and track_ticks.shape[1] == 2 and tof_ticks.shape[1] == 2
            and out.shape[1] == CONDITIONS and out.shape[2] == WORDS,
            "Cones.decide",
        )
        clusters = self.b or (self.c and self.needs_cluster)
        with nogil:
            for i in range(n):
                found = <Long *> &out[i, 0, 0]
                memset(found, 0, CONDITIONS * sizeof(Long))
                if track_cuts[i] == track_cuts[i + 1]:
                    continue
                for side in range(SIDES):
                    counters[side].count = 0
                    cells[side].there = columns[side].there = 0
                for k in range(tof_cuts[i], tof_cuts[i + 1]):
                    side, c = ring[k] - POSITIONS, counter[k]
                    if 0 <= side < SIDES and c < MOST_COUNTERS and counters[side].count < MOST_COUNTERS:
                        ticks.low, ticks.high = tof_ticks[k, 0], tof_ticks[k, 1]
                        counters[side].cell[counters[side].count] = c
                        counters[side].mask[counters[side].count] = lasting(
                            later(ticks, self.tof_delay), self.tof_hold
                        )
                        counters[side].count += 1
                for k in range(track_cuts[i], track_cuts[i + 1]):
                    if track[k] >= TRACK_CELLS:
                        continue
                    c = track[k] >> 1
                    ticks.low, ticks.high = track_ticks[k, 0], track_ticks[k, 1]
                    ticks = later(ticks, self.track_delay)
                    if long_[k]:
                        if self.a_first <= c <= self.a_last:
                            self.match(ticks, c, 0, &counters[0], &cells[0])
                    elif self.c:
                        self.match(ticks, c, 1, &counters[1], &cells[1])
                        self.match(ticks, c, 2, &counters[2], &cells[2])
                if clusters and (cells[0].there | cells[1].there | cells[2].there) != 0:
                    for k in range(cell_cuts[i], cell_cuts[i + 1]):
                        if cell[k] < ALL_CELLS and 0 <= tick[k] < TICKS:
                            self.fire(columns, cell[k], tick[k], head[k] != 0)
                self.conditions(cells, columns, &b, found)

    cdef void conditions(self, Cells *cells, const Columns *columns, Cells *spare, Long *out) noexcept nogil:
        """Write conditions in the order of `bits.MATCH_CONDITIONS`: C, B, A, each pair, two, one."""
        cdef int side
        if self.b:
            self.with_clusters(&cells[0], 0, &columns[0], spare)
            self.three(spare, spare, &out[3])
        if self.a:
            self.three(&cells[0], &cells[0], &out[6])
        if not self.c:
            return
        if self.needs_cluster:
            for side in range(1, SIDES):
                self.with_clusters(&cells[side], side, &columns[side], spare)
                cells[side] = spare[0]
        count(&cells[1], &out[2], &out[1])
        count(&cells[2], &out[2], &out[1])
        pairs(&cells[2], &cells[1], self.bb_first, self.bb_last, &out[0])

    cdef void three(self, const Cells *cells, const Cells *others, Long *out) noexcept nogil:
        count(cells, &out[2], &out[1])
        pairs(cells, others, self.bb_first, self.bb_last, &out[0])
