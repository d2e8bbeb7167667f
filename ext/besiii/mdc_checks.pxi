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


cdef bint cells_fit(const int16_t[:, ::1] pattern, Py_ssize_t cells) noexcept:
    """Return whether patterns name cells."""
    cdef Py_ssize_t i, k
    cdef bint outside = False
    for i in range(pattern.shape[0]):
        for k in range(4):
            outside |= pattern[i, k] < 0 or pattern[i, k] >= cells
    return not outside


cdef bint near_fits(const uint8_t[::1] layer, const uint64_t[:, ::1] near) noexcept:
    """Return whether cells are in layers, and near pivots of their superlayer; other wires are near none."""
    cdef Py_ssize_t i
    cdef int pivots
    cdef Mask own
    cdef bint outside = False
    for i in range(layer.shape[0]):
        if layer[i] > LAYERS:
            return False
        pivots = 0
        if layer[i] < LAYERS:
            pivots = FIRST_SEGMENT[layer[i] // 4 + 1] - FIRST_SEGMENT[layer[i] // 4]
        own.low, own.high = near[i, 0], near[i, 1]
        while some(own):
            outside |= lowest(own) >= pivots
            own = without_lowest(own)
    return not outside


cdef bint bits_fit(
    const int32_t[::1] use_first, const uint64_t[::1] use_bits, const int32_t[::1] pattern_first
) noexcept:
    """Return whether groups have at most 64 patterns, and all bits are those of patterns that there are."""
    cdef Py_ssize_t i, group
    cdef int count
    cdef bint outside = False
    for group in range(pattern_first.shape[0] - 1):
        count = pattern_first[group + 1] - pattern_first[group]
        if count > GROUP:
            return False
        for i in range(use_first[4 * group], use_first[4 * group + 4]):
            outside |= count < GROUP and use_bits[i] >> count != 0
    return not outside


cdef int take_patterns(Tables *t, object tables) except -1:
    """Point to tables of segments that fit one another."""
    cdef const int16_t[::1] place = tables.place, group_segment = tables.group_segment, use_cell = tables.use_cell
    cdef const uint8_t[::1] layer = tables.layer
    cdef const uint64_t[:, ::1] near = tables.near
    cdef const int32_t[::1] group_first = tables.group_first, use_first = tables.use_first
    cdef const int32_t[::1] pattern_first = tables.pattern_first
    cdef const uint64_t[::1] use_bits = tables.use_bits
    cdef const int16_t[:, ::1] pattern = tables.pattern
    cdef Py_ssize_t cells = layer.shape[0], groups = pattern_first.shape[0] - 1
    need(
        place.shape[0] == CHANNELS and 0 < cells <= MOST_CELLS and below(place, 0, <int> cells)
        and near.shape[0] == cells and near.shape[1] == 2 and near_fits(layer, near)
        and 0 < groups <= MOST_GROUPS and group_segment.shape[0] == groups and below(group_segment, 0, PIVOTS)
        and group_first.shape[0] == PIVOTS + 1 and rising(group_first, groups)
        and use_cell.shape[0] > 0 and below(use_cell, 0, <int> cells) and use_bits.shape[0] == use_cell.shape[0]
        and use_first.shape[0] == 4 * groups + 1 and rising(use_first, use_cell.shape[0])
        and pattern.shape[0] > 0 and pattern.shape[1] == 4 and rising(pattern_first, pattern.shape[0])
        and cells_fit(pattern, cells) and bits_fit(use_first, use_bits, pattern_first),
        "Finder: patterns",
    )
    t.place, t.layer, t.near = &place[0], &layer[0], <const Mask *> &near[0, 0]
    t.group_first, t.group_segment = &group_first[0], &group_segment[0]
    t.pattern_first, t.pattern = &pattern_first[0], &pattern[0, 0]
    t.use_first, t.use_cell, t.use_bits = &use_first[0], &use_cell[0], &use_bits[0]
    return 0


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
