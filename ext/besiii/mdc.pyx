"""Drift chamber: wire hits of a batch of crossings to segments, tracks and trigger conditions, tick by tick.

Plan.  A crossing has a few hundred hits; a trigger cell is a bit in time, one for each of 128 ticks.  "Three of four
layers" is in the tables: a *pattern* names the three cells that must be hit, and a cell that always is.

1. A hit sets the ticks of its cell in which it counts.  The first hit of a cell also tells all segments near it which
   of their patterns have this cell: one bit per pattern, in one word for each of the four layers.  Patterns come in
   *groups* of at most 64 of one segment.
2. A group can fire only for bits that all its four words have.  Only for these patterns, few of all, the ticks of the
   four cells are compared.
3. A track is a segment of superlayer 5 with segments of superlayers 3 and 4 (and 10) of a look-up table: ands and ors.
4. The track counter looks at the ring of cells, so it is asked once for each interval in which no cell changes.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.string cimport memset

from shared.bits cimport ctz64, popcount64
from shared.checks cimport cuts as cut_rows
from shared.checks cimport need

cdef extern from *:
    """
    #define EVEN 0x5555555555555555ULL
    """
    const uint64_t EVEN

cdef enum:
    CHANNELS = 6796
    MOST_CELLS = 4096    # cells of the trigger's layers; one more is always hit
    PIVOTS = 584         # segments
    RING = 128           # segments of superlayer 5: the cells of tracks
    FIRST_INNER_2 = 48   # first segments of superlayers 2, 3, 5 and 10
    FIRST_OUTER = 128
    FIRST_5 = 328
    FIRST_10 = 456
    MOST_GROUPS = 2048
    MOST_BLOCKS = 256
    LANES = 8            # groups of a block
    BLOCK = 32           # words of a block: its groups' for layer 0, then those for layers 1, 2, 3
    UNROLLED = 4         # uses of a cell come in as many
    TICKS = 128
    TICK_BITS = 8        # a tick is 256 counts
    CONDITIONS = 10
    TICK_WORDS = 6
    ROWS = 256           # most rows of a crossing


include "mdc_ring.pxi"


cdef struct Tables:
    const int16_t *place
    const int32_t *use_first
    const int32_t *use_slot
    const uint64_t *use_bits
    const int16_t *group_segment
    const int32_t *group_first
    const uint64_t *free_bits
    const int16_t *pattern
    const int32_t *inner_first
    const int16_t *inner
    const int32_t *pair_first
    const int16_t *pair
    const uint8_t *pair_short
    const uint64_t *outer
    int blocks
    int hit_counts
    int many[2]          # N of the conditions ">= N", short and long; 0: off
    Mask window          # of partners back to back


cdef struct State:
    Mask from_bit[TICKS + 1]
    Mask cell[MOST_CELLS]
    uint64_t bits[4 * MOST_GROUPS + BLOCK]    # one block more: for uses that are none
    int told[MOST_BLOCKS + 1]    # blocks that a hit has told something
    int16_t hit[MOST_CELLS]  # cells with ticks
    int hits
    Mask segment[PIVOTS]
    int found[PIVOTS]    # segments with ticks, in rising order
    int count
    Mask track[2][RING]  # short and long
    Mask kept[RING]


cdef struct Rows:
    uint8_t *is_long
    uint8_t *cell
    uint64_t *ticks
    Py_ssize_t count


cdef inline void tell(State *s, int slot, uint64_t bits) noexcept nogil:
    s.bits[slot] |= bits
    s.told[slot >> 5] = 1


cdef inline void add_hit(const Tables *t, State *s, int cell, Mask ticks) noexcept nogil:
    """Set ticks of a cell; a cell's first hit goes to the groups that use it."""
    cdef const int32_t *slot = t.use_slot
    cdef const uint64_t *bits = t.use_bits
    cdef int use, stop = t.use_first[cell + 1]
    if not some(s.cell[cell]):
        s.hit[s.hits] = <int16_t> cell
        s.hits += 1
        for use in range(t.use_first[cell], stop, 4):
            tell(s, slot[use], bits[use])
            tell(s, slot[use + 1], bits[use + 1])
            tell(s, slot[use + 2], bits[use + 2])
            tell(s, slot[use + 3], bits[use + 3])
    s.cell[cell] = either(s.cell[cell], ticks)


