"""The loop over candidates in time order: CHOKE, prescales, dead time, veto; and CHOKE's queue.

Plan.  What becomes of a candidate depends on those before it: prescale counters, the dead time that earlier triggers
left, the state of CHOKE.  So there is one pass in order of time, and it is the only part of the chain that cannot
run in parallel.  Per candidate, until one of the steps ends it:

1. CHOKE is on: refused, and counters of prescales stand still.
2. Hardware lines are prescaled; none is left: prescaled away.
3. Dead time of an earlier trigger: refused.
4. The trigger is sent and starts its own dead time.
5. Online selections and software lines look at what was sent: recorded or vetoed.

Lines are bits of 64-bit words, and a step takes a word at a time; only lines that fired are looked at one by one, to
prescale and to count them.  Every line that fired is counted in exactly one row of the counts.

Times are TDC counts since begin-of-run (int64) unless they are called frame times.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint64_t

from shared.bits cimport ctz64, mix64
from shared.checks cimport need

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


cdef struct Lines:
    # The menu's lines.  Masks by word of 64 lines; prescale factor, key of its hash, mode and counter by line.
    Py_ssize_t words
    const uint64_t *l1
    const uint64_t *hlt
    bint software            # there are lines of the software trigger
    const uint64_t *factor
    const uint64_t *key
    const uint8_t *counting
    int64_t *counter
    # Lines that fired and were counted, by row; entries of a row.
    int64_t *counts
    Py_ssize_t row


cdef struct Candidate:
    # Words of one candidate: lines that fired, those whose online selection passed, hardware lines that their
    # prescale kept, lines that record it; and the hash that its prescales share.
    const uint64_t *fired
    const uint64_t *passed
    uint64_t *kept
    uint64_t *accepted
    uint64_t event


cdef struct Busy:
    # Rules of the dead time, in TDC counts but for `periods`: clock periods from a trigger to the next one.
    int64_t clock_ticks
    int64_t periods
    int64_t fixed
    int64_t leak             # added to the bucket by a trigger
    int64_t room             # of the bucket
    # Triggers are accepted again from `until`, the bucket is empty at `empty_at`, `dead` counts were dead so far.
    int64_t until
    int64_t empty_at
    int64_t dead
    # CHOKE's pauses in this frame, start and end in turn; the first that is not over; the frame's end.
    const int64_t *pauses
    Py_ssize_t edges
    Py_ssize_t pause
    int64_t end


cdef inline void count(const Lines *menu, int row, Py_ssize_t word, uint64_t lines) noexcept nogil:
    """Count the lines of this word (bit b: line 64 word + b)."""
    cdef int64_t *counts = menu.counts + row * menu.row + BITS * word
    while lines:
        counts[ctz64(lines)] += 1
        lines &= lines - 1


cdef inline uint64_t survivors(const Lines *menu, uint64_t lines, Py_ssize_t word, uint64_t event) noexcept nogil:
    """Return those of the lines of this word that their prescale keeps; counters go on."""
    # Copies: a compiler cannot know that a counter which is written is not one of the menu's own pointers.
    cdef const uint64_t *factor = menu.factor + BITS * word
    cdef const uint64_t *key = menu.key + BITS * word
    cdef const uint8_t *counting = menu.counting + BITS * word
    cdef int64_t *counter = menu.counter + BITS * word
    cdef uint64_t kept = 0
    cdef uint64_t bit
    cdef int line
    while lines:
        line = ctz64(lines)
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


cdef inline int64_t outside(const Busy *busy, int64_t low, int64_t high, Py_ssize_t first) noexcept nogil:
    """Return how much of [low, high) lies outside the pauses from ``first`` on."""
    cdef int64_t length = high - low
    cdef Py_ssize_t i = first
    if length <= 0:
        return 0
    while i < busy.edges and busy.pauses[i] < high:
        if busy.pauses[i + 1] > low:
            length -= min(busy.pauses[i + 1], high) - max(busy.pauses[i], low)
        i += 2
    return length


cdef inline void begin_frame(Busy *busy, int64_t start) noexcept nogil:
    """Add the dead time that is known beforehand: the pauses, and what earlier triggers left outside them."""
    cdef Py_ssize_t i
    for i in range(0, busy.edges, 2):
        if busy.pauses[i] < busy.end and busy.pauses[i + 1] > start:
            busy.dead += min(busy.pauses[i + 1], busy.end) - max(busy.pauses[i], start)
    busy.dead += outside(busy, start, min(busy.until, busy.end), 0)


cdef inline bint choked(Busy *busy, int64_t now) noexcept nogil:
    """Return whether CHOKE is on; pauses that are over are left behind, since times rise."""
    while busy.pause < busy.edges and busy.pauses[busy.pause + 1] <= now:
        busy.pause += 2
    return busy.pause < busy.edges and busy.pauses[busy.pause] <= now


cdef inline void start_dead_time(Busy *busy, int64_t now) noexcept nogil:
    """Let the trigger that is sent now hold up the next ones.

    Three rules, of which the longest counts: a fixed time; whole clock periods; a bucket that every trigger fills by
    ``leak`` and that empties with time, so that a burst of triggers is cut off when the bucket is full.
    """
    busy.until = now + busy.fixed
    if busy.periods:
        busy.until = max(busy.until, (now // busy.clock_ticks + busy.periods) * busy.clock_ticks)
    if busy.leak:
        busy.empty_at = max(busy.empty_at, now) + busy.leak
        busy.until = max(busy.until, busy.empty_at - busy.room)
    busy.dead += outside(busy, now + 1, min(busy.until, busy.end), busy.pause)


cdef inline bint prescale(const Lines *menu, Candidate *c) noexcept nogil:
    """Prescale the hardware lines; return whether any is left.  If none is, the software lines end here too."""
    cdef uint64_t some = 0, lines
    cdef Py_ssize_t word
    for word in range(menu.words):
        lines = c.fired[word] & menu.l1[word]
        c.kept[word] = survivors(menu, lines, word, c.event)
        count(menu, PRESCALED, word, lines & ~c.kept[word])
        some |= c.kept[word]
    if not some:
        for word in range(menu.words):
            count(menu, PRESCALED, word, c.fired[word] & menu.hlt[word])
    return some != 0


cdef inline uint64_t filter_software(const Lines *menu, Candidate *c) noexcept nogil:
    """Prescale the software lines that fired and passed, and accept what is left; return whether any is."""
    cdef uint64_t some = 0, lines, through
    cdef Py_ssize_t word
    for word in range(menu.words):
        lines = c.fired[word] & menu.hlt[word] & c.passed[word]
        through = survivors(menu, lines, word, c.event)
        count(menu, PRESCALED, word, lines & ~through)
        count(menu, VETOED, word, c.fired[word] & menu.hlt[word] & ~c.passed[word])
        c.accepted[word] = through
        some |= through
    return some


cdef inline bint record(const Lines *menu, Candidate *c) noexcept nogil:
    """Let online selections and the software trigger look at a trigger that was sent; return whether it is recorded.

    A hardware line needs its selection to pass.  With software lines in the menu, one of them must be left as well.
    """
    cdef uint64_t some = 0, lines
    cdef Py_ssize_t word
    for word in range(menu.words):
        some |= c.kept[word] & c.passed[word]
    if menu.software and some:
        some = filter_software(menu, c)
    elif menu.software:
        for word in range(menu.words):
            count(menu, VETOED, word, c.fired[word] & menu.hlt[word])
    for word in range(menu.words):
        lines = c.kept[word] & c.passed[word] if some else 0
        c.accepted[word] |= lines
        count(menu, ACCEPTED, word, c.accepted[word])
        count(menu, VETOED, word, c.kept[word] & ~lines)
    return some != 0


cdef inline uint8_t decide(const Lines *menu, Busy *busy, Candidate *c, int64_t now) noexcept nogil:
    """Take one candidate through the steps; return its state."""
    cdef Py_ssize_t word
    for word in range(menu.words):
        c.accepted[word] = 0
    if choked(busy, now):
        # The firmware's downscale counters do not see this one.
        for word in range(menu.words):
            count(menu, CHOKED, word, c.fired[word])
        return DEAD_TIME_STATE
    if not prescale(menu, c):
        return PRESCALED_STATE
    if now < busy.until:
        for word in range(menu.words):
            count(menu, REFUSED, word, c.kept[word] | (c.fired[word] & menu.hlt[word]))
        return DEAD_TIME_STATE
    # A trigger that is vetoed later was sent all the same, and has cost dead time.
    start_dead_time(busy, now)
    return RECORDED_STATE if record(menu, c) else VETOED_STATE


cdef inline bint fits(
    const uint64_t[:, ::1] rows, Py_ssize_t count, const uint64_t[::1] l1, const uint64_t[::1] hlt
) noexcept nogil:
    """Return whether there are so many rows of lines, as long as the masks."""
    return rows.shape[0] == count and (count == 0 or rows.shape[1] == l1.shape[0]) and hlt.shape[0] == l1.shape[0]


cdef bint of_the_menu(
    const uint64_t[:, ::1] fired, const uint64_t[::1] l1, const uint64_t[::1] hlt, Py_ssize_t lines
) noexcept nogil:
    """Return whether all lines that fired are lines of the masks, and these among so many."""
    cdef Py_ssize_t i, word, rest
    cdef uint64_t outside = 0
    for word in range(l1.shape[0]):
        rest = lines - BITS * word
        if rest < BITS:
            outside |= (l1[word] | hlt[word]) & ~((<uint64_t> 1 << max(rest, <Py_ssize_t> 0)) - 1)
        for i in range(fired.shape[0]):
            outside |= fired[i, word] & ~(l1[word] | hlt[word])
    return outside == 0


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
    need(fits(fired, n, l1, hlt) and fits(passed, n, l1, hlt), "find_bad")
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
    cdef Lines menu
    cdef Busy busy
    cdef Candidate c
    cdef Py_ssize_t i, word
    cdef int64_t start = frame * frame_ticks
    cdef Py_ssize_t rows = time.shape[0], lines = factor.shape[0]
    need(
        l1.shape[0] > 0 and lines > 0 and fits(fired, rows, l1, hlt) and fits(passed, rows, l1, hlt)
        and fits(accepted, rows, l1, hlt) and state.shape[0] >= rows and kept.shape[0] >= l1.shape[0]
        and key.shape[0] == lines and counting.shape[0] == lines and counter.shape[0] == lines
        and counts.shape[0] == 5 and counts.shape[1] == lines and states.shape[0] >= 4 and carry.shape[0] == 3
        and rules.shape[0] == 5 and (rules[0] > 0 or rules[1] == 0) and pauses.shape[0] % 2 == 0
        and of_the_menu(fired, l1, hlt, lines),
        "advance",
    )
    cdef uint64_t frame_hash = mix64(<uint64_t> frame + GAMMA)
    menu.words, menu.l1, menu.hlt, menu.software = l1.shape[0], &l1[0], &hlt[0], False
    for word in range(menu.words):
        menu.software |= hlt[word] != 0
    menu.factor, menu.key, menu.counting, menu.counter = &factor[0], &key[0], &counting[0], &counter[0]
    menu.counts, menu.row = &counts[0, 0], counts.shape[1]
    busy.clock_ticks, busy.periods, busy.fixed = rules[0], rules[1], rules[2]
    busy.leak, busy.room = rules[3], rules[4]
    busy.until, busy.empty_at, busy.dead = carry[0], carry[1], carry[2]
    busy.pauses, busy.edges, busy.pause = &pauses[0], pauses.shape[0], 0
    busy.end = start + frame_ticks
    c.kept = &kept[0]
    with nogil:
        begin_frame(&busy, start)
        for i in range(time.shape[0]):
            c.fired, c.passed, c.accepted = &fired[i, 0], &passed[i, 0], &accepted[i, 0]
            c.event = mix64(frame_hash ^ <uint64_t> time[i])
            state[i] = decide(&menu, &busy, &c, start + time[i])
            states[state[i]] += 1
    carry[0], carry[1], carry[2] = busy.until, busy.empty_at, busy.dead


def fill_queue(
    const uint16_t[::1] load, const int64_t[::1] limits, int64_t[::1] queue, int64_t[::1] steps
):
    """Let the words of each step into CHOKE's queue.

    ``limits``: words given up per step, high, low.  ``queue``: words in it, and whether it asks for CHOKE.  The
    steps at whose end that changes are written to ``steps``; returns how many.
    """
    cdef Py_ssize_t i
    cdef Py_ssize_t found = 0
    cdef int64_t words
    cdef bint on
    need(limits.shape[0] == 3 and queue.shape[0] == 2 and steps.shape[0] >= load.shape[0], "fill_queue")
    words, on = queue[0], queue[1]
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
