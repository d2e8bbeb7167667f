# Pivots of a superlayer: which are worth a look, addresses of their counters, and segments of windows of samples.

cdef struct Group:
    # Starts of the counters of cells that are side by side: the second one's in the upper half.
    uint64_t first       # cells 0 and 1
    uint64_t second      # 3 and 4
    uint64_t third       # 5 and 6
    uint64_t single      # 2 and 7, which are not


cdef inline uint64_t three(uint64_t a, uint64_t b, uint64_t c, uint64_t d) noexcept nogil:
    """Return the bits that at least three of four words have."""
    return a & b & (c | d) | c & d & (a | b)


cdef inline void add_shifted(const Mask *mask, int step, Mask *out) noexcept nogil:
    """Add the mask whose bit i is bit i + step of the given one; step is -1, 0 or 1."""
    cdef int k
    if step == 0:
        for k in range(WORDS):
            out.word[k] |= mask.word[k]
    elif step > 0:
        for k in range(WORDS - 1):
            out.word[k] |= mask.word[k] >> 1 | mask.word[k + 1] << 63
        out.word[WORDS - 1] |= mask.word[WORDS - 1] >> 1
    else:
        out.word[0] |= mask.word[0] << 1
        for k in range(1, WORDS):
            out.word[k] |= mask.word[k] << 1 | mask.word[k - 1] >> 63


cdef inline Mask worth_a_look(const Tables *t, const State *s, int superlayer) noexcept nogil:
    """Return the places of the pivots of a superlayer with hits in three layers of their groups."""
    cdef Mask near[DEPTH]
    cdef Mask out
    cdef int i, k
    memset(near, 0, sizeof(near))
    for i in range(CELLS):
        add_shifted(&s.hit[DEPTH * superlayer + t.layer[i]], t.step[i], &near[t.layer[i]])
    for k in range(WORDS):
        out.word[k] = t.pivots[superlayer][k] & three(
            near[0].word[k], near[1].word[k], near[2].word[k], near[3].word[k]
        )
    return out


cdef inline uint64_t two(const uint32_t *start) noexcept nogil:
    return start[0] | <uint64_t> start[1] << 32


cdef inline Group starts_of(const Tables *t, const State *s, int superlayer, int place) noexcept nogil:
    """Return the starts of the counters of a pivot's group."""
    cdef const uint32_t *start = s.start + PLACES * DEPTH * superlayer + place
    cdef Group group
    group.first, group.second = two(start + t.from_pivot[0]), two(start + t.from_pivot[3])
    group.third = two(start + t.from_pivot[5])
    group.single = start[t.from_pivot[2]] | <uint64_t> start[t.from_pivot[7]] << 32
    return group


cdef inline uint64_t counting(uint64_t start) noexcept nogil:
    return start | start << 1 | start << 2


cdef inline uint64_t three_counting(const Group *group) noexcept nogil:
    """Return the samples in which three layers count."""
    cdef uint64_t fourth = group.third | group.third >> 32 | group.single >> 32
    return <uint32_t> three(
        counting(group.first | group.first >> 32),
        counting(group.single),
        counting(group.second | group.second >> 32),
        counting(fourth),
    )


cdef inline uint64_t recent(const Group *group, int sample) noexcept nogil:
    """Return eight bytes, one for each cell: bits 0-4 are the starts in samples from sample - 2 to sample + 2.

    The bytes are those of cells 0, 3, 5, 2, 1, 4, 6, 7.
    """
    cdef int early = max(2 - sample, 0), late = max(sample - 2, 0)
    # Before sample 0 there are none; those after sample 31 are not looked at.
    cdef uint64_t keep = (BOTH << early) & BOTH
    return (
        group.first << early >> late & keep | (group.second << early >> late & keep) << 8
        | (group.third << early >> late & keep) << 16 | (group.single << early >> late & keep) << 24
    )


cdef inline int address(uint64_t bytes, int late) noexcept nogil:
    """Return the address in the sample so many after that of `recent`, 0 to 2.

    A counter shows 1 in the sample of its start and 2 and 3 in the next ones: low bits in the first byte, high bits
    in the second one, in the order of `recent`.
    """
    cdef uint64_t now = bytes >> late + 2, before = bytes >> late + 1, earlier = bytes >> late
    cdef uint64_t low = (now | earlier) & EACH_BYTE, high = (before | earlier) & EACH_BYTE
    return <int> (low * TOGETHER >> 56 | high * TOGETHER >> 56 << 8)


