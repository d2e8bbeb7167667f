"""Level 3 and the filters after it: what they count, sum and compare of tracks and clusters, event by event.

Plan.  One pass over the tracks of each event and one over its clusters; an object is taken to the CM (along z) and
put to every cut, so that nothing is kept of it.  The two leading ones are put in their places as they come; of them
alone the momentum is written out, and filters look at pairs afterwards, for all events at once.  R2 of an event comes
from the sums of p_a p_b / p (`trigemu.collider.shapes` has the formula).  Numbers that are none fail every cut.
"""

from libc.math cimport NAN, cos, fabs, sin, sqrt
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t

from shared.checks cimport cuts as cut_rows
from shared.checks cimport need

# Columns of the outputs, in the order of `trigemu.experiments.babar.l3.quantities`.
cdef enum:
    TRACKS, ONE_TRACK, TWO_TRACKS, PRONGS, GOOD, SOFT_ONE, SOFT_TWO, ELECTRONS, FAST_LOW, FAST_HIGH
    TRACK_COUNTS

cdef enum:
    CLUSTERS, TWO_CLUSTERS, NEIGHBOURS, ISR, BESIDE, LOW_MASS, HIGH_MASS, NEUTRAL
    CLUSTER_COUNTS

cdef enum:
    MASS, TOTAL, R2
    CLUSTER_VALUES

cdef enum:
    PRONG_1, PRONG_2, HIGH_1, HIGH_2
    TRACK_LEGS

cdef enum:
    SHOWER_1, SHOWER_2, PHOTON
    CLUSTER_LEGS

cdef enum:
    PX, PY, PZ, E, MOMENTUM, PT, PZ_LAB, ENERGY, RATIO, D0, CHARGE, PHI0, TAN_LAMBDA
    LEG

# Columns of the cuts that tracks are put to, and of a pair of numbers.
cdef struct Close:
    double pt
    double d0
    double z

cdef struct Cuts:
    bint offline             # R2 and neutral hadrons rather than the event mass
    double bend              # GeV/mm
    double mass              # of tracks, GeV
    double beta
    double gamma
    double collision_z
    Close one_track
    Close two_tracks
    Close prong
    Close good               # pT itself counts
    int good_hits
    double soft_one[2]       # E/p below, p* above
    double soft_two[2]
    double electron[2]       # both above
    double fast[2]           # p* above: for low, high masses
    double least             # of a cluster, GeV
    double window            # ns
    double two_clusters      # E* above
    double isolated          # E* of a leader whose neighbours count
    double neighbour         # GeV above
    double neighbour_cosine  # above
    double isr               # E* above
    double isr_cosine[2]     # above, below
    double beside            # GeV above
    double single[2]         # E* above: for low, high masses
    double neutral           # E* above

cdef struct TrackColumns:
    const float *d0
    const float *phi0
    const float *omega
    const float *z0
    const float *tan_lambda
    const float *energy
    const uint8_t *hits
    const int8_t *charge

cdef struct ClusterColumns:
    const float *energy
    const float *theta
    const float *phi
    const float *time
    const int16_t *track

cdef struct Shape:           # sums for R2
    double size
    double xx
    double yy
    double zz
    double xy
    double xz
    double yz


cdef inline bint close_by(const Close *cuts, double pt, double d0, double z) noexcept nogil:
    return fabs(d0) < cuts.d0 and fabs(z) < cuts.z and pt > cuts.pt


cdef inline void spread(Shape *shape, double x, double y, double z, double size) noexcept nogil:
    """Add a momentum of this size."""
    cdef double inverse = 1.0 / size if size > 0 else 0.0
    shape.size += size
    shape.xx += x * x * inverse
    shape.yy += y * y * inverse
    shape.zz += z * z * inverse
    shape.xy += x * y * inverse
    shape.xz += x * z * inverse
    shape.yz += y * z * inverse


cdef inline double second_moment(const Shape *s) noexcept nogil:
    """Return R2, NAN without momenta."""
    cdef double squares = s.xx * s.xx + s.yy * s.yy + s.zz * s.zz
    squares += 2.0 * (s.xy * s.xy + s.xz * s.xz + s.yz * s.yz)
    return 1.5 * squares / (s.size * s.size) - 0.5 if s.size > 0 else NAN


