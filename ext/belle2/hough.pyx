"""2D tracks of the drift chamber: axial track segments of a batch of crossings to tracks and their segments.

Plan.  Which cells a segment's curve crosses is known in advance (`trigemu.experiments.belle2.cdc.plane`): a few
dozen words, one per column of the plane, bit j for cell j.

1. OR the words of all segments of a superlayer, count superlayers cell by cell with a bit-sliced adder.  Earlier
   steps of the experiment's recursive search, where they matter, are done in the same way, and the results ANDed.
2. Cells form squares of 2 x 2.  Which squares hang on none to their left, below or lower left (each starts a cluster)
   is again a matter of shifts and ANDs, a column of squares at a time; only those are looked at one by one.
3. A cluster has at most 3 x 3 squares.  Its centre says, by one look-up per segment, which segments are related.

Words of a column beyond the last go on at the first: they are collected behind the plane and folded back.
"""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memset

from shared.bits cimport at_least, count5, ctz64, popcount64
from shared.checks cimport need

cdef enum:
    COLUMNS = 512        # most columns of a plane
    SUPERLAYERS = 5
    SEGMENTS = 1312      # axial segments

cdef extern from *:
    """
    #define EVEN 0x5555555555555555ULL
    """
    const uint64_t EVEN


cdef struct Search:
    int columns
    int rows             # cells in a column
    int min_hits
    int min_short
    int levels
    int wires            # priority wires: entries per level
    const int16_t *start
    const int32_t *row
    const int16_t *length
    const uint64_t *words
    const int16_t *relation_start
    const int32_t *relation_row
    const int16_t *relation_length
    const uint64_t *relation_words
    uint64_t plane[COLUMNS]
    uint64_t layers[SUPERLAYERS][2 * COLUMNS]


cdef struct Hits:
    # Axial segments of one crossing.
    int count
    int seen                     # superlayers, one bit each
    int32_t row[SEGMENTS]
    int16_t axial[SEGMENTS]
    int16_t wire[SEGMENTS]
    int8_t layer[SEGMENTS]
    uint8_t first[SEGMENTS]


cdef struct Cluster:
    int column           # in half cells
    int height
    int squares
    int ambiguous
    int single


cdef struct Output:
    Py_ssize_t tracks
    Py_ssize_t relations
    Py_ssize_t track_room
    Py_ssize_t relation_room
    double *phi0
    double *omega
    int16_t *corner
    int16_t *squares
    int64_t *cuts
    int32_t *segment
    int8_t *weight


cdef inline uint64_t inner_ones(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, int least) noexcept nogil:
    """Return the bits that all of the first ``least`` words have."""
    cdef uint64_t every = ~<uint64_t> 0
    return (
        a & (b if least > 1 else every) & (c if least > 2 else every)
        & (d if least > 3 else every) & (e if least > 4 else every)
    )


cdef void fill_level(Search *s, const Hits *hits, int level) noexcept nogil:
    """OR the words of all segments into the planes of their superlayers."""
    cdef int i, k, layer, length, wire
    cdef uint64_t *target
    cdef const uint64_t *source
    for layer in range(SUPERLAYERS):
        memset(s.layers[layer], 0, (s.columns + s.length[SUPERLAYERS * level + layer]) * sizeof(uint64_t))
    for i in range(hits.count):
        wire = level * s.wires + hits.wire[i]
        length = s.length[SUPERLAYERS * level + hits.layer[i]]
        target = s.layers[hits.layer[i]] + s.start[wire]
        source = s.words + s.row[wire]
        for k in range(length):
            target[k] |= source[k]
    for layer in range(SUPERLAYERS):
        target = s.layers[layer]
        for k in range(s.length[SUPERLAYERS * level + layer]):
            target[k] |= target[s.columns + k]


