"""Track segments of the drift chamber: wire hits of a batch of crossings to segments.

Plan.  A crossing has a few hundred hits on 14336 wires, and 2336 segments look at 11 or 15 wires each, nearly all of
them empty.  So:

1. Hits become one bit per wire and the earliest time of the wire.  A layer is a row of bits and a row of times, with
   the wires at both ends repeated beyond the other end, so that nothing below has to wrap.  Wires without hit have a
   time later than all others, so times need no question; those that were hit get it back afterwards.
2. Sixty-four segments at a time: which of the five layers have a hit in the segment's wires (shifts and ORs), how
   many layers that makes (a bit-sliced adder), is a priority wire hit.  No table entry fires with fewer than
   ``least`` layers (the caller looked), so a segment without them cannot fire.
3. Only those that remain get a pattern and a look at the table, and only those that fire get times.
"""

from libc.stdint cimport int16_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from shared.bits cimport at_least, count5, ctz64
from shared.checks cimport cuts as cut_rows
from shared.checks cimport need

cdef enum:
    CHANNELS = 14336
    LAYERS = 56
    WORDS = 7        # words of a row: 8 repeated wires, at most 384, 8 repeated wires
    ROW = 448        # bits, and times, of a row
    PAD = 8
    MOST = 384       # segments in a superlayer
    MISSING = 9999   # time of a wire or layer without hit
    INNER_ENTRIES = 65536
    OUTER_ENTRIES = 4096


cdef struct Candidate:
    int16_t number
    uint16_t pattern
    uint8_t position
    uint8_t side


cdef struct Output:
    Py_ssize_t count
    int16_t *segment
    uint8_t *position
    uint8_t *left_right
    int16_t *time
    int16_t *fastest
    int16_t *found
    uint16_t *pattern


cdef struct Superlayer:
    int inner            # 1: shape of superlayer 0
    int number           # segments
    int first            # of its segments
    int lower            # what segment 0 takes for its lower neighbour
    const uint64_t *rows
    const int16_t *times
    const uint8_t *table


cdef inline uint64_t before(const uint64_t *row, int w, int n) noexcept nogil:
    """Return the bits of word w, each that of the n-th wire before it."""
    return (row[w] << n) | (row[w - 1] >> (64 - n) if w else 0)


cdef inline uint64_t after(const uint64_t *row, int w, int n) noexcept nogil:
    return (row[w] >> n) | (row[w + 1] << (64 - n) if w + 1 < WORDS else 0)


cdef inline uint32_t around(const uint64_t *row, int number) noexcept nogil:
    """Return wires number - 2 (bit 0) to number + 2 (bit 4) of a row, and others above."""
    cdef int place = number + PAD - 2
    cdef uint32_t part
    memcpy(&part, <const uint8_t *> row + (place >> 3), sizeof(part))
    return part >> (place & 7)


cdef inline uint64_t fires_possibly(const Superlayer *s, int w, int least) noexcept nogil:
    """Return which of 64 segments have a priority wire and hits in at least ``least`` layers."""
    cdef const uint64_t *row = s.rows
    cdef uint64_t a, b, c, d, e, priority
    if s.inner:
        a = row[w]
        row += WORDS
        b = row[w] | before(row, w, 1)
        row += WORDS
        c = row[w] | before(row, w, 1) | after(row, w, 1)
        row += WORDS
        d = row[w] | before(row, w, 1) | before(row, w, 2) | after(row, w, 1)
        row += WORDS
        e = row[w] | before(row, w, 1) | before(row, w, 2) | after(row, w, 1) | after(row, w, 2)
        priority = a | b
    else:
        a = row[w] | before(row, w, 1) | after(row, w, 1)
        row += WORDS
        b = row[w] | before(row, w, 1)
        row += WORDS
        c = row[w]
        row += WORDS
        d = row[w] | before(row, w, 1)
        row += WORDS
        e = row[w] | before(row, w, 1) | after(row, w, 1)
        priority = c | d
    # A priority wire is a hit in its layer, so that asking for one layer or none leaves the priority wires.
    return priority & at_least(count5(a, b, c, d, e), least)


cdef inline uint32_t pattern_of(const Superlayer *s, int number) noexcept nogil:
    """Return the hit pattern of a segment, layer by layer in bit order."""
    cdef const uint64_t *row = s.rows
    cdef uint32_t a = around(row, number)
    cdef uint32_t b = around(row + WORDS, number)
    cdef uint32_t c = around(row + 2 * WORDS, number)
    cdef uint32_t d = around(row + 3 * WORDS, number)
    cdef uint32_t e = around(row + 4 * WORDS, number)
    if s.inner:
        return (
            ((a >> 2) & 1) | ((b >> 1) & 3) << 1 | ((c >> 1) & 7) << 3 | (d & 15) << 6 | (e & 31) << 10
        )
    return (
        ((a >> 1) & 7) | ((b >> 1) & 3) << 3 | ((c >> 2) & 1) << 5 | ((d >> 1) & 3) << 6 | ((e >> 1) & 7) << 8
    )


