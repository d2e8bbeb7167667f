# Decisions on a track, and its row: step 4 of zpd.pyx.

cdef inline int passes(const Tables *t, const Track *track, int missing) noexcept nogil:
    """Return the decisions whose cuts a track passes, one bit each."""
    cdef const int32_t *cuts = t.cuts + track.which * CUTS * DECISIONS
    cdef int32_t[DECISIONS] passed
    cdef int k
    for k in range(DECISIONS):
        passed[k] = (
            (track.curvature > cuts[k]) & (track.curvature < cuts[DECISIONS + k])
            & (track.slope > cuts[2 * DECISIONS + k]) & (track.slope < cuts[3 * DECISIONS + k])
            & (track.z0 > cuts[4 * DECISIONS + k]) & (track.z0 < cuts[5 * DECISIONS + k])
            & (track.z0_error < cuts[6 * DECISIONS + k]) & (missing <= cuts[7 * DECISIONS + k])
        )
    return passed[0] | passed[1] << 1 | passed[2] << 2 | passed[3] << 3


cdef inline void write(
    const Tables *t, const Columns *given, const Track *track, Rows *rows
) noexcept nogil:
    """Add a row."""
    cdef Py_ssize_t n = rows.count
    cdef int missing = t.possible[abs(track.curvature) * SLOPES + track.slope + SLOPES // 2] - track.count
    missing = max(missing, 0)
    rows.seed[n] = <int32_t> track.seed
    rows.mask[n] = <uint16_t> track.mask
    rows.curvature[n] = <int16_t> track.curvature
    rows.tan_lambda[n] = <float> track.slope / 32
    rows.z0[n] = <int16_t> track.z0
    rows.z0_error[n] = <uint8_t> track.z0_error
    rows.missing[n] = <uint8_t> missing
    rows.bin[n] = <uint8_t> (track.place * AZIMUTH_BINS // t.full[track.which])
    rows.tick[n] = given.tick[track.seed]
    rows.passed[n] = <uint8_t> passes(t, track, missing)
    rows.count = n + 1
