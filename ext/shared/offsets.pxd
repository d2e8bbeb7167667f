"""What kernels ask of the offsets that cut columns into crossings; `shared.checks` says whether they fit."""

from libc.stdint cimport int64_t


cdef inline int64_t longest(const int64_t[::1] offsets) noexcept nogil:
    """Return the rows of the crossing that has most; 0 without any."""
    cdef Py_ssize_t i
    cdef int64_t most = 0
    for i in range(1, offsets.shape[0]):
        most = max(most, offsets[i] - offsets[i - 1])
    return most
