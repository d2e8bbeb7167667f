# What zpd.pyx checks of tables and rows before it reads or fills them, and the room it makes.

cdef bint within(const int32_t[:, ::1] numbers, int64_t least, int64_t most) noexcept:
    """Return whether all numbers are in a range."""
    cdef Py_ssize_t i, k
    cdef bint outside = False
    for i in range(numbers.shape[0]):
        for k in range(numbers.shape[1]):
            outside |= numbers[i, k] < least or numbers[i, k] > most
    return not outside


cdef int take_places(Tables *t, object places) except -1:
    """Take what turns positions into those of seeds' superlayers: all are positive and below two turns."""
    cdef const int32_t[:, ::1] factor = places.factor, offset = places.offset
    cdef const int32_t[::1] cells = places.cells
    cdef int k, i, axials = 0, stereos = 0
    cdef int64_t farthest
    cdef Superlayer *own
    need(
        factor.shape[0] == 2 and factor.shape[1] == SUPERLAYERS and offset.shape[0] == 2
        and offset.shape[1] == SUPERLAYERS and cells.shape[0] == SUPERLAYERS and within(factor, 0, 1 << 20)
        and within(offset, 0, 1 << 24),
        "Finder: places",
    )
    for i in range(SUPERLAYERS):
        need(8 <= cells[i] <= 256, "Finder: cells")
        own = t.superlayer + i
        own.cells, own.limit, own.is_stereo = cells[i], FINE * cells[i], i % 3 != 0    # A U V A U V A U V A
        own.base = <int16_t> (STEPS * stereos if own.is_stereo else 2 * REACH * axials)
        axials, stereos = axials + 1 - own.is_stereo, stereos + own.is_stereo
    for k in range(2):
        t.full[k] = FINE * cells[SEEDS[k]]
        for i in range(SUPERLAYERS):
            own = t.superlayer + i
            own.factor[k], own.offset[k] = factor[k, i], offset[k, i]
            farthest = (<int64_t> (own.limit - 1) * own.factor[k] + own.offset[k]) >> PLACE_BITS
            need(farthest < 2 * t.full[k], "Finder: places")
    t.sectors = t.full[1] >> SECTOR_BITS
    # The window of seeds in superlayer 7 is larger by the ratio of cells.
    need(
        t.full[1] == t.sectors << SECTOR_BITS and t.sectors > AGAIN
        and REACH * t.full[1] <= (FARTHEST_AXIAL - 2) * min(t.full[0], t.full[1]),
        "Finder: cells",
    )
    return 0


cdef int take_matrix(Tables *t, object matrix) except -1:
    """Point to the matrix."""
    cdef const uint64_t[:, :, ::1] axial = matrix.axial, stereo = matrix.stereo
    cdef const uint8_t[:, :, :, :, ::1] dips = matrix.dips
    cdef const int16_t[:, :, ::1] reach = matrix.reach
    cdef Py_ssize_t i
    cdef bint outside = False
    cdef uint8_t bits = 0
    need(
        axial.shape[0] == 2 and axial.shape[1] == AXIALS and axial.shape[2] == 2 * REACH and stereo.shape[0] == 2
        and stereo.shape[1] == STEREOS and stereo.shape[2] == STEPS and dips.shape[0] == 2
        and dips.shape[1] == STEREOS and dips.shape[2] == STEPS and dips.shape[3] == BINS and dips.shape[4] == 2
        and reach.shape[0] == 2 and reach.shape[1] == BINS and reach.shape[2] == 2,
        "Finder: matrix",
    )
    for i in range(2 * BINS * 2):
        outside |= abs((&reach[0, 0, 0])[i]) > FARTHEST
    for i in range(2 * STEREOS * STEPS * BINS * 2):
        bits |= (&dips[0, 0, 0, 0, 0])[i]
    need(bits < BINS and not outside, "Finder: matrix")
    t.axial, t.stereo, t.dips = &axial[0, 0, 0], &stereo[0, 0, 0], &dips[0, 0, 0, 0, 0]
    t.reach = &reach[0, 0, 0]
    return 0


