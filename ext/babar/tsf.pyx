"""BaBar's track segment finder: hits of the drift chamber to segments.

Plan.  One crossing after the other:

1. Every hit enters the sample in which it fires its wire; a wire has one word, bit s: its counter starts in sample s.
   Layers have masks of the wires that fired at all.  The first and the last wire of a layer are there twice, at
   either end, so that no neighbour is beyond the end.
2. Layer masks shifted by the steps of a group's cells tell, for all pivots of a superlayer at once, which layers have
   a hit near them.  Most pivots have fewer than three and are not looked at.
3. Of the others: the samples in which three layers are counting, from the words of the eight cells.  The first one
   opens a window of three samples, whose counters make addresses of the look-up table.
4. If its weight is enough, the window's best weight, first of equals, makes the segment.  What follows may open
   another window.

Segments come out by superlayer, pivot and tick, which is how the loops run.
"""

from libc.stdint cimport int8_t, int16_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

from shared.bits cimport ctz64
from shared.checks cimport cuts as cut_rows
from shared.checks cimport need

cdef extern from *:
    """
    /* Bits 0-4 of the first and fifth byte. */
    #define BOTH UINT64_C(0x0000001F0000001F)
    /* Bit 0 of each byte, and what brings these bits together in the highest byte: bit i is that of byte i. */
    #define EACH_BYTE UINT64_C(0x0101010101010101)
    #define TOGETHER UINT64_C(0x0102040810204080)
    """
    const uint64_t BOTH
    const uint64_t EACH_BYTE
    const uint64_t TOGETHER

cdef enum:
    SUPERLAYERS = 10
    DEPTH = 4            # layers of a superlayer
    WORDS = 5            # of 64 places of wires in a layer
    PLACES = 320         # of wires in a layer; wire 0 is at place 1
    ALL_PLACES = 12800   # SUPERLAYERS * DEPTH * PLACES
    CHANNELS = 7104
    PIVOTS = 1776
    MOST_CELLS = 256
    CELLS = 8
    SAMPLES = 32
    TICKS = 64
    SAMPLE_BITS = 8      # a sample is 256 counts
    COUNTING = 7         # samples in which a counter counts, from bit 0 on
    WINDOW = 3           # samples
    ADDRESSES = 65536
    FINE = 32            # positions in a cell
    TICK_BITS = 3        # times in the table are in 1/8 of a tick
    ROWS = 19536         # of a crossing: 11 of each pivot, one in three samples


cdef struct Tables:
    const uint16_t *entry            # [SUPERLAYERS * ADDRESSES], see TsfTables.packed
    int cells[SUPERLAYERS]           # of a layer
    int step[CELLS]
    int layer[CELLS]
    Py_ssize_t from_pivot[CELLS]     # places from the pivot's in the first layer of its superlayer
    uint64_t pivots[SUPERLAYERS][WORDS]
    uint16_t place[CHANNELS]
    uint32_t minimum
    int latency


cdef struct Mask:
    uint64_t word[WORDS]


cdef struct Window:
    uint64_t samples     # of the pivot, from the first one of the window on
    int sample
    uint16_t entry[WINDOW]


cdef struct State:
    Mask hit[SUPERLAYERS * DEPTH]
    uint32_t start[ALL_PLACES]
    uint16_t again[CHANNELS + 1]     # wires with several hits; the next entry is written too
    Window window[MOST_CELLS]        # first ones of the pivots of a superlayer
    int place[MOST_CELLS + 1]        # of these pivots


cdef struct Rows:
    uint8_t *superlayer
    uint8_t *pivot
    uint8_t *weight
    int16_t *phi
    uint8_t *tick
    Py_ssize_t count
    Py_ssize_t first                 # of the pivot


include "tsf_hits.pxi"
include "tsf_pivots.pxi"


cdef int fill_places(Tables *t) except -1:
    """Fill the places of wires and groups' cells, and the masks of pivots."""
    cdef int superlayer, layer, wire, i, channel = 0
    for i in range(CELLS):
        t.from_pivot[i] = PLACES * t.layer[i] + t.step[i]
    memset(t.pivots, 0, sizeof(t.pivots))
    for superlayer in range(SUPERLAYERS):
        for wire in range(t.cells[superlayer]):
            t.pivots[superlayer][wire + 1 >> 6] |= <uint64_t> 1 << (wire + 1 & 63)
        for layer in range(DEPTH):
            for wire in range(t.cells[superlayer]):
                t.place[channel] = PLACES * (DEPTH * superlayer + layer) + wire + 1
                channel += 1
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
            and all(3 <= own <= MOST_CELLS for own in cells) and sum(cells) == PIVOTS
            and 1 <= minimum_weight <= 3 and 0 <= latency_ticks <= TICKS and is_group(layer, step),
            "Finder",
        )
        self.memory = bytearray(sizeof(Tables) + sizeof(State) + 128)
        memory = self.memory
        self.s = <State *> (<uint64_t> &memory[63] // 64 * 64)
        self.t = <Tables *> (<uint64_t> self.s + (sizeof(State) + 63) // 64 * 64)
        for i in range(SUPERLAYERS):
            self.t.cells[i] = cells[i]
        for i in range(CELLS):
            self.t.layer[i], self.t.step[i] = layer[i], step[i]
        self.t.minimum, self.t.latency = minimum_weight, latency_ticks
        self.t.entry, self.kept = &entries[0, 0], entries
        fill_places(self.t)

    def find(
        self, const uint16_t[::1] channel, const int16_t[::1] time, const int64_t[::1] offsets, Py_ssize_t begin, rows
    ):
        """Fill the rows of crossings from ``begin`` on while there is room for all that a crossing can have.

        Returns
        -------
        The crossing to begin with again, or -1 - i for hit i on a wire that does not exist.
        """
        cdef Rows out
        cdef Py_ssize_t event = begin, events = offsets.shape[0] - 1, room, bad
        cdef int64_t[::1] ends = rows.offsets
        cdef Hits hits
        room = take_rows(&out, rows)
        need(
            time.shape[0] == channel.shape[0] and cut_rows(offsets, channel.shape[0]) and 0 <= begin <= events
            and ends.shape[0] > events and 0 <= ends[begin] <= room,
            "find",
        )
        bad = first_beyond(channel)
        if bad >= 0:
            return -1 - bad
        out.count = ends[begin]
        with nogil:
            while event < events and out.count <= room - ROWS:
                # Of no hits nothing is read.
                hits.count = offsets[event + 1] - offsets[event]
                if hits.count:
                    hits.channel, hits.time = &channel[offsets[event]], &time[offsets[event]]
                    take_hits(self.t, self.s, &hits)
                    find_segments(self.t, self.s, &out)
                    forget(self.t, self.s, &hits)
                event += 1
                ends[event] = out.count
        return event


cdef bint is_group(object layer, object step) except -1:
    """Return whether eight cells are in four layers as 2 - 1 - 2 - 3, side by side in each."""
    return (
        len(layer) == CELLS and len(step) == CELLS and all(-1 <= own <= 1 for own in step)
        and sorted([layer[0], layer[2], layer[3], layer[5]]) == [0, 1, 2, 3]
        and all(layer[i] == layer[i + 1] and step[i] + 1 == step[i + 1] for i in (0, 3, 5, 6))
    )


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
