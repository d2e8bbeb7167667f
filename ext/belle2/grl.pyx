"""Global reconstruction logic: track counts, angular windows, matches (belle2_facts 5.4 and 7).

Plan.  One crossing after the other:

1. The clusters that are in time, and the bins of all tracks, become masks; on the way each track is matched with the
   cluster nearest to it, since that needs angles and energies, not bins.
2. Bits of counts are set from the counts, bits of windows in azimuth from the masks.
3. What is left takes angles again: one neural track and the hemisphere it is in, tracks and sectors of the muon
   detector.

Azimuths are bins of 10 degrees: sets of bins are 36-bit masks (tracks' own bins run from -17 to 17 and are kept
shifted by 18).  All angular windows are symmetric about 18 bins, so one number, how close to opposite any two bins of
two sets come, answers every window at once.
"""

from libc.stdint cimport int16_t, int64_t, uint8_t, uint32_t, uint64_t

from shared.bits cimport popcount64

# Bits of the output, in the order of `trigemu.experiments.belle2.grl.bits`.
cdef enum:
    T2, TY = 4, TS = 8
    TYP = 12, TYP4, TYP5, TYP6
    OPEN90, F2F30, B2B3, B2B5, B2B7, B2B9, CDC_ACTIVE
    S2S3, S2S5, S2SO, S2S30, S2F3, S2F5, S2FO, S2F30
    TI, I2IO, I2FO, TRACK
    CDCECL, C2GEV = CDCECL + 4, N1GEV = C2GEV + 4, N2GEV = N1GEV + 4
    D3 = N2GEV + 4, D5, D7, D9, P3, P5, P7, P9
    SAMHEM, OPOHEM, SECL, IECL
    TRKBHA = IECL + 2, GRLGG = TRKBHA + 2
    KLM_HIT = GRLGG + 2, KLM_0, KLM_1, KLM_2, KLMB2B
    EKLM_HIT, EKLM_0, EKLM_1, EKLM_2, EKLMB2B
    CDCKLM, SEKLM = CDCKLM + 4, IEKLM = SEKLM + 2, ECLEKLM

cdef enum:
    MAX_CLUSTERS = 32

include "grl_bins.pxi"
include "grl_checks.pxi"


cdef struct Cuts:
    double neural_z
    double single_z
    int single_momentum
    bint straight_passes
    double window
    double ecl_radius
    double klm_radius
    int match_bins
    double klm_dphi
    double photon
    double matched
    bint needs_cluster
    bint reading


cdef struct Clusters:
    # Those of one crossing that are in time; masks of bins of all, of each endcap, and of endcaps plus a ring.
    int count
    int bin[MAX_CLUSTERS]
    bint barrel[MAX_CLUSTERS]
    double energy[MAX_CLUSTERS]
    double phi[MAX_CLUSTERS]
    double cot[MAX_CLUSTERS]
    int barrels
    uint64_t all
    uint64_t forward
    uint64_t backward
    uint64_t loose_forward
    uint64_t loose_backward


cdef struct TrackMaps:
    # Bins of the 2D tracks: signed ones of phi0, wrapped ones of phi0, at the calorimeter (two roundings).
    uint64_t signed_bins
    uint64_t origin
    uint64_t surface
    uint64_t reached


cdef inline void neural_bits(
    const double[::1] omega,
    const uint8_t[::1] found,
    const float[::1] z,
    const float[::1] cot,
    int64_t first,
    int64_t last,
    const Cuts *cuts,
    uint64_t *words,
) noexcept nogil:
    cdef int64_t t
    cdef int count = 0, p, best = -1
    for t in range(first, last):
        if not found[t]:
            continue
        count += fabs(z[t]) < cuts.neural_z
        if fabs(z[t]) < cuts.single_z:
            p = momentum(omega[t], cot[t], cuts.straight_passes)
            best = p if p > best else best
    one_hot(words, TY, count)
    put(words, TYP, best > cuts.single_momentum)
    put(words, TYP4, best > 4)
    put(words, TYP5, best > 5)
    put(words, TYP6, best > 6)


