"""Calorimeter trigger, second step: fired trigger cells to clusters and the nine cluster conditions.

Plan.  A row of 30 barrel cells is one word, so the cluster finder treats a row in a few operations; an endcap is one
word of 32.  Cells stay on for a number of ticks; conditions can only change when a cell comes or goes, so they are
worked out at those ticks and held in between.  Rules: besiii_babar_facts A5.9-A5.12 and A5.15.
"""

from libc.stdint cimport int16_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memset

from shared.bits cimport ctz64
from shared.checks cimport cuts, need

cdef enum:
    THETAS = 11
    PHIS = 30
    BINS = 16            # of an endcap: pairs of cells
    MIDDLE = 5           # row of the barrel that is in neither half
    EAST = THETAS        # rows of a state
    WEST = THETAS + 1
    ROWS = THETAS + 2
    BARREL_CELLS = THETAS * PHIS
    ENDCAP = 32
    CELLS = BARREL_CELLS + 2 * ENDCAP
    TICKS = 384
    TICK_WORDS = 6
    CONDITIONS = 16

# Bits of `EMC_CONDITIONS`.
cdef enum:
    NCLUS_1 = 0
    NCLUS_2 = 1
    BCLUS_BB = 2
    ECLUS_BB = 3
    CLUS_Z = 4
    BCLUS_PHI = 5
    ECLUS_PHI = 6
    NBCLUS_1 = 12
    NECLUS_1 = 13

cdef uint32_t RING = (1 << PHIS) - 1


cdef inline uint32_t turned30(uint32_t word, int step) noexcept nogil:
    """Return the word whose bit i + step is bit i of the given one, around the ring; 0 <= step < 30."""
    return (word << step | word >> (PHIS - step)) & RING


cdef inline uint32_t turned16(uint32_t word, int step) noexcept nogil:
    return (word << step | word >> (BINS - step)) & 0xFFFF


cdef inline uint32_t paired(uint32_t word) noexcept nogil:
    """Return the 16 ors of neighbouring bits 2i and 2i + 1."""
    word = (word | word >> 1) & <uint32_t> 0x55555555
    word = (word | word >> 1) & <uint32_t> 0x33333333
    word = (word | word >> 2) & <uint32_t> 0x0F0F0F0F
    word = (word | word >> 4) & <uint32_t> 0x00FF00FF
    return (word | word >> 8) & <uint32_t> 0x0000FFFF


cdef inline void fill(uint64_t *words, int first, int end) noexcept nogil:
    """Set the ticks from ``first`` to before ``end``."""
    cdef int word, low, high
    for word in range(first >> 6, (end + 63) >> 6):
        low, high = max(first - 64 * word, 0), min(end - 64 * word, 64)
        if low < high:
            words[word] |= (~<uint64_t> 0 >> (64 - (high - low))) << low


cdef bint fired_fits(const int64_t[::1] offsets, const int16_t[:, ::1] fired) noexcept nogil:
    """Return whether cells and ticks exist and ticks never fall inside a crossing."""
    cdef Py_ssize_t event
    cdef int64_t k
    cdef bint bad = False
    for event in range(offsets.shape[0] - 1):
        for k in range(offsets[event], offsets[event + 1]):
            bad |= fired[k, 0] < 0 or fired[k, 0] >= CELLS or fired[k, 1] < 0 or fired[k, 1] >= TICKS
            bad |= k > offsets[event] and fired[k, 1] < fired[k - 1, 1]
    return not bad


