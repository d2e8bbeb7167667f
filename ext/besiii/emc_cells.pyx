"""Calorimeter trigger, first step: crystals to trigger cells, with the time at which each fires.

Plan.  Of some 500 crystals of an event most hold noise, so their weights are summed per cell first, and each crystal
is linked to the one before it in its cell.  A sum of pulses never exceeds the sum of their peaks: only cells whose
weights reach the threshold are looked at again.  Until the first of its pulses peaks a cell's signal can only rise,
so the sample at which it crosses a threshold is found by bisection, which begins where one pulse of all the weight
would cross; the few cells that do not reach it by then are followed sample by sample to the last peak.  All numbers
are integers; units are those of `trigemu.experiments.besiii.emc.pulse`.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t
from libc.string cimport memset

import numpy as np

from shared.checks cimport cuts, need
from shared.offsets cimport longest

cdef enum:
    CRYSTALS = 6240
    CELLS = 394
    BARREL_CELLS = 330
    BLOCKS = 16
    MOMENTS = 2          # after the blocks: sums of weight * time in the barrel and in the endcaps
    RANGES = 3
    MOST_COUNTS = 1023
    LATEST = 63          # largest time count
    PEAK = 80            # sample of a pulse's peak after its start
    SAMPLES = LATEST + PEAK + 1
    SAMPLE_NS = 50
    TICK_NS = 24
    TICKS = 384
    ROUGH_BITS = 8


cdef struct Found:
    # Cells of the crossing that fire: tick * 512 + cell, in order.
    int32_t key[CELLS]
    int n


cdef bint digis_fit(
    const uint16_t[::1] channel, const uint16_t[::1] value, const uint8_t[::1] gain, const uint8_t[::1] time
) noexcept nogil:
    cdef Py_ssize_t i, n = channel.shape[0]
    cdef bint outside = False
    for i in range(n):
        outside |= channel[i] >= CRYSTALS
    for i in range(n):
        outside |= value[i] > MOST_COUNTS
    for i in range(n):
        outside |= gain[i] >= RANGES
    for i in range(n):
        outside |= time[i] > LATEST
    return not outside


cdef class Cells:
    """Trigger cells with their settings and tables; see `EmcFinder`."""

    cdef int16_t cell[CRYSTALS]
    cdef uint8_t block[CELLS]
    cdef int64_t weight[RANGES]
    # Before its start a pulse is 0: sample k of a pulse that starts at t is entry LATEST + k - t.
    cdef int64_t pulse[LATEST + SAMPLES]
    # Samples after its start at which a pulse reaches a part, of 256, of its height.
    cdef int64_t rises[1 << ROUGH_BITS]
    cdef bint plain
    cdef int64_t least
    cdef int64_t low
    cdef int64_t high
    cdef int64_t threshold
    cdef int64_t gate
    cdef int64_t one
    cdef int64_t delay_ns
    cdef int64_t before_ns

    def __init__(
        self, object settings, const int16_t[::1] cell_of_crystal, const uint8_t[::1] block_of_cell,
        const int64_t[::1] pulse
    ):
        """Take `CellSettings` and tables for 6240 crystals, 394 cells and 144 samples."""
        cdef Py_ssize_t i, k
        cdef bint good
        need(
            cell_of_crystal.shape[0] == CRYSTALS and block_of_cell.shape[0] == CELLS and pulse.shape[0] == SAMPLES,
            "Cells",
        )
        good = True
        for i in range(CRYSTALS):
            good = good and 0 <= cell_of_crystal[i] < CELLS
            self.cell[i] = cell_of_crystal[i]
        for i in range(CELLS):
            good = good and block_of_cell[i] < BLOCKS
            self.block[i] = block_of_cell[i]
        memset(self.pulse, 0, sizeof(self.pulse))
        for i in range(SAMPLES):
            good = good and 0 <= pulse[i] <= pulse[PEAK] <= 1 << 16
            good = good and (i == 0 or i > PEAK or pulse[i] >= pulse[i - 1])
            self.pulse[LATEST + i] = pulse[i]
        need(good and pulse[PEAK] >= 1 << ROUGH_BITS, "Cells")
        self.one = pulse[PEAK]
        k = 0
        for i in range(1 << ROUGH_BITS):
            while k < PEAK and pulse[k] << ROUGH_BITS < self.one * i:
                k += 1
            self.rises[i] = k
        for i in range(RANGES):
            self.weight[i] = settings.weights[i]
        self.plain = settings.plain
        self.low, self.high = settings.low, settings.high
        self.threshold, self.gate = settings.threshold, settings.gate
        self.delay_ns, self.before_ns = settings.delay_ns, settings.before_ns
        # The smallest sum of weights that can matter.
        if self.plain:
            self.least = min(self.threshold, self.gate) + 1
        else:
            self.least = (self.low + self.one - 1) // self.one

    def run(
        self,
        const int64_t[::1] offsets,
        const uint16_t[::1] channel,
        const uint16_t[::1] value,
        const uint8_t[::1] gain,
        const uint8_t[::1] time,
        int64_t[:, ::1] sums,
        int64_t[::1] fired_offsets,
        int16_t[:, ::1] fired,
    ):
        """Do all crossings.

        Parameters
        ----------
        offsets
            int64[n + 1], rows of each crossing.
        channel, value, gain, time
            uint16[m], uint16[m], uint8[m] (range) and uint8[m].
        sums
            int64[n, 18], comes as zeros; gets weights of the cells above the gate per block, and weights times time
            counts in the barrel and in the endcaps.
        fired_offsets
            int64[n + 1], gets the rows of each crossing in ``fired``.
        fired
            int16[m, 2], gets cell and tick of every cell that fires, in order of ticks, then of cells.
        """
        cdef Py_ssize_t event, events = offsets.shape[0] - 1, m = channel.shape[0]
        cdef int64_t rows = 0
        cdef int i
        cdef Found found
        need(
            m < 1 << 30 and cuts(offsets, m) and value.shape[0] == m and gain.shape[0] == m and time.shape[0] == m
            and digis_fit(channel, value, gain, time) and sums.shape[0] >= events
            and sums.shape[1] == BLOCKS + MOMENTS and fired_offsets.shape[0] == events + 1
            and fired.shape[0] >= m and fired.shape[1] == 2,
            "Cells.run",
        )
        cdef int64_t room = longest(offsets) + 1
        cdef int32_t[::1] before = np.empty(room, np.int32)
        cdef int64_t[:, ::1] near = np.empty((2, room), np.int64)
        with nogil:
            fired_offsets[0] = 0
            for event in range(events):
                found.n = 0
                if offsets[event + 1] > offsets[event]:
                    self.crossing(
                        offsets[event], <int> (offsets[event + 1] - offsets[event]), &channel[0], &value[0], &gain[0],
                        &time[0], &before[0], near, &sums[event, 0], &found
                    )
                for i in range(found.n):
                    fired[rows, 0] = <int16_t> (found.key[i] & 511)
                    fired[rows, 1] = <int16_t> (found.key[i] >> 9)
                    rows += 1
                fired_offsets[event + 1] = rows

    cdef void crossing(
        self, int64_t first, int n, const uint16_t *channel, const uint16_t *value, const uint8_t *gain,
        const uint8_t *time, int32_t *before, int64_t[:, ::1] near, int64_t *sums, Found *found
    ) noexcept nogil:
        """Sum one crossing's crystals to cells, then do those that may matter."""
        cdef int64_t total[CELLS]
        cdef int32_t last[CELLS]
        cdef int16_t chosen[CELLS]
        cdef int64_t *weight = &near[0, 0]
        cdef int64_t *start = &near[1, 0]
        cdef int64_t w, old, moment, least = self.least
        cdef int i, k, c, count, picked = 0
        memset(total, 0, sizeof(total))
        memset(last, 0xFF, sizeof(last))
        channel += first
        value += first
        gain += first
        time += first
        for i in range(n):
            c = self.cell[channel[i]]
            w = value[i] * self.weight[gain[i]]
            before[i] = last[c]
            last[c] = i
            old = total[c]
            total[c] = old + w
            if old < least <= old + w:
                chosen[picked] = <int16_t> c
                picked += 1
        for k in range(picked):
            c = chosen[k]
            i, count, moment = last[c], 0, 0
            while i >= 0:
                weight[count], start[count] = value[i] * self.weight[gain[i]], time[i]
                moment += weight[count] * start[count]
                count += 1
                i = before[i]
            if self.fire(c, count, weight, start, total[c], moment, found):
                sums[self.block[c]] += total[c]
                sums[BLOCKS + (c >= BARREL_CELLS)] += moment

    cdef bint fire(
        self, int c, int n, const int64_t *weight, const int64_t *start, int64_t total, int64_t moment, Found *found
    ) noexcept nogil:
        """Find when a cell fires, if it does; return whether its energy enters the sums."""
        cdef int low, high
        cdef int64_t mean
        if self.plain:
            if total > self.threshold:
                keep(found, c, (SAMPLE_NS * moment) // total + self.delay_ns, self.before_ns)
            return total > self.gate
        mean = moment // total
        low = self.first_above(n, weight, start, mean + self.rise(total, self.low), self.low)
        if low < 0:
            return False
        high = low
        if self.high > self.low:
            high = self.first_above(n, weight, start, mean + self.rise(total, self.high), self.high)
        if high >= 0:
            keep(found, c, max(low * SAMPLE_NS + self.delay_ns, high * SAMPLE_NS), self.before_ns)
        return True

    cdef int first_above(
        self, int n, const int64_t *weight, const int64_t *start, int64_t middle, int64_t level
    ) noexcept nogil:
        """Return the first sample at which a sum of pulses is at least ``level``, -1 if there is none.

        ``middle``: where to look first, from the sum's first sample to its first peak.
        """
        cdef int64_t early = start[0], late = start[0]
        cdef int64_t below, above, step = 1
        cdef int i
        for i in range(1, n):
            early, late = min(early, start[i]), max(late, start[i])
        # Known: the sum is too low at ``below``; it is not at ``above``, unless that is beyond the first peak.
        below, above = early, early + PEAK + 1
        middle = min(max(middle, below + 1), above - 1)
        while above - below > 1:
            if self.height(n, weight, start, middle) >= level:
                above = middle
                middle = max(above - step, below + 1) if step <= 2 else (below + above) >> 1
            else:
                below = middle
                middle = min(below + step, above - 1) if step <= 2 else (below + above) >> 1
            step += 1
        if above <= early + PEAK:
            return <int> above
        for middle in range(above, late + PEAK + 1):
            if self.height(n, weight, start, middle) >= level:
                return <int> middle
        return -1

    cdef inline int64_t rise(self, int64_t total, int64_t level) noexcept nogil:
        """Return about how many samples a pulse of that weight needs to rise to a level."""
        cdef int64_t part = level // max(total * (self.one >> ROUGH_BITS), 1)
        return self.rises[min(part, (1 << ROUGH_BITS) - 1)]

    cdef inline int64_t height(
        self, int n, const int64_t *weight, const int64_t *start, int64_t sample
    ) noexcept nogil:
        cdef const int64_t *pulse = &self.pulse[LATEST + sample]
        cdef int64_t total = 0
        cdef int i
        for i in range(n):
            total += weight[i] * pulse[-start[i]]
        return total


cdef inline void keep(Found *found, int c, int64_t time_ns, int64_t before_ns) noexcept nogil:
    """Put a cell among those found, in order."""
    cdef int64_t tick = time_ns // TICK_NS
    cdef int32_t key
    cdef int k
    if time_ns >= before_ns or tick >= TICKS:
        return
    key = <int32_t> (tick * 512 + c)
    k = found.n
    while k > 0 and found.key[k - 1] > key:
        found.key[k] = found.key[k - 1]
        k -= 1
    found.key[k] = key
    found.n += 1