cdef inline void gather(
    const double[::1] energy,
    const double[::1] time_ns,
    int64_t first,
    int64_t last,
    double event_time,
    double window,
    const int16_t[:, ::1] place,
    const double[:, ::1] direction,
    Clusters *found,
) noexcept nogil:
    """Take the clusters that are in time; ``place`` and ``direction`` say where each is."""
    cdef int64_t k
    cdef int m, ring
    cdef uint64_t bit
    found.count = found.barrels = 0
    found.all = found.forward = found.backward = found.loose_forward = found.loose_backward = 0
    for k in range(first, last):
        if not fabs(time_ns[k] - event_time) < window:
            continue
        m = found.count
        found.count += 1
        found.bin[m] = place[k, 0]
        found.barrel[m] = place[k, 1]
        ring = place[k, 2]
        found.energy[m] = energy[k]
        found.phi[m] = direction[k, 0]
        found.cot[m] = direction[k, 1]
        found.barrels += found.barrel[m]
        bit = <uint64_t> 1 << found.bin[m]
        found.all |= bit
        if ring < 5:
            found.loose_forward |= bit
            if ring < 4:
                found.forward |= bit
        elif ring > 14:
            found.loose_backward |= bit
            if ring > 15:
                found.backward |= bit


cdef inline int nearest_cluster(int bin, const Clusters *clusters, int limit) noexcept nogil:
    """Return the barrel cluster nearest to a bin, the first of equals; -1 if none is within ``limit`` bins."""
    cdef int k, d, nearest = limit + 1, best = -1
    for k in range(clusters.count):
        if not clusters.barrel[k]:
            continue
        d = clusters.bin[k] - bin
        d = d if d >= 0 else -d
        d = BINS - d if d > OPPOSITE else d
        if d < nearest:
            nearest = d
            best = k
    return best


cdef inline void map_tracks(
    const double[::1] phi0,
    const double[::1] omega,
    int64_t first,
    int64_t last,
    const Clusters *clusters,
    const Cuts *cuts,
    TrackMaps *maps,
    uint64_t *words,
) noexcept nogil:
    """Fill the tracks' maps and match each track with a cluster; a cluster may serve many tracks."""
    cdef int64_t t
    cdef int bin, best, matched = 0, strong = 0
    cdef double phi, turned
    maps.signed_bins = maps.origin = maps.surface = maps.reached = 0
    for t in range(first, last):
        # Tracks come from -180 to 180 degrees; another azimuth, or none, is in no bin.
        turned = phi0[t] * TO_DEGREES / 10
        if -OPPOSITE <= turned <= OPPOSITE:
            maps.signed_bins |= <uint64_t> 1 << (<int> turned + OPPOSITE) % BINS
        maps.origin |= <uint64_t> 1 << strict_bin(wrapped(phi0[t]))
        phi = azimuth_at(cuts.ecl_radius, phi0[t], omega[t])
        bin = strict_bin(phi)
        maps.surface |= <uint64_t> 1 << bin
        if 0.0 <= phi < BINS:
            maps.reached |= <uint64_t> 1 << (<int> (phi * TO_DEGREES / 10)) % BINS
        best = nearest_cluster(bin, clusters, cuts.match_bins)
        if best >= 0:
            matched += 1
            strong += clusters.energy[best] >= cuts.matched
    one_hot(words, CDCECL, matched)
    one_hot(words, C2GEV, strong)


cdef inline int match_sectors(
    const double[::1] phi0, const double[::1] omega, int64_t first, int64_t last, uint8_t sectors, const Cuts *cuts
) noexcept nogil:
    """Return how many tracks have a barrel sector nearby that no earlier track has taken as its nearest."""
    cdef int64_t t
    cdef int k, best, count = 0
    cdef uint8_t taken = 0
    cdef double phi, d, nearest
    if sectors == 0:
        return 0
    for t in range(first, last):
        phi = azimuth_at(cuts.klm_radius, phi0[t], omega[t])
        nearest = 100.0
        best = -1
        for k in range(8):
            if not sectors >> k & 1:
                continue
            d = fabs(phi - 0.25 * M_PI * k)
            if not d < M_PI:
                d = 2 * M_PI - d
            if d < nearest:
                nearest = d
                best = k
        if best >= 0 and nearest < cuts.klm_dphi and not taken >> best & 1:
            taken |= <uint8_t> (1 << best)
            count += 1
    return count


