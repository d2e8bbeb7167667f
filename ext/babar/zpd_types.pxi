# Numbers, tables and memory of zpd.pyx.

cdef extern from "zpd_lanes.h" nogil:
    unsigned zpd_eight(
        const int16_t *place, const int16_t *tick, int16_t own, int16_t earliest, int16_t span
    ) noexcept
    int zpd_worse(
        const int16_t *pivot, const int16_t *tick, const int16_t *weight, int n, int offset, int16_t apart,
        int16_t ticks, int16_t *first, int16_t *second
    ) noexcept
    void zpd_expect(
        const int16_t *row, const int16_t *by_slope, int16_t shift, int16_t *expected, int16_t *nearest
    ) noexcept
    void zpd_take(int16_t *nearest, int residual, int fits) noexcept
    int zpd_residuals(
        const int16_t *row, const int16_t *expected, const int16_t *nearest, const int16_t *weights, int16_t most,
        int16_t *residual, int16_t *weight
    ) noexcept
    int32_t zpd_dot(const int16_t *x, const int16_t *y) noexcept
    void zpd_weigh(const int16_t *x, const int16_t *weight, int16_t *out) noexcept
    enum:
        REACH "ZPD_REACH"   # differences are at least -REACH and less than REACH
        LANES "ZPD_LANES"

cdef extern from *:
    """
    static const int SEEDS[2] = {6, 9};
    static const int AXIAL[4] = {0, 3, 6, 9};
    static const int STEREO[6] = {1, 2, 4, 5, 7, 8};
    """
    const int[2] SEEDS
    const int[4] AXIAL
    const int[6] STEREO

# As in trigemu/experiments/babar/zpd: codes.py, bands.py, fits.py, cuts.py and tables.py.
cdef enum:
    SUPERLAYERS = 10
    AXIALS = 4
    STEREOS = 6
    FINE = 32
    BINS = 64
    STEP_BITS = 2           # of a difference, which the tables of stereo superlayers leave out
    STEPS = 256
    PLACE_BITS = 16
    COLUMNS = 4             # of a row of the fit: expected, and changes with curvature, tan(lambda) and z0
    DIP_GROUP = 4           # dip bins that share a row of the fit
    LARGEST = 2047          # of changes
    HEAVIEST = 16           # of weights
    PARTS = 8               # residuals are in 1/8 of a fine unit
    DECISIONS = 4
    CUTS = 8
    CURVATURES = 129
    SLOPES = 256
    AZIMUTH_BINS = 16
    TICKS = 64

# The kernel's own.
cdef enum:
    NOWHERE = 1024          # no pivot, nor near one
    SECTOR_BITS = 7         # a sector is 128 fine units of superlayer 10
    SECTOR = 128
    SECTORS = 64
    AGAIN = 8               # sectors that are there again at either end
    FARTHEST_AXIAL = 640    # a segment is no further from a seed, in these units
    FARTHEST = 900          # no table says that one is further
    MOST_RESIDUAL = 1023
    CUT_BITS = 13           # of sums about the mean
    LEAST_DETERMINANT = 1 << 30    # smaller: the segments do not tell all three numbers
    MOST_ERROR = 1 << 18    # (2 * 256 cm) ** 2


cdef struct Superlayer:
    int cells
    unsigned limit          # positions in a turn
    int is_stereo
    int16_t base            # first row in the tables of axial or stereo superlayers
    int factor[2]           # to places for seeds in superlayers 6 and 9
    int offset[2]


cdef struct Tables:
    Superlayer superlayer[SUPERLAYERS]
    int full[2]             # fine units in a turn, for either seed
    int sectors             # in a turn
    const uint64_t *axial
    const uint64_t *stereo
    const uint8_t *dips
    const int16_t *reach
    const int16_t *rows
    const int16_t *weight
    const int32_t *slope
    const int16_t *shift
    const int32_t *variance
    const int32_t *cuts
    const uint8_t *possible
    const uint16_t *bins
    int16_t ones[LANES]
    int seed_weight
    int least_weight
    int before
    int after
    int superlayers
    int neighbours


cdef struct Columns:
    const uint8_t *superlayer
    const uint8_t *pivot
    const uint8_t *weight
    const uint8_t *tick
    const int16_t *phi


cdef struct Rings:
    # Segments of a crossing, those of axial superlayers first, sector by sector: segments of sector k of either kind
    # are begin[kind][k + AGAIN] to begin[kind][k + AGAIN + 1].  Places are in fine units of superlayers 6 and 9.
    int begin[2][SECTORS + 2 * AGAIN + 1]
    int16_t *place[2]
    int16_t *tick
    int16_t *base


cdef struct Seed:
    int which               # 0: in superlayer 6, 1: in 9
    int16_t place           # in units of its own superlayer
    int16_t sort_place      # in units of superlayer 9
    int16_t earliest        # tick of its segments, and how many more
    int16_t span


cdef struct Near:
    # A segment near a seed: its difference, and its row in the tables.
    int16_t difference
    int16_t row


cdef struct Track:
    Py_ssize_t seed         # row of the seed's segment
    int which
    int place
    # The cell, and how many superlayers it has; axial ones beside the seed's.
    int curvature_bin
    int dip
    int count
    int axials
    # The segments taken.
    int mask
    int16_t residual[LANES]
    int16_t weight[LANES]
    # The fit.
    int curvature
    int slope
    int z0
    int z0_error


cdef struct State:
    Py_ssize_t room         # segments of a crossing
    # Of the segments as they are given: where superlayers begin, places, and sectors, those of stereo ones behind.
    int first[SUPERLAYERS + 1]
    int16_t *place[2]
    uint8_t *sector
    # Of the segments of one superlayer; worse: there is a better one at a neighbouring pivot.
    int16_t *pivot
    int16_t *tick
    int16_t *weight
    int16_t *worse[2]
    Rings rings
    # Of one seed: axial segments, and stereo ones that fit the bins of curvature that are looked at.
    Near *axial
    int axials
    Near *stereo
    int stereos
    Track *tracks
    # Dips from one on, and up to one.
    uint64_t not_before[BINS]
    uint64_t not_after[BINS]


cdef struct Rows:
    int32_t *seed
    uint16_t *mask
    int16_t *curvature
    float *tan_lambda
    int16_t *z0
    uint8_t *z0_error
    uint8_t *missing
    uint8_t *bin
    uint8_t *tick
    uint8_t *passed
    Py_ssize_t count