cdef inline int position_of(const Superlayer *s, int number, uint32_t pattern) noexcept nogil:
    """Return which wire has priority: 3 first, 2 second left, 1 second right (it wins if both came together)."""
    cdef uint32_t second = (pattern >> 1 if s.inner else pattern >> 6) & 3
    cdef const int16_t *left = s.times + (ROW if s.inner else 3 * ROW) + number
    if pattern & (1 if s.inner else 32):
        return 3
    if second != 3:
        return second
    return 1 if left[0] >= (left - 1)[0] else 2


cdef inline int16_t two(const int16_t *time) noexcept nogil:
    """Return the earliest of a wire and the one before."""
    return min((time - 1)[0], time[0])


cdef inline int16_t three(const int16_t *time) noexcept nogil:
    return min(two(time), time[1])


cdef inline void emit(const Superlayer *s, const Candidate *candidate, Output *out) noexcept nogil:
    """Write a segment.  Found time: when the fourth layer was hit, the second latest of five."""
    cdef const int16_t *time = s.times + candidate.number
    cdef const int16_t *priority
    cdef int16_t a, b, c, d, e, latest, found
    if s.inner:
        priority = time
        a, b, c = time[0], two(time + ROW), three(time + 2 * ROW)
        d = min(three(time + 3 * ROW), time[3 * ROW - 2])
        e = min(three(time + 4 * ROW), min(time[4 * ROW - 2], time[4 * ROW + 2]))
    else:
        priority = time + 2 * ROW
        a, b, c = three(time), two(time + ROW), time[2 * ROW]
        d, e = two(time + 3 * ROW), three(time + 4 * ROW)
    if candidate.position != 3:
        priority += ROW - (candidate.position == 1)
    latest, found = max(a, b), min(a, b)
    found, latest = max(found, min(latest, c)), max(latest, c)
    found, latest = max(found, min(latest, d)), max(latest, d)
    found = max(found, min(latest, e))
    out.segment[out.count] = <int16_t> (s.first + candidate.number)
    out.position[out.count] = candidate.position
    out.left_right[out.count] = candidate.side
    out.time[out.count] = priority[0]
    out.fastest[out.count] = min(min(min(a, b), min(c, d)), e)
    out.found[out.count] = found
    out.pattern[out.count] = candidate.pattern
    out.count += 1


cdef void superlayer_segments(const Superlayer *s, int least, Output *out) noexcept nogil:
    """Write the segments of one superlayer of one crossing, in rising order."""
    cdef Candidate candidates[MOST]
    cdef uint8_t first_priority[MOST]
    cdef Candidate *candidate
    cdef int count = 0, w, i, number, lower, upper
    cdef uint32_t pattern
    cdef uint64_t bits
    memset(first_priority, 0, s.number)
    for w in range((s.number + PAD + 63) >> 6):
        bits = fires_possibly(s, w, least)
        if w == 0:
            bits &= ~<uint64_t> 0 << PAD
        while bits:
            number = 64 * w + ctz64(bits) - PAD
            bits &= bits - 1
            if number >= s.number:
                break
            pattern = pattern_of(s, number)
            candidate = &candidates[count]
            candidate.position = <uint8_t> position_of(s, number, pattern)
            candidate.side = s.table[2 * pattern + (candidate.position == 2)]
            if not candidate.side:
                continue
            candidate.number = <int16_t> number
            candidate.pattern = <uint16_t> pattern
            first_priority[number] = candidate.position == 3
            count += 1
    for i in range(count):
        candidate = &candidates[i]
        if candidate.position != 3:
            lower = candidate.number - 1 if candidate.number else s.lower
            upper = candidate.number + 1 if candidate.number + 1 < s.number else 0
            if first_priority[lower] or first_priority[upper]:
                continue
        emit(s, candidate, out)


cdef inline Py_ssize_t fill(
    const uint16_t *channel,
    const int16_t *tdc,
    Py_ssize_t start,
    Py_ssize_t stop,
    const int *limits,
    const uint16_t *place,
    uint64_t *bits,
    int16_t *time,
) noexcept nogil:
    """Set the bits and earliest times of a crossing's hits; return the first hit of no channel, else -1."""
    cdef Py_ssize_t i
    cdef int t, at
    for i in range(start, stop):
        if channel[i] >= CHANNELS:
            return i
        if tdc[i] < limits[0] or tdc[i] > limits[1]:
            continue
        t = (limits[2] - tdc[i]) >> 1
        at = place[channel[i]]
        bits[at >> 6] |= <uint64_t> 1 << (at & 63)
        time[at] = <int16_t> min(t, <int> time[at])
    return -1


