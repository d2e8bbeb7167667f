"""Drift chamber: wire hits of a batch of crossings to segments, tracks and trigger conditions, tick by tick.

Plan.  A crossing has a few hundred hits; a trigger cell is a bit in time, one for each of 128 ticks:

1. A hit sets the ticks of its cell in which it counts.  The first hit of a cell also tells all segments near it which
   of their patterns have this cell: one bit per pattern, in one word for each of the four layers.  Patterns come in
   *groups* of at most 64 of one segment.
2. A group can fire only if one bit is set in enough of its four words (a sliced counter).  Only for the patterns that
   remain, few of all, the ticks of their four cells are compared: the same counter, with bits that are ticks.
3. A track is a segment of superlayer 5 with segments of superlayers 3 and 4 (and 10) of a look-up table: ands and ors.
4. The track counter looks at the ring of cells, so it is asked once for each interval in which no cell changes.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.string cimport memset

from shared.bits cimport at_least, count5, ctz64, popcount64
from shared.checks cimport cuts as cut_rows
from shared.checks cimport need

cdef extern from *:
    """
    #define EVEN 0x5555555555555555ULL
    """
    const uint64_t EVEN

cdef enum:
    CHANNELS = 6796
    MOST_CELLS = 4096    # cells of the trigger's layers
    PIVOTS = 584         # segments
    RING = 128           # segments of superlayer 5: the cells of tracks
    FIRST_INNER_2 = 48   # first segments of superlayers 2, 3 and 5
    FIRST_OUTER = 128
    FIRST_5 = 328
    MOST_GROUPS = 2048
    GROUP_WORDS = 32
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
    const int16_t *pattern
    const int32_t *pair_first
    const int16_t *pair
    const uint8_t *pair_short
    const int32_t *outer_first
    const int16_t *outer
    int need_layers
    int hit_counts
    int many[2]          # N of the conditions ">= N", short and long; 0: off
    Mask window          # of partners back to back


cdef struct State:
    Mask cell[MOST_CELLS]
    uint64_t bits[4 * MOST_GROUPS]
    uint64_t groups[GROUP_WORDS]
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


cdef inline void add_hit(const Tables *t, State *s, int cell, Mask ticks) noexcept nogil:
    """Set ticks of a cell; a cell's first hit goes to the groups that use it."""
    cdef int use, slot
    if not some(s.cell[cell]):
        for use in range(t.use_first[cell], t.use_first[cell + 1]):
            slot = t.use_slot[use]
            s.bits[slot] |= t.use_bits[use]
            s.groups[slot >> 8] |= <uint64_t> 1 << (slot >> 2 & 63)
    s.cell[cell] = either(s.cell[cell], ticks)


cdef inline Mask pattern_ticks(const Tables *t, const State *s, int pattern) noexcept nogil:
    """Return when enough of a pattern's four cells are hit."""
    cdef const int16_t *cells = t.pattern + 4 * pattern
    cdef Mask a = s.cell[cells[0]], b = s.cell[cells[1]], c = s.cell[cells[2]], d = s.cell[cells[3]], ticks
    ticks.low = at_least(count5(a.low, b.low, c.low, d.low, 0), t.need_layers)
    ticks.high = at_least(count5(a.high, b.high, c.high, d.high, 0), t.need_layers)
    return ticks


cdef void find_segments(const Tables *t, State *s) noexcept nogil:
    """Fill the ticks of all segments, and forget what hits told the groups."""
    cdef int word, group, segment
    cdef uint64_t groups, fired
    cdef uint64_t *bits
    cdef Mask ticks
    s.count = 0
    for word in range(GROUP_WORDS):
        groups = s.groups[word]
        s.groups[word] = 0
        while groups:
            group = 64 * word + ctz64(groups)
            groups &= groups - 1
            bits = s.bits + 4 * group
            fired = at_least(count5(bits[0], bits[1], bits[2], bits[3], 0), t.need_layers)
            bits[0] = bits[1] = bits[2] = bits[3] = 0
            ticks = none()
            while fired:
                ticks = either(ticks, pattern_ticks(t, s, t.group_first[group] + ctz64(fired)))
                fired &= fired - 1
            if some(ticks):
                segment = t.group_segment[group]
                if not some(s.segment[segment]):
                    s.found[s.count] = segment
                    s.count += 1
                s.segment[segment] = either(s.segment[segment], ticks)