cdef inline Mask pattern_ticks(const State *s, const int16_t *cells) noexcept nogil:
    """Return when all of a pattern's cells are hit."""
    return both(both(s.cell[cells[0]], s.cell[cells[1]]), both(s.cell[cells[2]], s.cell[cells[3]]))


cdef inline int fired_groups(const Tables *t, State *s, int *groups, uint64_t *fired) noexcept nogil:
    """List the groups with patterns that may fire, and these; forget what hits told the groups."""
    cdef int block, lane, i, n = 0
    cdef uint64_t *bits
    cdef const uint64_t *free
    cdef uint64_t found[LANES]
    for block in range(t.blocks):
        if not s.told[block]:
            continue
        s.told[block] = 0
        bits, free = s.bits + BLOCK * block, t.free_bits + BLOCK * block
        for lane in range(LANES):
            found[lane] = bits[lane] & bits[LANES + lane] & bits[2 * LANES + lane] & bits[3 * LANES + lane]
        for i in range(BLOCK):
            bits[i] = free[i]
        for lane in range(LANES):
            # Written in any case and kept if there is something: a branch would often be foretold wrongly.
            groups[n], fired[n] = LANES * block + lane, found[lane]
            n += found[lane] != 0
    return n


cdef void find_segments(const Tables *t, State *s) noexcept nogil:
    """Fill the ticks of all segments."""
    cdef int groups[MOST_GROUPS + 1]
    cdef uint64_t fired[MOST_GROUPS + 1]
    cdef int i, segment, n = fired_groups(t, s, groups, fired)
    cdef uint64_t patterns
    cdef const int16_t *cells
    cdef Mask ticks
    s.count = 0
    for i in range(n):
        patterns, cells, ticks = fired[i], t.pattern + 4 * t.group_first[groups[i]], none()
        while patterns:
            ticks = either(ticks, pattern_ticks(s, cells + 4 * ctz64(patterns)))
            patterns &= patterns - 1
        if some(ticks):
            segment = t.group_segment[groups[i]]
            if not some(s.segment[segment]):
                s.found[s.count] = segment
                s.count += 1
            s.segment[segment] = either(s.segment[segment], ticks)


cdef inline Mask any_of(const Mask *segments, Mask which) noexcept nogil:
    cdef Mask ticks = none()
    while some(which):
        ticks = either(ticks, segments[lowest(which)])
        which = without_lowest(which)
    return ticks


cdef inline void find_track(const Tables *t, const State *s, int cell, Mask outer, Mask *tracks) noexcept nogil:
    """Set the ticks of the short and the long track through a cell of superlayer 5.

    ``outer``: the segments of superlayer 10 that have ticks.
    """
    cdef int inner, pair
    cdef const uint64_t *fitting
    cdef Mask two_segments, three, four
    tracks[0] = tracks[1] = none()
    for inner in range(t.inner_first[cell], t.inner_first[cell + 1]):
        two_segments = both(s.segment[FIRST_5 + cell], s.segment[t.inner[inner]])
        if not some(two_segments):
            continue
        for pair in range(t.pair_first[inner], t.pair_first[inner + 1]):
            three = both(two_segments, s.segment[t.pair[pair]])
            if not some(three):
                continue
            if t.pair_short[pair]:
                tracks[0] = either(tracks[0], three)
            fitting = t.outer + 2 * pair
            four.low, four.high = outer.low & fitting[0], outer.high & fitting[1]
            tracks[1] = either(tracks[1], both(three, any_of(s.segment + FIRST_10, four)))


cdef void find_tracks(const Tables *t, State *s, Mask[2] cells) noexcept nogil:
    """Fill the ticks of both rings and which cells of them have any."""
    cdef int i, cell, k
    cdef Mask outer = none()
    cdef Mask tracks[2]
    cells[0] = cells[1] = none()
    for i in range(s.count - 1, -1, -1):
        cell = s.found[i]
        if cell >= FIRST_10:
            outer = either(outer, one_bit(cell - FIRST_10))
        elif cell >= FIRST_5:
            cell -= FIRST_5
            find_track(t, s, cell, outer, tracks)
            for k in range(2):
                if some(tracks[k]):
                    s.track[k][cell] = tracks[k]
                    cells[k] = either(cells[k], one_bit(cell))


cdef inline Mask changes(Mask ticks) noexcept nogil:
    """Return the ticks in which something is other than in the tick before (before tick 0: nothing)."""
    ticks.high ^= ticks.high << 1 | ticks.low >> 63
    ticks.low ^= ticks.low << 1
    return ticks


