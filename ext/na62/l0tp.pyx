"""The L0 trigger processor: merged inputs and three-slot alignment.

The firmware writes primitives into a memory of 16384 slots and reads it one latency later.  As long as that
latency is shorter than the depth of the memory, what a read finds in a slot is the last primitive of the
stream in that slot, so the streams (sorted by time) are walked instead; tests/reference/na62_l0tp.py has the
memory itself.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint64_t

from shared.checks cimport all_within, need

cdef enum:
    PACKET_SHIFT = 16
    ID_BITS = 0x7FFF
    REFERENCE = 1
    CONTROL = 2
    LOAD_CAP = 0xFFFF

cdef extern from *:
    """
    #define NEVER (-((int64_t)1 << 62))
    #define EVER ((int64_t)1 << 61)
    """
    const int64_t NEVER
    # Times are nearer to 0 than this, so that slots and sentinels lie beyond all of them.
    const int64_t EVER


cdef struct Queue:
    # Reference words, how they are read, and the merged queue so far.
    const int64_t *given
    const uint16_t *ids
    Py_ssize_t given_count
    int64_t width
    int64_t cut
    Py_ssize_t half
    int place
    int64_t last
    int64_t *time
    uint8_t *flags
    uint64_t *rows
    Py_ssize_t count
    uint16_t *load
    Py_ssize_t steps
    int64_t step
    int64_t end
    int64_t words


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

    Reference words run in a loop of their own until the slot of the next control word.
    """
    cdef Queue queue
    cdef Py_ssize_t i = 0, j = 0
    cdef Py_ssize_t ni = reference.shape[0], nj = control.shape[0], stop = ni
    # A slot is known by the time at which it starts; masks cost less than shifts by a variable.
    cdef int64_t width = <int64_t> 1 << slot_shift, slot
    cdef const int64_t *given = &reference[0] if ni > 0 else NULL
    need(
        word.shape[0] == ni and min(time.shape[0], min(flags.shape[0], state.shape[0])) >= ni + nj
        and state.shape[1] == 2 and 0 <= slot_shift < 32 and 0 <= column < 8 and -EVER <= low <= high <= EVER
        and all_within(reference, EVER) and all_within(control, EVER),
        "merge",
    )
    if ni + nj == 0:
        load[:] = 0
        return 0
    queue.given = given
    queue.ids = &word[0] if ni > 0 else NULL
    queue.given_count = ni
    queue.width = width
    queue.cut = cut
    queue.half = column >> 2
    queue.place = 16 * (column & 3)
    queue.last = NEVER
    queue.time, queue.flags, queue.rows, queue.count = &time[0], &flags[0], &state[0, 0], 0
    queue.load = &load[0] if load.shape[0] > 0 else NULL
    queue.steps = load.shape[0]
    queue.step = -1
    queue.end = NEVER
    queue.words = 0
    with nogil:
        for i in range(load.shape[0]):
            load[i] = 0
        i = 0
        while i < ni and given[i] < low:
            i += 1
        while stop > i and given[stop - 1] >= high:
            stop -= 1
        while j < nj and control[j] < low:
            j += 1
        while nj > j and control[nj - 1] >= high:
            nj -= 1
        while j < nj:
            slot = control[j] & -width
            i = run(&queue, i, stop, slot)
            if i < stop and given[i] < slot + width:
                one_word(&queue, i, given[i], REFERENCE | CONTROL)
                i += 1
            else:
                one_word(&queue, i, control[j], CONTROL)
            j += 1
        run(&queue, i, stop, high)
        new_packet(&queue, NEVER)
    return queue.count


cdef void new_packet(Queue *q, int64_t t) noexcept nogil:
    """Write the load of the packet time that is over; begin that of time t."""
    if 0 <= q.step < q.steps:
        q.load[q.step] = <uint16_t> min(q.words, LOAD_CAP)
    q.step = t >> PACKET_SHIFT
    q.end = (q.step + 1) << PACKET_SHIFT
    q.words = 0


cdef void one_word(Queue *q, Py_ssize_t i, int64_t t, uint8_t flag) noexcept nogil:
    """Take one merged word; reference word i is the first that is not in a slot before."""
    cdef uint64_t *row = &q.rows[2 * q.count]
    if t >= q.end:
        new_packet(q, t)
    q.words += 1
    if t & -q.width == q.last:
        return
    q.last = t & -q.width
    q.time[q.count] = t
    q.flags[q.count] = flag
    row[0], row[1] = 0, 0
    if q.given_count > 0:
        row[q.half] = (around(q.given, q.ids, q.given_count, i, t, q.width, q.cut) & ID_BITS) << q.place
    q.count += 1


cdef Py_ssize_t run(Queue *q, Py_ssize_t i, Py_ssize_t stop, int64_t before) noexcept nogil:
    """Take the reference words from i on that come before a time, a slot's start; return how many are done.

    Most often no other word is in the three slots: a short loop takes such words, and leaves it to `one_word`
    to do the others and the first of a packet time.
    """
    cdef const int64_t *given = q.given
    cdef int64_t *time
    cdef uint8_t *flags
    cdef uint64_t *row
    cdef int64_t width = q.width, t, slot, end
    cdef Py_ssize_t half = q.half, other = 1 - q.half, lean = min(stop, q.given_count - 1), begin
    cdef int place = q.place
    while i < stop and given[i] < before:
        one_word(q, i, given[i], REFERENCE)
        i += 1
        begin = i
        end = min(before, q.end)
        time, flags, row = q.time + q.count, q.flags + q.count, q.rows + 2 * q.count
        while i < lean:
            t = given[i]
            slot = t & -width
            if t >= end or given[i - 1] >= slot - width or given[i + 1] < slot + 2 * width:
                break
            time[0] = t
            flags[0] = REFERENCE
            row[half] = <uint64_t> (q.ids[i] & ID_BITS) << place
            row[other] = 0
            time += 1
            flags += 1
            row += 2
            i += 1
        if i > begin:
            q.count += i - begin
            q.words += i - begin
            q.last = given[i - 1] & -width
    return i


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
    need(
        word.shape[0] == m and state.shape[0] >= n and state.shape[1] == 2 and 0 <= slot_shift < 32
        and 0 <= column < 8 and all_within(entry, EVER) and all_within(time, EVER),
        "align",
    )
    if n == 0 or m == 0:
        return
    with nogil:
        for k in range(n):
            low = (entry[k] & -width) - width
            while lo < m and time[lo] < low:
                lo += 1
            ids = around(&time[0], &word[0], m, lo, entry[k], width, cut)
            state[k, half] |= (ids & ID_BITS) << place