cdef inline void place(double size, int64_t row, double *sizes, int64_t *rows) noexcept nogil:
    """Put a row in its place among the two largest (earlier ones win ties); ``sizes`` begin below all."""
    if size > sizes[0]:
        sizes[1], rows[1] = sizes[0], rows[0]
        sizes[0], rows[0] = size, row
    elif size > sizes[1]:
        sizes[1], rows[1] = size, row


cdef inline void write_track(const TrackColumns *t, int64_t k, const Cuts *c, double *leg) noexcept nogil:
    """Write out a leading track; ``leg`` stays 0 without (k < 0)."""
    cdef double omega, pt, pz, energy, size
    if k < 0:
        return
    omega = fabs(t.omega[k])
    pt = c.bend / omega if omega > 0 else 0.0
    pz = pt * t.tan_lambda[k]
    energy = sqrt(pt * pt + pz * pz + c.mass * c.mass)
    leg[PX], leg[PY] = pt * cos(t.phi0[k]), pt * sin(t.phi0[k])
    leg[PZ], leg[E] = c.gamma * (pz - c.beta * energy), c.gamma * (energy - c.beta * pz)
    leg[MOMENTUM], leg[PT], leg[PZ_LAB] = sqrt(pt * pt + leg[PZ] * leg[PZ]), pt, pz
    size = sqrt(pt * pt + pz * pz)
    leg[ENERGY], leg[RATIO] = t.energy[k], t.energy[k] / size if size > 0 else 0.0
    leg[D0], leg[CHARGE], leg[PHI0], leg[TAN_LAMBDA] = t.d0[k], t.charge[k], t.phi0[k], t.tan_lambda[k]


cdef inline void write_cluster(const ClusterColumns *s, int64_t k, const Cuts *c, double *leg) noexcept nogil:
    cdef double energy, across, pz
    if k < 0:
        return
    energy = s.energy[k]
    across, pz = energy * sin(s.theta[k]), energy * cos(s.theta[k])
    leg[PX], leg[PY] = across * cos(s.phi[k]), across * sin(s.phi[k])
    leg[PZ], leg[E] = c.gamma * (pz - c.beta * energy), c.gamma * (energy - c.beta * pz)
    leg[MOMENTUM], leg[PT], leg[PZ_LAB], leg[ENERGY] = leg[E], fabs(across), pz, energy


cdef inline double one_event_of_tracks(
    const TrackColumns *t, int64_t first, int64_t last, const Cuts *c, int32_t *counts, double *legs
) noexcept nogil:
    """Count the tracks of an event, write out the leading ones, and return R2 of the good ones (offline)."""
    cdef Shape shape = Shape(0, 0, 0, 0, 0, 0, 0)
    cdef double[4] sizes = [-1.0, -1.0, -1.0, -1.0]
    cdef int64_t[4] rows = [-1, -1, -1, -1]
    cdef double omega, pt, pz, energy, pz_star, size, momentum, ratio, z
    cdef int64_t k
    cdef int i
    cdef bint good
    counts[TRACKS] = <int32_t> (last - first)
    for k in range(first, last):
        omega = fabs(t.omega[k])
        pt = c.bend / omega if omega > 0 else 0.0
        pz = pt * t.tan_lambda[k]
        energy = sqrt(pt * pt + pz * pz + c.mass * c.mass)
        pz_star = c.gamma * (pz - c.beta * energy)
        size, momentum = sqrt(pt * pt + pz_star * pz_star), sqrt(pt * pt + pz * pz)
        ratio = t.energy[k] / momentum if momentum > 0 else 0.0
        z = t.z0[k] - c.collision_z
        counts[ONE_TRACK] += close_by(&c.one_track, pt, t.d0[k], z)
        counts[TWO_TRACKS] += close_by(&c.two_tracks, pt, t.d0[k], z)
        if close_by(&c.prong, pt, t.d0[k], z):
            counts[PRONGS] += 1
            place(size, k, sizes, rows)
        place(pt, k, sizes + 2, rows + 2)
        counts[FAST_LOW] += size > c.fast[0]
        counts[FAST_HIGH] += size > c.fast[1]
        good = fabs(t.d0[k]) < c.good.d0 and fabs(z) < c.good.z and pt >= c.good.pt and t.hits[k] >= c.good_hits
        if good:
            counts[GOOD] += 1
            counts[SOFT_ONE] += ratio < c.soft_one[0] and size > c.soft_one[1]
            counts[SOFT_TWO] += ratio < c.soft_two[0] and size > c.soft_two[1]
            counts[ELECTRONS] += ratio > c.electron[0] and size > c.electron[1]
            if c.offline:
                spread(&shape, pt * cos(t.phi0[k]), pt * sin(t.phi0[k]), pz_star, size)
    for i in range(TRACK_LEGS):
        write_track(t, rows[i], c, legs + i * LEG)
    return second_moment(&shape)