cdef void search(Search *s, const Hits *hits) noexcept nogil:
    """Set the plane's cells that enough superlayers cross."""
    cdef int level, k
    cdef uint64_t *a = s.layers[0]
    cdef uint64_t *b = s.layers[1]
    cdef uint64_t *c = s.layers[2]
    cdef uint64_t *d = s.layers[3]
    cdef uint64_t *e = s.layers[4]
    cdef uint64_t word
    cdef int least = s.min_hits, inner = s.min_short
    memset(s.plane, 0xFF, s.columns * sizeof(uint64_t))
    for level in range(s.levels):
        fill_level(s, hits, level)
        for k in range(s.columns):
            word = at_least(count5(a[k], b[k], c[k], d[k], e[k]), least)
            if inner < least:
                word |= inner_ones(a[k], b[k], c[k], d[k], e[k], inner)
            s.plane[k] &= word


cdef inline uint64_t starts(const Search *s, int column) noexcept nogil:
    """Return the squares of a column of squares that start a cluster (bit 2 i for square i).

    A square hangs on its left neighbour by cells side by side or rising to the right, on the one below by cells above
    each other or rising to the right, on the lower left one by the corner cells.
    """
    cdef uint64_t left = s.plane[2 * column - 1 if column else s.columns - 1]
    cdef uint64_t near = s.plane[2 * column]
    cdef uint64_t far = s.plane[2 * column + 1]
    cdef uint64_t set_ = near | far
    cdef uint64_t level = left & near
    cdef uint64_t hangs
    if not set_:
        return 0
    # Left neighbour: same row, or from its lower right to the upper left cell.
    hangs = level | level >> 1 | (left & (near >> 1))
    # Below: from an upper cell (odd bit) to the lower cell above it, or from the upper left to the lower right.
    hangs |= (near & (near << 1)) | (far & (far << 1)) | (far & (near << 1))
    # Lower left: its upper right to the lower left cell.
    hangs |= near & (left << 1)
    return (set_ | set_ >> 1) & EVEN & ~hangs


cdef inline uint8_t square(const Search *s, int column, int row) noexcept nogil:
    """Return the four cells of a square: bit 0 lower left, 1 lower right, 2 upper left, 3 upper right."""
    cdef int near, far
    while column >= s.columns >> 1:
        column -= s.columns >> 1
    near = <int> (s.plane[2 * column] >> (2 * row)) & 3
    far = <int> (s.plane[2 * column + 1] >> (2 * row)) & 3
    return <uint8_t> ((near & 1) | (far & 1) << 1 | (near & 2) << 1 | (far & 2) << 2)


cdef inline bint beside(int left, int right) noexcept nogil:
    return (left >> 3) & (right >> 2) & 1 or (left >> 1) & right & 1 or (left >> 1) & (right >> 2) & 1


cdef inline bint above(int lower, int upper) noexcept nogil:
    return upper & (lower >> 2) & 1 or (upper >> 1) & (lower >> 3) & 1 or (upper >> 1) & (lower >> 2) & 1


cdef inline bint across(int lower_left, int upper_right) noexcept nogil:
    return upper_right & (lower_left >> 3) & 1


