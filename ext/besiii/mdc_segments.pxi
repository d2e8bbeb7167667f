# Hits to segments: steps 1 and 2 of mdc.pyx.

cdef inline uint64_t enough(uint64_t a, uint64_t b, uint64_t c, uint64_t d, int least) noexcept nogil:
    """Return the bits that at least so many of four words have, from 1 to 4."""
    if least == 3:
        return a & b & (c | d) | c & d & (a | b)
    if least == 4:
        return a & b & c & d
    if least == 2:
        return a & b | c & d | (a | b) & (c | d)
    return a | b | c | d


cdef inline Mask enough_masks(Mask a, Mask b, Mask c, Mask d, int least) noexcept nogil:
    if least == 3:
        return either(both(both(a, b), either(c, d)), both(both(c, d), either(a, b)))
    if least == 4:
        return both(both(a, b), both(c, d))
    if least == 2:
        return either(either(both(a, b), both(c, d)), both(either(a, b), either(c, d)))
    return either(either(a, b), either(c, d))


cdef inline void add_hit(const Tables *t, State *s, int cell, Mask ticks) noexcept nogil:
    """Set ticks of a cell, and cover the pivots near it; there must be a tick."""
    cdef int layer = t.layer[cell]
    # Written in any case and kept if the cell is new: a branch would often be foretold wrongly.
    s.hit[s.hits] = <int16_t> cell
    s.hits += 1 + s.is_hit[cell]
    s.is_hit[cell] = -1
    s.cell[cell] = either(s.cell[cell], ticks)
    s.cover[layer] = either(s.cover[layer], t.near[cell])


cdef inline uint64_t through(const Tables *t, const State *s, int word) noexcept nogil:
    """Return the patterns of a group and layer that go through a cell which is hit."""
    cdef uint64_t bits = 0
    cdef const uint64_t *use_bits = t.use_bits
    cdef const int16_t *use_cell = t.use_cell
    cdef Py_ssize_t use, stop = t.use_first[word + 1]
    for use in range(t.use_first[word], stop):
        bits |= use_bits[use] & <uint64_t> <int64_t> s.is_hit[use_cell[use]]
    return bits


cdef inline int groups_covered(const Tables *t, State *s, int16_t *groups) noexcept nogil:
    """List the groups of pivots that enough layers cover; forget what hits covered."""
    cdef int superlayer, segment, group, n = 0
    cdef Mask *cover
    cdef Mask pivots
    for superlayer in range(SUPERLAYERS):
        cover = s.cover + 4 * superlayer
        pivots = enough_masks(cover[0], cover[1], cover[2], cover[3], t.need_layers)
        cover[0] = cover[1] = cover[2] = cover[3] = none()
        while some(pivots):
            segment = FIRST_SEGMENT[superlayer] + lowest(pivots)
            pivots = without_lowest(pivots)
            for group in range(t.group_first[segment], t.group_first[segment + 1]):
                groups[n] = <int16_t> group
                n += 1
    return n


cdef inline int fired_groups(const Tables *t, const State *s, int16_t *groups, int n, uint64_t *fired) noexcept nogil:
    """Keep the groups with patterns that have enough cells hit, and list these patterns."""
    cdef int i, word, kept = 0
    for i in range(n):
        word = 4 * groups[i]
        # Written in any case and kept if there is something: a branch would often be foretold wrongly.
        fired[kept] = enough(
            through(t, s, word), through(t, s, word + 1), through(t, s, word + 2), through(t, s, word + 3),
            t.need_layers,
        )
        groups[kept] = groups[i]
        kept += fired[kept] != 0
    return kept


cdef void find_segments(const Tables *t, State *s) noexcept nogil:
    """Fill the ticks of all segments."""
    cdef int16_t groups[MOST_GROUPS]
    cdef uint64_t fired[MOST_GROUPS]
    cdef int i, segment, n = fired_groups(t, s, groups, groups_covered(t, s, groups), fired)
    cdef uint64_t patterns
    cdef const int16_t *first
    cdef const int16_t *cell
    cdef Mask *ticks
    s.count = 0
    for i in range(n):
        patterns, first = fired[i], t.pattern + 4 * t.pattern_first[groups[i]]
        segment = t.group_segment[groups[i]]
        ticks = &s.segment[segment]
        while patterns:
            cell = first + 4 * ctz64(patterns)
            patterns &= patterns - 1
            ticks[0] = either(ticks[0], enough_masks(
                s.cell[cell[0]], s.cell[cell[1]], s.cell[cell[2]], s.cell[cell[3]], t.need_layers
            ))
        if some(ticks[0]) and (s.count == 0 or s.found[s.count - 1] != segment):
            s.found[s.count] = segment
            s.count += 1