cdef inline int32_t neighbours(
    const ClusterColumns *s, int64_t first, int64_t last, int64_t leader, const Cuts *c
) noexcept nogil:
    """Return how many other clusters are near the leader."""
    cdef int32_t number = 0
    cdef double cosine, up = cos(s.theta[leader]), across = sin(s.theta[leader]), phi = s.phi[leader]
    cdef int64_t k
    for k in range(first, last):
        if k == leader or not s.energy[k] > c.least or not fabs(s.time[k]) < c.window:
            continue
        cosine = up * cos(s.theta[k]) + across * sin(s.theta[k]) * cos(phi - s.phi[k])
        number += s.energy[k] > c.neighbour and cosine > c.neighbour_cosine
    return number


cdef inline void one_event_of_clusters(
    const ClusterColumns *s, int64_t first, int64_t last, const Cuts *c,
    int32_t *counts, double *values, double *legs,
) noexcept nogil:
    cdef Shape shape = Shape(0, 0, 0, 0, 0, 0, 0)
    cdef double[4] sizes = [-1.0, -1.0, -1.0, -1.0]
    cdef int64_t[4] rows = [-1, -1, -1, -1]
    cdef double[4] total = [0.0, 0.0, 0.0, 0.0]
    cdef double energy, across, z, z_star, star
    cdef bint isr, free
    cdef int64_t k
    values[TOTAL] = 0.0
    for k in range(first, last):
        energy = s.energy[k]
        if not energy > c.least or not fabs(s.time[k]) < c.window:
            continue
        across, z = energy * sin(s.theta[k]), energy * cos(s.theta[k])
        z_star, star = c.gamma * (z - c.beta * energy), c.gamma * (energy - c.beta * z)
        free = s.track[k] < 0
        place(star, k, sizes, rows)
        if free:
            place(star, k, sizes + 2, rows + 2)
        isr = star > c.isr and z_star > c.isr_cosine[0] * star and z_star < c.isr_cosine[1] * star
        counts[CLUSTERS] += 1
        counts[TWO_CLUSTERS] += star > c.two_clusters
        counts[ISR] += isr
        counts[BESIDE] += isr or energy > c.beside
        counts[LOW_MASS] += star > c.single[0]
        counts[HIGH_MASS] += star > c.single[1] and free
        if not c.offline:
            total[0] += across * cos(s.phi[k])
            total[1] += across * sin(s.phi[k])
            total[2] += z_star
            total[3] += star
        elif star > c.neutral:
            counts[NEUTRAL] += 1
            values[TOTAL] += star
            spread(&shape, across * cos(s.phi[k]), across * sin(s.phi[k]), z_star, star)
    z = total[3] * total[3] - total[0] * total[0] - total[1] * total[1] - total[2] * total[2]
    values[MASS] = sqrt(z) if z > 0 else 0.0
    values[R2] = second_moment(&shape)
    if sizes[0] > c.isolated:
        counts[NEIGHBOURS] = neighbours(s, first, last, rows[0], c)
    write_cluster(s, rows[0], c, legs + SHOWER_1 * LEG)
    write_cluster(s, rows[1], c, legs + SHOWER_2 * LEG)
    write_cluster(s, rows[2], c, legs + PHOTON * LEG)


