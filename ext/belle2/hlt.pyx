"""Software trigger: counts of tracks and clusters, and which of them lead (belle2_facts 9.1, 9.2).

One pass over the objects of each event; what lines ask of pairs is worked out from the leading ones afterwards.
"""

from libc.math cimport NAN, fabs, sqrt
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t

from shared.checks cimport cuts as cut_rows
from shared.checks cimport need

# Columns of the outputs, in the order of `trigemu.experiments.belle2.hlt.objects`.
cdef enum:
    TRACKS, TRACK_C, LOOSE, TIGHT, LOOSE_B, TIGHT_B, CHARGE, CHARGE_B
    CLUSTERS, MEDIUM, HIGH, E180, E300, E500, E2000, E250, PAIR_MAX, SINGLE
    PHOTON_BARREL, PHOTON_EXTENDED, PHOTON_ENDCAP, ELECTRON_BARREL, ELECTRON_EXTENDED, PHOTON_REDUCED
    NEUTRAL_BARREL, NEUTRAL_ENDCAP, CHARGED
    COUNTS

cdef enum:
    P_MAX, P_MAX_B, MASS_NEGATIVE, MASS_POSITIVE, THETA_POSITIVE
    VALUES

cdef enum:
    NEGATIVE, POSITIVE, NEGATIVE_ANY, POSITIVE_ANY, CLUSTER_1, CLUSTER_2, NEUTRAL_1, NEUTRAL_2
    LEADERS


cdef struct Cuts:
    double loose_z0
    double tight_z0
    double loose_b_z0
    double tight_b_z0
    int b_hits
    double c_z0
    double c_time
    double c_momentum
    double cluster_time
    double cluster_energy
    double single
    double reduced
    double other
    double pair
    double pair_max
    double barrel_low
    double barrel_high
    double extended_low
    double extended_high
    double endcap_low
    double endcap_high
    double reduced_low
    double reduced_high


cdef inline bint inside(double value, double low, double high) noexcept nogil:
    return low < value and value < high


cdef inline double pair_mass(const double *a, const double *b) noexcept nogil:
    """Return the invariant mass of two four-vectors (px, py, pz, E); 0 if rounding makes its square negative."""
    cdef double x = a[0] + b[0], y = a[1] + b[1], z = a[2] + b[2], e = a[3] + b[3]
    cdef double m2 = e * e - x * x - y * y - z * z
    return sqrt(m2) if m2 > 0 else 0.0


cdef inline void lead(int64_t *leaders, int first, int second, int64_t row, const double[:, ::1] p4) noexcept nogil:
    """Put a cluster in its place among the two with most energy (earlier ones win ties)."""
    if leaders[first] < 0 or p4[row, 3] > p4[leaders[first], 3]:
        leaders[second] = leaders[first]
        leaders[first] = row
    elif leaders[second] < 0 or p4[row, 3] > p4[leaders[second], 3]:
        leaders[second] = row


cdef inline void count_track(
    int64_t row,
    int8_t charge,
    double z0,
    double time,
    int hits,
    const double[::1] pt,
    double p_cm,
    const Cuts *cuts,
    int32_t *counts,
    double *values,
    int64_t *leaders,
) noexcept nogil:
    cdef int side = charge > 0
    cdef int64_t best
    if z0 < cuts.c_z0 and fabs(time) <= cuts.c_time and p_cm > cuts.c_momentum:
        counts[TRACK_C] += 1
    if hits == 0:
        return
    counts[TIGHT] += z0 < cuts.tight_z0
    best = leaders[NEGATIVE_ANY + side]
    if best < 0 or pt[row] > pt[best]:
        leaders[NEGATIVE_ANY + side] = row
    if z0 < cuts.loose_z0:
        counts[LOOSE] += 1
        counts[CHARGE] += charge
        if not values[P_MAX] >= p_cm:
            values[P_MAX] = p_cm
        best = leaders[NEGATIVE + side]
        if best < 0 or pt[row] > pt[best]:
            leaders[NEGATIVE + side] = row
    if hits >= cuts.b_hits:
        counts[TIGHT_B] += z0 < cuts.tight_b_z0
        if z0 < cuts.loose_b_z0:
            counts[LOOSE_B] += 1
            counts[CHARGE_B] += charge
            if not values[P_MAX_B] >= p_cm:
                values[P_MAX_B] = p_cm