cdef inline void close_rows(const int16_t[::1] wires, uint64_t *bits, int16_t *time) noexcept nogil:
    """Repeat the first and the last eight wires of every layer beyond the other end (all are whole bytes)."""
    cdef int layer
    cdef uint8_t *row
    for layer in range(LAYERS):
        row = <uint8_t *> (bits + layer * WORDS)
        row[0] = row[wires[layer] >> 3]
        row[(wires[layer] >> 3) + 1] = row[1]
        memcpy(time, time + wires[layer], PAD * sizeof(int16_t))
        memcpy(time + PAD + wires[layer], time + PAD, PAD * sizeof(int16_t))
        time += ROW


cdef inline void forget(
    const uint16_t *channel, Py_ssize_t start, Py_ssize_t stop, const uint16_t *place, int16_t *time
) noexcept nogil:
    """Take back the times of a crossing's hits; repeated ones are written again by the next crossing."""
    cdef Py_ssize_t i
    for i in range(start, stop):
        if channel[i] < CHANNELS:
            time[place[channel[i]]] = MISSING


cdef bint chamber(const int16_t[::1] wires, const int16_t[::1] lower, const uint16_t[::1] place) noexcept nogil:
    """Return whether tables are those of a chamber that rows of bits and times can hold."""
    cdef int i, layer = 3
    cdef bint outside = wires.shape[0] != LAYERS or lower.shape[0] != 9 or place.shape[0] != CHANNELS
    if outside:
        return False
    for i in range(LAYERS):
        # Ends of rows are repeated by whole bytes.
        outside |= wires[i] < PAD or wires[i] > MOST or wires[i] % 8 != 0
    for i in range(9):
        outside |= lower[i] < 0 or lower[i] >= wires[layer]
        layer += 5 if i == 0 else 6
    for i in range(CHANNELS):
        outside |= place[i] >= LAYERS * ROW
    return not outside


def find_segments(
    const uint16_t[::1] channel,
    const int16_t[::1] tdc,
    const int64_t[::1] offsets,
    int low,
    int high,
    int origin,
    const uint16_t[::1] place,
    const int16_t[::1] wires,
    const int16_t[::1] lower,
    const uint8_t[::1] inner,
    const uint8_t[::1] outer,
    int inner_least,
    int outer_least,
    int16_t[::1] time_of,
    int64_t[::1] cuts,
    int16_t[::1] segment,
    uint8_t[::1] position,
    uint8_t[::1] left_right,
    int16_t[::1] time,
    int16_t[::1] fastest,
    int16_t[::1] found,
    uint16_t[::1] pattern,
):
    """Find the segments of all crossings; output columns need room for two segments per hit.

    ``time_of`` is int16[56 * 448], all 9999, and is left so (but for wires that are repeated).
    """
    cdef uint64_t bits[LAYERS * WORDS]
    cdef Superlayer layers[9]
    cdef Output out
    cdef int limits[3]
    cdef int s, layer = 3, segments = 0
    cdef Py_ssize_t event, bad = -1, room = min(segment.shape[0], min(position.shape[0], left_right.shape[0]))
    room = min(min(room, min(time.shape[0], fastest.shape[0])), min(found.shape[0], pattern.shape[0]))
    need(
        tdc.shape[0] == channel.shape[0] and cut_rows(offsets, channel.shape[0]) and cuts.shape[0] >= offsets.shape[0]
        and room >= 2 * channel.shape[0] and time_of.shape[0] == LAYERS * ROW and inner.shape[0] == INNER_ENTRIES
        and outer.shape[0] == OUTER_ENTRIES and chamber(wires, lower, place) and 0 <= low and high < 1 << 15
        and 0 <= origin < 1 << 15,
        "find_segments",
    )
    limits[0], limits[1], limits[2] = low, high, origin
    for s in range(9):
        # Superlayer 0 uses layers 3-7, the others the first five of their six.
        layers[s].inner = s == 0
        layers[s].number = wires[layer]
        layers[s].first = segments
        layers[s].lower = lower[s]
        layers[s].rows = bits + layer * WORDS
        layers[s].times = &time_of[0] + layer * ROW + PAD
        layers[s].table = &inner[0] if s == 0 else &outer[0]
        segments += wires[layer]
        layer += 5 if s == 0 else 6
    out.count = 0
    cuts[0] = 0
    if segment.shape[0] == 0:
        for event in range(offsets.shape[0]):
            cuts[event] = 0
        return 0
    out.segment, out.position, out.left_right = &segment[0], &position[0], &left_right[0]
    out.time, out.fastest, out.found, out.pattern = &time[0], &fastest[0], &found[0], &pattern[0]
    with nogil:
        for event in range(offsets.shape[0] - 1):
            memset(bits, 0, sizeof(bits))
            bad = fill(
                &channel[0], &tdc[0], offsets[event], offsets[event + 1], limits, &place[0], bits, &time_of[0]
            )
            if bad < 0:
                close_rows(wires, bits, &time_of[0])
                for s in range(9):
                    superlayer_segments(&layers[s], inner_least if s == 0 else outer_least, &out)
            forget(&channel[0], offsets[event], offsets[event + 1], &place[0], &time_of[0])
            if bad >= 0:
                break
            cuts[event + 1] = out.count
    return out.count if bad < 0 else -1 - bad