cdef void find_tracks(const Tables *t, State *s, Mask[2] cells) noexcept nogil:
    """Fill the ticks of both rings and which cells of them have any."""
    cdef int i, cell, pair, k
    cdef Mask pivot, three, outer, tracks[2]
    cells[0] = cells[1] = none()
    for i in range(s.count):
        cell = s.found[i] - FIRST_5
        if cell < 0 or cell >= RING:
            continue
        pivot = s.segment[s.found[i]]
        tracks[0] = tracks[1] = none()
        for pair in range(t.pair_first[cell], t.pair_first[cell + 1]):
            three = both(s.segment[t.pair[2 * pair]], s.segment[t.pair[2 * pair + 1]])
            three = both(three, pivot)
            if not some(three):
                continue
            if t.pair_short[pair]:
                tracks[0] = either(tracks[0], three)
            outer = none()
            for k in range(t.outer_first[pair], t.outer_first[pair + 1]):
                outer = either(outer, s.segment[t.outer[k]])
            tracks[1] = either(tracks[1], both(three, outer))
        for k in range(2):
            if some(tracks[k]):
                s.track[k][cell] = tracks[k]
                cells[k] = either(cells[k], between(cell, cell + 1))


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
    cdef int n = 0, i, begin, end, count
    cdef Mask edges = none(), ring, all_kept = none(), kept, ticks
    while some(cells):
        numbers[n] = lowest(cells)
        cells = without_lowest(cells)
        edges = either(edges, changes(s.track[which][numbers[n]]))
        n += 1
    while some(edges):
        begin = lowest(edges)
        edges = without_lowest(edges)
        end = lowest(edges) if some(edges) else TICKS
        ring = none()
        for i in range(n):
            if has(s.track[which][numbers[i]], begin):
                ring = either(ring, between(numbers[i], numbers[i] + 1))
        kept = thinned(ring)
        count = count_of(kept)
        if count == 0:
            continue
        ticks = between(begin, end)
        set_condition(conditions + 3 * TICK_WORDS, ticks)
        if count >= 2:
            set_condition(conditions + 2 * TICK_WORDS, ticks)
            if opposite(kept, t.window):
                set_condition(conditions, ticks)
        if t.many[which] and count >= t.many[which]:
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


cdef inline void forget(
    const Tables *t, State *s, const uint16_t *channel, Py_ssize_t start, Py_ssize_t stop
) noexcept nogil:
    """Empty cells and segments of a crossing."""
    cdef Py_ssize_t i
    cdef int place
    for i in range(start, stop):
        place = t.place[channel[i]] if channel[i] < CHANNELS else -1
        if place >= 0:
            s.cell[place] = none()
    for i in range(s.count):
        s.segment[s.found[i]] = none()


include "mdc_checks.pxi"


cdef class Finder:
    """The look-up tables and settings of a drift chamber's trigger; its memory serves one thread.

    Parameters
    ----------
    tables
        `trigemu.experiments.besiii.mdc.tables.Tables`.
    need_layers, hit_counts
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

    def __init__(self, tables, int need_layers, int hit_counts, many, window):
        cdef uint8_t[::1] memory
        cdef int least, largest
        least, largest = window
        need(
            1 <= need_layers <= 4 and 1 <= hit_counts <= 1 << 20 and 1 <= least <= largest <= 127, "Finder"
        )
        self.t.many[0], self.t.many[1] = many
        self.t.need_layers, self.t.hit_counts = need_layers, hit_counts
        self.t.window = between(least, largest + 1)
        take_tables(&self.t, tables)
        self.kept = tables
        self.memory = bytearray(sizeof(State) + 64)
        memory = self.memory
        self.s = <State *> (<uint64_t> &memory[63] // 64 * 64)

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
                        add_hit(t, s, place, between(<int> max(first, 0), <int> min(last + 1, TICKS)))
                else:
                    i = -1
                find_segments(t, s)
                find_tracks(t, s, cells)
                count_tracks(t, s, 0, cells[0], &conditions[event, 0, 0], &out)
                count_tracks(t, s, 1, cells[1], &conditions[event, 4, 0], &out)
                inner_tracks(s, &conditions[event, 8, 0])
                forget(t, s, &channel[0], offsets[event], offsets[event + 1])
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
        cdef Mask now = between(0, 1)
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
                forget(t, s, &channel[0], offsets[event], offsets[event + 1])
                if i >= 0:
                    break
        return -1 - i if i >= 0 else events
