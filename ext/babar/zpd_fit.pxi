# The fit: step 3 of zpd.pyx.
#
# Least squares of residual = constant + a * curvature + b * slope + c * z0 with weights: the constant is taken out by
# sums about the weighted mean, the three others follow from the minors of a symmetric matrix of 3 x 3.  Everything is
# integer and exact but for three roundings: the lowest 13 bits of sums about the mean are cut, and those of the
# determinant that do not fit the quotient's unit; quotients go to the nearest integer.  Widths, with the sign:
# changes 12 bits, residuals 11, weights 5; sums 31; sums about the mean 36, cut to 23; determinants 63.

cdef struct Sums:
    # About the mean: a, b, c of curvature, slope and z0, y of residuals.
    int64_t aa
    int64_t ab
    int64_t ac
    int64_t bb
    int64_t bc
    int64_t cc
    int64_t ay
    int64_t by
    int64_t cy
    int64_t weight


cdef inline Sums sums_of(const Tables *t, const int16_t *row, const Track *track) noexcept nogil:
    """Add up products of the columns of a row, over the superlayers that take part."""
    cdef const int16_t *a = row + LANES
    cdef const int16_t *b = row + 2 * LANES
    cdef const int16_t *c = row + 3 * LANES
    cdef int16_t[LANES] wa
    cdef int16_t[LANES] wb
    cdef int16_t[LANES] wc
    cdef int64_t w = zpd_dot(track.weight, t.ones), sa, sb, sc, sy = zpd_dot(track.weight, track.residual)
    cdef Sums s
    zpd_weigh(a, track.weight, wa)
    zpd_weigh(b, track.weight, wb)
    zpd_weigh(c, track.weight, wc)
    sa, sb, sc = zpd_dot(track.weight, a), zpd_dot(track.weight, b), zpd_dot(track.weight, c)
    s.weight = w
    s.aa = (w * zpd_dot(wa, a) - sa * sa) >> CUT_BITS
    s.ab = (w * zpd_dot(wa, b) - sa * sb) >> CUT_BITS
    s.ac = (w * zpd_dot(wa, c) - sa * sc) >> CUT_BITS
    s.bb = (w * zpd_dot(wb, b) - sb * sb) >> CUT_BITS
    s.bc = (w * zpd_dot(wb, c) - sb * sc) >> CUT_BITS
    s.cc = (w * zpd_dot(wc, c) - sc * sc) >> CUT_BITS
    s.ay = (w * zpd_dot(wa, track.residual) - sa * sy) >> CUT_BITS
    s.by = (w * zpd_dot(wb, track.residual) - sb * sy) >> CUT_BITS
    s.cy = (w * zpd_dot(wc, track.residual) - sc * sy) >> CUT_BITS
    return s


cdef inline int64_t rounded(int64_t numerator, int64_t denominator) noexcept nogil:
    """Return the integer nearest to a quotient (halves upwards); the denominator is positive."""
    cdef int64_t n = numerator + (denominator >> 1), whole
    whole = n // denominator   # towards 0, as C divides
    return whole - (n - whole * denominator < 0)


cdef inline int byte(int64_t value) noexcept nogil:
    return <int> max(-128, min(127, value))


cdef inline bint fit(const Tables *t, Track *track) noexcept nogil:
    """Fit a track; return whether its segments tell all three numbers."""
    cdef Sums s = sums_of(t, fit_row(t, track), track)
    cdef int64_t aa = s.bb * s.cc - s.bc * s.bc, ab = s.ac * s.bc - s.ab * s.cc, ac = s.ab * s.bc - s.ac * s.bb
    cdef int64_t bb = s.aa * s.cc - s.ac * s.ac, bc = s.ab * s.ac - s.aa * s.bc, cc = s.aa * s.bb - s.ab * s.ab
    cdef int64_t det = s.aa * aa + s.ab * ab + s.ac * ac, square
    if det < LEAST_DETERMINANT or cc <= 0:
        return False
    # Residuals are in 1/8 of a fine unit, changes in 1/64, 1/256 and 1/512: quotients in 8, 32 and 64 units.
    track.curvature = byte(
        4 * track.curvature_bin - 126 + rounded(s.ay * aa + s.by * ab + s.cy * ac, det >> 3)
    )
    track.slope = byte(
        (t.slope[track.dip // DIP_GROUP] + rounded(s.ay * ab + s.by * bb + s.cy * bc, det >> 13) + 128) >> 8
    )
    track.z0 = byte(rounded(s.ay * ac + s.by * bc + s.cy * cc, det >> 6))
    # Variance of a difference of weight 1, times 64 * 64 cm2, over the 13 bits that were cut: root, rounded.
    square = min(t.variance[track.which] * s.weight * cc // (det >> 1), MOST_ERROR)
    track.z0_error = min((<int> sqrt(<double> square) + 1) >> 1, 255)
    return True
