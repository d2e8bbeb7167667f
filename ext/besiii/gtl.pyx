"""The global trigger: stretched and delayed conditions, channels, and the tick of the decision.

Plan.  Per crossing:

1. Each condition that is ever true is walked from one run of true ticks to the next; pulses are written where the
   condition's delay puts them.
2. A channel is the and of the masks of what it requires, for all ticks at once; those that require what is never true
   are passed over.
3. The first tick in which any channel fires is the decision's; bits of conditions and channels are collected there.

Sources: besiii_babar_facts A3.6, A3.7, A4.14, A5.16, A5.17, A6.5, A7.
"""

from libc.stdint cimport int16_t, uint8_t, uint16_t, uint64_t
from libc.string cimport memset

from besiii.masks cimport TICKS, WORDS, Long, next_false, next_true, set_ticks
from shared.bits cimport ctz64
from shared.checks cimport need

cdef enum:
    CONDITIONS = 48
    CHANNELS = 16
    BTOF_BB = 17
    NETOF_2 = 18
    NBTOF_2 = 20
    AT_TICK = 0, OF_TICKS, OVER_TIME, MODES


cdef inline void shape(const Long *mask, int stretch, bint retrigger, int delay, Long *out) noexcept nogil:
    """Write the pulses of a condition; all times from 0 to 383, ``stretch`` at least 1."""
    cdef int begin = next_true(mask, 0), end
    memset(out, 0, sizeof(Long))
    while begin < TICKS:
        end = next_false(mask, begin)
        if retrigger:
            set_ticks(out, begin + delay, end + stretch - 1 + delay)
            begin = next_true(mask, end)
        else:
            # As many pulses as the run needs; the last one may hide the beginning of the next run.
            end = begin + (end - begin + stretch - 1) // stretch * stretch
            set_ticks(out, begin + delay, end + delay)
            begin = next_true(mask, end)


cdef inline bint at(const Long *mask, int tick, int ticks) noexcept nogil:
    """Return whether any of so many ticks is true, as far as there are any."""
    return next_true(mask, tick) < min(tick + ticks, <int> TICKS)


