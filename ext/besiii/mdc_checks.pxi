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


cdef bint slots_fit(const int32_t[::1] slot, Py_ssize_t groups) noexcept:
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(slot.shape[0]):
        outside |= slot[i] < 0 or slot[i] >= 4 * groups
    return not outside


cdef bint bits_fit(const int32_t[::1] slot, const uint64_t[::1] bits, const int32_t[::1] group_first) noexcept:
    """Return whether the bits of each use name patterns that its group has, and groups have at most 64."""
    cdef Py_ssize_t i, group
    cdef bint good = True
    for i in range(1, group_first.shape[0]):
        good = good and group_first[i] - group_first[i - 1] <= 64
    for i in range(slot.shape[0]):
        group = slot[i] >> 2
        good = good and (bits[i] & ~ones(group_first[group + 1] - group_first[group])) == 0
    return good


cdef int take_tables(Tables *t, object tables) except -1:
    """Point to tables that fit one another."""
    cdef const int16_t[::1] place = tables.place, segment = tables.group_segment, outer = tables.outer
    cdef const int16_t[::1] pattern = tables.pattern.reshape(-1), pair = tables.pair.reshape(-1)
    cdef const int32_t[::1] use_first = tables.use_first, slot = tables.use_slot, group_first = tables.group_first
    cdef const int32_t[::1] pair_first = tables.pair_first, outer_first = tables.outer_first
    cdef const uint64_t[::1] bits = tables.use_bits
    cdef const uint8_t[::1] pair_short = tables.pair_short
    cdef Py_ssize_t cells = use_first.shape[0] - 1, groups = segment.shape[0], pairs = pair_short.shape[0]
    need(
        place.shape[0] == CHANNELS and 0 < cells <= MOST_CELLS and below(place, -1, <int> cells)
        and 0 < groups <= MOST_GROUPS and below(segment, 0, PIVOTS) and bits.shape[0] == slot.shape[0] > 0
        and rising(use_first, slot.shape[0]) and slots_fit(slot, groups) and group_first.shape[0] == groups + 1
        and pattern.shape[0] > 0 and pattern.shape[0] % 4 == 0 and rising(group_first, pattern.shape[0] // 4)
        and below(pattern, 0, <int> cells) and bits_fit(slot, bits, group_first),
        "Finder: patterns",
    )
    need(
        pairs > 0 and pair.shape[0] == 2 * pairs and below(pair, 0, PIVOTS) and pair_first.shape[0] == RING + 1
        and rising(pair_first, pairs) and outer_first.shape[0] == pairs + 1 and outer.shape[0] > 0
        and rising(outer_first, outer.shape[0]) and below(outer, 0, PIVOTS),
        "Finder: tracks",
    )
    t.place, t.use_first, t.use_slot, t.use_bits = &place[0], &use_first[0], &slot[0], &bits[0]
    t.group_segment, t.group_first, t.pattern = &segment[0], &group_first[0], &pattern[0]
    t.pair_first, t.pair, t.pair_short = &pair_first[0], &pair[0], &pair_short[0]
    t.outer_first, t.outer = &outer_first[0], &outer[0]
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
    for i in range(RING):
        ring[i] = has(kept, i)
        s.track[which][i] = none()
