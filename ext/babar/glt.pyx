"""The global trigger: maps of objects to counts, lines and the tick of the decision.

Plan.  Per crossing:

1. Each map that has bits is delayed and held: a bit of tick t counts in ``hold`` ticks from t + ``delay`` on.
2. Ticks without any bit count nothing and fire nothing; they are passed over, and so are those in which no map has
   changed since the last one.
3. For each count a table says which lines it does not stop; a line fires if no count stops it.
4. The first tick of the line of highest priority that fired is that of the decision.

Sources: babar_geometry_facts section 8 (most of it guessed: see `trigemu.experiments.babar.glt.config`).
"""

from libc.stdint cimport int16_t, int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from shared.bits cimport ctz64
from shared.checks cimport need

cdef enum:
    TICKS = 64
    LINES = 32
    MOST = 7             # counts stay there
    # Maps, in this order; the code of the muon trigger is the last.
    A = 0, B, APRIME, Z, ZT, ZPRIME, ZK, M, G, E, X, Y, U, MAPS
    ROW = 16             # room for the maps of a tick
    TRACKS = 7           # maps of tracks
    TRACK_BINS = 16
    CLUSTER_BINS = 20
    Y_BINS = 10
    # Counts, in the order of `bits.COUNTS`.
    N_U = 0, N_G, N_GSTAR, N_E, N_Y, N_M, N_MSTAR, N_EM, N_EMSTAR, N_A, N_APRIME, N_B, N_BSTAR, N_BM, N_AM
    N_APRIMEM = 15, N_BMX, N_X, N_Z, N_ZT, N_ZPRIME, N_ZK, COUNTS
    COUNT_ROOM = 32
    PAIRS = 0, RUNS, BITS    # ways to count

cdef extern from *:
    """
    #define EVEN 0x55555u
    """
    const uint32_t EVEN


include "glt_rings.pxi"


cdef struct Settings:
    int counting
    int delay[MAPS]
    int hold[MAPS]
    Bins opposite_b
    Bins opposite_g
    Bins opposite_m
    Bins opposite_em
    Bins near_em
    Bins tracks          # bins of tracks in the direction of a bin of clusters
    bint bmx_both
    uint8_t ones[1 << HALF]
    uint32_t passing[COUNTS][MOST + 1]
    int32_t priority[LINES]
    int random_line      # -1: random triggers fire none
    int random_tick


cdef struct State:
    uint32_t held[TICKS][ROW]    # maps tick by tick; 0 between crossings
    uint64_t active              # ticks in which any map has bits
    uint32_t now[ROW]
    uint8_t count[COUNT_ROOM]
    uint8_t best[COUNT_ROOM]


include "glt_counts.pxi"


cdef uint32_t beyond(int which) noexcept nogil:
    """Return the bits that a map must not have."""
    if which < TRACKS:
        return ~<uint32_t> 0 << TRACK_BINS
    if which == U:
        return ~<uint32_t> MOST
    return ~<uint32_t> 0 << (Y_BINS if which == Y else CLUSTER_BINS)


cdef inline uint64_t lasting(uint64_t ticks, int hold) noexcept nogil:
    """Return ticks with each one followed by others, so many in all."""
    cdef int k
    cdef uint64_t out = ticks
    for k in range(1, hold):
        out |= ticks << k
    return out


ctypedef fused map_t:
    const uint8_t
    const uint16_t
    const uint32_t