cdef inline void count_cluster(
    double energy, double e_cm, double theta, bint charged, const Cuts *cuts, int32_t *counts
) noexcept nogil:
    """Count one cluster; ``theta`` in degrees in the laboratory, ``charged``: a track points at it."""
    cdef bint quiet = inside(theta, 18.5, 139.3)
    cdef bint barrel = inside(theta, cuts.barrel_low, cuts.barrel_high)
    cdef bint extended = inside(theta, cuts.extended_low, cuts.extended_high)
    counts[CLUSTERS] += 1
    counts[MEDIUM] += e_cm > cuts.other
    counts[HIGH] += e_cm > 2.0
    counts[E180] += energy > 0.18 and quiet
    counts[E300] += energy > 0.3 and quiet
    counts[E500] += energy > 0.5 and quiet
    counts[E2000] += e_cm > 2.0 and quiet
    counts[E250] += energy > cuts.pair
    counts[PAIR_MAX] += e_cm > cuts.pair_max
    if e_cm > cuts.single:
        counts[SINGLE] += 1
        counts[PHOTON_BARREL] += not charged and barrel
        counts[PHOTON_EXTENDED] += not charged and extended
        counts[PHOTON_ENDCAP] += not charged and (
            inside(theta, cuts.endcap_low, cuts.barrel_low) or inside(theta, cuts.barrel_high, cuts.endcap_high)
        )
        counts[ELECTRON_BARREL] += charged and barrel
        counts[ELECTRON_EXTENDED] += charged and extended
    counts[PHOTON_REDUCED] += (
        e_cm > cuts.reduced and not charged and inside(theta, cuts.reduced_low, cuts.reduced_high)
    )
    if e_cm > 2.0:
        counts[NEUTRAL_BARREL] += not charged and inside(theta, 32.0, 130.0)
        counts[NEUTRAL_ENDCAP] += not charged and (inside(theta, 22.0, 32.0) or inside(theta, 130.0, 145.0))
        counts[CHARGED] += charged and not (theta < 22.0 or theta > 145.0)


def summarise(
    const int64_t[::1] track_offsets,
    const int8_t[::1] charge,
    const float[::1] z0,
    const float[::1] track_time,
    const uint8_t[::1] hits,
    const double[::1] pt,
    const double[::1] p_cm,
    const double[:, ::1] track_lab,
    const int64_t[::1] cluster_offsets,
    const float[::1] energy,
    const float[::1] cluster_time,
    const double[::1] theta_deg,
    const int16_t[::1] track,
    const double[:, ::1] cluster_lab,
    const double[:, ::1] cluster_cm,
    dict cuts,
    int32_t[:, ::1] counts,
    double[:, ::1] values,
    int64_t[:, ::1] leaders,
):
    """Fill the counts (zeros before), values and leaders of n events; a leader is a row, -1 where there is none.

    Tracks without charge or with infinite momentum are no tracks.  ``values``: largest p* of loose and looseB tracks
    (nan without), largest mass of the leading negative and positive loose track with a cluster (0 without), and the
    polar angle of that cluster in degrees (positive track only).
    """
    cdef Cuts c = cuts
    cdef Py_ssize_t n = track_offsets.shape[0] - 1, i
    cdef int64_t k
    cdef int side, column
    cdef double mass
    cdef Py_ssize_t tracks = min(min(charge.shape[0], z0.shape[0]), min(track_time.shape[0], hits.shape[0]))
    cdef Py_ssize_t clusters = min(energy.shape[0], cluster_time.shape[0])
    tracks = min(min(tracks, pt.shape[0]), min(p_cm.shape[0], track_lab.shape[0]))
    clusters = min(clusters, min(theta_deg.shape[0], track.shape[0]))
    clusters = min(clusters, min(cluster_lab.shape[0], cluster_cm.shape[0]))
    need(
        cut_rows(track_offsets, tracks) and cut_rows(cluster_offsets, clusters) and cluster_offsets.shape[0] == n + 1
        and track_lab.shape[1] == 4 and cluster_lab.shape[1] == 4 and cluster_cm.shape[1] == 4
        and min(counts.shape[0], min(values.shape[0], leaders.shape[0])) >= n and counts.shape[1] == COUNTS
        and values.shape[1] == VALUES and leaders.shape[1] == LEADERS,
        "summarise",
    )
    with nogil:
        for i in range(n):
            values[i, P_MAX] = values[i, P_MAX_B] = NAN
            values[i, MASS_NEGATIVE] = values[i, MASS_POSITIVE] = values[i, THETA_POSITIVE] = 0.0
            for column in range(LEADERS):
                leaders[i, column] = -1
            counts[i, TRACKS] = <int32_t> (track_offsets[i + 1] - track_offsets[i])
            for k in range(track_offsets[i], track_offsets[i + 1]):
                if charge[k] != 0 and pt[k] > 0:
                    count_track(
                        k, charge[k], fabs(z0[k]), track_time[k], hits[k], pt, p_cm[k], &c,
                        &counts[i, 0], &values[i, 0], &leaders[i, 0],
                    )
            for k in range(cluster_offsets[i], cluster_offsets[i + 1]):
                if fabs(cluster_time[k]) > c.cluster_time or energy[k] < c.cluster_energy:
                    continue
                count_cluster(energy[k], cluster_cm[k, 3], theta_deg[k], track[k] >= 0, &c, &counts[i, 0])
                lead(&leaders[i, 0], CLUSTER_1, CLUSTER_2, k, cluster_cm)
                if track[k] < 0 and inside(theta_deg[k], 17.0, 150.0):
                    lead(&leaders[i, 0], NEUTRAL_1, NEUTRAL_2, k, cluster_cm)
                for side in range(2):
                    if leaders[i, NEGATIVE + side] >= 0:
                        mass = pair_mass(&track_lab[leaders[i, NEGATIVE + side], 0], &cluster_lab[k, 0])
                        if mass > values[i, MASS_NEGATIVE + side]:
                            values[i, MASS_NEGATIVE + side] = mass
                            if side == 1:
                                values[i, THETA_POSITIVE] = theta_deg[k]