cdef inline void set_condition(uint64_t *condition, Mask ticks) noexcept nogil:
    condition[0] |= ticks.low
    condition[1] |= ticks.high


cdef void count_tracks(
    const Tables *t, State *s, int which, Mask cells, uint64_t *conditions, Rows *rows
) noexcept nogil:
    """Set the four conditions of a ring (back to back, >=N, >=2, >=1), write its thinned cells; empty the ring."""
    cdef int numbers[RING]
    cdef Mask ticks_of[RING]
    cdef Mask place_of[RING]
    cdef uint64_t on
    cdef int n = 0, i, begin
    cdef Mask edges = none(), ring, all_kept = none(), kept, ticks
    while some(cells):
        i = numbers[n] = lowest(cells)
        cells = without_lowest(cells)
        ticks_of[n], place_of[n] = s.track[which][i], one_bit(i)
        edges = either(edges, changes(ticks_of[n]))
        n += 1
    while some(edges):
        begin = lowest(edges)
        edges = without_lowest(edges)
        ring = none()
        for i in range(n):
            on = 0 - has(&ticks_of[i], begin)
            ring.low |= place_of[i].low & on
            ring.high |= place_of[i].high & on
        if not some(ring):
            continue
        kept = thinned(ring)
        ticks = between(s.from_bit, begin, lowest(edges) if some(edges) else TICKS)
        set_condition(conditions + 3 * TICK_WORDS, ticks)
        if two(kept):
            set_condition(conditions + 2 * TICK_WORDS, ticks)
            if opposite(kept, t.window):
                set_condition(conditions, ticks)
        if t.many[which] and count_of(kept) >= t.many[which]:
            set_condition(conditions + TICK_WORDS, ticks)
        all_kept = either(all_kept, kept)
        while some(kept):
            i = lowest(kept)
            kept = without_lowest(kept)
            s.kept[i] = either(s.kept[i], ticks)
    for i in range(n):
        s.track[which][numbers[i]] = none()
    while some(all_kept):
        i = lowest(all_kept)
        all_kept = without_lowest(all_kept)
        rows.is_long[rows.count] = which
        rows.cell[rows.count] = i
        rows.ticks[2 * rows.count] = s.kept[i].low
        rows.ticks[2 * rows.count + 1] = s.kept[i].high
        rows.count += 1
        s.kept[i] = none()


cdef void inner_tracks(const State *s, uint64_t *conditions) noexcept nogil:
    """Set NITrk>=2 and NITrk>=1: a segment in both inner superlayers, or in one."""
    cdef Mask one = none(), two = none()
    cdef int i
    for i in range(s.count):
        if s.found[i] < FIRST_INNER_2:
            one = either(one, s.segment[s.found[i]])
        elif s.found[i] < FIRST_OUTER:
            two = either(two, s.segment[s.found[i]])
    set_condition(conditions, both(one, two))
    set_condition(conditions + TICK_WORDS, either(one, two))


cdef inline void forget(State *s) noexcept nogil:
    """Empty cells and segments of a crossing."""
    cdef int i
    for i in range(s.hits):
        s.cell[s.hit[i]] = none()
    for i in range(s.count):
        s.segment[s.found[i]] = none()
    s.hits = 0


include "mdc_checks.pxi"