cdef Cluster collect(const Search *s, int column, int row) noexcept nogil:
    """Form the cluster that starts in a square: squares in up to 3 columns and rows that hang together."""
    cdef Cluster result
    cdef int cells[4][4]         # all squares, [column][row]; nothing above the plane
    cdef int own[3][3]           # those of the cluster
    cdef int x, y, top_x = 0, top_y = 0, corner, first
    result.squares, result.ambiguous = 1, 0
    for x in range(4):
        for y in range(4):
            cells[x][y] = square(s, column + x, row + y) if 2 * (row + y) < s.rows else 0
    for x in range(3):
        for y in range(3):
            own[x][y] = 0
            if (
                (x > 0 and own[x - 1][y] and beside(cells[x - 1][y], cells[x][y]))
                or (y > 0 and own[x][y - 1] and above(cells[x][y - 1], cells[x][y]))
                or (x > 0 and y > 0 and own[x - 1][y - 1] and across(cells[x - 1][y - 1], cells[x][y]))
            ):
                own[x][y] = cells[x][y]
                result.squares += 1
            elif x == 0 and y == 0:
                own[x][y] = cells[x][y]
    for y in range(3):
        if own[2][y] and (beside(cells[2][y], cells[3][y]) or across(cells[2][y], cells[3][y + 1])):
            result.ambiguous = 1
    for x in range(3):
        if own[x][2] and (above(cells[x][2], cells[x][3]) or across(cells[x][2], cells[x + 1][3])):
            result.ambiguous = 1
    # The last square, row by row from the top, each from the right; ambiguous if a lower one is further right.
    for y in range(2, -1, -1):
        for x in range(2, -1, -1):
            if own[x][y]:
                break
        else:
            continue
        top_x, top_y = x, y
        break
    for y in range(top_y):
        for x in range(top_x + 1, 3):
            if own[x][y]:
                result.ambiguous = 1
    # The last cell of that square, right before top, and the first cell of the first, left before bottom.
    corner = own[top_x][top_y]
    if corner & 8:
        corner = 3
    elif corner & 2:
        result.ambiguous |= (corner >> 2) & 1
        corner = 1
    else:
        corner = 2 if corner & 4 else 0
    first = own[0][0]
    if first & 1:
        first = 0
    elif first & 4:
        result.ambiguous |= (first >> 1) & 1
        first = 2
    else:
        first = 1 if first & 2 else 3
    x = 2 * top_x + (corner & 1)
    y = 2 * top_y + (corner >> 1)
    result.single = x == (first & 1) and y == first >> 1
    result.column = 4 * column + x + (first & 1)
    if result.column >= 2 * s.columns:
        result.column -= 2 * s.columns
    result.height = 4 * row + y + (first >> 1)
    return result


cdef inline bint related(const Search *s, const Hits *hits, int i, const Cluster *cluster) noexcept nogil:
    cdef int axial = hits.axial[i]
    cdef int column = cluster.column - s.relation_start[axial]
    if column < 0:
        column += 2 * s.columns
    if column >= s.relation_length[hits.layer[i]]:
        return False
    column = 2 * column + (cluster.height & 1)
    return (s.relation_words[s.relation_row[axial] + column] >> (cluster.height >> 1)) & 1


cdef int relate(const Search *s, const Hits *hits, const Cluster *cluster, Output *out) noexcept nogil:
    """Write the relations of a track, the chosen ones first; return how many there are."""
    cdef int list_[SEGMENTS]
    cdef int best[SUPERLAYERS]
    cdef int count = 0, i, k, chosen
    best[0] = best[1] = best[2] = best[3] = best[4] = -1
    for i in range(hits.count):
        if related(s, hits, i, cluster):
            list_[count] = i
            count += 1
            k = best[hits.layer[i]]
            # Segments come in rising order, so a later one of the same priority has the higher number.
            if k < 0 or hits.first[i] >= hits.first[k]:
                best[hits.layer[i]] = i
    if out.relations + count > out.relation_room:
        out.relations += count
        return count
    for chosen in range(1, -1, -1):
        for k in range(count):
            i = list_[k]
            if (best[hits.layer[i]] == i) == chosen:
                out.segment[out.relations] = hits.row[i]
                out.weight[out.relations] = 1 if chosen else -1
                out.relations += 1
    return count


include "hough_checks.pxi"


