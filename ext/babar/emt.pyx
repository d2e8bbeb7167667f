"""Calorimeter trigger: crystals to strips, clusters and phi maps (babar_geometry_facts sections 5.2 and 6).

Plan.  Sums of towers and strips and the digital filter are all linear, so what the filter makes of a strip is the sum
of what it makes of its crystals' pulses.  A table holds that for every place in a sample where a pulse may start: a
crystal is added to its strip, filtered, with one multiplication a sample.  One crossing after the other:

1. Crystals above the cut are picked, and their energies summed by towers and strips, and by the strips of the endcap
   (X) and of the rear rows (Y).
2. No sample of a cluster, which is two neighbouring strips, exceeds its energy times the filter's largest value.  So
   only strips of clusters that may reach a threshold get samples, and likewise those of X and Y, whose samples are
   not filtered.  Filtered samples are worked out from the first to the last one at which any pulse is positive, and
   for the neighbours that peaks are compared with.
3. Peaks above a threshold set bits from their tick on.

All numbers are integers: energies in 0.1 MeV times the entries of the tables.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

import numpy as np

from shared.bits cimport ctz64
from shared.checks cimport cuts, need
from shared.offsets cimport longest

cdef enum:
    CRYSTALS = 6580
    COLUMNS = 40
    TOWERS = 280
    TOWER_WORDS = 5
    SAMPLES = 32
    TICKS = 64
    SAMPLE_TICKS = 2
    EARLIEST = 1 << 15
    PHASE_BITS = 8
    PHASES = 1 << PHASE_BITS
    LENGTH = 64
    MAPS = 4
    M = 0, G, E, X, Y, OBJECTS
    KINDS = 3             # of unfiltered samples: X, Y, none
    MOST_ENERGY = 1 << 18
    MOST_ROWS = 1 << 22   # of a crossing: with these, energies and table entries sums stay below 2 ** 63
    MOST_ENTRY = 1 << 23

cdef int64_t MOST_TOTAL = 0x7FFFFFFF


cdef struct Strips:
    # Energies of towers (the last takes crystals that do not count), strips, and strips of X, Y and the other rows.
    int64_t tower[TOWERS + 1]
    int64_t energy[COLUMNS]
    int64_t raw_energy[KINDS][COLUMNS]
    uint64_t towers[TOWER_WORDS]
    # Clusters that may reach a threshold, and strips that get samples.
    uint64_t clusters
    uint64_t wanted
    uint64_t raw_wanted[KINDS]
    # Where peaks may be: these samples, up to before the last.
    int begin
    int end
    int64_t filtered[COLUMNS][SAMPLES]
    int64_t raw[2][COLUMNS][SAMPLES]


cdef bint digis_fit(const uint16_t[::1] channel, const uint32_t[::1] energy) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(channel.shape[0]):
        outside |= channel[i] >= CRYSTALS
    for i in range(energy.shape[0]):
        outside |= energy[i] >= MOST_ENERGY
    return not outside


cdef inline void add(
    int64_t *samples, const int32_t *entries, int64_t energy, int late, int begin, int end
) noexcept nogil:
    """Add a pulse, whose table begins at sample ``late``, to samples from ``begin`` to before ``end``."""
    cdef int s
    begin, end = max(begin, late), min(end, late + LENGTH)
    for s in range(begin, end):
        samples[s] += energy * entries[s - late]


# A crystal above the cut in one number: energy, then time + 2 ** 15, then tower.


cdef inline int64_t energy_of(int64_t crystal) noexcept nogil:
    return crystal >> 32


cdef inline int tower_of(int64_t crystal) noexcept nogil:
    return crystal & 0xFFFF


cdef inline int late_of(int64_t crystal) noexcept nogil:
    """Return the first sample that is not before the pulse's start."""
    return (<int> (crystal >> 16 & 0xFFFF) + PHASES - 1 - EARLIEST) >> PHASE_BITS


cdef inline int phase_of(int64_t crystal) noexcept nogil:
    """Return the time from the pulse's start to that sample."""
    return -(<int> (crystal >> 16)) & (PHASES - 1)


