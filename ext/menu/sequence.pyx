"""The loop over candidates in time order: CHOKE, prescales, dead time, veto; and CHOKE's queue.

Times are TDC counts since begin-of-run (int64) unless they are called frame times.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint64_t

from shared.bits cimport ctz64, mix64

cdef uint64_t GAMMA = 0x9E3779B97F4A7C15

cdef enum:
    BITS = 64

# Rows of the per-line counts, as in trigemu.decision.sequencer: each line that fires ends in one of them.
cdef enum:
    ACCEPTED
    PRESCALED
    CHOKED
    REFUSED
    VETOED

cdef enum:
    RECORDED_STATE
    PRESCALED_STATE
    DEAD_TIME_STATE
    VETOED_STATE


cdef inline void count(int64_t[:, ::1] counts, int row, Py_ssize_t word, uint64_t lines) noexcept nogil:
    """Count the lines of this word (bit b: line 64 word + b)."""
    while lines:
        counts[row, BITS * word + ctz64(lines)] += 1
        lines &= lines - 1


cdef inline uint64_t survivors(
    uint64_t lines,
    Py_ssize_t word,
    uint64_t event,
    const uint64_t[::1] factor,
    const uint64_t[::1] key,
    const uint8_t[::1] counting,
    int64_t[::1] counter,
) noexcept nogil:
    """Return those of the lines of this word that their prescale keeps; counters go on."""
    cdef uint64_t kept = 0
    cdef uint64_t bit
    cdef Py_ssize_t line
    while lines:
        line = BITS * word + ctz64(lines)
        bit = lines & (~lines + 1)
        lines ^= bit
        if factor[line] == 1:
            kept |= bit
        elif factor[line] == 0:
            continue  # off
        elif counting[line]:
            counter[line] += 1
            if <uint64_t> counter[line] == factor[line]:
                counter[line] = 0
                kept |= bit
        elif mix64(event + key[line]) % factor[line] == 0:
            kept |= bit
    return kept


cdef inline int64_t outside(
    int64_t low, int64_t high, const int64_t[::1] pauses, Py_ssize_t first
) noexcept nogil:
    """Return how much of [low, high) lies outside the pauses from ``first`` on."""
    cdef int64_t length = high - low
    cdef Py_ssize_t i = first
    if length <= 0:
        return 0
    while i < pauses.shape[0] and pauses[i] < high:
        if pauses[i + 1] > low:
            length -= min(pauses[i + 1], high) - max(pauses[i], low)
        i += 2
    return length


def find_bad(
    const int64_t[::1] time,
    const uint64_t[:, ::1] fired,
    const uint64_t[:, ::1] passed,
    int64_t frame_ticks,
    const uint64_t[::1] l1,
    const uint64_t[::1] hlt,
):
    """Return the first candidate that breaks the rules of `Candidates` (l1, hlt: the lines there are), or -1."""
    cdef Py_ssize_t i, word
    cdef Py_ssize_t n = time.shape[0]
    cdef int64_t last = -1
    cdef uint64_t wrong, some
    with nogil:
        for i in range(n):
            wrong = some = 0
            for word in range(l1.shape[0]):
                some |= fired[i, word] & l1[word]
                wrong |= (fired[i, word] & ~(l1[word] | hlt[word])) | (passed[i, word] & ~fired[i, word])
            if time[i] <= last or some == 0 or wrong:
                break
            last = time[i]
        else:
            i = n
    if i < n:
        return i
    return -1 if last < frame_ticks else n - 1


def advance(
    const int64_t[::1] time,
    const uint64_t[:, ::1] fired,
    const uint64_t[:, ::1] passed,
    int64_t frame,
    int64_t frame_ticks,
    const int64_t[::1] rules,
    const int64_t[::1] pauses,
    const uint64_t[::1] factor,
    const uint64_t[::1] key,
    const uint8_t[::1] counting,
    const uint64_t[::1] l1,
    const uint64_t[::1] hlt,
    int64_t[::1] counter,
    int64_t[::1] carry,
    int64_t[:, ::1] counts,
    int64_t[::1] states,
    uint64_t[::1] kept,
    uint64_t[:, ::1] accepted,
    uint8_t[::1] state,
):
    """Decide the candidates of one frame.

    ``rules``: clock ticks, periods, fixed, leak, room.  ``carry``: accepted again from, bucket empty at, dead
    counts so far.  ``pauses``: start and end of each, in turn.  ``l1`` and ``hlt``: the lines of either level,
    as long as a row of ``fired``; ``kept`` is room of that length.  The candidates must have passed `find_bad`.
    """
    cdef Py_ssize_t n = time.shape[0]
    cdef Py_ssize_t words = l1.shape[0]
    cdef Py_ssize_t i, word
    cdef Py_ssize_t pause = 0
    cdef int64_t start = frame * frame_ticks
    cdef int64_t end = start + frame_ticks
    cdef int64_t clock_ticks = rules[0]
    cdef int64_t periods = rules[1]
    cdef int64_t fixed = rules[2]
    cdef int64_t leak = rules[3]
    cdef int64_t room = rules[4]
    cdef int64_t until = carry[0]
    cdef int64_t empty_at = carry[1]
    cdef int64_t dead = carry[2]
    cdef int64_t now
    cdef uint64_t frame_hash = mix64(<uint64_t> frame + GAMMA)
    cdef uint64_t event, some, lines, through
    cdef uint64_t software = 0
    with nogil:
        for word in range(words):
            software |= hlt[word]
        # Dead time so far: the pauses, and what earlier triggers left outside them.
        for i in range(0, pauses.shape[0], 2):
            if pauses[i] < end and pauses[i + 1] > start:
                dead += min(pauses[i + 1], end) - max(pauses[i], start)
        dead += outside(start, min(until, end), pauses, 0)

        for i in range(n):
            now = start + time[i]
            for word in range(words):
                accepted[i, word] = 0
            while pause < pauses.shape[0] and pauses[pause + 1] <= now:
                pause += 2
            if pause < pauses.shape[0] and pauses[pause] <= now:
                # CHOKE: the firmware's downscale counters do not see this one.
                state[i] = DEAD_TIME_STATE
                states[DEAD_TIME_STATE] += 1
                for word in range(words):
                    count(counts, CHOKED, word, fired[i, word])
                continue

            event = mix64(frame_hash ^ <uint64_t> time[i])
            some = 0
            for word in range(words):
                lines = fired[i, word] & l1[word]
                kept[word] = survivors(lines, word, event, factor, key, counting, counter)
                count(counts, PRESCALED, word, lines & ~kept[word])
                some |= kept[word]
            if not some:
                state[i] = PRESCALED_STATE
                states[PRESCALED_STATE] += 1
                for word in range(words):
                    count(counts, PRESCALED, word, fired[i, word] & hlt[word])
                continue

            if now < until:
                state[i] = DEAD_TIME_STATE
                states[DEAD_TIME_STATE] += 1
                for word in range(words):
                    count(counts, REFUSED, word, kept[word] | (fired[i, word] & hlt[word]))
                continue
            until = now + fixed
            if periods:
                until = max(until, (now // clock_ticks + periods) * clock_ticks)
            if leak:
                empty_at = max(empty_at, now) + leak
                until = max(until, empty_at - room)
            dead += outside(now + 1, min(until, end), pauses, pause)

            # Online selections and the software trigger look at triggers that were sent: a veto has cost dead time.
            some = 0
            for word in range(words):
                some |= kept[word] & passed[i, word]
            if software and some:
                some = 0
                for word in range(words):
                    lines = fired[i, word] & hlt[word] & passed[i, word]
                    through = survivors(lines, word, event, factor, key, counting, counter)
                    count(counts, PRESCALED, word, lines & ~through)
                    count(counts, VETOED, word, fired[i, word] & hlt[word] & ~passed[i, word])
                    accepted[i, word] = through
                    some |= through
            elif software:
                for word in range(words):
                    count(counts, VETOED, word, fired[i, word] & hlt[word])
            for word in range(words):
                lines = kept[word] & passed[i, word] if some else 0
                accepted[i, word] |= lines
                count(counts, ACCEPTED, word, accepted[i, word])
                count(counts, VETOED, word, kept[word] & ~lines)
            state[i] = RECORDED_STATE if some else VETOED_STATE
            states[state[i]] += 1
        carry[0] = until
        carry[1] = empty_at
        carry[2] = dead


def fill_queue(
    const uint16_t[::1] load, const int64_t[::1] limits, int64_t[::1] queue, int64_t[::1] steps
):
    """Let the words of each step into CHOKE's queue.

    ``limits``: words given up per step, high, low.  ``queue``: words in it, and whether it asks for CHOKE.  The
    steps at whose end that changes are written to ``steps``; returns how many.
    """
    cdef Py_ssize_t i
    cdef Py_ssize_t found = 0
    cdef int64_t words = queue[0]
    cdef bint on = queue[1]
    with nogil:
        for i in range(load.shape[0]):
            words = max(words + load[i] - limits[0], 0)
            if (words < limits[2]) if on else (words > limits[1]):
                on = not on
                steps[found] = i
                found += 1
    queue[0] = words
    queue[1] = on
    return found
