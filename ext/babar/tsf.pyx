"""BaBar's track segment finder: hits of the drift chamber to segments.

Plan.  One crossing after the other:

1. Every hit enters the sample in which it fires its wire; a wire has one word, bit s: a counter starts in sample s.
   Layers have masks of the wires that fired at all.
2. Layer masks turned by the steps of a group's cells tell, for all pivots of a superlayer at once, which layers have
   a hit near them.  Most pivots have fewer than three and are not looked at.
3. Of the others: the samples in which three layers are counting, from the words of the eight cells; in these the
   counters make addresses of the look-up table.
4. The first sample whose weight is enough opens a window of three samples; its best weight, first of equals, makes
   the segment.  What follows may open another one.

Segments come out by superlayer, pivot and tick, which is how the loops run.
"""

from libc.stdint cimport int8_t, int16_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

from shared.bits cimport ctz64
from shared.checks cimport cuts as cut_rows
from shared.checks cimport need

cdef extern from *:
    """
    /* Bit 0 of each byte, and what brings these bits together in the highest byte: bit i is that of byte i. */
    #define EACH_BYTE UINT64_C(0x0101010101010101)
    #define TOGETHER UINT64_C(0x0102040810204080)
    """
    const uint64_t EACH_BYTE
    const uint64_t TOGETHER

cdef enum:
    SUPERLAYERS = 10
    LAYERS = 4
    RING = 4             # words of 64 wires
    CHANNELS = 7104
    PIVOTS = 1776
    CELLS = 8
    SAMPLES = 32
    TICKS = 64
    SAMPLE_BITS = 8      # a sample is 256 counts
    ADDRESSES = 65536
    FINE = 32            # positions in a cell
    TICK_BITS = 3        # times in the table are in 1/8 of a tick
    WINDOW = 3           # samples
    LOOK = 5             # samples after the first that `recent` is good for
    MOST = 11            # segments of a pivot: every third sample
    ROWS = 19536         # of a crossing: PIVOTS * MOST


cdef struct Tables:
    const uint16_t *entry            # [SUPERLAYERS * ADDRESSES], see TsfTables.packed
    int cells[SUPERLAYERS]           # of a layer
    int step[CELLS]
    int layer[CELLS]
    uint8_t word[CHANNELS]           # of the layer masks
    uint8_t bit[CHANNELS]
    uint16_t channel[PIVOTS][CELLS]
    int minimum
    int latency


cdef struct Ring:
    uint64_t word[RING]


cdef struct State:
    Ring hit[SUPERLAYERS * LAYERS]
    uint32_t start[CHANNELS]
    uint16_t fired[CHANNELS + 1]     # the next place is written too


cdef struct Rows:
    uint8_t *superlayer
    uint8_t *pivot
    uint8_t *weight
    int16_t *phi
    uint8_t *tick
    Py_ssize_t count


include "tsf_pivots.pxi"


cdef inline uint32_t starts(uint32_t hits) noexcept nogil:
    """Return the samples in which a counter starts: hits while it counts are ignored."""
    cdef uint32_t out = 0, lowest
    while hits:
        lowest = hits & (~hits + 1)
        out |= lowest
        hits &= ~(lowest | lowest << 1 | lowest << 2)
    return out


cdef inline Py_ssize_t take_hits(
    const Tables *t, State *s, const uint16_t *channel, const int16_t *time, Py_ssize_t first, Py_ssize_t last,
    int *fired,
) noexcept nogil:
    """Fill wires and layer masks from the hits; return the first hit on a wire that does not exist, or -1."""
    cdef Py_ssize_t i
    cdef int n = 0, k, sample, wire
    cdef uint32_t hits
    for i in range(first, last):
        sample = time[i] >> SAMPLE_BITS
        wire = channel[i]
        if wire >= CHANNELS:
            fired[0] = n
            return i
        if sample < 0 or sample >= SAMPLES:
            continue
        s.fired[n] = wire
        n += s.start[wire] == 0
        s.start[wire] |= <uint32_t> 1 << sample
    for k in range(n):
        wire = s.fired[k]
        hits = s.start[wire]
        if hits & (hits - 1):
            s.start[wire] = starts(hits)
        (&s.hit[0].word[0])[t.word[wire]] |= <uint64_t> 1 << t.bit[wire]
    fired[0] = n
    return -1


cdef inline void forget(State *s, int fired) noexcept nogil:
    cdef int k
    for k in range(fired):
        s.start[s.fired[k]] = 0
    memset(&s.hit[0], 0, sizeof(s.hit))


cdef inline void find_segments(const Tables *t, const State *s, Rows *out) noexcept nogil:
    cdef uint32_t start[CELLS]
    cdef const uint16_t *channel
    cdef int superlayer, k, i, pivot, first_pivot = 0
    cdef uint64_t left, samples
    cdef Py_ssize_t first
    cdef Ring look
    for superlayer in range(SUPERLAYERS):
        look = worth_a_look(t, s, superlayer)
        for k in range(RING):
            left = look.word[k]
            while left:
                pivot = 64 * k + ctz64(left)
                left &= left - 1
                channel = t.channel[first_pivot + pivot]
                for i in range(CELLS):
                    start[i] = s.start[channel[i]]
                samples = three_counting(start)
                if samples:
                    first = out.count
                    windows(t, out, superlayer, pivot, samples, start)
                    sort_ticks(out, first)
        first_pivot += t.cells[superlayer]


