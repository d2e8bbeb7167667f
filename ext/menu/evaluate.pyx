"""Sums of products on columns of trigger words.

Lines, terms and checks are nested by offsets: line i has terms ``term_of[i]:term_of[i + 1]``, term j has checks
``check_of[j]:check_of[j + 1]``; a check looks at one 64-bit word and holds where ``word & care == value``.  A
term without checks is always true.
"""

from libc.stdint cimport int32_t, uint8_t, uint64_t


def evaluate(
    const uint64_t[:, ::1] words,
    const uint8_t[::1] entry,
    const uint8_t[::1] entry_of,
    const int32_t[::1] term_of,
    const int32_t[::1] check_of,
    const int32_t[::1] word,
    const uint64_t[::1] care,
    const uint64_t[::1] value,
    uint64_t[::1] fired,
):
    """Set bit i of ``fired[row]`` where line i is true for that row and its kind of entry."""
    cdef Py_ssize_t rows = words.shape[0]
    cdef Py_ssize_t lines = entry_of.shape[0]
    cdef Py_ssize_t row, line
    cdef int32_t term, check, last
    cdef uint64_t result
    cdef const uint64_t *state
    if rows == 0:
        return
    with nogil:
        for row in range(rows):
            state = &words[row, 0]
            result = 0
            for line in range(lines):
                if not entry[row] & entry_of[line]:
                    continue
                for term in range(term_of[line], term_of[line + 1]):
                    last = check_of[term + 1]
                    check = check_of[term]
                    while check < last and state[word[check]] & care[check] == value[check]:
                        check += 1
                    if check == last:
                        result |= (<uint64_t> 1) << line
                        break
            fired[row] = result
