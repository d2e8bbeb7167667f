"""The L0 trigger processor: merged inputs, three-slot alignment, one trigger per timestamp.

The firmware writes primitives into a memory of 16384 slots and reads it one latency later.  As long as that latency
is shorter than the depth of the memory, what a read finds in a slot is the last primitive of the stream in that
slot, so the streams (sorted by time) are walked instead; tests/reference/na62_l0tp.py has the memory itself.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint64_t

cdef enum:
    TIMESTAMP_SHIFT = 8
    PACKET_SHIFT = 16
    ID_BITS = 0x7FFF
    REFERENCE = 1
    CONTROL = 2
    LOAD_CAP = 0xFFFF

cdef int64_t NEVER = -(<int64_t> 1 << 62)


def merge(
    const int64_t[::1] reference,
    const int64_t[::1] control,
    int slot_shift,
    int64_t low,
    int64_t high,
    int64_t[::1] time,
    uint8_t[::1] flags,
    uint16_t[::1] load,
):
    """Merge the two input queues in time; return the number of entries with ``low <= time < high``.

    Equal slots give one entry with the reference time and both flags; an entry in the slot of the one before it is
    skipped.  ``load[k]`` counts the merged words, before that skip, of packet time k (from time 0).
    """
    cdef Py_ssize_t i = 0, j = 0, n = 0
    cdef Py_ssize_t ni = reference.shape[0], nj = control.shape[0], steps = load.shape[0]
    cdef int64_t a, b, slot, t, last = NEVER, step
    cdef uint8_t flag
    with nogil:
        for step in range(steps):
            load[step] = 0
        while i < ni or j < nj:
            a = reference[i] >> slot_shift if i < ni else -NEVER
            b = control[j] >> slot_shift if j < nj else -NEVER
            if a <= b:
                slot = a
                t = reference[i]
                flag = REFERENCE
                i += 1
                if a == b:
                    flag = REFERENCE | CONTROL
                    j += 1
            else:
                slot = b
                t = control[j]
                flag = CONTROL
                j += 1
            if t < low or t >= high:
                continue
            step = t >> PACKET_SHIFT
            if 0 <= step < steps and load[step] < LOAD_CAP:
                load[step] += 1
            if slot == last:
                continue
            last = slot
            time[n] = t
            flags[n] = flag
            n += 1
    return n


def align(
    const int64_t[::1] entry,
    const int64_t[::1] time,
    const uint16_t[::1] word,
    int slot_shift,
    int64_t cut,
    uint16_t[:, ::1] state,
    int column,
):
    """Set ``state[k, column]`` to the OR of one detector's ids in the slots N, N - 1, N + 1 of entry k.

    Only the last primitive of a slot is there, and it counts if it is less than ``cut`` away.
    """
    cdef Py_ssize_t n = entry.shape[0], m = time.shape[0]
    cdef Py_ssize_t k, j, lo = 0
    cdef int64_t slot, here, apart
    cdef uint16_t ids
    with nogil:
        for k in range(n):
            slot = entry[k] >> slot_shift
            while lo < m and time[lo] >> slot_shift < slot - 1:
                lo += 1
            ids = 0
            j = lo
            while j < m:
                here = time[j] >> slot_shift
                if here > slot + 1:
                    break
                if j + 1 == m or time[j + 1] >> slot_shift != here:
                    apart = time[j] - entry[k]
                    if -cut < apart < cut:
                        ids |= word[j] & ID_BITS
                j += 1
            state[k, column] = ids


def one_per_timestamp(
    const int64_t[::1] time,
    const uint64_t[::1] fired,
    uint64_t physics,
    int64_t[::1] out_time,
    uint64_t[::1] out_fired,
):
    """Make at most one candidate per timestamp; return how many.

    Lines in ``physics`` count for the first entry of the timestamp that fires any of them; lines of other types for
    all.  The time is that of the physics trigger, else of the first entry that fired.
    """
    cdef Py_ssize_t k, n = -1
    cdef int64_t last = NEVER
    cdef bint taken = False
    with nogil:
        for k in range(time.shape[0]):
            if fired[k] == 0:
                continue
            if time[k] >> TIMESTAMP_SHIFT != last:
                last = time[k] >> TIMESTAMP_SHIFT
                n += 1
                out_time[n] = time[k]
                out_fired[n] = fired[k]
                taken = fired[k] & physics != 0
                continue
            out_fired[n] |= fired[k] & ~physics
            if not taken and fired[k] & physics:
                taken = True
                out_time[n] = time[k]
                out_fired[n] |= fired[k]
    return n + 1
