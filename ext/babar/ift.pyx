"""Muon-detector trigger: sectors with enough layers within a window, and the code of each tick.

Plan.  One crossing after the other:

1. A byte for each sector says which of its layers have any hit; a sector with too few is never looked at again.
2. Hits of the others are put in order of time.  Each hit is the latest of its layer; layers whose latest hit is
   within the window count.  Where they are enough the sector's ticks are set in a mask of 64.
3. In ticks with any sector, the sectors that are true look up the code.

Rules: babar_geometry_facts section 7; `trigemu.experiments.babar.ift.codes`.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint64_t

import numpy as np

from shared.bits cimport ctz64, popcount64
from shared.checks cimport cuts, need
from shared.offsets cimport longest

cdef enum:
    SECTORS = 10
    LAYERS = 8
    LAYER_BITS = 3
    TICKS = 64
    TICK_BITS = 7      # counts in a tick
    LONG_AGO = -(1 << 20)


cdef bint channels_fit(const uint8_t[::1] channel) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(channel.shape[0]):
        outside |= channel[i] >= SECTORS * LAYERS
    return not outside


cdef inline void put_in_order(int32_t *keys, int64_t n) noexcept nogil:
    """Sort keys: insertion with gaps, so that a crossing with many hits does not take for ever."""
    cdef int64_t gap = 1, i, k
    cdef int32_t key
    while 3 * gap + 1 < n:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            key, k = keys[i], i
            while k >= gap and keys[k - gap] > key:
                keys[k] = keys[k - gap]
                k -= gap
            keys[k] = key
        gap //= 3


cdef inline uint64_t held(int tick, int hold) noexcept nogil:
    """Return the mask of so many ticks from the given one on, which may lie before the axis or behind it."""
    cdef int begin = max(tick, 0), end = min(tick + hold, TICKS)
    if begin >= end:
        return 0
    return ~<uint64_t> 0 >> (TICKS - (end - begin)) << begin


cdef class Finder:
    """The muon trigger with its settings (`trigemu.experiments.babar.ift.config.Ift`) and codes (uint8[1024])."""

    cdef uint8_t code[1 << SECTORS]
    cdef int layers
    cdef int window
    cdef int hold

    def __init__(self, object config, const uint8_t[::1] codes):
        cdef Py_ssize_t i
        self.layers, self.window, self.hold = config.layers, config.window_counts, config.hold_ticks
        need(
            codes.shape[0] == 1 << SECTORS and 1 <= self.layers <= LAYERS and 1 <= self.window < 1 << 16
            and 1 <= self.hold <= TICKS,
            "Finder",
        )
        for i in range(1 << SECTORS):
            self.code[i] = codes[i]

    def run(
        self, const int64_t[::1] offsets, const uint8_t[::1] channel, const int16_t[::1] time, uint8_t[:, ::1] out
    ):
        """Do all crossings.

        Parameters
        ----------
        offsets
            int64[n + 1], rows of each crossing.
        channel, time
            uint8[m] and int16[m].
        out
            uint8[n, 64], comes as zeros; gets the codes.
        """
        cdef Py_ssize_t event, events = offsets.shape[0] - 1, m = channel.shape[0]
        need(
            cuts(offsets, m) and time.shape[0] == m and channels_fit(channel) and out.shape[0] == events
            and out.shape[1] == TICKS,
            "Finder.run",
        )
        cdef int32_t[::1] room = np.empty(longest(offsets) + 1, np.int32)
        with nogil:
            for event in range(events):
                # Fewer hits than layers that a muon needs: no muon.
                if offsets[event + 1] - offsets[event] >= self.layers:
                    self.crossing(offsets[event], offsets[event + 1], &channel[0], &time[0], &room[0], &out[event, 0])

    cdef void crossing(
        self, int64_t begin, int64_t end, const uint8_t *channel, const int16_t *time, int32_t *room, uint8_t *out
    ) noexcept nogil:
        cdef uint8_t layers[SECTORS]
        cdef uint64_t on[SECTORS]
        cdef uint64_t ever = 0
        cdef int64_t i
        cdef int s, t, sectors
        for s in range(SECTORS):
            layers[s], on[s] = 0, 0
        for i in range(begin, end):
            layers[channel[i] >> LAYER_BITS] |= 1 << (channel[i] & (LAYERS - 1))
        for s in range(SECTORS):
            if popcount64(layers[s]) >= self.layers:
                on[s] = self.ticks_of(s, begin, end, channel, time, room)
                ever |= on[s]
        while ever:
            t = ctz64(ever)
            ever &= ever - 1
            sectors = 0
            for s in range(SECTORS):
                sectors |= <int> (on[s] >> t & 1) << s
            out[t] = self.code[sectors]

    cdef uint64_t ticks_of(
        self, int sector, int64_t begin, int64_t end, const uint8_t *channel, const int16_t *time, int32_t *room
    ) noexcept nogil:
        """Return the ticks in which a sector has a muon."""
        cdef int32_t last[LAYERS]
        cdef int64_t i, n = 0
        cdef int layer, count
        cdef int32_t now
        cdef uint64_t ticks = 0
        for i in range(begin, end):
            if channel[i] >> LAYER_BITS == sector:
                room[n] = <int32_t> time[i] * LAYERS + (channel[i] & (LAYERS - 1))
                n += 1
        put_in_order(room, n)
        for layer in range(LAYERS):
            last[layer] = LONG_AGO
        for i in range(n):
            now = room[i] >> LAYER_BITS
            last[room[i] & (LAYERS - 1)] = now
            count = 0
            for layer in range(LAYERS):
                count += now - last[layer] < self.window
            if count >= self.layers:
                ticks |= held(now >> TICK_BITS, self.hold)
        return ticks
