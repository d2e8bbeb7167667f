"""Raw data files of BESIII: the nested fragments of events, and the words of the trigger's boards.

Plan.  An event is a tree of fragments that tile it: sub-detectors, read-out systems, read-out buffers, and in each
buffer one block of a crate.  `scan` follows the sizes and looks at nothing else; `boards` follows them again to the
trigger's crates and copies what their boards say into rows of fixed layout (besiii_real_facts 1.2).
"""

from libc.stdint cimport int64_t, uint32_t
from libc.string cimport memset

from shared.checks cimport need

cdef enum:
    SEPARATOR = 0x1234CCCC
    TAIL = 0x1234DDDD
    SEPARATOR_WORDS = 4
    CRATE = 0xEE1234EE
    LEAVES = 3
    HEAD = 5
    TRAILER = 3
    TRIGGER = 0xA5

cdef enum:
    # Reasons why a scan ended (`trigemu.experiments.besiii.raw.file`).
    MORE = 0
    END = 1
    MARKER = 2
    SIZE = 3
    HEADER = 4
    CHILD = 5

cdef enum:
    # First word of each part of a row (`trigemu.experiments.besiii.raw.hardware`).
    KNOWN = 0
    AT_TICK = 1
    OF_FOUR = 3
    FIRST = 5
    CHANNELS = 6
    SUMS = 9
    WINDOWS = 32
    WINDOW = 33
    MAX_WINDOWS = 8
    WINDOW_WORDS = 20
    COUNTERS = 193
    COUNTER_WORDS = 14
    SHORT = 207
    LONG = 214
    INNER = 221
    RING_WORDS = 7
    SEGMENTS = 228
    SEGMENT_WORDS = 3
    WORDS = 252

cdef uint32_t[4] MARKERS
MARKERS[0] = 0xAA1234AA
MARKERS[1] = 0xBB1234BB
MARKERS[2] = 0xCC1234CC
MARKERS[3] = 0xDD1234DD


cdef int walk(const uint32_t* word, int64_t start, int64_t stop, int level, int64_t* place) noexcept nogil:
    """Return `MORE` if the fragment at start tiles well and ends by stop, else why not and where."""
    cdef int64_t size, head, at, end
    cdef int found
    place[0] = start
    if stop - start < HEAD:
        return SIZE
    if word[start] != MARKERS[level]:
        return MARKER
    size, head = word[start + 1], word[start + 2]
    if size > stop - start or size < HEAD:
        return SIZE
    if head < HEAD or head > size:
        return HEADER
    at, end = start + head, start + size
    if level == LEAVES:
        if at == end:
            return MORE
        place[0] = at
        # Header, data, status words and the three counts of the trailer.
        if end - at < HEAD + TRAILER:
            return SIZE
        if word[at] != <uint32_t> CRATE:
            return MARKER
        if <int64_t> word[at + 1] + word[end - 3] + word[end - 2] + TRAILER > end - at or word[at + 1] < HEAD:
            return CHILD
        return MORE
    # Fragments of others than the sub-detectors (filters, say) are passed over.
    if level == 1 and (word[start + 4] >> 20 & 0xF) != 0xA:
        return MORE
    while at < end:
        found = walk(word, at, end, level + 1, place)
        if found != MORE:
            return found
        at += word[at + 1]
    return MORE


def scan(const uint32_t[::1] words, int64_t most, int64_t[::1] starts):
    """Find whole events from the beginning of some words on.

    Parameters
    ----------
    words
        uint32[m].
    most
        Words that an event has at most.
    starts
        int64[k], filled with the place of each event.

    Returns
    -------
    tuple
        Events found, words they take (separators included), why the search ended (`MORE`: there must be more words,
        or room for more events), and the place of what is wrong.
    """
    cdef int64_t n = words.shape[0], room = starts.shape[0], at = 0, place = 0, events = 0, size
    cdef int reason = MORE
    cdef const uint32_t* word = &words[0] if n else NULL
    with nogil:
        while at < n and events < room:
            place = at
            if word[at] == TAIL:
                reason = END
                break
            if word[at] == SEPARATOR:
                if n - at < SEPARATOR_WORDS:
                    break
                at += SEPARATOR_WORDS
                continue
            if word[at] != MARKERS[0]:
                reason = MARKER
                break
            if n - at < HEAD:
                break
            size = word[at + 1]
            if size > most or size < HEAD:
                reason = SIZE
                break
            if size > n - at:
                break
            reason = walk(word, at, at + size, 0, &place)
            if reason != MORE:
                break
            starts[events] = at
            events += 1
            at += size
    return events, at, reason, place


cdef void join(uint32_t* out, const uint32_t* data, int64_t count, int64_t words) noexcept nogil:
    """Add the bits of each whole record of so many words."""
    cdef int64_t i
    for i in range(count - count % words):
        out[i % words] |= data[i]


cdef void channels(uint32_t* row, const uint32_t* data, int64_t count) noexcept nogil:
    """Take the global trigger's words: one a tick."""
    cdef int64_t i, tick = 0
    cdef uint32_t first = row[FIRST]
    for i in range(count):
        if data[i] >> 24 & 7 != 5:
            continue
        tick += 1
        if first == 0 and data[i] & 0xFFFF:
            first = <uint32_t> tick
            row[CHANNELS] |= data[i] & 0xFFFF
        if first and tick < first + 4:
            row[CHANNELS + 1] |= data[i] & 0xFFFF
        row[CHANNELS + 2] |= data[i] & 0xFFFFFF
    row[FIRST] = first


