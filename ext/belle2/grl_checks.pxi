# What grl.pyx checks of its arguments before it indexes with them.

from libc.stdint cimport int16_t, int64_t, uint8_t, uint32_t, uint64_t

from shared.checks cimport cuts, need


cdef bint clusters_fit(const int64_t[::1] offsets, const int16_t[:, ::1] place) noexcept nogil:
    """Return whether crossings have no more clusters than there is room for, all in bins that there are."""
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(offsets.shape[0] - 1):
        outside |= offsets[i + 1] - offsets[i] > MAX_CLUSTERS
    for i in range(offsets[offsets.shape[0] - 1]):
        outside |= place[i, 0] < 0 or place[i, 0] >= BINS
    return not outside


cdef int check_words(
    const int64_t[::1] track_offsets, const double[::1] phi0, const double[::1] omega, const uint8_t[::1] found,
    const float[::1] z, const float[::1] cot_theta, const int64_t[::1] cluster_offsets, const double[::1] energy,
    const double[::1] time_ns, const int16_t[:, ::1] place, const double[:, ::1] direction,
    const uint64_t[::1] short_map, const uint64_t[::1] inner_map, const double[::1] event_time_ns,
    const uint32_t[:, ::1] ecl, const uint8_t[:, ::1] klm, uint64_t[:, ::1] out,
) except -1:
    """Raise InputError unless offsets cut tracks and clusters, clusters lie in bins, and the rest is per crossing."""
    cdef Py_ssize_t n = track_offsets.shape[0] - 1, tracks, clusters
    tracks = min(min(phi0.shape[0], omega.shape[0]), min(min(z.shape[0], cot_theta.shape[0]), found.shape[0]))
    clusters = min(min(energy.shape[0], time_ns.shape[0]), min(place.shape[0], direction.shape[0]))
    need(
        cuts(track_offsets, tracks) and cuts(cluster_offsets, clusters) and cluster_offsets.shape[0] == n + 1
        and place.shape[1] == 3 and direction.shape[1] == 2 and clusters_fit(cluster_offsets, place),
        "words",
    )
    return need(
        min(min(short_map.shape[0], inner_map.shape[0]), min(event_time_ns.shape[0], ecl.shape[0])) >= n
        and ecl.shape[1] == 3 and klm.shape[0] == 4 and klm.shape[1] >= n and out.shape[0] >= n and out.shape[1] == 2,
        "words",
    )
