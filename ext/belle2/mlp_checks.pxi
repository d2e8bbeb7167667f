# What mlp.pyx checks of a network before it reads it.

from shared.checks cimport need


cdef bint activation_fits(
    const int32_t[::1] table, const int16_t[::1] short_table, const int32_t[::1] limit, tuple activation
) except -1:
    """Return whether activations are at most 1, and the tables as long as their last address says."""
    cdef int64_t shift, last, one, offset, i
    cdef bint outside = False
    shift, last, one, offset = activation
    for i in range(limit.shape[0]):
        # The fast ways read the short table, one entry beyond the last address too.
        outside |= limit[i] >= 0 and (short_table.shape[0] < last + 2 or one > SHORT_ONE or limit[i] > 32766)
    if outside or not (0 <= shift < 48 and 0 <= last < table.shape[0]):
        return False
    if not (0 < one <= 1 << 20 and 0 < offset <= 1 << 24):
        return False
    for i in range(table.shape[0]):
        outside |= table[i] < -one or table[i] > one
    if one <= SHORT_ONE:
        for i in range(short_table.shape[0]):
            outside |= short_table[i] < -one or short_table[i] > one
    return not outside


cdef bint layers_fit(const int32_t[::1] first, const int32_t[:, ::1] shapes, Py_ssize_t wide) noexcept:
    """Return whether experts have layers that follow each other, with all their weights."""
    cdef Py_ssize_t e, k, needed = 0
    cdef int inside
    if first[0] != 0 or first[first.shape[0] - 1] != shapes.shape[0]:
        return False
    for e in range(first.shape[0] - 1):
        if not first[e] < first[e + 1]:
            return False
        inside = INPUTS
        for k in range(first[e], first[e + 1]):
            if shapes[k, 1] != inside or not 1 <= shapes[k, 0] <= MOST_NODES:
                return False
            needed += shapes[k, 0] * (<Py_ssize_t> inside + 1)
            inside = shapes[k, 0]
        if inside < OUTPUTS:
            return False
    return needed <= wide


cdef bint fast_layers_fit(
    const int32_t[::1] first, const int32_t[:, ::1] shapes, const int32_t[::1] repeated, Py_ssize_t bias,
    Py_ssize_t weights, const int32_t[::1] limit,
) noexcept:
    """Return whether the layers of experts that can go the fast way are packed so that these find all they read."""
    cdef Py_ssize_t e, k, i, padded
    cdef int nodes, used, columns, repeats, pairs, few
    for e in range(limit.shape[0]):
        for k in range(first[e], first[e + 1]):
            if min(shapes[k, 6], min(shapes[k, 7], shapes[k, 8])) < 0:
                return False
            if limit[e] < 0:
                continue
            nodes, columns, repeats, pairs, few = shapes[k, 0], shapes[k, 2], shapes[k, 3], shapes[k, 4], shapes[k, 5]
            used = shapes[k, 1] + repeats
            padded = (nodes + 15) // 16 * 16
            if not (
                0 <= repeats and used + 32 <= MLP_COLUMNS and nodes <= MLP_COLUMNS - 32 and used <= columns
                and columns % 32 == 0 and columns < used + 32 and pairs == (used + 1) // 2 and 0 <= few <= 1
                and shapes[k, 6] + <Py_ssize_t> repeats <= repeated.shape[0] and shapes[k, 8] + padded + 16 <= bias
                and shapes[k, 7] + (<Py_ssize_t> nodes * columns if few else padded * 2 * pairs) + 32 <= weights
            ):
                return False
            for i in range(shapes[k, 6], shapes[k, 6] + repeats):
                if not 0 <= repeated[i] < shapes[k, 1]:
                    return False
    return True