cdef class Finder:
    """A plane ready for use (arguments as in `trigemu.experiments.belle2.cdc.plane`, levels one after the other)."""

    cdef Search s
    cdef Hits hits
    cdef object kept
    cdef Py_ssize_t words
    cdef Py_ssize_t related

    def __init__(
        self, int columns, int rows, int min_hits, int min_short,
        const int16_t[:, ::1] start, const int32_t[:, ::1] row, const int16_t[:, ::1] length,
        const uint64_t[::1] words, const int16_t[::1] relation_start, const int32_t[::1] relation_row,
        const int16_t[::1] relation_length, const uint64_t[::1] relation_words,
    ):
        check_plane(columns, rows, min_hits, min_short, start, row, length)
        check_relations(columns, relation_start, relation_row, relation_length, words, relation_words)
        self.words, self.related = words.shape[0], relation_words.shape[0]
        self.kept = (start, row, length, words, relation_start, relation_row, relation_length, relation_words)
        self.s.columns, self.s.rows = columns, rows
        self.s.min_hits, self.s.min_short = min_hits, min_short
        self.s.levels, self.s.wires = <int> start.shape[0], <int> start.shape[1]
        self.s.start, self.s.row, self.s.length, self.s.words = &start[0, 0], &row[0, 0], &length[0, 0], &words[0]
        self.s.relation_start, self.s.relation_row = &relation_start[0], &relation_row[0]
        self.s.relation_length, self.s.relation_words = &relation_length[0], &relation_words[0]

    def find(
        self, const int64_t[::1] offsets, const int16_t[::1] segment, const uint8_t[::1] position,
        const int16_t[::1] axial_of, const int8_t[::1] layer_of, const double[::1] centre_phi0,
        const double[::1] centre_y, int64_t[::1] cuts, uint8_t[::1] ambiguous, double[::1] phi0, double[::1] omega,
        int16_t[:, ::1] corner, int16_t[::1] squares, int64_t[::1] rel_cuts, int32_t[::1] rel_segment,
        int8_t[::1] rel_weight,
    ):
        """Write tracks and relations as far as there is room; return how many of each there are."""
        cdef Search *s = &self.s
        cdef Hits *hits = &self.hits
        cdef Output out
        cdef Cluster cluster
        cdef Py_ssize_t event
        cdef uint64_t bits
        cdef int column, row, fewest = min(s.min_hits, s.min_short), numbers = <int> axial_of.shape[0]
        cdef bint good = True
        need(self.kept is not None, "Finder.find")
        check_segments(
            s, offsets, min(segment.shape[0], position.shape[0]), axial_of, layer_of, self.words, self.related,
            centre_phi0.shape[0], centre_y.shape[0],
        )
        need(
            cuts.shape[0] >= offsets.shape[0] and ambiguous.shape[0] >= offsets.shape[0] - 1
            and min(omega.shape[0], min(corner.shape[0], squares.shape[0])) >= phi0.shape[0] and corner.shape[1] == 2
            and rel_cuts.shape[0] >= phi0.shape[0] + 1 and rel_weight.shape[0] >= rel_segment.shape[0],
            "Finder.find",
        )
        out.tracks = out.relations = 0
        out.track_room, out.relation_room = phi0.shape[0], rel_segment.shape[0]
        out.phi0, out.omega, out.corner, out.squares = &phi0[0], &omega[0], &corner[0, 0], &squares[0]
        out.cuts, out.segment, out.weight = &rel_cuts[0], &rel_segment[0], &rel_weight[0]
        cuts[0] = rel_cuts[0] = 0
        with nogil:
            for event in range(offsets.shape[0] - 1):
                ambiguous[event] = 0
                hits.seen = 0
                if offsets[event + 1] > offsets[event]:
                    good = gather(
                        hits, offsets[event], offsets[event + 1], &segment[0], &position[0],
                        &axial_of[0], &layer_of[0], numbers,
                    )
                    if not good:
                        break
                if popcount64(hits.seen) < fewest:
                    cuts[event + 1] = out.tracks
                    continue
                search(s, hits)
                for column in range(s.columns >> 1):
                    bits = starts(s, column)
                    while bits:
                        row = ctz64(bits) >> 1
                        bits &= bits - 1
                        cluster = collect(s, column, row)
                        ambiguous[event] |= cluster.ambiguous
                        if cluster.single:
                            continue
                        if not relate(s, hits, &cluster, &out):
                            ambiguous[event] = 1
                        if out.tracks < out.track_room:
                            out.phi0[out.tracks] = centre_phi0[cluster.column]
                            out.omega[out.tracks] = 2.0 * centre_y[cluster.height]
                            out.corner[2 * out.tracks] = <int16_t> (2 * column)
                            out.corner[2 * out.tracks + 1] = <int16_t> (2 * row)
                            out.squares[out.tracks] = <int16_t> cluster.squares
                            out.cuts[out.tracks + 1] = out.relations
                        out.tracks += 1
                cuts[event + 1] = out.tracks
        need(good, "Finder.find")
        return out.tracks, out.relations