cdef class Table:
    """Channels and times (`trigemu.experiments.besiii.gtl.config.Gtl`).

    ``require`` uint64[16, 2]: bits of conditions that must be true and of those that must not; a channel with nothing
    in the first never fires.  ``times`` int16[48, 3]: stretch, delay, and 1 for pulses that begin afresh.
    ``random_channel`` is -1 where random triggers are not read out; ``spans``: over how many ticks conditions and
    channels are collected.
    """

    cdef uint64_t true[CHANNELS]
    cdef uint64_t false[CHANNELS]
    cdef int stretch[CONDITIONS]
    cdef int delay[CONDITIONS]
    cdef bint retrigger[CONDITIONS]
    cdef int random_channel, random_tick
    cdef int span[2]
    cdef bint ready

    def __init__(
        self, const uint64_t[:, ::1] require, const int16_t[:, ::1] times, int random_channel, int random_tick,
        spans,
    ):
        cdef int i
        cdef bint good
        cdef uint64_t beyond = ~<uint64_t> 0 << CONDITIONS
        self.span[0], self.span[1] = spans
        need(
            require.shape[0] == CHANNELS and require.shape[1] == 2 and times.shape[0] == CONDITIONS
            and times.shape[1] == 3 and -1 <= random_channel < CHANNELS and 0 <= random_tick < TICKS
            and 1 <= self.span[0] <= TICKS and 1 <= self.span[1] <= TICKS,
            "Table",
        )
        good = True
        for i in range(CHANNELS):
            self.true[i], self.false[i] = require[i, 0], require[i, 1]
            good &= (self.true[i] | self.false[i]) & beyond == 0
        for i in range(CONDITIONS):
            self.stretch[i], self.delay[i], self.retrigger[i] = times[i, 0], times[i, 1], times[i, 2] != 0
            good &= 1 <= self.stretch[i] <= TICKS and 0 <= self.delay[i] < TICKS
        need(good, "Table")
        self.random_channel, self.random_tick = random_channel, random_tick
        self.ready = True

    cdef inline int look_up(self, uint64_t conditions) noexcept nogil:
        """Return the bits of the channels that conditions fire."""
        cdef int i, out = 0
        for i in range(CHANNELS):
            if self.true[i] and conditions & self.true[i] == self.true[i] and conditions & self.false[i] == 0:
                out |= 1 << i
        return out

    cdef inline void fire(self, const Long *shaped, uint64_t ever, int channel, Long *out) noexcept nogil:
        """Write the ticks of a channel; ``ever`` are the conditions that have a mask."""
        cdef uint64_t left
        cdef int w, c
        if self.true[channel] == 0 or ever & self.true[channel] != self.true[channel]:
            memset(out, 0, sizeof(Long))
            return
        left = self.true[channel]
        out[0] = shaped[ctz64(left)]
        left &= left - 1
        while left:
            c = ctz64(left)
            left &= left - 1
            for w in range(WORDS):
                out.word[w] &= shaped[c].word[w]
        left = self.false[channel] & ever
        while left:
            c = ctz64(left)
            left &= left - 1
            for w in range(WORDS):
                out.word[w] &= ~shaped[c].word[w]

    def of_words(self, const uint64_t[::1] words, uint16_t[::1] out):
        """Write the channels that words of conditions fire; the random trigger is not among them."""
        cdef Py_ssize_t i
        need(self.ready and out.shape[0] >= words.shape[0], "Table.of_words")
        with nogil:
            for i in range(words.shape[0]):
                out[i] = <uint16_t> self.look_up(words[i])

    def decide(
        self, const uint64_t[:, :, ::1] conditions, const uint8_t[::1] random, int16_t[::1] tick,
        uint64_t[:, ::1] words, uint16_t[:, ::1] channels, uint8_t[::1] timing,
    ):
        """Write decisions: ``words`` uint64[3, n] and ``channels`` uint16[n, 3] at the tick, of some, over time."""
        cdef Py_ssize_t i, n = conditions.shape[0]
        cdef Long shaped[CONDITIONS]
        cdef Long fired[CHANNELS]
        cdef const Long *given
        cdef uint64_t ever, now, some, left
        cdef int c, w, first, channel, by_random, at_once, of_some
        need(
            self.ready and conditions.shape[1] == CONDITIONS and conditions.shape[2] == WORDS
            and min(random.shape[0], min(tick.shape[0], timing.shape[0])) >= n and words.shape[0] == MODES
            and words.shape[1] >= n and channels.shape[0] >= n and channels.shape[1] == MODES,
            "Table.decide",
        )
        with nogil:
            for i in range(n):
                given = <const Long *> &conditions[i, 0, 0]
                ever = 0
                for c in range(CONDITIONS):
                    left = 0
                    for w in range(WORDS):
                        left |= given[c].word[w]
                    if left:
                        ever |= <uint64_t> 1 << c
                        shape(&given[c], self.stretch[c], self.retrigger[c], self.delay[c], &shaped[c])
                first = TICKS
                for channel in range(CHANNELS):
                    self.fire(shaped, ever, channel, &fired[channel])
                    first = min(first, next_true(&fired[channel], 0))
                by_random = 0
                if random[i] and self.random_channel >= 0:
                    by_random = 1 << self.random_channel
                    memset(&fired[self.random_channel], 0, sizeof(Long))
                    set_ticks(&fired[self.random_channel], self.random_tick, self.random_tick + 1)
                    first = min(first, self.random_tick)
                now = some = 0
                at_once = of_some = 0
                if first < TICKS:
                    left = ever
                    while left:
                        c = ctz64(left)
                        left &= left - 1
                        now |= <uint64_t> at(&shaped[c], first, 1) << c
                        some |= <uint64_t> at(&shaped[c], first, self.span[0]) << c
                    for channel in range(CHANNELS):
                        at_once |= at(&fired[channel], first, 1) << channel
                        of_some |= at(&fired[channel], first, self.span[1]) << channel
                tick[i] = <int16_t> first if first < TICKS else -1
                words[AT_TICK, i], words[OF_TICKS, i], words[OVER_TIME, i] = now, some, ever
                channels[i, AT_TICK], channels[i, OF_TICKS] = <uint16_t> at_once, <uint16_t> of_some
                channels[i, OVER_TIME] = <uint16_t> (self.look_up(ever) | by_random)
                timing[i] = 0
                if first < TICKS:
                    if some >> BTOF_BB & 1:
                        timing[i] = 1
                    elif some >> NBTOF_2 & 1:
                        timing[i] = 2
                    elif some >> NETOF_2 & 1:
                        timing[i] = 4