cdef class Finder:
    """The look-up tables and settings of a drift chamber's trigger; its memory serves one thread.

    Parameters
    ----------
    tables
        `trigemu.experiments.besiii.mdc.tables.Tables`.
    hit_counts
        As in `Mdc`.
    many
        N of the conditions ">= N", short and long; 0: off.
    window
        Least and largest distance of tracks back to back.
    """

    cdef Tables t
    cdef State *s
    cdef object memory
    cdef object kept

    def __init__(self, tables, int hit_counts, many, window):
        cdef uint8_t[::1] memory
        cdef Py_ssize_t i
        cdef int least, largest, cells
        least, largest = window
        need(1 <= hit_counts <= 1 << 20 and 1 <= least <= largest <= 127, "Finder")
        self.t.many[0], self.t.many[1] = many
        self.t.hit_counts = hit_counts
        cells = take_patterns(&self.t, tables)
        take_tracks(&self.t, tables)
        self.kept = tables
        self.memory = bytearray(sizeof(State) + 64)
        memory = self.memory
        self.s = <State *> (<uint64_t> &memory[63] // 64 * 64)
        fill_from_bit(self.s.from_bit)
        self.t.window = between(self.s.from_bit, least, largest + 1)
        self.s.cell[cells] = self.s.from_bit[0]
        for i in range(BLOCK * self.t.blocks):
            self.s.bits[i] = self.t.free_bits[i]

    def decide(
        self, const uint16_t[::1] channel, const int32_t[::1] time, const int64_t[::1] offsets, Py_ssize_t begin,
        uint64_t[:, :, ::1] conditions, rows,
    ):
        """Fill conditions (zeros before) and rows of crossings from ``begin`` on while there is room for the rows.

        Returns
        -------
        The crossing to begin with again, or -1 - i for hit i on a wire that does not exist.
        """
        cdef const Tables *t = &self.t
        cdef State *s = self.s
        cdef Rows out
        cdef Mask cells[2]
        cdef Py_ssize_t event = begin, i = 0, events = offsets.shape[0] - 1, room
        cdef int place
        cdef int64_t first, last
        cdef int64_t[::1] cuts = rows.offsets
        room = take_rows(&out, rows)
        need(
            time.shape[0] == channel.shape[0] and cut_rows(offsets, channel.shape[0]) and 0 <= begin <= events
            and cuts.shape[0] > events and conditions.shape[0] == events and conditions.shape[1] == CONDITIONS
            and conditions.shape[2] == TICK_WORDS and 0 <= cuts[begin] <= room,
            "decide",
        )
        out.count = cuts[begin]
        with nogil:
            while event < events and out.count <= room - ROWS:
                for i in range(offsets[event], offsets[event + 1]):
                    if channel[i] >= CHANNELS:
                        break
                    place = t.place[channel[i]]
                    first = <int64_t> time[i] >> TICK_BITS
                    last = (<int64_t> time[i] + t.hit_counts - 1) >> TICK_BITS
                    if place >= 0 and last >= 0 and first < TICKS:
                        add_hit(t, s, place, between(s.from_bit, <int> max(first, 0), <int> min(last + 1, TICKS)))
                else:
                    i = -1
                find_segments(t, s)
                find_tracks(t, s, cells)
                count_tracks(t, s, 0, cells[0], &conditions[event, 0, 0], &out)
                count_tracks(t, s, 1, cells[1], &conditions[event, 4, 0], &out)
                inner_tracks(s, &conditions[event, 8, 0])
                forget(s)
                if i >= 0:
                    break
                event += 1
                cuts[event] = out.count
        return -1 - i if event < events and i >= 0 else event

    def look(
        self, const uint16_t[::1] channel, const int32_t[::1] time, const int64_t[::1] offsets,
        const int64_t[::1] instant, uint8_t[:, ::1] segments, uint8_t[:, :, ::1] rings,
    ):
        """Fill segments and thinned rings (short, long) as they are at an instant (TDC counts) of each crossing.

        Returns
        -------
        How many crossings, or -1 - i for hit i on a wire that does not exist.
        """
        cdef const Tables *t = &self.t
        cdef State *s = self.s
        cdef Mask cells[2]
        cdef Mask now = one_bit(0)
        cdef Py_ssize_t event, i = -1, events = offsets.shape[0] - 1
        cdef int place, k
        need(
            time.shape[0] == channel.shape[0] and cut_rows(offsets, channel.shape[0]) and instant.shape[0] == events
            and segments.shape[0] == events and segments.shape[1] == PIVOTS and rings.shape[0] == events
            and rings.shape[1] == 2 and rings.shape[2] == RING,
            "look",
        )
        with nogil:
            for event in range(events):
                for i in range(offsets[event], offsets[event + 1]):
                    if channel[i] >= CHANNELS:
                        break
                    place = t.place[channel[i]]
                    if place >= 0 and time[i] < instant[event] and time[i] + <int64_t> t.hit_counts > instant[event]:
                        add_hit(t, s, place, now)
                else:
                    i = -1
                find_segments(t, s)
                find_tracks(t, s, cells)
                memset(&segments[event, 0], 0, PIVOTS)
                for k in range(s.count):
                    segments[event, s.found[k]] = 1
                for k in range(2):
                    write_ring(s, k, cells[k], &rings[event, k, 0])
                forget(s)
                if i >= 0:
                    break
        return -1 - i if i >= 0 else events
