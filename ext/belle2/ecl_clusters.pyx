"""Calorimeter trigger, first half: trigger cells of a batch of crossings to energy sums and clusters.

One pass per crossing: choose the time window, fill the cells, sum rings, find clusters.  Arithmetic and its order
are those of the experiment's simulation (doubles; cells in the order of their numbers, then rings).
"""

from libc.math cimport NAN
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t
from libc.string cimport memset

from shared.checks cimport cuts as cut_rows
from shared.checks cimport need, whole

cdef enum:
    CELLS = 577
    RINGS = 18
    NEAR = 9
    RING_SUMS = 4  # where the ring sums begin among the sums
    MANY = 128     # hits of a crossing that are sorted by counting

# Columns of ``counts``, what is counted per event.
cdef enum:
    HAS_OUTPUT
    CELLS_IN_WINDOW
    CLUSTERS_ALL
    CLUSTERS_EXCEED
    ICN
    ICN_FORWARD
    ICN_BARREL
    ICN_BACKWARD
    SOURCE
    EVENT_CELL
    QUALITY
    BACKGROUND
    COUNTS

cdef struct Crossing:
    # Cells of the crossing: of a cell hit twice, the last hit.  Those that were not hit have energy 0.
    double energy[CELLS]
    double time[CELLS]
    int8_t fired[CELLS]
    int kept


cdef bint tables_fit(
    const int16_t[:, ::1] near, const int16_t[:, ::1] vetoes, const int16_t[::1] theta
) noexcept nogil:
    cdef Py_ssize_t i, k
    cdef bint outside = False
    for i in range(CELLS):
        outside |= theta[i] < 0 or theta[i] >= RINGS
        for k in range(NEAR):
            outside |= near[i, k] < 0 or near[i, k] >= CELLS
        for k in range(5):
            outside |= vetoes[i, k] < 0 or vetoes[i, k] >= CELLS
    return not outside


cdef bint cells_fit(const int16_t[::1] cell) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(cell.shape[0]):
        outside |= cell[i] < 1 or cell[i] >= CELLS
    return not outside


cdef void by_counting(
    const int16_t[::1] cell, int64_t first, int64_t last, int32_t *order
) noexcept nogil:
    """List hits by cell, those of one cell in their order, in time that grows with their number."""
    cdef int64_t i
    cdef int place[CELLS + 1]
    cdef int k
    memset(place, 0, sizeof(place))
    for i in range(first, last):
        place[cell[i] + 1] += 1
    for k in range(CELLS):
        place[k + 1] += place[k]
    for i in range(first, last):
        order[place[cell[i]]] = <int32_t> i
        place[cell[i]] += 1


