# Segments of a crossing in the order of azimuth, and those near a seed: step 1 of zpd.pyx.

cdef inline int place_of(const Tables *t, const Superlayer *own, int which, int phi) noexcept nogil:
    """Return a position in fine units of a seed's superlayer, less than a turn."""
    cdef int place = ((phi * own.factor[which] + own.offset[which]) >> PLACE_BITS) - t.full[which]
    return place + (t.full[which] & (place >> 31))


cdef inline void begin_sectors(const Tables *t, int *begin, int *free, int n) noexcept nogil:
    """Turn counts of sectors into where they begin, with the last ones before them and the first ones behind."""
    cdef int k
    for k in range(AGAIN):
        begin[k] = n
        n += free[t.sectors - AGAIN + k]
    for k in range(t.sectors):
        begin[AGAIN + k] = n
        n += free[k]
        free[k] = begin[AGAIN + k]
    for k in range(AGAIN + 1):
        begin[AGAIN + t.sectors + k] = n
        n += begin[AGAIN + k + 1] - begin[AGAIN + k]


cdef inline void copy(const Tables *t, Rings *rings, int to, int which, int turns) noexcept nogil:
    rings.place[0][to] = <int16_t> (rings.place[0][which] + turns * t.full[0])
    rings.place[1][to] = <int16_t> (rings.place[1][which] + turns * t.full[1])
    rings.tick[to], rings.base[to] = rings.tick[which], rings.base[which]


cdef inline void again(const Tables *t, Rings *rings, const int *begin) noexcept nogil:
    """Put segments of the last sectors before the first one, a turn less, and the other way round."""
    cdef int k, turn = begin[AGAIN + t.sectors] - begin[AGAIN]
    for k in range(begin[0], begin[AGAIN]):
        copy(t, rings, k, k + turn, -1)
    for k in range(begin[AGAIN + t.sectors], begin[2 * AGAIN + t.sectors]):
        copy(t, rings, k, k - turn, 1)


cdef inline Py_ssize_t find_places(
    const Tables *t, State *s, const Columns *given, Py_ssize_t begin, int n, int *count
) noexcept nogil:
    """Find places and sectors, where superlayers begin, and how many segments count in each sector.

    Returns the first segment that is none or out of order, or -1.
    """
    cdef int i, k, key, last = 0
    cdef unsigned phi
    cdef const Superlayer *own
    memset(s.first, 0, sizeof(s.first))
    for i in range(n):
        k, phi = given.superlayer[begin + i], <unsigned> given.phi[begin + i]
        key = k << 8 | given.pivot[begin + i]
        if k >= SUPERLAYERS or key < last or given.tick[begin + i] >= TICKS:
            return begin + i
        own = t.superlayer + k
        if given.pivot[begin + i] >= own.cells or phi >= own.limit:
            return begin + i
        last = key
        s.first[k + 1] += 1
        k = place_of(t, own, 1, phi)
        s.place[0][i], s.place[1][i] = <int16_t> place_of(t, own, 0, phi), <int16_t> k
        k = own.is_stereo * SECTORS + (k >> SECTOR_BITS)
        s.sector[i] = <uint8_t> k
        count[k] += given.weight[begin + i] >= t.least_weight
    for k in range(SUPERLAYERS):
        s.first[k + 1] += s.first[k]
    return -1