cdef int take_fits(Tables *t, object fits) except -1:
    """Point to the tables of the fit: changes and weights are narrow enough for the sums."""
    cdef const int16_t[:, :, :, :, ::1] rows = fits.rows
    cdef const int16_t[::1] weight = fits.weight, shift = fits.shift
    cdef const int32_t[::1] slope = fits.slope, variance = fits.variance
    cdef const int16_t *number
    cdef Py_ssize_t i, k
    cdef bint outside = False
    need(
        rows.shape[0] == 2 and rows.shape[1] == BINS and rows.shape[2] == BINS // DIP_GROUP
        and rows.shape[3] == COLUMNS and rows.shape[4] == LANES and weight.shape[0] == LANES
        and slope.shape[0] == BINS // DIP_GROUP and shift.shape[0] == BINS and variance.shape[0] == 2,
        "Finder: fits",
    )
    number = &rows[0, 0, 0, 0, 0]
    for i in range(2 * BINS * BINS // DIP_GROUP):
        for k in range(COLUMNS * LANES):
            outside |= k >= LANES and (number[k] < -LARGEST or number[k] > LARGEST)
        number += COLUMNS * LANES
    for i in range(LANES):
        outside |= weight[i] < 0 or weight[i] > (HEAVIEST if i < SUPERLAYERS else 0)
    for i in range(BINS):
        outside |= abs(slope[i // DIP_GROUP]) > 1 << 20 or abs(shift[i]) > 1 << 12
    outside |= min(variance[0], variance[1]) < 0 or max(variance[0], variance[1]) > 1 << 14
    need(not outside, "Finder: fits")
    t.rows, t.weight, t.variance = &rows[0, 0, 0, 0, 0], &weight[0], &variance[0]
    t.slope, t.shift = &slope[0], &shift[0]
    return 0


cdef int take_decisions(Tables *t, object decisions) except -1:
    """Point to the cuts and the table of possible superlayers."""
    cdef const int32_t[:, :, ::1] cuts = decisions.cuts
    cdef const uint8_t[:, ::1] possible = decisions.possible
    cdef const uint16_t[:, ::1] bins = decisions.bins
    need(
        cuts.shape[0] == 2 and cuts.shape[1] == CUTS and cuts.shape[2] == DECISIONS
        and possible.shape[0] == CURVATURES and possible.shape[1] == SLOPES and bins.shape[0] == DECISIONS
        and bins.shape[1] == AZIMUTH_BINS,
        "Finder: decisions",
    )
    t.cuts, t.possible, t.bins = &cuts[0, 0, 0], &possible[0, 0], &bins[0, 0]
    return 0


cdef Py_ssize_t take_rows(Rows *out, object rows) except -1:
    """Point to the columns of rows; return how many rows there is room for."""
    cdef int32_t[::1] seed = rows.seed
    cdef uint16_t[::1] mask = rows.mask
    cdef int16_t[::1] curvature = rows.curvature, z0 = rows.z0
    cdef float[::1] tan_lambda = rows.tan_lambda
    cdef uint8_t[::1] z0_error = rows.z0_error, missing = rows.missing, where = rows.bin
    cdef uint8_t[::1] tick = rows.tick, passed = rows.passed
    cdef Py_ssize_t room = seed.shape[0]
    need(
        mask.shape[0] == room and curvature.shape[0] == room and z0.shape[0] == room and tan_lambda.shape[0] == room
        and z0_error.shape[0] == room and missing.shape[0] == room and where.shape[0] == room
        and tick.shape[0] == room and passed.shape[0] == room,
        "find: rows",
    )
    out.count = 0
    if room > 0:
        out.seed, out.mask, out.curvature, out.z0 = &seed[0], &mask[0], &curvature[0], &z0[0]
        out.tan_lambda, out.z0_error, out.missing = &tan_lambda[0], &z0_error[0], &missing[0]
        out.bin, out.tick, out.passed = &where[0], &tick[0], &passed[0]
    return room


cdef Py_ssize_t seeds(const uint8_t[::1] superlayer) noexcept:
    """Return how many segments are in superlayers of seeds."""
    cdef Py_ssize_t i, n = 0
    for i in range(superlayer.shape[0]):
        n += (superlayer[i] == SEEDS[0]) | (superlayer[i] == SEEDS[1])
    return n


cdef Py_ssize_t largest(const int64_t[::1] offsets) noexcept:
    """Return how many segments a crossing has at most."""
    cdef Py_ssize_t i, most = 0
    for i in range(offsets.shape[0] - 1):
        most = max(most, offsets[i + 1] - offsets[i])
    return most


cdef object make_room(State *s, Py_ssize_t segments):
    """Return memory for a crossing's segments three times, and eight more that may be read; point to it."""
    cdef Py_ssize_t n = 3 * segments + 8
    cdef object memory = bytearray(n * (sizeof(Track) + 2 * sizeof(Near) + 11 * sizeof(int16_t) + 1))
    cdef uint8_t[::1] view = memory
    cdef int16_t *free
    cdef Rings *rings = &s.rings
    s.tracks = <Track *> &view[0]
    s.axial = <Near *> (s.tracks + n)
    s.stereo = s.axial + n
    free = <int16_t *> (s.stereo + n)
    rings.place[0], rings.place[1], rings.tick, rings.base = free, free + n, free + 2 * n, free + 3 * n
    s.place[0], s.place[1], s.worse[0], s.worse[1] = free + 4 * n, free + 5 * n, free + 6 * n, free + 7 * n
    s.pivot, s.tick, s.weight = free + 8 * n, free + 9 * n, free + 10 * n
    s.sector = <uint8_t *> (free + 11 * n)
    s.room = segments
    return memory