cdef class Clusters:
    """Cluster finder and conditions with their settings; see `EmcFinder`."""

    cdef int active
    cdef int tolerance
    cdef uint32_t beyond
    cdef int bb_first
    cdef int bb_last
    cdef uint32_t barrel_phi
    cdef uint32_t endcap_bb
    cdef uint32_t endcap_phi

    def __init__(self, object config):
        """Take the settings of an `Emc`."""
        self.active, self.tolerance = config.active_ticks, config.bclus_bb_theta
        self.beyond = RING if config.edge_quirk else 0
        self.bb_first, self.bb_last = config.bclus_bb_phi
        self.barrel_phi = window(config.bclus_phi)
        self.endcap_bb = window(config.eclus_bb_phi)
        self.endcap_phi = window(config.eclus_phi)
        need(
            0 < self.active <= TICKS and 0 <= self.tolerance < THETAS and 0 <= self.bb_first <= self.bb_last < PHIS,
            "Clusters",
        )

    def run(
        self, const int64_t[::1] offsets, const int16_t[:, ::1] fired, uint64_t[:, :, ::1] masks, uint8_t[::1] head
    ):
        """Do all crossings.

        Parameters
        ----------
        offsets
            int64[n + 1], rows of each crossing.
        fired
            int16[k, 2], cell and tick, in order of ticks in each crossing.
        masks
            uint64[n, 16, TICK_WORDS], gets the tick masks of the nine conditions.
        head
            uint8[k], gets whether a barrel cell is the head of a cluster in its tick.
        """
        cdef Py_ssize_t event, events = offsets.shape[0] - 1
        need(
            fired.shape[1] == 2 and cuts(offsets, fired.shape[0]) and fired_fits(offsets, fired)
            and masks.shape[0] >= events and masks.shape[1] == CONDITIONS and masks.shape[2] == TICK_WORDS
            and head.shape[0] >= fired.shape[0],
            "Clusters.run",
        )
        with nogil:
            for event in range(events):
                if offsets[event + 1] > offsets[event]:
                    self.crossing(offsets[event], offsets[event + 1], fired, &masks[event, 0, 0], &head[0])

    def at_once(self, const uint32_t[:, ::1] rows, uint32_t[::1] out):
        """Work out the conditions of cells that are all on together.

        Parameters
        ----------
        rows
            uint32[n, 13], a word of 30 cells for each barrel theta, then 32 cells east and 32 west.
        out
            uint32[n], gets bits of the conditions.
        """
        cdef Py_ssize_t event
        cdef uint32_t heads[ROWS]
        need(rows.shape[1] == ROWS and out.shape[0] >= rows.shape[0], "Clusters.at_once")
        with nogil:
            for event in range(rows.shape[0]):
                memset(heads, 0, sizeof(heads))
                self.find_heads(&rows[event, 0], (1 << ROWS) - 1, heads)
                out[event] = self.conditions(heads)

    cdef void crossing(
        self, int64_t first, int64_t end, const int16_t[:, ::1] fired, uint64_t *masks, uint8_t *head
    ) noexcept nogil:
        cdef uint32_t rows[ROWS]
        cdef uint32_t heads[ROWS]
        cdef int since[CONDITIONS]
        cdef int64_t come = first, gone = first, k
        cdef int tick, bit, c, row
        cdef uint32_t before = 0, now = 0, changed, touched
        memset(rows, 0, sizeof(rows))
        memset(heads, 0, sizeof(heads))
        while gone < end:
            tick = fired[gone, 1] + self.active
            if come < end:
                tick = min(tick, fired[come, 1])
            if tick >= TICKS:
                break
            touched, k = 0, come
            while gone < come and fired[gone, 1] + self.active == tick:
                c = fired[gone, 0]
                row = row_of(c)
                rows[row] &= ~(<uint32_t> 1 << place_of(c, row))
                touched |= <uint32_t> 1 << row
                gone += 1
            while come < end and fired[come, 1] == tick:
                c = fired[come, 0]
                row = row_of(c)
                rows[row] |= <uint32_t> 1 << place_of(c, row)
                touched |= <uint32_t> 1 << row
                come += 1
            if self.find_heads(rows, touched | touched << 1 & (1 << THETAS) - 1, heads):
                now = self.conditions(heads)
            while k < come:
                c = fired[k, 0]
                row = row_of(c)
                head[k] = <uint8_t> (heads[row] >> place_of(c, row) & 1) if row < THETAS else 0
                k += 1
            changed = now ^ before
            while changed:
                bit = ctz64(changed)
                changed &= changed - 1
                if now >> bit & 1:
                    since[bit] = tick
                else:
                    fill(masks + bit * TICK_WORDS, since[bit], tick)
            before = now
        while before:
            bit = ctz64(before)
            before &= before - 1
            fill(masks + bit * TICK_WORDS, since[bit], TICKS)

    cdef bint find_heads(self, const uint32_t *rows, uint32_t touched, uint32_t *heads) noexcept nogil:
        """Find the cluster heads of the rows that are touched (a bit each) again; return whether any changed.

        A barrel cell at (theta, phi) is a head unless (theta, phi - 1), (theta - 1, phi) or both of (theta, phi + 1)
        and (theta - 1, phi + 1) are on; a pair of endcap cells unless the pair before it is, west: behind it.
        """
        cdef uint32_t row, found, above, diagonal
        cdef int theta
        cdef bint changed = False
        while touched:
            theta = ctz64(touched)
            touched &= touched - 1
            if theta < THETAS:
                row = rows[theta] & RING
                above = rows[theta - 1] & RING if theta > 0 else 0
                diagonal = turned30(above, PHIS - 1) if theta > 0 else self.beyond
                found = row & ~turned30(row, 1) & ~above & ~(turned30(row, PHIS - 1) & diagonal)
            else:
                found = paired(rows[theta])
                found &= ~turned16(found, 1 if theta == EAST else BINS - 1)
            changed |= found != heads[theta]
            heads[theta] = found
        return changed

    cdef uint32_t conditions(self, const uint32_t *heads) noexcept nogil:
        """Return the bits of the nine conditions."""
        cdef uint32_t columns = 0, twice = 0, found, out = 0
        cdef uint32_t east = heads[EAST], west = heads[WEST]
        cdef int theta
        cdef bint barrel, endcaps, many
        # Two in one row, in one column or in different ones: two in all.
        for theta in range(THETAS):
            found = heads[theta]
            twice |= (found & (found - 1)) | (columns & found)
            columns |= found
        twice |= columns & (columns - 1)
        barrel, endcaps = columns != 0, (east | west) != 0
        if not barrel and not endcaps:
            return 0
        out = <uint32_t> 1 << NCLUS_1 | <uint32_t> barrel << NBCLUS_1 | <uint32_t> endcaps << NECLUS_1
        many = (east & (east - 1)) != 0 or (west & (west - 1)) != 0 or (east != 0 and west != 0)
        if not (twice or many or (barrel and endcaps)):
            return out
        out |= <uint32_t> 1 << NCLUS_2 | <uint32_t> in_both_halves(heads) << CLUS_Z
        if twice:
            out |= <uint32_t> facing30(columns, columns, self.barrel_phi) << BCLUS_PHI
            out |= <uint32_t> self.back_to_back(heads) << BCLUS_BB
        if west and east:
            out |= <uint32_t> facing16(west, east, self.endcap_bb) << ECLUS_BB
            out |= <uint32_t> facing16(west, east, self.endcap_phi) << ECLUS_PHI
        return out

    cdef bint back_to_back(self, const uint32_t *heads) noexcept nogil:
        """Return whether a head has a partner in the opposite row, or one near it, at one of the steps in azimuth.

        All rows are turned at once, without a branch, which compilers do for several rows in one operation.
        """
        cdef uint32_t turned[THETAS]
        cdef uint32_t found = 0
        cdef int theta, step, off
        for theta in range(THETAS):
            turned[theta] = 0
        for step in range(self.bb_first, self.bb_last + 1):
            for theta in range(THETAS):
                turned[theta] |= turned30(heads[theta], step)
        for off in range(-self.tolerance, self.tolerance + 1):
            for theta in range(max(off, 0), THETAS + min(off, 0)):
                found |= turned[theta] & heads[THETAS - 1 - theta + off]
        return found != 0


