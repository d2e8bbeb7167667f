"""Rings of time-of-flight counters: groups of neighbours and back-to-back pairs (besiii_babar_facts A6).

Plan.  One crossing after the other:

1. Hits inside the window set their tick in the mask of their end of a bar, or of their endcap cell.
2. A bar is true from the tick on in which its second end joins the first, a cell of an endcap from its hit's tick on,
   both for the integration time; the barrel's positions combine the two layers.
3. Groups and pairs are worked out for all ticks at once: a group begins at each cell that is true while the one
   before it is not.

Only a few of the 424 cells are ever true, so bits say which, and only those are looked at and cleared.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.string cimport memset

from besiii.masks cimport EARLY_TICKS, WORDS, Early, both, but_not, either, is_set, lasting, set_tick
from shared.bits cimport ctz64
from shared.checks cimport cuts, need

cdef enum:
    BARS = 88
    RINGS = 5
    TICK_BITS = 13
    MOST_TICKS = 16
    INNER = 0, OUTER, POSITIONS, EAST, WEST
    # In the order of `bits.TOF_CONDITIONS`.
    ETOF_BB = 0, BTOF_BB, NETOF_2, NETOF_1, NBTOF_2, NBTOF_1, NTOF_1, CONDITIONS


cdef struct Cells:
    # What is true of one crossing; ``there`` has a bit for each cell with any tick, ``hit`` for bars with a hit.
    Early mask[RINGS][BARS]
    Early end[2][BARS][2]
    uint64_t there[RINGS][2]
    uint64_t hit[2][2]


cdef struct Groups:
    # Ticks with at least one and at least two groups.
    Early one
    Early two


cdef inline void mark(uint64_t *bits, int cell) noexcept nogil:
    bits[cell >> 6] |= <uint64_t> 1 << (cell & 63)


cdef inline int members(const uint64_t *bits, int *cells) noexcept nogil:
    """Write the numbers of the bits set, rising; return how many."""
    cdef int n = 0, w
    cdef uint64_t left
    for w in range(2):
        left = bits[w]
        while left:
            cells[n] = 64 * w + ctz64(left)
            left &= left - 1
            n += 1
    return n


cdef inline void add_groups(
    const Early *mask, const int *cells, int count, int size, Groups *groups
) noexcept nogil:
    """Add the groups of a ring; one that is true all around is one group."""
    cdef int i
    cdef Early head, full
    for i in range(count):
        head = but_not(mask[cells[i]], mask[(cells[i] if cells[i] > 0 else size) - 1])
        groups.two = either(groups.two, both(groups.one, head))
        groups.one = either(groups.one, head)
    if count == size:
        full = mask[0]
        for i in range(1, size):
            full = both(full, mask[i])
        groups.two = either(groups.two, both(groups.one, full))
        groups.one = either(groups.one, full)


cdef inline Early opposite(
    const Early *mask, const int *cells, int count, const Early *partner, const int *others, int other_count,
    int first, int last, int size,
) noexcept nogil:
    """Return the ticks in which a cell has a partner ``first`` to ``last`` cells further."""
    cdef Early found
    cdef int i, j, apart
    found.low = found.high = 0
    for i in range(count):
        for j in range(other_count):
            apart = others[j] - cells[i]
            apart += size if apart < 0 else 0
            if first <= apart <= last:
                found = either(found, both(mask[cells[i]], partner[others[j]]))
    return found


cdef inline Early opposite_here(
    const Early *mask, const int *cells, int count, int first, int last, int size
) noexcept nogil:
    """Return the same where both cells are on one ring: each pair is looked at once, from either side."""
    cdef Early found
    cdef int i, j, apart
    found.low = found.high = 0
    for i in range(count):
        for j in range(i + 1, count):
            apart = cells[j] - cells[i]
            if first <= apart <= last or first <= size - apart <= last:
                found = either(found, both(mask[cells[i]], mask[cells[j]]))
    return found


cdef class Rings:
    """The sub-trigger with its settings (`trigemu.experiments.besiii.tof.config.Tof`).

    ``code`` (int16, one a channel): ring * 256 + the hardware's cell * 2 + end, -1 for what this epoch has not.
    """

    cdef const int16_t[::1] code
    cdef int first, last, integration, size, positions
    cdef int barrel_bb[2]
    cdef int endcap_bb[2]
    cdef bint either_end

    def __init__(self, config, const int16_t[::1] code):
        cdef Py_ssize_t c
        cdef bint good = True
        self.first, self.last = config.window
        self.integration, self.either_end = config.integration_ticks, config.either_end
        self.size = config.endcap_cells
        self.positions = {"inner": 0, "next": -1, "before": 1}[config.positions]
        for c in range(2):
            self.barrel_bb[c], self.endcap_bb[c] = config.barrel_bb[c], config.endcap_bb[c]
        for c in range(code.shape[0]):
            good &= code[c] < RINGS * 256 and (
                code[c] < 0 or (code[c] >> 1 & 127) < (BARS if code[c] >> 8 < EAST else self.size)
            )
            good &= code[c] < 0 or code[c] >> 8 != POSITIONS
        need(
            good and 0 <= self.first and self.last <= (EARLY_TICKS - MOST_TICKS) << TICK_BITS
            and 1 <= self.integration <= MOST_TICKS and 1 <= self.size <= BARS,
            "Rings",
        )
        self.code = code

    cdef void combine(self, Cells *cells) noexcept nogil:
        """Make bars from ends, and positions from bars; let endcap cells last."""
        cdef int list_[BARS]
        cdef int layer, i, c, count, neighbour
        cdef Early first, second, together
        for layer in range(2):
            count = members(cells.hit[layer], list_)
            for i in range(count):
                c = list_[i]
                first, second = cells.end[layer][c][0], cells.end[layer][c][1]
                if self.either_end:
                    together = either(first, second)
                else:
                    together = either(
                        both(first, lasting(second, self.integration)), both(second, lasting(first, self.integration))
                    )
                memset(cells.end[layer][c], 0, sizeof(cells.end[layer][c]))
                if not is_set(together):
                    continue
                together = lasting(together, self.integration)
                cells.mask[layer][c] = together
                mark(cells.there[layer], c)
                if layer == INNER or self.positions != 0:
                    cells.mask[POSITIONS][c] = either(cells.mask[POSITIONS][c], together)
                    mark(cells.there[POSITIONS], c)
                if layer == OUTER and self.positions != 0:
                    neighbour = (c + self.positions + BARS) % BARS
                    cells.mask[POSITIONS][neighbour] = either(cells.mask[POSITIONS][neighbour], together)
                    mark(cells.there[POSITIONS], neighbour)
            cells.hit[layer][0] = cells.hit[layer][1] = 0
        for layer in range(EAST, RINGS):
            count = members(cells.there[layer], list_)
            for i in range(count):
                cells.mask[layer][list_[i]] = lasting(cells.mask[layer][list_[i]], self.integration)

    cdef void conditions(self, const Cells *cells, Early *out) noexcept nogil:
        cdef int barrel[BARS]
        cdef int east[BARS]
        cdef int west[BARS]
        cdef int bars = members(cells.there[POSITIONS], barrel)
        cdef int easts = members(cells.there[EAST], east), wests = members(cells.there[WEST], west)
        cdef Groups groups
        memset(&groups, 0, sizeof(groups))
        add_groups(cells.mask[POSITIONS], barrel, bars, BARS, &groups)
        out[NBTOF_1], out[NBTOF_2] = groups.one, groups.two
        memset(&groups, 0, sizeof(groups))
        add_groups(cells.mask[EAST], east, easts, self.size, &groups)
        add_groups(cells.mask[WEST], west, wests, self.size, &groups)
        out[NETOF_1], out[NETOF_2] = groups.one, groups.two
        out[NTOF_1] = either(out[NBTOF_1], out[NETOF_1])
        out[BTOF_BB] = opposite_here(
            cells.mask[POSITIONS], barrel, bars, self.barrel_bb[0], self.barrel_bb[1], BARS
        )
        out[ETOF_BB] = opposite(
            cells.mask[WEST], west, wests, cells.mask[EAST], east, easts,
            self.endcap_bb[0], self.endcap_bb[1], self.size,
        )

    def decide(
        self, const int64_t[::1] offsets, const uint16_t[::1] channel, const int32_t[::1] time,
        uint64_t[:, :, ::1] out, int64_t[::1] row_cuts, uint8_t[:, ::1] rows, uint64_t[:, ::1] ticks,
    ):
        """Write conditions and cells; return the first hit of no channel, or -1.

        ``out`` uint64[n, 7, 6]; ``rows`` uint8[2, room] rings and cells, ``ticks`` uint64[room, 2], room for three
        times as many rows as hits.
        """
        cdef Py_ssize_t i, n = offsets.shape[0] - 1, room = ticks.shape[0]
        cdef int64_t k, bad = -1, row = 0
        cdef int code, ring, c, j, count
        cdef int list_[BARS]
        cdef Cells cells
        cdef Early found[CONDITIONS]
        need(
            self.code is not None and cuts(offsets, min(channel.shape[0], time.shape[0])) and out.shape[0] >= n
            and out.shape[1] == CONDITIONS and out.shape[2] == WORDS and row_cuts.shape[0] > n
            and rows.shape[0] == 2 and rows.shape[1] >= room and ticks.shape[1] == 2
            and room >= 3 * offsets[n],
            "Rings.decide",
        )
        row_cuts[0] = 0
        with nogil:
            memset(&cells, 0, sizeof(cells))
            for i in range(n):
                for k in range(offsets[i], offsets[i + 1]):
                    code = self.code[channel[k]] if channel[k] < self.code.shape[0] else -1
                    if code < 0:
                        bad = k
                        break
                    if not self.first <= time[k] < self.last:
                        continue
                    ring, c = code >> 8, code >> 1 & 127
                    if ring < POSITIONS:
                        set_tick(&cells.end[ring][c][code & 1], time[k] >> TICK_BITS)
                        mark(cells.hit[ring], c)
                    else:
                        set_tick(&cells.mask[ring][c], time[k] >> TICK_BITS)
                        mark(cells.there[ring], c)
                if bad >= 0:
                    break
                self.combine(&cells)
                self.conditions(&cells, found)
                memset(&out[i, 0, 0], 0, CONDITIONS * WORDS * sizeof(uint64_t))
                for j in range(CONDITIONS):
                    out[i, j, 0], out[i, j, 1] = found[j].low, found[j].high
                for ring in range(RINGS):
                    count = members(cells.there[ring], list_)
                    for j in range(count):
                        c = list_[j]
                        rows[0, row], rows[1, row] = <uint8_t> ring, <uint8_t> c
                        ticks[row, 0], ticks[row, 1] = cells.mask[ring][c].low, cells.mask[ring][c].high
                        memset(&cells.mask[ring][c], 0, sizeof(Early))
                        row += 1
                    cells.there[ring][0] = cells.there[ring][1] = 0
                row_cuts[i + 1] = row
        return bad

    def of_cells(
        self, const uint8_t[:, ::1] positions, const uint8_t[:, ::1] east, const uint8_t[:, ::1] west,
        uint8_t[:, ::1] out,
    ):
        """Write the conditions (uint8[n, 7]) of cells that are true together; the ring of positions is n x 88."""
        cdef Py_ssize_t i, n = positions.shape[0]
        cdef int c
        cdef Cells cells
        cdef Early found[CONDITIONS]
        need(
            self.code is not None and positions.shape[1] == BARS and east.shape[1] == self.size
            and west.shape[1] == self.size and east.shape[0] >= n and west.shape[0] >= n and out.shape[0] >= n
            and out.shape[1] == CONDITIONS,
            "Rings.of_cells",
        )
        with nogil:
            for i in range(n):
                memset(&cells, 0, sizeof(cells))
                for c in range(BARS):
                    if positions[i, c]:
                        put(&cells, POSITIONS, c)
                for c in range(self.size):
                    if east[i, c]:
                        put(&cells, EAST, c)
                    if west[i, c]:
                        put(&cells, WEST, c)
                self.conditions(&cells, found)
                for c in range(CONDITIONS):
                    out[i, c] = found[c].low & 1


cdef inline void put(Cells *cells, int ring, int cell) noexcept nogil:
    cells.mask[ring][cell].low = 1
    mark(cells.there[ring], cell)
