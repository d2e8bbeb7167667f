# Hits of a crossing to the starts of counters.

cdef struct Hits:
    const uint16_t *channel
    const int16_t *time
    Py_ssize_t count


cdef Py_ssize_t first_beyond(const uint16_t[::1] channel) noexcept nogil:
    """Return the first hit on a wire that does not exist, or -1."""
    cdef Py_ssize_t i
    cdef uint16_t most = 0
    for i in range(channel.shape[0]):
        most = max(most, channel[i])
    if most < CHANNELS:
        return -1
    i = 0
    while channel[i] < CHANNELS:
        i += 1
    return i


cdef inline uint32_t starts(uint32_t hits) noexcept nogil:
    """Return the samples in which a counter starts: hits while it counts are ignored."""
    cdef uint32_t out = 0, first
    while hits:
        first = hits & (~hits + 1)
        out |= first
        hits &= ~(first * COUNTING)
    return out


cdef inline void close_rings(const Tables *t, State *s) noexcept nogil:
    """Put the last wire of each layer before the first one, and the first one after the last."""
    cdef int layer, last
    cdef uint64_t *hit
    cdef uint32_t *start
    for layer in range(SUPERLAYERS * DEPTH):
        last = t.cells[layer // DEPTH]
        hit, start = s.hit[layer].word, s.start + PLACES * layer
        start[0], start[last + 1] = start[last], start[1]
        hit[last + 1 >> 6] |= (hit[0] >> 1 & 1) << (last + 1 & 63)
        hit[0] |= hit[last >> 6] >> (last & 63) & 1


cdef inline void take_hits(const Tables *t, State *s, const Hits *hits) noexcept nogil:
    """Fill starts of counters and layer masks, which are empty before."""
    cdef Py_ssize_t i
    cdef int place, n = 0, k
    cdef uint32_t sample, before, after
    cdef uint64_t *hit = s.hit[0].word
    for i in range(hits.count):
        sample = <uint32_t> (hits.time[i] >> SAMPLE_BITS)
        if sample >= SAMPLES:
            continue
        place = t.place[hits.channel[i]]
        before = s.start[place]
        after = before | <uint32_t> 1 << sample
        s.start[place] = after
        hit[place >> 6] |= <uint64_t> 1 << (place & 63)
        # A wire is listed when its second sample comes.
        s.again[n] = place
        n += (before != 0) & (before & (before - 1) == 0) & (after != before)
    for k in range(n):
        s.start[s.again[k]] = starts(s.start[s.again[k]])
    close_rings(t, s)


cdef inline void forget(const Tables *t, State *s, const Hits *hits) noexcept nogil:
    cdef Py_ssize_t i
    cdef int layer
    for i in range(hits.count):
        s.start[t.place[hits.channel[i]]] = 0
    for layer in range(SUPERLAYERS * DEPTH):
        s.start[PLACES * layer] = s.start[PLACES * layer + t.cells[layer // DEPTH] + 1] = 0
    memset(&s.hit[0], 0, sizeof(s.hit))
