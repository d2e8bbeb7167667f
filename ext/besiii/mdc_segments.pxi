# Hits to segments: steps 1 and 2 of mdc.pyx.

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
