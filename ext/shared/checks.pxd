"""What kernels check of arrays before they index with them.

Kernels run without the checks that Cython would make of every access: a caller's mistake, or a number in data, must
not reach memory that is not its own.
"""

from libc.math cimport fabs
from libc.stdint cimport int64_t


cdef inline int refuse(str kernel) except -1:
    from trigemu.errors import InputError

    raise InputError(f"{kernel}: arrays have not the lengths, or hold not the numbers, that they must have")


cdef inline int need(bint good, str kernel) except -1:
    """Raise InputError unless arrays are as a kernel wants them."""
    if not good:
        refuse(kernel)
    return 0


cdef inline bint cuts(const int64_t[::1] offsets, Py_ssize_t rows) noexcept nogil:
    """Return whether offsets are there, begin at 0, never fall and do not go beyond so many rows."""
    cdef Py_ssize_t i, n = offsets.shape[0]
    cdef bint good = n > 0
    if not good:
        return False
    good = offsets[0] == 0 and offsets[n - 1] <= rows
    for i in range(1, n):
        good &= offsets[i] >= offsets[i - 1]
    return good


cdef inline bint rising_within(const int64_t[::1] time, int64_t limit) noexcept nogil:
    """Return whether times never fall and are at least -limit and below limit."""
    cdef Py_ssize_t i, n = time.shape[0]
    cdef bint falls = False
    for i in range(1, n):
        falls |= time[i] < time[i - 1]
    return n == 0 or (not falls and time[0] >= -limit and time[n - 1] < limit)


cdef inline bint all_within(const int64_t[::1] values, int64_t limit) noexcept nogil:
    """Return whether all values are at least -limit and below limit."""
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(values.shape[0]):
        outside |= (values[i] < -limit) | (values[i] >= limit)
    return not outside


cdef inline int whole(double value) noexcept nogil:
    """Return a number cut to an integer; beyond 32 bits the nearest of those, 0 for what is no number.

    In C such a conversion is undefined.
    """
    if fabs(value) < 2147483648.0:
        return <int> value
    return 2147483647 if value > 0 else (-2147483648 if value < 0 else 0)