cdef inline bint is_peak(const int64_t *value, int s, int window) noexcept nogil:
    """Return whether a sample is above those before it and not below those after it, within the window."""
    cdef int k
    for k in range(1, window + 1):
        if value[s - k] >= value[s] or value[s + k] > value[s]:
            return False
    return True


cdef class Finder:
    """The calorimeter trigger with its settings and tables; see `EmtFinder`."""

    cdef int16_t tower[CRYSTALS]
    cdef uint8_t column[TOWERS + 1]
    cdef uint8_t kind[TOWERS + 1]
    # First entry of the response that is positive, and the one after the last.
    cdef int rises[PHASES]
    cdef int falls[PHASES]
    cdef int32_t pulse[PHASES][LENGTH]
    cdef int32_t response[PHASES][LENGTH]
    cdef int64_t threshold[OBJECTS]
    cdef int64_t cut
    cdef int64_t lowest
    cdef int64_t most_filtered
    cdef int64_t most_raw
    cdef int window
    cdef int hold
    cdef int delay

    def __init__(
        self, object settings, const int16_t[::1] tower_of_crystal, const int32_t[:, ::1] pulse,
        const int32_t[:, ::1] response,
    ):
        """Take `Settings`, towers of 6580 crystals (-1: none) and two tables of 256 x 64."""
        cdef Py_ssize_t p, k
        cdef bint good = True
        need(
            tower_of_crystal.shape[0] == CRYSTALS and pulse.shape[0] == PHASES and pulse.shape[1] == LENGTH
            and response.shape[0] == PHASES and response.shape[1] == LENGTH,
            "Finder",
        )
        for k in range(CRYSTALS):
            good &= -1 <= tower_of_crystal[k] < TOWERS
            self.tower[k] = tower_of_crystal[k] if tower_of_crystal[k] >= 0 else TOWERS
        self.most_filtered, self.most_raw = 1, 1
        for p in range(PHASES):
            self.rises[p], self.falls[p] = LENGTH, 0
            for k in range(LENGTH):
                if response[p, k] > 0:
                    self.rises[p], self.falls[p] = min(self.rises[p], k), k + 1
                good &= 0 <= pulse[p, k] < MOST_ENTRY and -MOST_ENTRY < response[p, k] < MOST_ENTRY
                self.pulse[p][k], self.response[p][k] = pulse[p, k], response[p, k]
                self.most_raw = max(self.most_raw, pulse[p, k])
                self.most_filtered = max(self.most_filtered, response[p, k])
        for k in range(OBJECTS):
            self.threshold[k] = settings.thresholds[k]
            good &= self.threshold[k] > 0
        self.lowest = min(self.threshold[M], self.threshold[G], self.threshold[E])
        self.cut = settings.cut
        for k in range(TOWERS + 1):
            self.column[k] = k % COLUMNS
            self.kind[k] = 0 if k < COLUMNS else 1 if k >= settings.y_row * COLUMNS else 2
        self.window, self.hold, self.delay = settings.window, settings.hold, settings.delay
        need(
            good and self.cut >= 0 and 1 <= self.window < SAMPLES // 2 and 1 <= self.hold <= TICKS
            and 0 <= self.delay < TICKS,
            "Finder",
        )

    def run(
        self,
        const int64_t[::1] offsets,
        const uint16_t[::1] channel,
        const uint32_t[::1] energy,
        const int16_t[::1] time,
        uint32_t[:, :, ::1] maps,
        uint16_t[:, ::1] y,
        int64_t[::1] row_cuts,
        int32_t[:, ::1] rows,
    ):
        """Do all crossings.

        Parameters
        ----------
        offsets
            int64[n + 1], rows of each crossing.
        channel, energy, time
            uint16[m], uint32[m] and int16[m].
        maps
            uint32[4, n, 64], come as zeros; get M, G, E and X.
        y
            uint16[n, 64], comes as zeros; gets Y.
        row_cuts
            int64[n + 1], gets the rows of each crossing in ``rows``.
        rows
            int32[m, 2], gets tower and energy of towers with energy, in order of towers.
        """
        cdef Py_ssize_t event, events = offsets.shape[0] - 1, m = channel.shape[0]
        cdef int64_t row = 0, count
        cdef Strips strips
        need(
            cuts(offsets, m) and energy.shape[0] == m and time.shape[0] == m and longest(offsets) < MOST_ROWS
            and digis_fit(channel, energy) and maps.shape[0] == MAPS and maps.shape[1] == events
            and maps.shape[2] == TICKS and y.shape[0] == events and y.shape[1] == TICKS
            and row_cuts.shape[0] == events + 1 and rows.shape[0] >= m and rows.shape[1] == 2,
            "Finder.run",
        )
        cdef int64_t[::1] room = np.empty(longest(offsets) + 1, np.int64)
        cdef int64_t *picked = &room[0]
        with nogil:
            row_cuts[0] = 0
            for event in range(events):
                if offsets[event + 1] > offsets[event]:
                    count = self.pick(offsets[event], offsets[event + 1], &channel[0], &energy[0], &time[0], picked)
                    self.add_energies(picked, count, &strips)
                    self.choose(&strips)
                    self.add_samples(picked, count, &strips)
                    self.find_clusters(&strips, maps, event)
                    self.compare_samples(&strips, maps, y, event)
                    row = list_towers(&strips, rows, row)
                row_cuts[event + 1] = row

    cdef int64_t pick(
        self, int64_t begin, int64_t end, const uint16_t *channel, const uint32_t *energy, const int16_t *time,
        int64_t *picked,
    ) noexcept nogil:
        """Write the crystals above the cut: energy, time and tower in one number; return how many."""
        cdef int64_t i, k, above = 0, count = 0
        cdef int tower
        # Most crystals are below the cut: rows first, without a branch, then what is to be known of them.
        for i in range(begin, end):
            picked[above] = i
            above += <int64_t> energy[i] > self.cut
        for k in range(above):
            i = picked[k]
            tower = self.tower[channel[i]]
            picked[count] = <int64_t> energy[i] << 32 | <int64_t> (time[i] + EARLIEST) << 16 | tower
            count += tower < TOWERS
        return count

    cdef void add_energies(self, const int64_t *picked, int64_t count, Strips *strips) noexcept nogil:
        """Sum the energies of towers and strips, and find when peaks may be."""
        cdef int64_t k, energy
        cdef int tower, late, phase, begin = SAMPLES, end = 0
        memset(strips.tower, 0, sizeof(strips.tower))
        memset(strips.towers, 0, sizeof(strips.towers))
        memset(strips.energy, 0, sizeof(strips.energy))
        memset(strips.raw_energy, 0, sizeof(strips.raw_energy))
        for k in range(count):
            energy, tower = energy_of(picked[k]), tower_of(picked[k])
            strips.tower[tower] += energy
            strips.towers[tower >> 6] |= <uint64_t> 1 << (tower & 63)
            strips.energy[self.column[tower]] += energy
            strips.raw_energy[self.kind[tower]][self.column[tower]] += energy
            late, phase = late_of(picked[k]), phase_of(picked[k])
            begin, end = min(begin, late + self.rises[phase]), max(end, late + self.falls[phase])
        strips.begin, strips.end = max(begin, self.window), min(end, SAMPLES - self.window)

    cdef void choose(self, Strips *strips) noexcept nogil:
        """Find the strips that may matter, and clear their samples."""
        cdef int column, kind
        cdef int64_t energy
        cdef uint64_t one
        strips.clusters = 0
        for column in range(COLUMNS):
            energy = strips.energy[column] + strips.energy[column + 1 if column + 1 < COLUMNS else 0]
            one = energy * self.most_filtered >= self.lowest
            strips.clusters |= one << column
        strips.wanted = strips.clusters | strips.clusters << 1 | strips.clusters >> (COLUMNS - 1)
        for kind in range(KINDS):
            strips.raw_wanted[kind] = 0
        for kind in range(2):
            for column in range(COLUMNS):
                one = strips.raw_energy[kind][column] * self.most_raw >= self.threshold[X + kind]
                strips.raw_wanted[kind] |= one << column
                if one:
                    memset(strips.raw[kind][column], 0, sizeof(strips.raw[kind][column]))
        if strips.clusters:
            memset(strips.filtered, 0, sizeof(strips.filtered))

    cdef void add_samples(self, const int64_t *picked, int64_t count, Strips *strips) noexcept nogil:
        """Add the pulses of crystals to the samples of strips."""
        cdef int64_t k, energy
        cdef int tower, column, kind, late, phase
        cdef int begin = strips.begin - self.window, end = strips.end + self.window
        for k in range(count):
            energy, tower = energy_of(picked[k]), tower_of(picked[k])
            column, kind = self.column[tower], self.kind[tower]
            late, phase = late_of(picked[k]), phase_of(picked[k])
            if strips.wanted >> column & 1:
                add(strips.filtered[column], self.response[phase], energy, late, begin, end)
            if strips.raw_wanted[kind] >> column & 1:
                add(strips.raw[kind][column], self.pulse[phase], energy, late, 0, SAMPLES)

    cdef void find_clusters(self, const Strips *strips, uint32_t[:, :, ::1] maps, Py_ssize_t event) noexcept nogil:
        """Set M, G and E of one crossing."""
        cdef int64_t value[SAMPLES]
        cdef int j, other, s, begin = strips.begin, end = strips.end
        cdef uint64_t left = strips.clusters
        while left:
            j = ctz64(left)
            left &= left - 1
            other = j + 1 if j + 1 < COLUMNS else 0
            for s in range(begin - self.window, end + self.window):
                value[s] = strips.filtered[j][s] + strips.filtered[other][s]
            for s in range(begin, end):
                if value[s] >= self.lowest and is_peak(value, s, self.window):
                    self.mark(value, s, j, maps, event)

    cdef inline void mark(
        self, const int64_t *value, int s, int cluster, uint32_t[:, :, ::1] maps, Py_ssize_t event
    ) noexcept nogil:
        """Set the bits of a peak."""
        cdef int which, t
        # It lies in the earlier half of its sample's surroundings if the sample before is the higher one.
        cdef int tick = SAMPLE_TICKS * s - (value[s - 1] > value[s + 1])
        for which in range(M, E + 1):
            if value[s] >= self.threshold[which]:
                for t in range(tick, min(tick + self.hold, TICKS)):
                    maps[which, event, t] |= <uint32_t> 1 << (cluster >> 1)

    cdef void compare_samples(
        self, const Strips *strips, uint32_t[:, :, ::1] maps, uint16_t[:, ::1] y, Py_ssize_t event
    ) noexcept nogil:
        """Set X and Y of one crossing."""
        cdef int kind, column, s, t, first
        cdef uint64_t left
        for kind in range(2):
            left = strips.raw_wanted[kind]
            while left:
                column = ctz64(left)
                left &= left - 1
                for s in range(SAMPLES):
                    if strips.raw[kind][column][s] < self.threshold[X + kind]:
                        continue
                    first = SAMPLE_TICKS * s + self.delay
                    for t in range(first, min(first + SAMPLE_TICKS, TICKS)):
                        if kind == 0:
                            maps[X, event, t] |= <uint32_t> 1 << (column >> 1)
                        else:
                            y[event, t] |= <uint16_t> (1 << (column >> 2))


cdef int64_t list_towers(const Strips *strips, int32_t[:, ::1] rows, int64_t row) noexcept nogil:
    """Write the towers that have energy; return the next row."""
    cdef int word, tower
    cdef uint64_t left
    for word in range(TOWER_WORDS):
        left = strips.towers[word]
        while left:
            tower = 64 * word + ctz64(left)
            left &= left - 1
            rows[row, 0] = tower
            rows[row, 1] = <int32_t> min(strips.tower[tower], MOST_TOTAL)
            row += 1
    return row
