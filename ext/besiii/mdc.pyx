"""Drift chamber: wire hits of a batch of crossings to segments, tracks and trigger conditions, tick by tick.

Plan.  A crossing has a few hundred hits; a trigger cell is a bit in time, one for each of 128 ticks.  A segment is
found at its pivot cell, by *patterns* of four cells, one of each layer of its superlayer; most hits are noise.

1. A hit sets the ticks of its cell in which it counts, and covers the pivots near it: those with a pattern through
   its cell.  They are one mask for each cell, or-ed for each layer.
2. Only pivots covered by enough layers can have a segment.  At these, few of all, each cell that is hit gives the
   patterns through it: one bit per pattern, in one word for each layer.  Patterns come in *groups* of at most 64 of
   one pivot.  The ticks of the four cells are compared for patterns with a bit in enough words.
3. A track is a segment of superlayer 5 with segments of superlayers 3 and 4 (and 10) of a look-up table: ands and
   ors.
4. The track counter looks at the ring of cells, so it is asked once for each interval in which no cell changes.
"""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.string cimport memset

from shared.bits cimport ctz64, popcount64
from shared.checks cimport cuts as cut_rows
from shared.checks cimport need

cdef extern from *:
    """
    #define EVEN 0x5555555555555555ULL
    static const int FIRST_SEGMENT[7] = {0, 48, 128, 216, 328, 456, 584};
    """
    const uint64_t EVEN
    const int[7] FIRST_SEGMENT    # of superlayers 1, 2, 3, 4, 5 and 10, and PIVOTS

cdef enum:
    CHANNELS = 6796
    MOST_CELLS = 4096    # cells of the trigger's layers, and one for all other wires
    SUPERLAYERS = 6
    LAYERS = 24          # of the trigger; one more for all other wires
    PIVOTS = 584         # segments
    RING = 128           # segments of superlayer 5: the cells of tracks
    FIRST_INNER_2 = 48   # first segments of superlayers 2, 3, 5 and 10
    FIRST_OUTER = 128
    FIRST_5 = 328
    FIRST_10 = 456
    MOST_GROUPS = 4096
    GROUP = 64           # most patterns of a group
    TICKS = 128
    TICK_BITS = 8        # a tick is 256 counts
    CONDITIONS = 10
    TICK_WORDS = 6
    ROWS = 256           # most rows of a crossing


include "mdc_ring.pxi"


cdef struct Tables:
    const int16_t *place
    const uint8_t *layer
    const Mask *near
    const int32_t *group_first
    const int16_t *group_segment
    const int32_t *use_first
    const int16_t *use_cell
    const uint64_t *use_bits
    const int32_t *pattern_first
    const int16_t *pattern
    const int32_t *inner_first
    const int16_t *inner
    const int32_t *pair_first
    const int16_t *pair
    const uint8_t *pair_short
    const uint64_t *outer
    int need_layers
    int hit_counts
    int many[2]          # N of the conditions ">= N", short and long; 0: off
    Mask window          # of partners back to back


cdef struct State:
    Mask from_bit[TICKS + 1]
    Mask cell[MOST_CELLS]
    Mask cover[LAYERS + 1]   # pivots near the hits of a layer
    int8_t is_hit[MOST_CELLS]    # -1: all bits
    int16_t hit[MOST_CELLS + 1]  # cells with ticks; the next place is written too
    int hits
    Mask segment[PIVOTS]
    int found[PIVOTS]    # segments with ticks, in rising order
    int count
    Mask track[2][RING]  # short and long
    Mask kept[RING]


cdef struct Rows:
    uint8_t *is_long
    uint8_t *cell
    uint64_t *ticks
    Py_ssize_t count


include "mdc_segments.pxi"
include "mdc_tracks.pxi"


cdef inline void forget(State *s) noexcept nogil:
    """Empty cells and segments of a crossing."""
    cdef int i
    for i in range(s.hits):
        s.cell[s.hit[i]] = none()
        s.is_hit[s.hit[i]] = 0
    for i in range(s.count):
        s.segment[s.found[i]] = none()
    s.hits = 0


include "mdc_checks.pxi"


