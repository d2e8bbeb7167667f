"""z trigger: segments of a batch of crossings to tracks with curvature, dip and z0, and to maps.

Plan.  A crossing has some hundred segments, and some twenty of these are seeds (superlayers 7 and 10).

1. *Window.*  Positions of all segments are turned into fine units of the two seeds' superlayers once, and segments
   are sorted into 64 sectors of azimuth.  Of seeds side by side the best is taken; for each, the segments in the
   sectors around it are looked at, eight at once.
2. *Matrix.*  A cell is a bin of curvature and a bin of dip (64 x 64); wanted is a cell with segments of as many
   superlayers as possible.  Axial wires see no dip: each segment there gives one mask of curvature bins, and three
   masks tell how many axial superlayers each bin has.  Only these bins are looked at, the fullest first, and only
   while six stereo superlayers could still make them the best: there, each stereo segment gives a range of dip bins,
   one word, and a sliced counter counts the superlayers of all 64 cells at once.
3. *Fit.*  The nearest segment of each superlayer in the cell; sums of integers, and Cramer's rule.
4. *Decisions.*  Cuts, for each decision and seed.

Superlayers count from 0: axial ones are 0, 3, 6 and 9.
"""

from libc.math cimport sqrt
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.string cimport memset

from shared.bits cimport Count, count5, ctz64, majority3
from shared.checks cimport cuts as cut_rows
from shared.checks cimport need

include "zpd_types.pxi"
include "zpd_window.pxi"
include "zpd_matrix.pxi"
include "zpd_fit.pxi"
include "zpd_decisions.pxi"
include "zpd_checks.pxi"


cdef inline Py_ssize_t find_tracks(
    const Tables *t, State *s, const Columns *given, Py_ssize_t begin, Py_ssize_t end, Rows *rows
) noexcept nogil:
    """Add the tracks of a crossing; return the first segment that is none, or -1."""
    cdef Py_ssize_t row, bad = take_segments(t, s, given, begin, end)
    cdef int i, n = 0, superlayer
    cdef Seed seed
    if bad >= 0:
        return bad
    for seed.which in range(2):
        seed.span, superlayer = <int16_t> (t.before + t.after), SEEDS[seed.which]
        for i in range(find_worse(t, s, given, begin, superlayer)):
            if s.weight[i] >= t.seed_weight and not s.worse[0][i] | s.worse[1][i]:
                row = s.first[superlayer] + i
                seed.place, seed.sort_place = s.place[seed.which][row], s.place[1][row]
                seed.earliest = <int16_t> (s.tick[i] - t.before)
                s.tracks[n].seed, s.tracks[n].which, s.tracks[n].place = begin + row, seed.which, seed.place
                n += best_cell(t, s, &seed, s.tracks + n)
    for i in range(n):
        if fit(t, s.tracks + i):
            write(t, given, s.tracks + i, rows)
    return -1


cdef class Finder:
    """Tables and settings of the z trigger; its memory serves one thread.

    Parameters
    ----------
    tables, window
        `Tables` and `Window` of `trigemu.experiments.babar.zpd.tables`.
    """

    cdef Tables t
    cdef State s
    cdef object memory
    cdef object kept

    def __init__(self, tables, window):
        cdef int i
        for i in range(LANES):
            self.t.ones[i] = 1
        for i in range(BINS):
            self.s.not_before[i], self.s.not_after[i] = ~<uint64_t> 0 << i, ~<uint64_t> 0 >> (BINS - 1 - i)
        self.memory = make_room(&self.s, 256)
        take_places(&self.t, tables.places)
        take_matrix(&self.t, tables.matrix)
        take_fits(&self.t, tables.fits)
        take_decisions(&self.t, tables.decisions)
        self.t.seed_weight, self.t.least_weight, self.t.neighbours, ticks, self.t.superlayers = window
        self.t.before, self.t.after = ticks
        need(
            1 <= self.t.superlayers <= SUPERLAYERS and 0 <= self.t.before <= TICKS and 0 <= self.t.after <= TICKS
            and 0 <= self.t.neighbours <= 3,
            "Finder",
        )
        self.kept = tables

    def find(self, segments, rows):
        """Fill rows, of which there must be as many as there are segments in superlayers 7 and 10.

        Parameters
        ----------
        segments
            `records.Segments`.
        rows
            `records.ZTracks`.

        Returns
        -------
        How many rows, or -1 - i if segment i is none, or not in the order of superlayers and pivots.
        """
        cdef const int64_t[::1] offsets = segments.offsets
        cdef const uint8_t[::1] superlayer = segments.superlayer, pivot = segments.pivot
        cdef const uint8_t[::1] weight = segments.weight, tick = segments.tick
        cdef const int16_t[::1] phi = segments.phi
        cdef int64_t[::1] cuts = rows.offsets
        cdef Columns given
        cdef Rows out
        cdef Py_ssize_t event, events = offsets.shape[0] - 1, bad = -1, room = take_rows(&out, rows)
        need(
            superlayer.shape[0] == phi.shape[0] and pivot.shape[0] == phi.shape[0]
            and weight.shape[0] == phi.shape[0] and tick.shape[0] == phi.shape[0] and phi.shape[0] < 1 << 31
            and cut_rows(offsets, phi.shape[0]) and cuts.shape[0] == events + 1 and room >= seeds(superlayer),
            "find",
        )
        if largest(offsets) > self.s.room:
            self.memory = make_room(&self.s, largest(offsets))
        cuts[0] = 0
        given.superlayer = given.pivot = given.weight = given.tick = NULL
        given.phi = NULL
        if phi.shape[0] > 0:
            given.superlayer, given.pivot = &superlayer[0], &pivot[0]
            given.weight, given.tick, given.phi = &weight[0], &tick[0], &phi[0]
        with nogil:
            for event in range(events):
                bad = find_tracks(&self.t, &self.s, &given, offsets[event], offsets[event + 1], &out)
                if bad >= 0:
                    break
                cuts[event + 1] = out.count
        return -1 - bad if bad >= 0 else out.count

    def maps(self, tracks, maps):
        """Set the bins of tracks that pass: maps is uint16[4, n, 64], zeros before.

        Returns
        -------
        Nothing: a track beyond all bins or ticks is refused.
        """
        cdef const int64_t[::1] offsets = tracks.offsets
        cdef const uint8_t[::1] where = tracks.bin, tick = tracks.tick, passed = tracks.passed
        cdef uint16_t[:, :, ::1] out = maps
        cdef Py_ssize_t event, i, events = offsets.shape[0] - 1
        cdef int decision
        cdef bint good = True
        for i in range(where.shape[0]):
            good &= where[i] < AZIMUTH_BINS
        for i in range(tick.shape[0]):
            good &= tick[i] < TICKS
        need(
            good and tick.shape[0] == where.shape[0] and passed.shape[0] == where.shape[0]
            and cut_rows(offsets, where.shape[0]) and out.shape[0] == DECISIONS and out.shape[1] == events
            and out.shape[2] == TICKS,
            "maps",
        )
        with nogil:
            for event in range(events):
                for i in range(offsets[event], offsets[event + 1]):
                    for decision in range(DECISIONS):
                        if passed[i] >> decision & 1:
                            out[decision, event, tick[i]] |= self.t.bins[decision * AZIMUTH_BINS + where[i]]