cdef inline void photon_bits(
    uint64_t surface, const Clusters *clusters, bint bhabha, const Cuts *cuts, uint64_t *words
) noexcept nogil:
    """Clusters without a track beside them; in the endcaps every cluster is one, whatever its energy."""
    cdef uint64_t near = widened(surface, 1)
    cdef int k, one = 0, two = 0
    for k in range(clusters.count):
        if clusters.barrel[k] and (clusters.energy[k] < cuts.photon or near >> clusters.bin[k] & 1):
            continue
        one += clusters.energy[k] > 1.0
        two += clusters.energy[k] > 2.0
    one_hot(words, N1GEV, one)
    one_hot(words, N2GEV, two)
    if cuts.reading and bhabha:
        put(words, GRLGG, two == 1)
        put(words, GRLGG + 1, two > 1)


cdef inline void hemisphere_bits(
    double phi0, double cot_theta, const Clusters *clusters, uint64_t *words
) noexcept nogil:
    """One neural track alone, with clusters on its own side (but away from it) or on the other."""
    cdef double d
    cdef int k
    for k in range(clusters.count):
        d = fabs(phi0 * TO_DEGREES - clusters.phi[k])
        if d > 180.0:
            d = 360.0 - d
        if d > 80.0:
            put(words, OPOHEM, True)
        if d < 80.0 and not -0.8 <= cot_theta - clusters.cot[k] <= 0.6:
            put(words, SAMHEM, True)


cdef inline void map_bits(
    uint64_t short64,
    uint64_t inner64,
    uint64_t full,
    const Clusters *clusters,
    int forward,
    int backward,
    uint64_t *words,
) noexcept nogil:
    """Short and inner tracks: windows among themselves and with 2D tracks, endcap clusters and sectors."""
    cdef uint64_t s36 = to36(short64), i36 = to36(inner64)
    cdef uint64_t rising = short64 & ~(short64 << 1 | short64 >> 63)
    cdef int quarters = to4(s36), count, apart
    one_hot(words, TS, 1 if short64 == ~<uint64_t> 0 else popcount64(rising))
    apart = opposition(s36, s36)
    put(words, S2S3, apart <= 1)
    put(words, S2S5, apart <= 2)
    put(words, S2SO, apart <= 9)
    put(words, S2S30, apart <= 15)
    apart = opposition(full, s36)
    put(words, S2F3, apart <= 1)
    put(words, S2F5, apart <= 2)
    put(words, S2FO, apart <= 9)
    put(words, S2F30, apart <= 15)
    put(words, SECL, (s36 & (clusters.forward | clusters.backward)) != 0)
    count = popcount64(quarters & forward) + popcount64(quarters & backward)
    put(words, SEKLM, count == 1)
    put(words, SEKLM + 1, count > 1)
    put(words, TI, inner64 != 0)
    put(words, I2IO, opposition(i36, i36) <= 9)
    put(words, I2FO, opposition(full, i36) <= 9)
    put(words, IEKLM, (to4(i36) & (forward | backward)) != 0)
    count = 0 if i36 == 0 else popcount64((clusters.forward | clusters.backward) & widened(i36, 4))
    put(words, IECL, count == 1)
    put(words, IECL + 1, count > 1)


cdef inline void sector_bits(
    uint8_t barrel_forward, uint8_t barrel_backward, uint8_t forward, uint8_t backward, uint64_t *words
) noexcept nogil:
    """Numbers of sectors as binary digits; "back to back" asks for one on each side, wherever they are."""
    cdef int barrel = popcount64(barrel_forward) + popcount64(barrel_backward)
    cdef int endcap = popcount64(forward) + popcount64(backward)
    cdef int k
    put(words, KLM_HIT, barrel > 0)
    put(words, EKLM_HIT, endcap > 0)
    for k in range(3):
        put(words, KLM_0 + k, barrel >> k & 1)
        put(words, EKLM_0 + k, endcap >> k & 1)
    put(words, KLMB2B, barrel_forward != 0 and barrel_backward != 0)
    put(words, EKLMB2B, forward != 0 and backward != 0)


