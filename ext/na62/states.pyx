"""Entries of the trigger processor to candidates: the menu's lines by state, one trigger per timestamp.

Plan.  The menu sees nothing of an entry but its state: which primitives met, with which ids.  Few states are shared
by millions of entries, and fewer still if only the bits are looked at that some line uses.  So the lines of a state
are worked out once and afterwards looked up in a small hash table; the same pass joins the entries of a timestamp to
candidates.
"""

from libc.stdint cimport int64_t, uint8_t, uint64_t

from shared.bits cimport rotated64
from shared.checks cimport need

cdef enum:
    TIMESTAMP_SHIFT = 8
    FLAG_SHIFT = 48
    TABLE_BITS = 11
    TABLE = 2048
    MAX_STATES = 1024

cdef extern from *:
    """
    #define NEVER (-((int64_t)1 << 62))
    #define EVERY (~(uint64_t)0)
    """
    const int64_t NEVER
    const uint64_t EVERY


cdef struct State:
    uint64_t a
    uint64_t b
    uint64_t fired
    uint64_t unused  # 32 bytes are found by a shift


cdef struct Chooser:
    # The candidate at hand, and those so far.
    uint64_t physics
    uint64_t each  # 1: every physics trigger of a timestamp makes a candidate
    int64_t *time
    uint64_t *fired
    Py_ssize_t count
    int64_t last
    int64_t chosen
    uint64_t sum


ROOM = MAX_STATES
"""States that `States` remembers."""


cdef class States:
    """The lines that states of the processor fire, remembered from frame to frame.

    A state is an entry's two words, as far as lines use their bits (``used_low``, ``used_high``), and its flags,
    which travel in the 16 bits that the seven ids leave free.
    """

    cdef State table[TABLE]
    cdef State *asked[MAX_STATES]
    cdef readonly int known
    cdef int asking
    cdef uint64_t used_low
    cdef uint64_t used_high

    def __cinit__(self, uint64_t used_low=EVERY, uint64_t used_high=EVERY):
        self.used_low = used_low
        self.used_high = used_high
        self.clear()

    def clear(self):
        """Forget everything."""
        cdef Py_ssize_t i
        for i in range(TABLE):
            self.table[i].b = 0
            self.table[i].fired = 0
        self.known = 0
        self.asking = 0

    def ask(
        self,
        const uint64_t[:, ::1] state,
        const uint8_t[::1] flags,
        uint64_t[:, ::1] rows,
        uint8_t[::1] kinds,
    ):
        """Collect the states of the entries that are not known; return how many, -1 if they find no room.

        ``rows`` and ``kinds`` (1024 each) get them, without the bits that no line uses; `tell` must come next.
        """
        cdef Py_ssize_t k
        cdef uint64_t a, b, high
        cdef State *found
        need(
            state.shape[1] == 2 and flags.shape[0] == state.shape[0] and rows.shape[1] == 2
            and min(rows.shape[0], kinds.shape[0]) >= MAX_STATES,
            "States.ask",
        )
        if self.asking:
            # Nobody told: those states have no lines.
            self.clear()
        with nogil:
            for k in range(state.shape[0]):
                a = state[k, 0] & self.used_low
                b = state[k, 1] & self.used_high
                high = b
                b |= <uint64_t> flags[k] << FLAG_SHIFT
                found = find(self.table, a, b)
                if found.b == b:
                    continue
                if self.known == MAX_STATES:
                    self.asking = -1
                    break
                found.a = a
                found.b = b
                rows[self.asking, 0] = a
                rows[self.asking, 1] = high
                kinds[self.asking] = flags[k]
                self.asked[self.asking] = found
                self.asking += 1
                self.known += 1
        if self.asking < 0:
            self.clear()
            return -1
        return self.asking

    def tell(self, const uint64_t[::1] fired):
        """Learn the lines of the states that `ask` found, in its order."""
        cdef Py_ssize_t k
        need(fired.shape[0] >= self.asking, "States.tell")
        for k in range(self.asking):
            self.asked[k].fired = fired[k]
        self.asking = 0

    def fire(
        self,
        const int64_t[::1] time,
        const uint8_t[::1] flags,
        const uint64_t[:, ::1] state,
        uint64_t physics,
        bint each,
        int64_t[::1] out_time,
        uint64_t[::1] out_fired,
    ):
        """Make the candidates of entries as `one_per_timestamp` does; return how many.

        -1 if a state is unknown; what was written until then is of no use.
        """
        cdef Py_ssize_t k, count = time.shape[0]
        cdef const State *state_of
        cdef const int64_t *times
        cdef const uint64_t *words
        cdef const uint8_t *kinds
        cdef uint64_t a, b
        cdef uint64_t low = self.used_low, high = self.used_high
        cdef Chooser chooser
        need(
            flags.shape[0] == count and state.shape[0] >= count and state.shape[1] == 2
            and min(out_time.shape[0], out_fired.shape[0]) >= count,
            "States.fire",
        )
        if count == 0:
            return 0
        times, words, kinds = &time[0], &state[0, 0], &flags[0]
        begin(&chooser, physics, each, &out_time[0], &out_fired[0])
        with nogil:
            for k in range(count):
                a = words[2 * k] & low
                b = words[2 * k + 1] & high | <uint64_t> kinds[k] << FLAG_SHIFT
                state_of = &self.table[home(a, b)]
                if state_of.a != a or state_of.b != b:
                    state_of = find(self.table, a, b)
                    if state_of.b != b:
                        break
                if state_of.fired:
                    choose(&chooser, times[k], state_of.fired)
            else:
                k = count
        return chooser.count + 1 if k == count else -1