cdef class Clusters:
    """Window, sums and clusters, with their settings and tables; see `CalorimeterTrigger`."""

    cdef double window
    cdef double step
    cdef double quality[2]
    cdef int limit
    cdef const int16_t[:, ::1] near
    cdef const int16_t[:, ::1] vetoes
    cdef const int16_t[::1] theta
    cdef const uint8_t[::1] quadrants
    cdef const double[:, ::1] centres

    def __init__(
        self,
        object config,
        const int16_t[:, ::1] near,
        const int16_t[:, ::1] vetoes,
        const int16_t[::1] theta,
        const uint8_t[::1] quadrants,
        const double[:, ::1] centres,
    ):
        """Take the settings of an `Ecl` and keep the tables (577 entries each)."""
        need(
            near.shape[0] == CELLS and near.shape[1] == NEAR and vetoes.shape[0] == CELLS and vetoes.shape[1] == 5
            and theta.shape[0] == CELLS and quadrants.shape[0] == CELLS and centres.shape[0] == CELLS
            and centres.shape[1] == 3 and tables_fit(near, vetoes, theta),
            "Clusters",
        )
        self.near, self.vetoes, self.theta, self.quadrants = near, vetoes, theta, quadrants
        self.centres = centres
        self.window, self.step = config.window_ns, config.window_ns - config.overlap_ns
        self.quality[0], self.quality[1] = config.time_quality
        self.limit = config.cluster_limit

    def run(
        self,
        const int64_t[::1] offsets,
        const int16_t[::1] cell,
        const double[::1] energy,
        const double[::1] time,
        const double[::1] u,
        bint keep_flags,
        int32_t[::1] order,
        int16_t[:, ::1] counts,
        double[:, ::1] sums,
        int64_t[::1] cluster_offsets,
        int16_t[:, ::1] cluster_whole,
        double[:, ::1] cluster_real,
    ):
        """Do all crossings; `CalorimeterTrigger.decide_energies` describes the arrays.

        ``order`` is scratch with an entry per hit and one more; ``counts`` and ``sums`` come as zeros, the rows of
        clusters with room for the limit in every crossing.
        """
        cdef Py_ssize_t event, events = offsets.shape[0] - 1
        cdef int64_t rows = 0
        cdef uint8_t flags = 0
        cdef Crossing x
        cdef int i, n
        need(
            self.near is not None and cut_rows(offsets, cell.shape[0]) and energy.shape[0] == cell.shape[0]
            and time.shape[0] == cell.shape[0] and u.shape[0] >= events and order.shape[0] > cell.shape[0]
            and cell.shape[0] < 1 << 30 and counts.shape[0] >= events and counts.shape[1] == COUNTS
            and sums.shape[0] >= events and sums.shape[1] == RING_SUMS + RINGS
            and cluster_offsets.shape[0] == events + 1
            and min(cluster_whole.shape[0], cluster_real.shape[0]) >= events * self.limit
            and cluster_whole.shape[1] == 2 and cluster_real.shape[1] == 5 and cells_fit(cell),
            "Clusters.run",
        )
        with nogil:
            for i in range(CELLS):
                x.fired[i] = 0
                x.energy[i] = x.time[i] = 0.0
            cluster_offsets[0] = 0
            for event in range(events):
                n = self.select_window(
                    offsets[event], offsets[event + 1], cell, energy, time, u[event], &order[0], &sums[event, 0]
                )
                if not keep_flags:
                    flags = 0
                if self.fill(&x, &order[0], n, cell, energy, time, &flags, &counts[event, 0], &sums[event, 0]):
                    rows = self.find(&x, &order[0], n, cell, &counts[event, 0], rows, cluster_whole, cluster_real)
                else:
                    for i in range(RING_SUMS):
                        sums[event, i] = NAN
                for i in range(n):
                    x.fired[cell[order[i]]] = 0
                    x.energy[cell[order[i]]] = 0.0
                cluster_offsets[event + 1] = rows

    cdef int select_window(
        self, int64_t first, int64_t last, const int16_t[::1] cell, const double[::1] energy,
        const double[::1] time, double u, int32_t *order, double *sums
    ) noexcept nogil:
        """List the hits of the window with most energy, by cell; return how many.

        Three windows, each a step after the other, the middle one at 0; all move by up to 125 ns with the phase of
        the sampling clock.  With no hit in any of them the experiment looks 4 us earlier; so does this.
        """
        cdef int64_t i
        cdef int n = 0, kept = 0, k, best = -1
        cdef double totals[3]
        cdef double starts[3]
        cdef double most = 0.0, start, fluctuation = (-1.0 + u) * 125.0
        cdef int32_t hit
        # Insertion keeps hits of one cell in their order; hits mostly come sorted already.
        if last - first > MANY:
            by_counting(cell, first, last, order)
            n, first = <int> (last - first), last
        for i in range(first, last):
            k = n
            while k > 0 and cell[order[k - 1]] > cell[i]:
                order[k] = order[k - 1]
                k -= 1
            order[k] = <int32_t> i
            n += 1
        cdef double middle = <double> whole(4000.0 / self.step + 0.5)
        for k in range(3):
            starts[k] = (middle + k - 1) * self.step + fluctuation - middle * self.step
            totals[k] = 0.0
            for i in range(n):
                hit = order[i]
                # A product instead of a branch that nobody can predict.
                totals[k] += energy[hit] * <double> ((starts[k] < time[hit]) & (time[hit] < starts[k] + self.window))
            if most < totals[k]:
                most, best = totals[k], k
        start = starts[best] if best >= 0 else -4000.0 + fluctuation
        for i in range(n):
            hit = order[i]
            order[kept] = hit
            kept += (start < time[hit]) & (time[hit] < start + self.window)
        sums[0] = start
        return kept

    cdef bint fill(
        self, Crossing *x, const int32_t *order, int n, const int16_t[::1] cell, const double[::1] energy,
        const double[::1] time, uint8_t *flags, int16_t *counts, double *sums
    ) noexcept nogil:
        """Fill the cells; energy sums, time, beam-background veto.  Return whether there was any energy."""
        cdef int i, c, ring, top = 0
        cdef int32_t hit
        cdef double e, most = 0.0, physics = 0.0, everything = 0.0
        cdef double *rings = sums + RING_SUMS
        cdef bint forward, barrel
        for i in range(n):
            hit = order[i]
            c, e = cell[hit], energy[hit]
            x.fired[c] = 1
            x.energy[c], x.time[c] = e, time[hit]
            if e > 0:
                rings[self.theta[c]] += e
                flags[0] |= self.quadrants[c]
            if e > most:
                most, top, sums[3] = e, c, time[hit]
        for ring in range(1, RINGS):
            everything += rings[ring]
            if 2 <= ring <= 15:
                physics += rings[ring]
        if everything == 0:
            return False
        sums[1], sums[2] = physics, everything
        counts[HAS_OUTPUT] = 1
        counts[CELLS_IN_WINDOW] = n
        counts[EVENT_CELL] = top
        counts[SOURCE] = 1 if top <= 80 else 2 if top <= 512 else 4
        counts[QUALITY] = 3 if most > self.quality[1] else 2 if most > self.quality[0] else 1
        # Opposite quadrants in the forward endcap (low four bits), in the barrel (high four).
        forward = (flags[0] & 0x05) == 0x05 or (flags[0] & 0x0A) == 0x0A
        barrel = (flags[0] & 0x50) == 0x50 or (flags[0] & 0xA0) == 0xA0
        counts[BACKGROUND] = (forward or barrel) | (barrel and not forward) << 1 | (forward and not barrel) << 2
        return True

    cdef int64_t find(
        self, Crossing *x, const int32_t *order, int n, const int16_t[::1] cell, int16_t *counts, int64_t rows,
        int16_t[:, ::1] cluster_whole, double[:, ::1] cluster_real
    ) noexcept nogil:
        """Count seeds and make clusters: barrel, forward, backward; keep the first ones.  Return rows in use."""
        cdef int seeds[3]
        cdef int edges[4]
        cdef int region, i, j, k, c, centre, other, found = 0
        cdef double most
        cdef const int16_t *veto
        x.kept = 0
        edges[0], edges[3] = 0, n
        i = 0
        while i < n and cell[order[i]] <= 80:
            i += 1
        edges[1] = i
        while i < n and cell[order[i]] <= 512:
            i += 1
        edges[2] = i
        for k in range(3):
            region = 1 if k == 0 else 0 if k == 1 else 2
            seeds[region] = 0
            for i in range(edges[region], edges[region + 1]):
                c = cell[order[i]]
                if i > edges[region] and cell[order[i - 1]] == c:
                    continue
                veto = &self.vetoes[c, 0]
                if x.fired[veto[0]] or x.fired[veto[1]] or x.fired[veto[2]]:
                    continue
                if x.fired[veto[3]] and x.fired[veto[4]]:
                    continue
                seeds[region] += self.theta[c] != 1
                most, centre = 0.0, 0
                for j in range(NEAR):
                    other = self.near[c, j]
                    if x.energy[other] > most:
                        most, centre = x.energy[other], other
                if centre == 0:
                    continue
                found += 1
                if x.kept < self.limit:
                    rows = self.keep(x, centre, rows, cluster_whole, cluster_real)
        counts[ICN_FORWARD], counts[ICN_BARREL], counts[ICN_BACKWARD] = seeds[0], seeds[1], seeds[2]
        counts[ICN] = seeds[0] + seeds[1]
        counts[CLUSTERS_ALL] = found
        counts[CLUSTERS_EXCEED] = found if found > self.limit else 0
        return rows

    cdef int64_t keep(
        self, Crossing *x, int centre, int64_t row, int16_t[:, ::1] cluster_whole, double[:, ::1] cluster_real
    ) noexcept nogil:
        """Sum the cells around a centre, as they are (other clusters may have them too); return the next row.

        Cells that were not hit have no energy and change no sum.
        """
        cdef int i, k, other, count = 0
        cdef double e, energy = 0.0, time = 0.0
        cdef double place[3]
        for k in range(3):
            place[k] = 0.0
        for i in range(NEAR):
            other = self.near[centre, i]
            e = x.energy[other]
            count += x.fired[other]
            energy += e
            time += e * x.time[other]
            for k in range(3):
                place[k] += e * self.centres[other, k]
        cluster_whole[row, 0], cluster_whole[row, 1] = centre, count
        cluster_real[row, 0], cluster_real[row, 1] = energy, time / energy
        for k in range(3):
            cluster_real[row, 2 + k] = place[k] / energy
        x.kept += 1
        return row + 1