cdef inline void window_bits(const TrackMaps *tracks, uint64_t clusters, uint64_t *words) noexcept nogil:
    cdef int apart = opposition(tracks.signed_bins, tracks.signed_bins), k
    put(words, OPEN90, apart <= 9)
    put(words, F2F30, apart <= 15)
    for k in range(4):
        put(words, B2B3 + k, apart <= k + 1)
    apart = opposition(clusters, clusters)
    for k in range(4):
        put(words, D3 + k, apart <= k + 1)
    apart = opposition(tracks.reached, clusters)
    for k in range(4):
        put(words, P3 + k, apart <= k + 1)


def words(
    const int64_t[::1] track_offsets, const double[::1] phi0, const double[::1] omega, const uint8_t[::1] found,
    const float[::1] z, const float[::1] cot_theta, const uint64_t[::1] short_map,
    const uint64_t[::1] inner_map, const int64_t[::1] cluster_offsets, const double[::1] energy,
    const double[::1] time_ns, const double[::1] event_time_ns, const uint32_t[:, ::1] ecl,
    const uint8_t[:, ::1] klm, const int16_t[:, ::1] place, const double[:, ::1] direction, dict cuts,
    uint64_t[:, ::1] out,
):
    """Fill ``out`` (uint64[n, 2]) with the bits of n crossings.

    ``klm`` holds the sector masks (barrel forward, barrel backward, endcap forward, endcap backward) as uint8[4, n].
    ``place`` (bin, 1 in the barrel, ring) and ``direction`` (azimuth in degrees, cot(theta)) have a row per cluster.
    Clusters per crossing are at most `MAX_CLUSTERS`, bins 0-35; InputError if not.
    """
    cdef Cuts c = cuts
    cdef Clusters clusters
    cdef TrackMaps tracks
    cdef Py_ssize_t n = track_offsets.shape[0] - 1, i
    cdef int64_t a, b, t, alone
    cdef int count, lonely
    cdef uint64_t full
    cdef bint bhabha
    cdef uint64_t[2] w
    check_words(
        track_offsets, phi0, omega, found, z, cot_theta, cluster_offsets, energy, time_ns, place, direction,
        short_map, inner_map, event_time_ns, ecl, klm, out,
    )
    with nogil:
        for i in range(n):
            w[0] = w[1] = 0
            a = track_offsets[i]
            b = track_offsets[i + 1]
            gather(
                energy, time_ns, cluster_offsets[i], cluster_offsets[i + 1], event_time_ns[i], c.window,
                place, direction, &clusters,
            )
            map_tracks(phi0, omega, a, b, &clusters, &c, &tracks, w)
            one_hot(w, T2, <int> (b - a))
            put(w, CDC_ACTIVE, b > a)
            neural_bits(omega, found, z, cot_theta, a, b, &c, w)
            window_bits(&tracks, clusters.all, w)
            full = 0 if c.needs_cluster and clusters.barrels == 0 else tracks.origin
            map_bits(short_map[i], inner_map[i], full, &clusters, klm[2, i], klm[3, i], w)
            bhabha = ecl[i, 1] >> 29 & 1
            photon_bits(tracks.surface, &clusters, bhabha, &c, w)
            lonely = 0
            alone = a
            for t in range(a, b):
                if found[t]:
                    lonely += 1
                    alone = t
            if lonely == 1:
                hemisphere_bits(phi0[alone], cot_theta[alone], &clusters, w)
            sector_bits(klm[0, i], klm[1, i], klm[2, i], klm[3, i], w)
            put(w, ECLEKLM, (to4(clusters.loose_forward) & klm[2, i] | to4(clusters.loose_backward) & klm[3, i]) != 0)
            count = match_sectors(phi0, omega, a, b, klm[0, i] | klm[1, i], &c)
            put(w, CDCKLM, count == 1)
            put(w, CDCKLM + 1, count > 1)
            put(w, CDCKLM + 2, count == 3)
            put(w, CDCKLM + 3, count > 3)
            if c.reading:
                put(w, TRACK, b > a or short_map[i] != 0)
                if bhabha:
                    put(w, TRKBHA, w[C2GEV >> 6] >> (C2GEV & 63) & 1)
                    put(w, TRKBHA + 1, (w[C2GEV >> 6] >> (C2GEV & 63) & 14) != 0)
            out[i, 0] = w[0]
            out[i, 1] = w[1]