cdef uint32_t window(object steps) except? 0:
    first, last = steps
    return sum(1 << step for step in range(first, last + 1))


cdef inline int row_of(int c) noexcept nogil:
    return c // PHIS if c < BARREL_CELLS else EAST + (c - BARREL_CELLS) // ENDCAP


cdef inline int place_of(int c, int row) noexcept nogil:
    return c - row * PHIS if row < THETAS else (c - BARREL_CELLS) & (ENDCAP - 1)


cdef inline bint in_both_halves(const uint32_t *heads) noexcept nogil:
    cdef uint32_t east = heads[EAST], west = heads[WEST]
    cdef int theta
    for theta in range(MIDDLE):
        east |= heads[theta]
        west |= heads[THETAS - 1 - theta]
    return east != 0 and west != 0


cdef inline bint facing30(uint32_t ones, uint32_t others, uint32_t steps) noexcept nogil:
    """Return whether an other one lies at one of the steps after one, around the ring."""
    while ones:
        if turned30(steps, ctz64(ones)) & others:
            return True
        ones &= ones - 1
    return False


cdef inline bint facing16(uint32_t ones, uint32_t others, uint32_t steps) noexcept nogil:
    while ones:
        if turned16(steps, ctz64(ones)) & others:
            return True
        ones &= ones - 1
    return False
