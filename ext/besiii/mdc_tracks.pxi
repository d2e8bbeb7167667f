# Segments to tracks and conditions: steps 3 and 4 of mdc.pyx.

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