cdef Py_ssize_t take_segments(
    const Tables *t, State *s, const Columns *given, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    """Sort the segments of a crossing that count into sectors; return the first that is none, or -1."""
    cdef int i, k, n = <int> (end - begin)
    cdef int[2 * SECTORS] free
    cdef Py_ssize_t bad
    cdef Rings *rings = &s.rings
    memset(free, 0, sizeof(free))
    bad = find_places(t, s, given, begin, n, free)
    if bad >= 0:
        return bad
    begin_sectors(t, rings.begin[0], free, 0)
    begin_sectors(t, rings.begin[1], free + SECTORS, rings.begin[0][2 * AGAIN + t.sectors])
    for i in range(n):
        if given.weight[begin + i] >= t.least_weight:
            k = free[s.sector[i]]
            free[s.sector[i]] = k + 1
            rings.place[0][k], rings.place[1][k] = s.place[0][i], s.place[1][i]
            rings.tick[k] = given.tick[begin + i]
            rings.base[k] = t.superlayer[given.superlayer[begin + i]].base
    again(t, rings, rings.begin[0])
    again(t, rings, rings.begin[1])
    return -1


cdef inline void compare_ends(State *s, int n, int turn, int ticks) noexcept nogil:
    """Find the worse ones of neighbours at the end and at the beginning of the pivots."""
    cdef int k, i = n - 1
    while i > 0 and s.pivot[i] - s.pivot[0] >= turn:
        k = 0
        while s.pivot[i] - s.pivot[k] >= turn:
            if abs(s.tick[i] - s.tick[k]) <= ticks:
                s.worse[0][k] |= s.weight[i] > s.weight[k]
                s.worse[0][i] |= s.weight[i] <= s.weight[k]
            k += 1
        i -= 1


cdef inline int find_worse(
    const Tables *t, State *s, const Columns *given, Py_ssize_t begin, int superlayer
) noexcept nogil:
    """Find which segments of a superlayer have a better one at a neighbouring pivot; return how many there are."""
    cdef int i, k = 1, n = s.first[superlayer + 1] - s.first[superlayer], ticks = max(t.before, t.after)
    begin += s.first[superlayer]
    for i in range(n):
        s.pivot[i], s.tick[i], s.weight[i] = given.pivot[begin + i], given.tick[begin + i], given.weight[begin + i]
        s.worse[0][i] = s.worse[1][i] = 0
    if t.neighbours:
        for i in range(8):
            s.pivot[n + i] = NOWHERE
        while k < n and zpd_worse(s.pivot, s.tick, s.weight, n, k, t.neighbours, ticks, s.worse[0], s.worse[1]):
            k += 1
        compare_ends(s, n, t.superlayer[superlayer].cells - t.neighbours, ticks)
    return n


cdef inline int first_of(const int *begin, int place) noexcept nogil:
    """Return where the sector of a place begins; the place may be a little below 0 or above a turn."""
    return begin[AGAIN + (place >> SECTOR_BITS)]


cdef inline uint64_t near_of(const State *s, const Seed *seed, int first, int end) noexcept nogil:
    """Return which of up to 64 segments are near a seed, one bit each."""
    cdef const int16_t *place = s.rings.place[seed.which] + first
    cdef const int16_t *tick = s.rings.tick + first
    cdef uint64_t near = 0
    cdef int k, n = end - first
    for k in range(0, min(n, 64), 8):
        near |= <uint64_t> zpd_eight(place + k, tick + k, seed.place, seed.earliest, seed.span) << k
    return near & s.not_after[min(n, 64) - 1]


cdef inline void find_axial(const Tables *t, State *s, const Seed *seed, uint64_t *bins) noexcept nogil:
    """List the segments of axial superlayers near a seed, and which bins of curvature each superlayer fits."""
    cdef const uint64_t *table = t.axial + seed.which * AXIALS * 2 * REACH
    cdef const int16_t *place = s.rings.place[seed.which]
    cdef const int *begin = s.rings.begin[0]
    cdef int first = first_of(begin, seed.sort_place - FARTHEST_AXIAL)
    cdef int end = first_of(begin, seed.sort_place + FARTHEST_AXIAL + SECTOR), j, base, difference, n = 0
    cdef uint64_t near
    bins[0] = bins[1] = bins[2] = bins[3] = 0
    while first < end:
        near = near_of(s, seed, first, end)
        while near:
            j = first + ctz64(near)
            near &= near - 1
            base, difference = s.rings.base[j], place[j] - seed.place
            s.axial[n].difference = <int16_t> difference
            s.axial[n].row = <int16_t> (base + REACH + difference)
            bins[<unsigned> base // (2 * REACH)] |= table[base + REACH + difference]
            n += 1
        first += 64
    s.axials = n


cdef void find_stereo(const Tables *t, State *s, const Seed *seed, uint64_t bins) noexcept nogil:
    """List the segments of stereo superlayers near a seed that fit some bins of curvature."""
    cdef const int16_t *reach = t.reach + 2 * BINS * seed.which
    cdef const uint64_t *table = t.stereo + seed.which * STEREOS * STEPS
    cdef const int16_t *place = s.rings.place[seed.which]
    cdef int j, n = 0, difference, row, first, end, low = FARTHEST, high = -FARTHEST
    cdef uint64_t rest = bins, near
    while rest:
        j = ctz64(rest)
        rest &= rest - 1
        low, high = min(low, reach[2 * j]), max(high, reach[2 * j + 1])
    first = first_of(s.rings.begin[1], seed.sort_place + low)
    end = first_of(s.rings.begin[1], seed.sort_place + high + SECTOR) if low <= high else first
    while first < end:
        near = near_of(s, seed, first, end)
        while near:
            j = first + ctz64(near)
            near &= near - 1
            # Written in any case and kept if it fits: a branch would often be foretold wrongly.
            difference = place[j] - seed.place
            row = s.rings.base[j] + ((difference + REACH) >> STEP_BITS)
            s.stereo[n].difference, s.stereo[n].row = <int16_t> difference, <int16_t> row
            n += table[row] & bins != 0
        first += 64
    s.stereos = n