cdef inline void write(
    const Tables *t, int superlayer, int pivot, int sample, uint32_t entry, Rows *out
) noexcept nogil:
    """Add a segment if its tick is one of the event's; keep those of a pivot in the order of their ticks."""
    cdef int phi = FINE * pivot + <int> (entry >> 8 & 63) - FINE
    cdef int tick = ((sample << TICK_BITS + 1) + <int8_t> (entry & 255) >> TICK_BITS) + t.latency
    cdef Py_ssize_t row = out.count
    if tick < 0 or tick >= TICKS:
        return
    while row > out.first and out.tick[row - 1] > tick:
        out.weight[row], out.phi[row], out.tick[row] = out.weight[row - 1], out.phi[row - 1], out.tick[row - 1]
        row -= 1
    out.superlayer[out.count], out.pivot[out.count] = superlayer, pivot
    out.weight[row], out.tick[row] = entry >> 14, tick
    out.phi[row] = phi + FINE * t.cells[superlayer] if phi < 0 else phi
    out.count += 1


cdef inline Window look_up(const Tables *t, const Group *group, int superlayer, uint64_t samples) noexcept nogil:
    """Return the window that begins with the first of a pivot's samples, which there must be."""
    cdef const uint16_t *table = t.entry + superlayer * <Py_ssize_t> ADDRESSES
    cdef Window window
    cdef uint64_t bytes
    window.sample, window.samples = ctz64(samples), samples
    bytes = recent(group, window.sample)
    window.entry[0] = table[address(bytes, 0)]
    window.entry[1], window.entry[2] = table[address(bytes, 1)], table[address(bytes, 2)]
    return window


cdef inline uint64_t best_of(
    const Tables *t, const Window *window, int superlayer, int pivot, Rows *out
) noexcept nogil:
    """Write the segment of a window, if there is one; return the samples that are left of the pivot's."""
    cdef uint32_t entry = window.entry[0]
    # Beyond the last sample of the axis nothing is looked at.
    cdef uint32_t later = window.entry[1] * (window.samples >> window.sample + 1 & 1)
    cdef uint32_t latest = window.entry[2] * (window.samples >> window.sample + 2 & 1)
    cdef int sample = window.sample
    if entry >> 14 < t.minimum:
        return window.samples & window.samples - 1
    sample = sample + 1 if later >> 14 > entry >> 14 else sample
    entry = later if later >> 14 > entry >> 14 else entry
    sample = window.sample + 2 if latest >> 14 > entry >> 14 else sample
    entry = latest if latest >> 14 > entry >> 14 else entry
    write(t, superlayer, pivot, sample, entry, out)
    return window.samples & ~<uint64_t> 0 << window.sample + WINDOW


cdef inline void find_segments(const Tables *t, State *s, Rows *out) noexcept nogil:
    """Write the segments of a crossing.

    The table is far from the processor.  What it tells of the first window of all pivots of a superlayer is read
    before anything depends on it, so that these reads do not wait for each other.
    """
    cdef int superlayer, k, n
    cdef uint64_t left, samples
    cdef Mask worth
    cdef Group group
    cdef Window window
    for superlayer in range(SUPERLAYERS):
        worth = worth_a_look(t, s, superlayer)
        n = 0
        for k in range(WORDS):
            left = worth.word[k]
            while left:
                s.place[n] = 64 * k + ctz64(left)
                left &= left - 1
                group = starts_of(t, s, superlayer, s.place[n])
                samples = three_counting(&group)
                if samples:
                    s.window[n] = look_up(t, &group, superlayer, samples)
                    n += 1
        for k in range(n):
            out.first = out.count
            samples = best_of(t, &s.window[k], superlayer, s.place[k] - 1, out)
            while samples:
                group = starts_of(t, s, superlayer, s.place[k])
                window = look_up(t, &group, superlayer, samples)
                samples = best_of(t, &window, superlayer, s.place[k] - 1, out)
