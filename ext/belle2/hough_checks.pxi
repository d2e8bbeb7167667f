# What hough.pyx checks of its arguments before it indexes with them.

from shared.checks cimport cuts as cut_rows
from shared.checks cimport need


cdef inline bint gather(
    Hits *hits, Py_ssize_t start, Py_ssize_t stop, const int16_t *segment, const uint8_t *position,
    const int16_t *axial_of, const int8_t *layer_of, int numbers,
) noexcept nogil:
    """Take the axial segments of a crossing; return whether all are segments, and none more often than there are."""
    cdef Py_ssize_t row
    cdef int n = 0, axial
    hits.seen = 0
    for row in range(start, stop):
        if segment[row] < 0 or segment[row] >= numbers:
            return False
        axial = axial_of[segment[row]]
        if axial < 0:
            continue
        if n == SEGMENTS:
            return False
        hits.row[n] = <int32_t> row
        hits.axial[n] = <int16_t> axial
        hits.wire[n] = <int16_t> (3 * axial + position[row] % 3)
        hits.layer[n] = layer_of[segment[row]]
        hits.first[n] = position[row] == 3
        hits.seen |= 1 << hits.layer[n]
        n += 1
    hits.count = n
    return True


cdef bint numbered(const int16_t[::1] axial_of, const int8_t[::1] layer_of) noexcept nogil:
    """Return whether segments have numbers among the axial ones, and superlayers, or none."""
    cdef Py_ssize_t i
    cdef bint outside = axial_of.shape[0] != layer_of.shape[0]
    if outside:
        return False
    for i in range(axial_of.shape[0]):
        outside |= axial_of[i] >= SEGMENTS or layer_of[i] >= SUPERLAYERS or (axial_of[i] >= 0 and layer_of[i] < 0)
    return not outside


cdef bint columns_fit(
    const int16_t[::1] start, const int32_t[::1] row, const int16_t[::1] length, int columns, int most
) noexcept nogil:
    """Return whether wires begin at a column and have no more words than there are columns."""
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(length.shape[0]):
        outside |= length[i] < 0 or length[i] > most
    for i in range(start.shape[0]):
        outside |= start[i] < 0 or start[i] >= columns or row[i] < 0
    return not outside


cdef bint words_fit(
    const Search *s, const int16_t[::1] axial_of, const int8_t[::1] layer_of, Py_ssize_t words, Py_ssize_t related
) noexcept nogil:
    """Return whether all words of axial segments are there."""
    cdef Py_ssize_t i, k, level, axial
    cdef bint outside = False
    for i in range(axial_of.shape[0]):
        axial = axial_of[i]
        if axial < 0:
            continue
        outside |= s.relation_row[axial] + 2 * s.relation_length[layer_of[i]] > related
        for level in range(s.levels):
            for k in range(3 * axial, 3 * axial + 3):
                outside |= s.row[level * s.wires + k] + s.length[SUPERLAYERS * level + layer_of[i]] > words
    return not outside


cdef int check_plane(
    int columns, int rows, int min_hits, int min_short, const int16_t[:, ::1] start, const int32_t[:, ::1] row,
    const int16_t[:, ::1] length,
) except -1:
    """Raise InputError unless a plane has a size that there is room for, and all wires begin in it."""
    cdef Py_ssize_t level
    need(
        0 < columns <= COLUMNS and columns % 2 == 0 and 0 < rows <= 64 and 1 <= min_hits <= SUPERLAYERS
        and 1 <= min_short <= SUPERLAYERS and start.shape[0] > 0 and start.shape[1] == 3 * SEGMENTS
        and row.shape[0] == start.shape[0] and row.shape[1] == start.shape[1] and length.shape[0] == start.shape[0]
        and length.shape[1] == SUPERLAYERS,
        "Finder",
    )
    for level in range(start.shape[0]):
        need(columns_fit(start[level], row[level], length[level], columns, columns), "Finder")
    return 0


cdef int check_relations(
    int columns, const int16_t[::1] start, const int32_t[::1] row, const int16_t[::1] length,
    const uint64_t[::1] words, const uint64_t[::1] relation_words,
) except -1:
    """Raise InputError unless every axial segment has a beginning among the half cells."""
    return need(
        start.shape[0] == SEGMENTS and row.shape[0] == SEGMENTS and length.shape[0] == SUPERLAYERS
        and words.shape[0] > 0 and relation_words.shape[0] > 0
        and columns_fit(start, row, length, 2 * columns, 2 * columns),
        "Finder",
    )


cdef int check_segments(
    const Search *s, const int64_t[::1] offsets, Py_ssize_t rows, const int16_t[::1] axial_of,
    const int8_t[::1] layer_of, Py_ssize_t words, Py_ssize_t related, Py_ssize_t centres_phi0, Py_ssize_t centres_y,
) except -1:
    """Raise InputError unless offsets cut segments into crossings, and segments find their words."""
    return need(
        cut_rows(offsets, rows) and numbered(axial_of, layer_of) and words_fit(s, axial_of, layer_of, words, related)
        and centres_phi0 >= 2 * s.columns and centres_y >= 2 * s.rows - 1,
        "Finder.find",
    )
