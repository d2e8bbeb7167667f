"""The L0 trigger processor: merged inputs, three-slot alignment, one trigger per timestamp.

The firmware writes primitives into a memory of 16384 slots and reads it one latency later.  As long as that
latency is shorter than the depth of the memory, what a read finds in a slot is the last primitive of the
stream in that slot, so the streams (sorted by time) are walked instead; tests/reference/na62_l0tp.py has the
memory itself.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint64_t

cdef enum:
    TIMESTAMP_SHIFT = 8
    PACKET_SHIFT = 16
    ID_BITS = 0x7FFF
    REFERENCE = 1
    CONTROL = 2
    LOAD_CAP = 0xFFFF
    TABLE_BITS = 11
    TABLE = 2048
    MAX_DISTINCT = 1024

cdef int64_t NEVER = -(<int64_t> 1 << 62)


def rising(const int64_t[::1] time):
    """Return whether times never fall."""
    cdef Py_ssize_t i
    cdef bint falls = False
    with nogil:
        for i in range(1, time.shape[0]):
            falls |= time[i] < time[i - 1]
    return not falls


def merge(
    const int64_t[::1] reference,
    const uint16_t[::1] word,
    const int64_t[::1] control,
    int slot_shift,
    int64_t cut,
    int column,
    int64_t low,
    int64_t high,
    int64_t[::1] time,
    uint8_t[::1] flags,
    uint64_t[:, ::1] state,
    uint16_t[::1] load,
):
    """Merge the two input queues in time; return the number of entries with ``low <= time < high``
    (both at slot edges).

    Equal slots give one entry with the reference time and both flags; an entry in the slot of the one before
    it is skipped.  The entries' rows of ``state`` hold the ids of the reference detector (``word``, its
    ``column`` and ``cut``, read as `align` does) and nothing else.  ``load[k]`` counts the merged words,
    before that skip, of packet time k (from time 0).
    """
    cdef Py_ssize_t i = 0, j = 0, n = 0, first, stop
    cdef Py_ssize_t ni = reference.shape[0], nj = control.shape[0], steps = load.shape[0]
    # A slot is known by the time at which it starts; masks cost less than shifts by a variable.
    cdef int64_t width = <int64_t> 1 << slot_shift, mask = -width
    cdef int64_t a, b, slot, t, last = NEVER, step, end = NEVER, words = 0
    cdef uint64_t half = column >> 2, place = 16 * (column & 3), ids
    cdef uint64_t *rows = &state[0, 0] if state.shape[0] > 0 else NULL
    cdef uint8_t flag
    with nogil:
        for step in range(steps):
            load[step] = 0
        step = -1
        first, stop = 0, ni
        while first < ni and reference[first] < low:
            first += 1
        while stop > first and reference[stop - 1] >= high:
            stop -= 1
        while j < nj and control[j] < low:
            j += 1
        while nj > j and control[nj - 1] >= high:
            nj -= 1
        i = first
        b = control[j] & mask if j < nj else -NEVER
        while i < stop or j < nj:
            t = reference[i] if i < stop else -NEVER
            slot = t & mask
            flag = REFERENCE
            if slot >= b:
                if slot > b:
                    t = control[j]
                    slot = b
                    flag = 0
                flag |= CONTROL
                j += 1
                b = control[j] & mask if j < nj else -NEVER
            i += flag & REFERENCE
            if t >= end:
                if 0 <= step < steps:
                    load[step] = <uint16_t> min(words, LOAD_CAP)
                step = t >> PACKET_SHIFT
                end = (step + 1) << PACKET_SHIFT
                words = 0
            words += 1
            if slot == last:
                continue
            last = slot
            low = slot - width
            high = low + 3 * width
            if flag & REFERENCE and 2 <= i < ni and reference[i - 2] < low and reference[i] >= high:
                # Most often no other primitive is near.
                ids = word[i - 1]
            else:
                ids = around(&reference[0], &word[0], ni, i, t, width, cut) if ni > 0 else 0
            time[n] = t
            flags[n] = flag
            rows[2 * n + half] = (ids & ID_BITS) << place
            rows[2 * n + 1 - half] = 0
            n += 1
        if 0 <= step < steps:
            load[step] = <uint16_t> min(words, LOAD_CAP)
    return n


cdef inline uint64_t around(
    const int64_t *time, const uint16_t *word, Py_ssize_t m, Py_ssize_t j,
    int64_t entry, int64_t width, int64_t cut
) noexcept nogil:
    """Return the OR of the ids in the three slots; j may be anywhere at or after the first of them."""
    cdef int64_t low = (entry & -width) - width, high = low + 3 * width
    cdef int64_t here, after, apart
    cdef uint64_t ids = 0
    while j > 0 and time[j - 1] >= low:
        j -= 1
    after = time[j] if j < m else -NEVER
    while after < high:
        here = after
        apart = here - entry
        j += 1
        after = time[j] if j < m else -NEVER
        ids |= word[j - 1] & -<uint64_t> ((-cut < apart) & (apart < cut) & ((here ^ after) & -width != 0))
    return ids


def align(
    const int64_t[::1] entry,
    const int64_t[::1] time,
    const uint16_t[::1] word,
    int slot_shift,
    int64_t cut,
    uint64_t[:, ::1] state,
    int column,
):
    """Add one detector's ids to the state: the OR of those in the slots N, N - 1, N + 1 of each entry.

    Only the last primitive of a slot is there, and it counts if it is less than ``cut`` away.
    """
    cdef Py_ssize_t n = entry.shape[0], m = time.shape[0]
    cdef Py_ssize_t k, lo = 0
    cdef int64_t low, width = <int64_t> 1 << slot_shift
    cdef uint64_t half = column >> 2, place = 16 * (column & 3), ids
    if n == 0 or m == 0:
        return
    with nogil:
        for k in range(n):
            low = (entry[k] & -width) - width
            while lo < m and time[lo] < low:
                lo += 1
            ids = around(&time[0], &word[0], m, lo, entry[k], width, cut)
            state[k, half] |= (ids & ID_BITS) << place


def distinct(
    const uint64_t[:, ::1] state,
    const uint8_t[::1] flags,
    uint64_t[:, ::1] rows,
    uint8_t[::1] kinds,
    uint16_t[::1] which,
):
    """Find the different (state, flags) of the entries; return how many, -1 if there are too many.

    ``rows`` and ``kinds`` get the different ones, ``which[k]`` is the place of entry k among them.
    """
    cdef Py_ssize_t k, n = 0
    cdef uint64_t a, b, code
    cdef int32_t place
    cdef int32_t table[TABLE]
    with nogil:
        for k in range(TABLE):
            table[k] = -1
        for k in range(state.shape[0]):
            a = state[k, 0]
            b = state[k, 1]
            code = (a * 0x9E3779B97F4A7C15ULL ^ (b + flags[k]) * 0xC2B2AE3D27D4EB4FULL) >> (64 - TABLE_BITS)
            while True:
                place = table[code]
                if place < 0:
                    if n == MAX_DISTINCT:
                        n = -1
                        break
                    place = <int32_t> n
                    table[code] = place
                    rows[n, 0] = a
                    rows[n, 1] = b
                    kinds[n] = flags[k]
                    n += 1
                    break
                if rows[place, 0] == a and rows[place, 1] == b and kinds[place] == flags[k]:
                    break
                code = (code + 1) & (TABLE - 1)
            if n < 0:
                break
            which[k] = <uint16_t> place
    return n


def one_per_timestamp(
    const int64_t[::1] time,
    const uint16_t[::1] which,
    const uint64_t[::1] fired,
    uint64_t physics,
    int64_t[::1] out_time,
    uint64_t[::1] out_fired,
):
    """Make at most one candidate per timestamp; return how many.

    Entry k fires the lines ``fired[which[k]]``, or ``fired[k]`` if ``which`` is empty.  Lines in ``physics``
    count for the first entry of the timestamp that fires any of them; lines of other types for all.  The time
    is that of the physics trigger, else of the first entry that fired.
    """
    cdef Py_ssize_t k, n = -1
    cdef int64_t last = NEVER, chosen = 0
    cdef uint64_t lines, sum = 0, taken = 0
    cdef bint new, direct = which.shape[0] == 0
    with nogil:
        for k in range(time.shape[0]):
            lines = fired[k] if direct else fired[which[k]]
            if lines == 0:
                continue
            # Without branches: which entries share a timestamp is hard to predict.
            new = time[k] >> TIMESTAMP_SHIFT != last
            last = time[k] >> TIMESTAMP_SHIFT
            taken = 0 if new else taken
            sum = 0 if new else sum
            lines &= ~taken
            chosen = time[k] if new | (lines & physics != 0) else chosen
            taken = physics if lines & physics else taken
            sum |= lines
            n += new
            out_time[n] = chosen
            out_fired[n] = sum
    return n + 1
