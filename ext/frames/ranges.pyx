"""Whether a column's values are possible: one pass, without a branch that depends on them.

The caller looks for the value that is not, which is slow but seldom.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t

cdef enum:
    VALUES = 65536


def rises_between(const int64_t[::1] values, int64_t low, int64_t high):
    """Return whether values never fall and all are from ``low`` to ``high``."""
    cdef Py_ssize_t i, n = values.shape[0]
    cdef bint falls = False
    if n == 0:
        return True
    if values[0] < low or values[n - 1] > high:
        return False
    with nogil:
        for i in range(1, n):
            falls |= values[i] < values[i - 1]
    return not falls


def at_most(const uint16_t[::1] values, uint16_t high):
    """Return whether no value is above ``high``."""
    cdef Py_ssize_t i
    cdef uint16_t most = 0
    with nogil:
        for i in range(values.shape[0]):
            most = max(most, values[i])
    return most <= high


def singles_between(const float[::1] values, double low, double high):
    """Return whether all values are numbers from ``low`` to ``high``."""
    cdef Py_ssize_t i
    cdef bint every = True
    with nogil:
        for i in range(values.shape[0]):
            every &= (values[i] >= low) & (values[i] <= high)
    return bool(every)


def all_known(const uint16_t[::1] values, const uint8_t[::1] known):
    """Return whether the table (uint8[65536], 0 or 1) has all values."""
    cdef Py_ssize_t i
    cdef uint8_t every = 1
    if known.shape[0] != VALUES:
        return False
    with nogil:
        for i in range(values.shape[0]):
            every &= known[values[i]]
    return every != 0