cdef void conditions(uint32_t* row, const uint32_t* data, int64_t count, int third) noexcept nogil:
    """Take 16 of the 48 conditions, as they were at the tick and in four ticks."""
    cdef int64_t i
    cdef uint32_t kind, bits
    cdef int at
    for i in range(count):
        kind, bits = data[i] >> 16 & 0xFF, data[i] & 0xFFFF
        if kind != 3 and kind != 4:
            continue
        at = (AT_TICK if kind == 3 else OF_FOUR) + (third >> 1)
        row[at] |= bits << (16 * (third & 1))
        row[KNOWN] |= <uint32_t> 1 << (third + (0 if kind == 3 else 3))


cdef void energies(uint32_t* row, const uint32_t* data, int64_t count) noexcept nogil:
    """Take the calorimeter's sums and its trigger cells in each window; windows beyond the last join it."""
    cdef int64_t i, window, windows
    if count < 24:
        return
    for i in range(23):
        row[SUMS + i] = data[i]
    windows = (count - 24) // WINDOW_WORDS
    row[WINDOWS] = <uint32_t> windows
    for window in range(windows):
        join(
            row + WINDOW + WINDOW_WORDS * (window if window < MAX_WINDOWS else MAX_WINDOWS - 1),
            data + 24 + WINDOW_WORDS * window, WINDOW_WORDS, WINDOW_WORDS,
        )
    row[KNOWN] |= 1 << 7


cdef void board(uint32_t* row, int kind, const uint32_t* data, int64_t count) noexcept nogil:
    if kind == 0xD3:
        channels(row, data, count)
        row[KNOWN] |= 1 << 6
    elif kind == 0xD6 or kind == 0xD4 or kind == 0xD2:
        conditions(row, data, count, (0xD6 - kind) >> 1)
    elif kind == 0xD7:
        energies(row, data, count)
    elif kind == 0xDA and count >= COUNTER_WORDS:
        join(row + COUNTERS, data, count, COUNTER_WORDS)
        row[KNOWN] |= 1 << 8
    elif kind == 0xEA and count >= RING_WORDS:
        join(row + INNER, data, count, RING_WORDS)
        row[KNOWN] |= 1 << 9
    elif kind == 0xEB and count >= RING_WORDS:
        join(row + LONG, data, count, RING_WORDS)
        row[KNOWN] |= 1 << 10
    elif kind == 0xEC and count >= RING_WORDS:
        join(row + SHORT, data, count, RING_WORDS)
        row[KNOWN] |= 1 << 11
    elif 0xE2 <= kind <= 0xE9 and count >= SEGMENT_WORDS:
        join(row + SEGMENTS + SEGMENT_WORDS * (kind - 0xE2), data, count, SEGMENT_WORDS)
        row[KNOWN] |= <uint32_t> 1 << (12 + kind - 0xE2)


cdef void crate(uint32_t* row, const uint32_t* word, int64_t at, int64_t end) noexcept nogil:
    """Take the boards of a crate: each begins with its number and how many words it has."""
    cdef int64_t stop, count
    at += word[at + 1]
    # Three counts end it: status words, data words, and which of the two come first.
    stop = at + word[end - 2] + (0 if word[end - 1] else word[end - 3])
    if not word[end - 1]:
        at += word[end - 3]
    if stop > end - TRAILER:
        stop = end - TRAILER
    while at < stop:
        count = <int64_t> (word[at] >> 14 & 0x3FF) - 1
        # Crates of other boards have words of another kind.
        if word[at] >> 24 < 0xD0 or count < 0 or count >= stop - at:
            return
        board(row, word[at] >> 24, word + at + 1, count)
        at += count + 1


cdef void leaves(uint32_t* row, const uint32_t* word, int64_t start, int level) noexcept nogil:
    cdef int64_t at = start + word[start + 2], end = start + word[start + 1]
    if level == LEAVES:
        if at < end:
            crate(row, word, at, end)
        return
    while at < end:
        if level > 0 or (word[at + 4] >> 16 & 0xFF) == TRIGGER:
            leaves(row, word, at, level + 1)
        at += word[at + 1]


def boards(const uint32_t[::1] words, const int64_t[::1] starts, uint32_t[:, ::1] out):
    """Fill a row per event with what the trigger's boards hold; zeros where there is no such board.

    Parameters
    ----------
    words, starts
        uint32[m], int64[n], see `scan`.
    out
        uint32[n, WORDS].

    Returns
    -------
    int
        The first event that is not whole, or -1; rows from there on are not filled.
    """
    cdef Py_ssize_t i, n = starts.shape[0]
    cdef int64_t m = words.shape[0], place, bad = -1
    cdef const uint32_t* word = &words[0] if m else NULL
    need(out.shape[0] >= n and out.shape[1] == WORDS, "boards")
    with nogil:
        for i in range(n):
            if starts[i] < 0 or starts[i] >= m or walk(word, starts[i], m, 0, &place) != MORE:
                bad = i
                break
            memset(&out[i, 0], 0, WORDS * sizeof(uint32_t))
            leaves(&out[i, 0], word, starts[i], 0)
    return bad