cdef inline uint64_t home(uint64_t a, uint64_t b) noexcept nogil:
    """Return the place in the table at which the search for a state begins."""
    return ((a + rotated64(b, -7)) * 0x9E3779B97F4A7C15ULL) >> (64 - TABLE_BITS)


cdef State *find(State *table, uint64_t a, uint64_t b) noexcept nogil:
    """Return a state, or the free place where it would be (``b`` is never 0: an entry has a flag)."""
    cdef uint64_t place = home(a, b)
    while table[place].b != 0 and (table[place].a != a or table[place].b != b):
        place = (place + 1) & (TABLE - 1)
    return &table[place]


cdef inline void begin(
    Chooser *c, uint64_t physics, bint each, int64_t *time, uint64_t *fired
) noexcept nogil:
    c.physics = physics
    c.each = each
    c.time = time
    c.fired = fired
    c.count = -1
    c.last = NEVER
    c.chosen = 0
    c.sum = 0


cdef inline void choose(Chooser *c, int64_t t, uint64_t lines) noexcept nogil:
    """Add an entry that fired; without branches, since which entries share a timestamp is hard to predict."""
    cdef uint64_t second = ((lines & c.physics) != 0) & ((c.sum & c.physics) != 0)
    cdef uint64_t new = (t >> TIMESTAMP_SHIFT != c.last) | (c.each & second)
    c.last = t >> TIMESTAMP_SHIFT
    c.sum &= new - 1
    lines &= ~(c.physics if c.sum & c.physics else 0)
    c.chosen = t if new | (lines & c.physics) else c.chosen
    c.sum |= lines
    c.count += new
    c.time[c.count] = c.chosen
    c.fired[c.count] = c.sum


def one_per_timestamp(
    const int64_t[::1] time,
    const uint64_t[::1] fired,
    uint64_t physics,
    bint each,
    int64_t[::1] out_time,
    uint64_t[::1] out_fired,
):
    """Make candidates of entries, at most one per timestamp; return how many.

    Entry k fires the lines ``fired[k]``.  Lines in ``physics`` count for the first entry of the timestamp
    that fires any of them; lines of other types for all.  The time is that of the physics trigger, else of
    the first entry that fired.  With ``each`` a further entry of the timestamp that fires lines in ``physics``
    begins another candidate.
    """
    cdef Py_ssize_t k
    cdef Chooser chooser
    need(
        fired.shape[0] == time.shape[0] and min(out_time.shape[0], out_fired.shape[0]) >= time.shape[0],
        "one_per_timestamp",
    )
    if time.shape[0] == 0:
        return 0
    begin(&chooser, physics, each, &out_time[0], &out_fired[0])
    with nogil:
        for k in range(time.shape[0]):
            if fired[k]:
                choose(&chooser, time[k], fired[k])
    return chooser.count + 1