cdef class Summary:
    """What the filters need of events; ``cuts``: the fields of the struct of that name."""

    cdef Cuts cuts

    def __init__(self, dict cuts):
        self.cuts = cuts

    def tracks(
        self, dict columns, const int64_t[::1] offsets, int32_t[:, ::1] counts, double[::1] r2, double[:, :, ::1] legs
    ):
        """Fill what n events have of tracks.

        Parameters
        ----------
        columns
            ``d0``, ``phi0``, ``omega``, ``z0``, ``tan_lambda``, ``energy`` (float32[k]), ``hits`` (uint8[k]) and
            ``charge`` (int8[k]).
        offsets
            int64[n + 1], rows of each event.
        counts, legs
            int32[n, 10] and float64[n, 4, 13], zeros before.
        r2
            float64[n], R2 of the good tracks, nan without or if not offline.
        """
        cdef const float[::1] d0 = columns["d0"], phi0 = columns["phi0"], omega = columns["omega"]
        cdef const float[::1] z0 = columns["z0"], tan_lambda = columns["tan_lambda"], energy = columns["energy"]
        cdef const uint8_t[::1] hits = columns["hits"]
        cdef const int8_t[::1] charge = columns["charge"]
        cdef Py_ssize_t n = offsets.shape[0] - 1, i
        cdef Py_ssize_t k = d0.shape[0]
        cdef TrackColumns t
        need(
            cut_rows(offsets, k) and phi0.shape[0] == k and omega.shape[0] == k and z0.shape[0] == k
            and tan_lambda.shape[0] == k and energy.shape[0] == k and hits.shape[0] == k and charge.shape[0] == k
            and counts.shape[0] == n and counts.shape[1] == TRACK_COUNTS and r2.shape[0] == n
            and legs.shape[0] == n and legs.shape[1] == TRACK_LEGS and legs.shape[2] == LEG,
            "tracks",
        )
        if n == 0:
            return
        if k == 0:
            r2[:] = NAN
            return
        t.d0, t.phi0, t.omega, t.z0 = &d0[0], &phi0[0], &omega[0], &z0[0]
        t.tan_lambda, t.energy, t.hits, t.charge = &tan_lambda[0], &energy[0], &hits[0], &charge[0]
        with nogil:
            for i in range(n):
                r2[i] = one_event_of_tracks(
                    &t, offsets[i], offsets[i + 1], &self.cuts, &counts[i, 0], &legs[i, 0, 0]
                )

    def clusters(
        self, dict columns, const int64_t[::1] offsets, int32_t[:, ::1] counts, double[:, ::1] values,
        double[:, :, ::1] legs,
    ):
        """Fill what n events have of clusters.

        Parameters
        ----------
        columns
            ``energy``, ``theta``, ``phi``, ``time`` (float32[k]) and ``track`` (int16[k]).
        offsets
            int64[n + 1], rows of each event.
        counts, legs
            int32[n, 8] and float64[n, 3, 13], zeros before.
        values
            float64[n, 3]: event mass (0 offline), energy and R2 (nan without any) of clusters that count as neutral
            hadrons (none if not offline).
        """
        cdef const float[::1] energy = columns["energy"], theta = columns["theta"], phi = columns["phi"]
        cdef const float[::1] time = columns["time"]
        cdef const int16_t[::1] track = columns["track"]
        cdef Py_ssize_t n = offsets.shape[0] - 1, i
        cdef Py_ssize_t k = energy.shape[0]
        cdef ClusterColumns s
        need(
            cut_rows(offsets, k) and theta.shape[0] == k and phi.shape[0] == k and time.shape[0] == k
            and track.shape[0] == k and counts.shape[0] == n and counts.shape[1] == CLUSTER_COUNTS
            and values.shape[0] == n and values.shape[1] == CLUSTER_VALUES
            and legs.shape[0] == n and legs.shape[1] == CLUSTER_LEGS and legs.shape[2] == LEG,
            "clusters",
        )
        if n == 0:
            return
        if k == 0:
            values[:, :] = 0.0
            values[:, R2] = NAN
            return
        s.energy, s.theta, s.phi, s.time, s.track = &energy[0], &theta[0], &phi[0], &time[0], &track[0]
        with nogil:
            for i in range(n):
                one_event_of_clusters(
                    &s, offsets[i], offsets[i + 1], &self.cuts, &counts[i, 0], &values[i, 0], &legs[i, 0, 0]
                )