cdef int fill_wires(Tables *t) except -1:
    """Fill the masks' places of all wires, and the wires of all groups."""
    cdef int superlayer, layer, wire, i, first = 0, channel = 0, pivot = 0, cells
    for superlayer in range(SUPERLAYERS):
        cells = t.cells[superlayer]
        for wire in range(cells):
            for i in range(CELLS):
                t.channel[pivot + wire][i] = first + cells * t.layer[i] + (wire + t.step[i] + cells) % cells
        for layer in range(LAYERS):
            for wire in range(cells):
                t.word[channel] = RING * (LAYERS * superlayer + layer) + (wire >> 6)
                t.bit[channel] = wire & 63
                channel += 1
        pivot += cells
        first += LAYERS * cells
    return 0


cdef class Finder:
    """The look-up tables and settings of a finder; its memory serves one thread.

    Parameters
    ----------
    entries
        uint16[10, 65536], `TsfTables.packed`.
    cells
        Cells of a layer of each superlayer.
    layer, step
        Of the eight cells of a group, as in `groups.Group`.
    minimum_weight, latency_ticks
        As in `Tsf`.
    """

    cdef Tables *t
    cdef State *s
    cdef object memory
    cdef object kept

    def __init__(self, const uint16_t[:, ::1] entries, cells, layer, step, int minimum_weight, int latency_ticks):
        cdef uint8_t[::1] memory
        cdef int i
        need(
            entries.shape[0] == SUPERLAYERS and entries.shape[1] == ADDRESSES and len(cells) == SUPERLAYERS
            and len(layer) == CELLS and len(step) == CELLS and 1 <= minimum_weight <= 3
            and 0 <= latency_ticks <= TICKS and sum(cells) == PIVOTS
            and sorted([layer[0], layer[2], layer[3], layer[5]]) == [0, 1, 2, 3] and layer[0] == layer[1]
            and layer[3] == layer[4] and layer[5] == layer[6] == layer[7],
            "Finder",
        )
        self.memory = bytearray(sizeof(Tables) + sizeof(State) + 128)
        memory = self.memory
        self.s = <State *> (<uint64_t> &memory[63] // 64 * 64)
        self.t = <Tables *> (<uint64_t> self.s + (sizeof(State) + 63) // 64 * 64)
        for i in range(SUPERLAYERS):
            need(3 <= cells[i] <= 64 * RING, "Finder: cells")
            self.t.cells[i] = cells[i]
        for i in range(CELLS):
            need(-1 <= step[i] <= 1, "Finder: steps")
            self.t.layer[i], self.t.step[i] = layer[i], step[i]
        self.t.minimum, self.t.latency = minimum_weight, latency_ticks
        self.t.entry, self.kept = &entries[0, 0], entries
        fill_wires(self.t)

    def find(
        self, const uint16_t[::1] channel, const int16_t[::1] time, const int64_t[::1] offsets, Py_ssize_t begin, rows
    ):
        """Fill the rows of crossings from ``begin`` on while there is room for all that a crossing can have.

        Returns
        -------
        The crossing to begin with again, or -1 - i for hit i on a wire that does not exist.
        """
        cdef Rows out
        cdef Py_ssize_t event = begin, bad = -1, events = offsets.shape[0] - 1, room
        cdef int64_t[::1] ends = rows.offsets
        cdef int fired
        room = take_rows(&out, rows)
        need(
            time.shape[0] == channel.shape[0] and cut_rows(offsets, channel.shape[0]) and 0 <= begin <= events
            and ends.shape[0] > events and 0 <= ends[begin] <= room,
            "find",
        )
        out.count = ends[begin]
        if channel.shape[0] == 0:
            ends[begin:] = out.count
            return events
        with nogil:
            while event < events and out.count <= room - ROWS:
                bad = take_hits(
                    self.t, self.s, &channel[0], &time[0], offsets[event], offsets[event + 1], &fired
                )
                if bad < 0:
                    find_segments(self.t, self.s, &out)
                forget(self.s, fired)
                if bad >= 0:
                    break
                event += 1
                ends[event] = out.count
        return -1 - bad if bad >= 0 else event


cdef Py_ssize_t take_rows(Rows *out, object rows) except -1:
    """Point to the columns of rows; return how many rows there is room for."""
    cdef uint8_t[::1] superlayer = rows.superlayer, pivot = rows.pivot, weight = rows.weight, tick = rows.tick
    cdef int16_t[::1] phi = rows.phi
    cdef Py_ssize_t room = superlayer.shape[0]
    need(
        room >= ROWS and pivot.shape[0] == room and weight.shape[0] == room and tick.shape[0] == room
        and phi.shape[0] == room,
        "find: rows",
    )
    out.superlayer, out.pivot, out.weight, out.tick = &superlayer[0], &pivot[0], &weight[0], &tick[0]
    out.phi = &phi[0]
    return room
