# The fullest cell of the matrix: step 2 of zpd.pyx.

cdef inline uint64_t fullest(const State *s, const uint8_t *ends, int *count) noexcept nogil:
    """Return the dips with most stereo superlayers in a bin of curvature, and how many these are.

    ``ends``: first and last dips of the bin, in the first row of the table.
    """
    cdef uint64_t[STEREOS] dips
    cdef const uint8_t *own
    cdef Count five
    cdef uint64_t carry, ones, twos, fours, most, some
    cdef int i
    cdef unsigned row
    for i in range(STEREOS):
        dips[i] = 0
    for i in range(s.stereos):
        row = s.stereo[i].row
        own = ends + 2 * BINS * row
        dips[row // <unsigned> STEPS] |= s.not_before[own[0]] & s.not_after[own[1]]
    five = count5(dips[0], dips[1], dips[2], dips[3], dips[4])
    carry = five.ones & dips[5]
    ones, twos, fours = five.ones ^ dips[5], five.twos ^ carry, five.fours | (five.twos & carry)
    # Digit by digit from the highest: keep the dips that have it, if there are any.
    most = fours | -<uint64_t> (fours == 0)
    some = most & twos
    most = some | (most & -<uint64_t> (some == 0))
    count[0] = 4 * (fours != 0) + 2 * (some != 0)
    some = most & ones
    count[0] += some != 0
    return some | (most & -<uint64_t> (some == 0))


cdef inline int lowest_run(uint64_t dips, int *length) noexcept nogil:
    """Return the first of the lowest dips that are next to one another, and how many these are (63 at most)."""
    cdef int first = ctz64(dips)
    length[0] = ctz64(~(dips >> first) | <uint64_t> 1 << 63)
    return first


cdef bint best_cell(const Tables *t, State *s, const Seed *seed, Track *track) noexcept nogil:
    """Find the cell with most superlayers; return whether these are enough, with an axial one beside the seed's.

    Of cells that have equally many: one with more axial superlayers; in the bin of curvature with more such dips in a
    row (the lowest of them count); of lower curvature.  Of these dips the middle one is taken.
    """
    cdef uint64_t[AXIALS] near
    cdef uint64_t three, two, one, bins
    cdef const uint8_t *ends = t.dips + 2 * BINS * STEREOS * STEPS * seed.which
    cdef int axials = 4, count, i, first, length, longest = 0
    find_axial(t, s, seed, near)
    near[2] = near[3 - seed.which]  # the seed's own superlayer does not count
    three, two = near[0] & near[1] & near[2], majority3(near[0], near[1], near[2])
    one = near[0] | near[1] | near[2]
    track.count, track.axials = t.superlayers - 1, 0
    while axials > 1 and axials + STEREOS > track.count:
        axials -= 1
        bins = three if axials == 3 else two & ~three if axials == 2 else one & ~two
        if bins:
            find_stereo(t, s, seed, bins)
        while bins:
            i = ctz64(bins)
            bins &= bins - 1
            first = lowest_run(fullest(s, ends + 2 * i, &count), &length)
            count += axials + 1
            if count > track.count or (count == track.count and axials == track.axials and length > longest):
                track.count, track.axials, longest = count, axials, length
                track.curvature_bin, track.dip = i, first + (length - 1) // 2
    if not longest:
        return False
    if axials < track.axials:
        find_stereo(t, s, seed, <uint64_t> 1 << track.curvature_bin)
    take_nearest(t, s, track)
    return True


cdef inline const int16_t *fit_row(const Tables *t, const Track *track) noexcept nogil:
    """Return the columns of the fit of a cell."""
    cdef int group = track.dip // DIP_GROUP
    return t.rows + ((track.which * BINS + track.curvature_bin) * (BINS // DIP_GROUP) + group) * COLUMNS * LANES


cdef void take_nearest(const Tables *t, State *s, Track *track) noexcept nogil:
    """Take the segment of each superlayer in a cell that is nearest to the cell's middle.

    Of two on either side, the one with the lower difference.
    """
    cdef const int16_t *row = fit_row(t, track)
    cdef const uint64_t *bins = t.axial + track.which * AXIALS * 2 * REACH
    cdef const uint8_t *ends = t.dips + 2 * BINS * STEREOS * STEPS * track.which + 2 * track.curvature_bin
    cdef const uint8_t *own
    cdef int16_t[LANES] nearest
    cdef int16_t[LANES] expected
    cdef const Near *near
    cdef int i
    cdef unsigned k
    zpd_expect(row, row + 2 * LANES, t.shift[track.dip], expected, nearest)
    for i in range(s.axials):
        near = s.axial + i
        k = AXIAL[<unsigned> near.row // (2 * REACH)]
        zpd_take(
            nearest + k, PARTS * near.difference - expected[k],
            <int> (bins[near.row] >> track.curvature_bin & 1),
        )
    for i in range(s.stereos):
        near = s.stereo + i
        k = STEREO[<unsigned> near.row // STEPS]
        own = ends + 2 * BINS * near.row
        zpd_take(
            nearest + k, PARTS * near.difference - expected[k],
            (own[0] <= track.dip) & (track.dip <= own[1]),
        )
    nearest[SEEDS[track.which]] = 0
    track.mask = zpd_residuals(row, expected, nearest, t.weight, MOST_RESIDUAL, track.residual, track.weight)