cdef inline uint32_t take(const Settings *s, State *state, int which, map_t *given) noexcept nogil:
    """Delay and hold a map; return all bits that it ever has.  Of codes of the muon trigger the largest counts."""
    cdef uint32_t ever = 0
    cdef uint64_t some, ticks = 0
    cdef int t, k, word, step = sizeof(some) // sizeof(given[0])
    for t in range(TICKS):
        ever |= given[t]
    if ever == 0:
        return 0
    for word in range(TICKS // step):
        memcpy(&some, given + word * step, sizeof(some))
        if some:
            for t in range(word * step, (word + 1) * step):
                ticks |= <uint64_t> (given[t] != 0) << t
    ticks <<= s.delay[which]
    state.active |= lasting(ticks, s.hold[which])
    while ticks:
        t = ctz64(ticks)
        ticks &= ticks - 1
        for k in range(t, min(t + s.hold[which], <int> TICKS)):
            if map_t is uint8_t:
                state.held[k][which] = max(state.held[k][which], given[t - s.delay[which]])
            else:
                state.held[k][which] |= given[t - s.delay[which]]
    return ever


cdef inline bint take_row(State *state, int tick) noexcept nogil:
    """Make the maps of a tick those of now and empty their row; return whether any has changed."""
    cdef uint32_t *row = state.held[tick]
    cdef uint32_t differ = 0
    cdef int k
    for k in range(ROW):
        differ |= row[k] ^ state.now[k]
    memcpy(state.now, row, sizeof(state.now))
    memset(row, 0, sizeof(state.now))
    return differ != 0


cdef class Decider:
    """Settings of the global trigger (`trigemu.experiments.babar.glt.decision` makes them).

    Parameters
    ----------
    times
        int32[13, 2]: delay and hold of A, B, A', Z, Zt, Z', Zk, M, G, E, X, Y and the muon trigger.
    opposite, near
        Tables of masks by name: ``b``, ``g``, ``m``, ``em``, and ``em``, ``tracks``; uint32 each.
    passing, priority
        uint32[22, 8], int32[32]: see `trigemu.experiments.babar.glt.lines`.
    random
        Slot of random triggers (0: none) and their tick.
    ways
        How runs are counted (0: pairs, 1: runs, 2: bits), and whether a BMX needs both of M and X.
    """

    cdef Settings s
    cdef bint ready

    def __init__(
        self, const int32_t[:, ::1] times, opposite, near, const uint32_t[:, ::1] passing,
        const int32_t[::1] priority, random, ways,
    ):
        cdef Settings *s = &self.s
        cdef int i, k, slot
        cdef bint good
        s.counting, s.bmx_both = ways
        slot, s.random_tick = random
        s.random_line = slot - 1
        need(
            times.shape[0] == MAPS and times.shape[1] == 2 and passing.shape[0] == COUNTS
            and passing.shape[1] == MOST + 1 and priority.shape[0] == LINES and 0 <= slot <= LINES
            and 0 <= s.random_tick < TICKS and PAIRS <= s.counting <= BITS,
            "Decider",
        )
        good = True
        for i in range(MAPS):
            s.delay[i], s.hold[i] = times[i, 0], times[i, 1]
            good &= 0 <= s.delay[i] < TICKS and 1 <= s.hold[i] <= TICKS
        need(good, "Decider")
        for i in range(LINES):
            s.priority[i] = priority[i]
        for i in range(COUNTS):
            for k in range(MOST + 1):
                s.passing[i][k] = passing[i, k]
        fill_ones(s.ones)
        take_bins(&s.opposite_b, opposite["b"], TRACK_BINS)
        take_bins(&s.opposite_g, opposite["g"], CLUSTER_BINS)
        take_bins(&s.opposite_m, opposite["m"], CLUSTER_BINS)
        take_bins(&s.opposite_em, opposite["em"], CLUSTER_BINS)
        take_bins(&s.near_em, near["em"], CLUSTER_BINS)
        take_bins(&s.tracks, near["tracks"], CLUSTER_BINS)
        self.ready = True

    cdef uint32_t run(self, State *state, int16_t *tick, bint random) noexcept nogil:
        """Decide a crossing whose maps are held; return its lines."""
        cdef const Settings *s = &self.s
        cdef uint32_t lines = 0, fired, fresh
        cdef uint64_t left = state.active
        cdef int t, k, best = -1
        tick[0] = -1
        memset(state.now, 0, sizeof(state.now))
        memset(state.count, 0, sizeof(state.count))
        memset(state.best, 0, sizeof(state.best))
        while left:
            t = ctz64(left)
            left &= left - 1
            if not take_row(state, t):
                continue
            count_objects(s, state)
            fired = ~<uint32_t> 0
            for k in range(COUNTS):
                fired &= s.passing[k][state.count[k]]
            for k in range(COUNT_ROOM):
                state.best[k] = max(state.best[k], state.count[k])
            fresh = fired & ~lines
            lines |= fired
            while fresh:
                k = ctz64(fresh)
                fresh &= fresh - 1
                if s.priority[k] > best:
                    best, tick[0] = s.priority[k], <int16_t> t
        if random and s.random_line >= 0:
            lines |= <uint32_t> 1 << s.random_line
            k = s.priority[s.random_line]
            if k > best or (k == best and s.random_tick < tick[0]):
                tick[0] = <int16_t> s.random_tick
        return lines

    def decide(self, tracks, emt, const uint8_t[:, ::1] u, const uint8_t[::1] random, out):
        """Fill decisions.

        Parameters
        ----------
        tracks, emt
            `TrackMaps` and `EmtTrigger` of `trigemu.experiments.babar.records`.
        u, random
            Codes of the muon trigger, uint8[n, 64], and 1 at random triggers, uint8[n].
        out
            `GlobalTrigger` of the same module; its arrays are filled.
        """
        cdef const uint16_t[:, ::1] track
        cdef const uint32_t[:, ::1] cluster
        cdef const uint16_t[:, ::1] y = emt.y
        cdef uint32_t[::1] lines = out.lines
        cdef int16_t[::1] tick = out.tick
        cdef uint8_t[:, ::1] counts = out.counts
        cdef const uint16_t *of_tracks[TRACKS]
        cdef const uint32_t *of_clusters[Y - TRACKS]
        cdef Py_ssize_t i, n = random.shape[0]
        cdef State state
        cdef uint32_t wrong = 0
        cdef int k
        need(
            self.ready and y.shape[0] == n and y.shape[1] == TICKS and u.shape[0] == n and u.shape[1] == TICKS
            and lines.shape[0] == n and tick.shape[0] == n and counts.shape[0] == n and counts.shape[1] == COUNTS,
            "Decider.decide",
        )
        if n == 0:
            return
        for k, name in enumerate(("a", "b", "aprime", "z", "zt", "zprime", "zk")):
            track = getattr(tracks, name)
            need(track.shape[0] == n and track.shape[1] == TICKS, "Decider.decide")
            of_tracks[k] = &track[0, 0]
        for k, name in enumerate(("m", "g", "e", "x")):
            cluster = getattr(emt, name)
            need(cluster.shape[0] == n and cluster.shape[1] == TICKS, "Decider.decide")
            of_clusters[k] = &cluster[0, 0]
        with nogil:
            memset(&state, 0, sizeof(state))
            for i in range(n):
                state.active = 0
                for k in range(TRACKS):
                    wrong |= take(&self.s, &state, k, of_tracks[k] + TICKS * i) & beyond(A)
                for k in range(TRACKS, Y):
                    wrong |= take(&self.s, &state, k, of_clusters[k - TRACKS] + TICKS * i) & beyond(M)
                wrong |= take(&self.s, &state, Y, &y[i, 0]) & beyond(Y)
                wrong |= take(&self.s, &state, U, &u[i, 0]) & beyond(U)
                if wrong:
                    break
                lines[i] = self.run(&state, &tick[i], random[i] != 0)
                for k in range(COUNTS):
                    counts[i, k] = state.best[k]
        need(wrong == 0, "Decider.decide")
