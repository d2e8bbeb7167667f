# Pivots of a superlayer: which are worth a look, addresses of their counters, and segments of windows of samples.

cdef inline Ring turned(const Ring *ring, int cells, int step) noexcept nogil:
    """Return the ring whose bit i is bit i + step of the given one; step is -1, 0 or 1."""
    cdef Ring out
    cdef int k, last = cells - 1
    if step > 0:
        for k in range(RING - 1):
            out.word[k] = ring.word[k] >> 1 | ring.word[k + 1] << 63
        out.word[RING - 1] = ring.word[RING - 1] >> 1
        out.word[last >> 6] |= (ring.word[0] & 1) << (last & 63)
        return out
    if step == 0:
        return ring[0]
    out.word[0] = ring.word[0] << 1 | ring.word[last >> 6] >> (last & 63) & 1
    for k in range(1, RING):
        out.word[k] = ring.word[k] << 1 | ring.word[k - 1] >> 63
    if cells < 64 * RING:
        out.word[cells >> 6] &= ~(<uint64_t> 1 << (cells & 63))
    return out


cdef inline uint64_t three(uint64_t a, uint64_t b, uint64_t c, uint64_t d) noexcept nogil:
    """Return the bits that at least three of four words have."""
    return a & b & (c | d) | c & d & (a | b)


cdef inline Ring worth_a_look(const Tables *t, const State *s, int superlayer) noexcept nogil:
    """Return the pivots of a superlayer with hits in three layers of their groups."""
    cdef Ring near[LAYERS]
    cdef Ring out
    cdef int i, k
    memset(near, 0, sizeof(near))
    for i in range(CELLS):
        out = turned(&s.hit[LAYERS * superlayer + t.layer[i]], t.cells[superlayer], t.step[i])
        for k in range(RING):
            near[t.layer[i]].word[k] |= out.word[k]
    for k in range(RING):
        out.word[k] = three(near[0].word[k], near[1].word[k], near[2].word[k], near[3].word[k])
    return out


cdef inline uint64_t counting(uint32_t start) noexcept nogil:
    return start | <uint64_t> start << 1 | <uint64_t> start << 2


cdef inline uint64_t three_counting(const uint32_t *start) noexcept nogil:
    """Return the samples in which three layers count, of the starts of the eight cells of a group."""
    return three(
        counting(start[0] | start[1]),
        counting(start[2]),
        counting(start[3] | start[4]),
        counting(start[5] | start[6] | start[7]),
    ) & <uint64_t> 0xFFFFFFFF


cdef inline uint64_t recent(const uint32_t *start, int sample) noexcept nogil:
    """Return eight bytes, one for each cell: bits 0-7 are the starts in samples from sample - 2 to sample + 5."""
    cdef uint64_t bytes = 0
    cdef int i
    for i in range(CELLS):
        bytes |= ((<uint64_t> start[i] << 2) >> sample & 0xFF) << 8 * i
    return bytes


cdef inline int address(uint64_t bytes, int late) noexcept nogil:
    """Return the address in the sample so many after that of `recent`, at most ``LOOK``.

    A counter shows 1 in the sample of its start and 2 and 3 in the next ones: low bits in the first byte, high bits
    in the second one.
    """
    cdef uint64_t now = bytes >> late + 2 & EACH_BYTE, before = bytes >> late + 1 & EACH_BYTE
    cdef uint64_t earlier = bytes >> late & EACH_BYTE
    return <int> ((now | earlier) * TOGETHER >> 56 | (before | earlier) * TOGETHER >> 56 << 8)


cdef inline void write(
    const Tables *t, Rows *out, int superlayer, int pivot, int sample, int entry
) noexcept nogil:
    """Add a segment if its tick is one of the event's; keep those of a pivot in the order of their ticks."""
    cdef int phi = FINE * pivot + (entry >> 8 & 63) - FINE
    cdef int tick = ((sample << TICK_BITS + 1) + <int8_t> (entry & 255) >> TICK_BITS) + t.latency
    cdef Py_ssize_t row = out.count
    if tick < 0 or tick >= TICKS:
        return
    if phi < 0:
        phi += FINE * t.cells[superlayer]
    out.superlayer[row], out.pivot[row] = superlayer, pivot
    out.weight[row], out.phi[row], out.tick[row] = entry >> 14, phi, tick
    out.count += 1


cdef inline void windows(
    const Tables *t, Rows *out, int superlayer, int pivot, uint64_t samples, const uint32_t *start
) noexcept nogil:
    """Look at a pivot's samples, and write its segments."""
    cdef const uint16_t *table = t.entry + superlayer * <Py_ssize_t> ADDRESSES
    cdef int sample, entry, best = 0, best_sample = 0, close = -1, base = -LOOK - 1
    cdef uint64_t bytes = 0
    while samples:
        sample = ctz64(samples)
        samples &= samples - 1
        if sample - base > LOOK:
            base, bytes = sample, recent(start, sample)
        entry = table[address(bytes, sample - base)]
        if entry >> 14 < t.minimum:
            continue
        if sample >= close:
            if close >= 0:
                write(t, out, superlayer, pivot, best_sample, best)
            close = sample + WINDOW
        elif entry >> 14 <= best >> 14:
            continue
        best, best_sample = entry, sample
    if close >= 0:
        write(t, out, superlayer, pivot, best_sample, best)


cdef inline void sort_ticks(Rows *out, Py_ssize_t first) noexcept nogil:
    """Bring the rows of one pivot into the order of their ticks; they mostly are."""
    cdef Py_ssize_t i, k
    for i in range(first + 1, out.count):
        k = i
        while k > first and out.tick[k] < out.tick[k - 1]:
            out.tick[k], out.tick[k - 1] = out.tick[k - 1], out.tick[k]
            out.weight[k], out.weight[k - 1] = out.weight[k - 1], out.weight[k]
            out.phi[k], out.phi[k - 1] = out.phi[k - 1], out.phi[k]
            k -= 1
