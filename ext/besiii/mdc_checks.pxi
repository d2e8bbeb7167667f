# What mdc.pyx checks of tables and rows before it reads or fills them.

cdef bint rising(const int32_t[::1] first, Py_ssize_t rows) noexcept:
    """Return whether first rows begin at 0, never fall and end with the last row."""
    cdef Py_ssize_t i, n = first.shape[0]
    cdef bint good = n > 0 and first[0] == 0 and first[n - 1] == rows
    for i in range(1, n):
        good = good and first[i] >= first[i - 1]
    return good


cdef bint below(const int16_t[::1] numbers, int least, int limit) noexcept:
    """Return whether all numbers are at least ``least`` and below ``limit``."""
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(numbers.shape[0]):
        outside |= numbers[i] < least or numbers[i] >= limit
    return not outside


cdef bint uses_fit(const int32_t[::1] first, const int32_t[::1] slot, Py_ssize_t blocks) noexcept:
    """Return whether uses come in whole steps and name words of blocks, or of the one beyond the last."""
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(first.shape[0]):
        outside |= first[i] % UNROLLED != 0
    for i in range(slot.shape[0]):
        outside |= slot[i] < 0 or slot[i] >= BLOCK * (blocks + 1)
    return not outside


cdef bint cells_fit(const int16_t[:, ::1] pattern, Py_ssize_t cells) noexcept:
    """Return whether patterns name cells, or the one beyond the last."""
    cdef Py_ssize_t i, k
    cdef bint outside = False
    for i in range(pattern.shape[0]):
        for k in range(4):
            outside |= pattern[i, k] < 0 or pattern[i, k] > cells
    return not outside


cdef inline uint64_t patterns_of(const int32_t[::1] group_first, Py_ssize_t slot) noexcept:
    """Return one bit for each pattern (at most 64) of the group that a word of the blocks belongs to."""
    cdef Py_ssize_t group = slot // BLOCK * LANES + slot % LANES
    cdef int count
    if group + 1 >= group_first.shape[0]:
        return 0
    count = group_first[group + 1] - group_first[group]
    return ~<uint64_t> 0 if count == 64 else (<uint64_t> 1 << count) - 1


cdef bint bits_fit(
    const int32_t[::1] slot,
    const uint64_t[::1] bits,
    const int32_t[::1] group_first,
    const uint64_t[:, :, ::1] free_bits,
) noexcept:
    """Return whether groups have at most 64 patterns, and all bits are those of patterns that there are."""
    cdef Py_ssize_t i
    cdef uint64_t free
    cdef bint good = True
    for i in range(1, group_first.shape[0]):
        good = good and group_first[i] - group_first[i - 1] <= 64
    if not good:
        return False
    for i in range(BLOCK * free_bits.shape[0]):
        free = free_bits[i // BLOCK, i % BLOCK // LANES, i % LANES]
        good = good and (free & ~patterns_of(group_first, i)) == 0
    for i in range(slot.shape[0]):
        good = good and (bits[i] & ~patterns_of(group_first, slot[i])) == 0
    return good


cdef int take_patterns(Tables *t, object tables) except -1:
    """Point to tables of segments that fit one another; return the number of the cell that is always hit."""
    cdef const int16_t[::1] place = tables.place, segment = tables.group_segment
    cdef const int16_t[:, ::1] pattern = tables.pattern
    cdef const int32_t[::1] use_first = tables.use_first, slot = tables.use_slot, group_first = tables.group_first
    cdef const uint64_t[::1] bits = tables.use_bits
    cdef const uint64_t[:, :, ::1] free_bits = tables.free_bits
    cdef Py_ssize_t cells = use_first.shape[0] - 1, groups = segment.shape[0], blocks = free_bits.shape[0]
    need(
        place.shape[0] == CHANNELS and 0 < cells < MOST_CELLS and below(place, -1, <int> cells)
        and 0 < groups <= LANES * blocks <= MOST_GROUPS and free_bits.shape[1] == 4 and free_bits.shape[2] == LANES
        and below(segment, 0, PIVOTS) and bits.shape[0] == slot.shape[0] > 0 and rising(use_first, slot.shape[0])
        and uses_fit(use_first, slot, blocks) and group_first.shape[0] == groups + 1
        and pattern.shape[0] > 0 and pattern.shape[1] == 4 and rising(group_first, pattern.shape[0])
        and cells_fit(pattern, cells) and bits_fit(slot, bits, group_first, free_bits),
        "Finder: patterns",
    )
    t.place, t.use_first, t.use_slot, t.use_bits = &place[0], &use_first[0], &slot[0], &bits[0]
    t.group_segment, t.group_first, t.free_bits = &segment[0], &group_first[0], &free_bits[0, 0, 0]
    t.pattern, t.blocks = &pattern[0, 0], <int> blocks
    return <int> cells


cdef int take_tracks(Tables *t, object tables) except -1:
    """Point to tables of tracks that fit one another."""
    cdef const int32_t[::1] inner_first = tables.inner_first, pair_first = tables.pair_first
    cdef const int16_t[::1] inner = tables.inner, pair = tables.pair
    cdef const uint8_t[::1] pair_short = tables.pair_short
    cdef const uint64_t[:, ::1] outer = tables.outer
    need(
        inner_first.shape[0] == RING + 1 and inner.shape[0] > 0 and rising(inner_first, inner.shape[0])
        and below(inner, 0, PIVOTS) and pair_first.shape[0] == inner.shape[0] + 1 and pair.shape[0] > 0
        and rising(pair_first, pair.shape[0]) and below(pair, 0, PIVOTS) and pair_short.shape[0] == pair.shape[0]
        and outer.shape[0] == pair.shape[0] and outer.shape[1] == 2,
        "Finder: tracks",
    )
    t.inner_first, t.inner, t.pair_first, t.pair = &inner_first[0], &inner[0], &pair_first[0], &pair[0]
    t.pair_short, t.outer = &pair_short[0], &outer[0, 0]
    return 0


cdef Py_ssize_t take_rows(Rows *out, object rows) except -1:
    """Point to the columns of rows; return how many rows there is room for."""
    cdef uint8_t[::1] is_long = rows.long, cell = rows.cell
    cdef uint64_t[:, ::1] ticks = rows.ticks
    cdef Py_ssize_t room = min(is_long.shape[0], min(cell.shape[0], ticks.shape[0]))
    need(room >= ROWS and ticks.shape[1] == 2, "decide: rows")
    out.is_long, out.cell, out.ticks = &is_long[0], &cell[0], &ticks[0, 0]
    return room


cdef inline void write_ring(State *s, int which, Mask cells, uint8_t *ring) noexcept nogil:
    """Write a ring's thinned cells as 128 truths; empty the ring."""
    cdef Mask kept = thinned(cells)
    cdef int i
    memset(ring, 0, RING)
    while some(kept):
        ring[lowest(kept)] = 1
        kept = without_lowest(kept)
    while some(cells):
        i = lowest(cells)
        s.track[which][i] = none()
        cells = without_lowest(cells)