cdef class Finder:
    """The look-up tables and settings of a drift chamber's trigger; its memory serves one thread.

    Parameters
    ----------
    segments, tracks
        `SegmentTables` and `TrackTables` of `trigemu.experiments.besiii.mdc.tables`.
    need_layers, hit_counts
        As in `Mdc`.
    many
        N of the conditions ">= N", short and long; 0: off.
    window
        Least and largest distance of tracks back to back.
    """

    cdef Tables t
    cdef State *s
    cdef object memory
    cdef object kept

    def __init__(self, segments, tracks, int need_layers, int hit_counts, many, window):
        cdef uint8_t[::1] memory
        cdef int least, largest
        least, largest = window
        need(
            1 <= need_layers <= 4 and 1 <= hit_counts <= 1 << 20 and 1 <= least <= largest <= 127,
            "Finder",
        )
        self.t.many[0], self.t.many[1] = many
        self.t.need_layers, self.t.hit_counts = need_layers, hit_counts
        take_patterns(&self.t, segments)
        take_tracks(&self.t, tracks)
        self.kept = segments, tracks
        self.memory = bytearray(sizeof(State) + 64)
        memory = self.memory
        self.s = <State *> (<uint64_t> &memory[63] // 64 * 64)
        fill_from_bit(self.s.from_bit)
        self.t.window = between(self.s.from_bit, least, largest + 1)

    def decide(
        self, const uint16_t[::1] channel, const int32_t[::1] time, const int64_t[::1] offsets, Py_ssize_t begin,
        uint64_t[:, :, ::1] conditions, rows,
    ):
        """Fill conditions (zeros before) and rows of crossings from ``begin`` on while there is room for the rows.

        Returns
        -------
        The crossing to begin with again, or -1 - i for hit i on a wire that does not exist.
        """
        cdef const Tables *t = &self.t
        cdef State *s = self.s
        cdef Rows out
        cdef Mask cells[2]
        cdef Py_ssize_t event = begin, i = 0, events = offsets.shape[0] - 1, room
        cdef int place
        cdef int64_t first, last
        cdef int64_t[::1] cuts = rows.offsets
        room = take_rows(&out, rows)
        need(
            time.shape[0] == channel.shape[0] and cut_rows(offsets, channel.shape[0]) and 0 <= begin <= events
            and cuts.shape[0] > events and conditions.shape[0] == events and conditions.shape[1] == CONDITIONS
            and conditions.shape[2] == TICK_WORDS and 0 <= cuts[begin] <= room,
            "decide",
        )
        out.count = cuts[begin]
        with nogil:
            while event < events and out.count <= room - ROWS:
                for i in range(offsets[event], offsets[event + 1]):
                    if channel[i] >= CHANNELS:
                        break
                    place = t.place[channel[i]]
                    first = <int64_t> time[i] >> TICK_BITS
                    last = (<int64_t> time[i] + t.hit_counts - 1) >> TICK_BITS
                    if last >= 0 and first < TICKS:
                        add_hit(t, s, place, between(s.from_bit, <int> max(first, 0), <int> min(last + 1, TICKS)))
                else:
                    i = -1
                find_segments(t, s)
                find_tracks(t, s, cells)
                count_tracks(t, s, 0, cells[0], &conditions[event, 0, 0], &out)
                count_tracks(t, s, 1, cells[1], &conditions[event, 4, 0], &out)
                inner_tracks(s, &conditions[event, 8, 0])
                forget(s)
                if i >= 0:
                    break
                event += 1
                cuts[event] = out.count
        return -1 - i if event < events and i >= 0 else event

    def look(
        self, const uint16_t[::1] channel, const int32_t[::1] time, const int64_t[::1] offsets,
        const int64_t[::1] instant, uint8_t[:, ::1] segments, uint8_t[:, :, ::1] rings,
    ):
        """Fill segments and thinned rings (short, long) as they are at an instant (TDC counts) of each crossing.

        Returns
        -------
        How many crossings, or -1 - i for hit i on a wire that does not exist.
        """
        cdef const Tables *t = &self.t
        cdef State *s = self.s
        cdef Mask cells[2]
        cdef Mask now = one_bit(0)
        cdef Py_ssize_t event, i = -1, events = offsets.shape[0] - 1
        cdef int place, k
        need(
            time.shape[0] == channel.shape[0] and cut_rows(offsets, channel.shape[0]) and instant.shape[0] == events
            and segments.shape[0] == events and segments.shape[1] == PIVOTS and rings.shape[0] == events
            and rings.shape[1] == 2 and rings.shape[2] == RING,
            "look",
        )
        with nogil:
            for event in range(events):
                for i in range(offsets[event], offsets[event + 1]):
                    if channel[i] >= CHANNELS:
                        break
                    place = t.place[channel[i]]
                    if time[i] < instant[event] and time[i] + <int64_t> t.hit_counts > instant[event]:
                        add_hit(t, s, place, now)
                else:
                    i = -1
                find_segments(t, s)
                find_tracks(t, s, cells)
                memset(&segments[event, 0], 0, PIVOTS)
                for k in range(s.count):
                    segments[event, s.found[k]] = 1
                for k in range(2):
                    write_ring(s, k, cells[k], &rings[event, k, 0])
                forget(s)
                if i >= 0:
                    break
        return -1 - i if i >= 0 else events
