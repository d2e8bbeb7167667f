"""NewCHOD and MUV3: channel hits to tile hits, tile hits to primitives.

A tile hit travels as one 64-bit key, ``time << 16 | tile << 1 | tight``, so that sorting keys sorts hits by
(time, tile, tight): an order that does not depend on where the stretch of data begins.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint64_t

cdef enum:
    MAX_TILES = 256
    MAX_CLUSTERS = 8
    SATURATED = 15
    LIMIT = 31
    KEEP = 32

cdef int64_t FAR = <int64_t> 1 << 44
cdef uint64_t GOLDEN = 0x9E3779B97F4A7C15ULL


cdef struct Cluster:
    int64_t first
    int64_t shift
    int32_t hits
    int32_t tight
    int32_t outer
    int32_t outer_tight
    int32_t quadrants
    int32_t outer_quadrants


def tile_hits(
    const int64_t[::1] time,
    const uint16_t[::1] channel,
    const uint16_t[::1] code_of,
    int64_t tight_window,
    int64_t[::1] keys,
):
    """Join the two channels of each tile; return the number of keys, -1 - i if hit i breaks the time order.

    ``code_of[channel]`` (65536 entries) is ``tile << 1 | side``, or 0xFFFF for a channel that reads no tile.
    Greedy in time order: a hit closes the tile's open hit if that came from the other channel at most
    ``tight_window`` counts before, else it opens a new one.
    """
    cdef Py_ssize_t count = time.shape[0]
    cdef Py_ssize_t i, j, n = 0
    cdef int64_t t, key, last = -FAR, apart, after
    cdef uint16_t code
    cdef int32_t tile
    cdef int64_t opened[MAX_TILES]
    cdef int32_t place[MAX_TILES]
    cdef uint16_t side[MAX_TILES]
    cdef Py_ssize_t bad = -1
    with nogil:
        for i in range(MAX_TILES):
            opened[i] = -2 * FAR
            side[i] = 0
            place[i] = 0
        i = 0
        while i < count:
            t = time[i]
            if t < last or t >= FAR:
                bad = i
                break
            last = t
            code = code_of[channel[i]]
            i += 1
            if code == 0xFFFF:
                continue
            tile = (code >> 1) & (MAX_TILES - 1)
            apart = t - opened[tile]
            if i < count and apart > tight_window and code_of[channel[i]] == code ^ 1:
                # Most often a tile's two channels are neighbours and nothing of the tile is open.
                after = time[i] - t
                if 0 <= after <= tight_window:
                    keys[n] = ((t + (after >> 1)) << 16) | (tile << 1) | 1
                    n += 1
                    last = time[i]
                    i += 1
                    continue
            if apart <= tight_window and side[tile] != code & 1:
                # The tile hit keeps the place of its first channel, so that the keys stay almost sorted.
                keys[place[tile]] = ((opened[tile] + (apart >> 1)) << 16) | (tile << 1) | 1
                opened[tile] = -2 * FAR
            else:
                opened[tile] = t
                side[tile] = code & 1
                place[tile] = <int32_t> n
                keys[n] = (t << 16) | (tile << 1)
                n += 1
        if bad < 0:
            for i in range(1, n):
                key = keys[i]
                if key < keys[i - 1]:
                    j = i
                    while j > 0 and keys[j - 1] > key:
                        keys[j] = keys[j - 1]
                        j -= 1
                    keys[j] = key
    return n if bad < 0 else -1 - bad


cdef inline uint64_t mix(uint64_t x) noexcept nogil:
    """Finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads every bit."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL
    return x ^ (x >> 31)


cdef inline void shuffle(
    int64_t *keys, Py_ssize_t count, Py_ssize_t places, uint64_t seed, int64_t split
) noexcept nogil:
    """Fill the first ``places`` places by a Fisher-Yates shuffle whose draws depend on (seed, split) only."""
    cdef uint64_t state = mix(seed ^ mix(<uint64_t> split + GOLDEN))
    cdef Py_ssize_t i, j
    cdef int64_t key
    for i in range(min(places, count - 1)):
        state += GOLDEN
        j = i + <Py_ssize_t> (((mix(state) >> 32) * <uint64_t> (count - i)) >> 32)
        key = keys[i]
        keys[i] = keys[j]
        keys[j] = key


cdef inline int32_t capped(int32_t value, int32_t more) noexcept nogil:
    return value + more if value < SATURATED else value


cdef inline void add(Cluster *cluster, int64_t t, int64_t tight, uint8_t tile) noexcept nogil:
    cdef int32_t outer = tile >> 4
    if cluster.hits < SATURATED:
        cluster.shift += t - cluster.first
        cluster.hits += 1
    cluster.tight = capped(cluster.tight, <int32_t> tight)
    cluster.outer = capped(cluster.outer, outer)
    cluster.outer_tight = capped(cluster.outer_tight, outer & <int32_t> tight)
    cluster.quadrants |= tile & 15
    if outer:
        cluster.outer_quadrants |= tile & 15


cdef inline void start(Cluster *cluster, int64_t t, int64_t tight, uint8_t tile) noexcept nogil:
    cluster.first = t
    cluster.shift = 0
    cluster.hits = 0
    cluster.tight = 0
    cluster.outer = 0
    cluster.outer_tight = 0
    cluster.quadrants = 0
    cluster.outer_quadrants = 0
    add(cluster, t, tight, tile)


cdef inline int32_t two(int32_t quadrants) noexcept nogil:
    return (quadrants & (quadrants - 1)) != 0


cdef inline int32_t opposite(int32_t quadrants) noexcept nogil:
    return (quadrants & 5) == 5 or (quadrants & 10) == 10


cdef inline uint16_t newchod_word(const Cluster *c, bint counted) noexcept nogil:
    """Runs 5577-6999 and >= 7614 (QE), 7000-7613 (hit count): na62_facts 5.2."""
    cdef int32_t word = c.hits if counted else (0 if two(c.quadrants) else c.quadrants)
    word |= (c.outer >= 1) << 4 | (c.outer_tight >= 1) << 5
    word |= (c.hits >= 1) << 6 | (c.tight >= 1) << 7 | (c.hits >= 2) << 8 | (c.tight >= 2) << 9
    word |= two(c.quadrants) << 10 | opposite(c.quadrants) << 11
    word |= (c.hits < 5) << 12 | (c.outer < 5) << 13 | 1 << 14
    return <uint16_t> word


cdef inline uint16_t muv3_word(const Cluster *c) noexcept nogil:
    """Runs >= 7962: na62_facts 5.2."""
    cdef int32_t word = 0 if two(c.quadrants) else c.quadrants
    word |= (c.outer_tight >= 1) << 4 | (c.tight >= 1) << 5
    word |= (c.outer_tight >= 2) << 6 | (c.tight >= 2) << 7
    word |= two(c.outer_quadrants) << 8 | opposite(c.outer_quadrants) << 9
    word |= (c.outer >= 1) << 10 | (c.hits >= 1) << 11 | (c.outer >= 2) << 12 | (c.hits >= 2) << 13 | 1 << 14
    return <uint16_t> word


cdef inline uint16_t word_of(const Cluster *cluster, int layout) noexcept nogil:
    return muv3_word(cluster) if layout == 2 else newchod_word(cluster, layout == 1)


def single_words(const uint8_t[::1] tile_of, int layout, uint16_t[::1] words):
    """Fill ``words[tile << 1 | tight]`` with the primitive id of a cluster of that one hit."""
    cdef Py_ssize_t k
    cdef Cluster one
    for k in range(2 * MAX_TILES):
        start(&one, 0, k & 1, tile_of[k >> 1])
        words[k] = word_of(&one, layout)


def tile_clusters(
    int64_t[::1] keys,
    Py_ssize_t count,
    const uint8_t[::1] tile_of,
    const uint16_t[::1] single,
    int layout,
    int64_t window,
    int period,
    uint64_t seed,
    int64_t first_split,
    int64_t[::1] time,
    uint16_t[::1] word,
    uint8_t[::1] hits,
):
    """Cluster tile hits split by split; return the number of primitives.

    ``keys[:count]`` is sorted on entry; its order inside crowded splits changes.  ``tile_of[tile]`` has bits
    0-3 for the quadrant and bit 4 for outer tiles, ``single`` comes from `single_words`; ``layout`` is 0
    (NewCHOD, QE bits), 1 (NewCHOD, count bits) or 2 (MUV3); ``first_split`` is the absolute number of the
    split at time 0.

    A split in which no two hits are closer than the window gives one cluster per hit in whatever order they
    come, as long as there are at most eight.  So every hit is written as a cluster of its own, and only a
    split in which a hit is near the one before it, or is the ninth, is taken back and done in full.
    """
    cdef Py_ssize_t i = 0, j, begin, m = 0, used
    cdef int64_t key, split, t, last = -2 * FAR
    with nogil:
        while i < count:
            key = keys[i]
            t = key >> 16
            if (t - last < window and t >> 10 == last >> 10) or (
                i >= MAX_CLUSTERS and keys[i - MAX_CLUSTERS] >> 26 == key >> 26
            ):
                split = key >> 26
                begin = i
                while begin > 0 and keys[begin - 1] >> 26 == split:
                    begin -= 1
                j = i + 1
                while j < count and keys[j] >> 26 == split:
                    j += 1
                m -= i - begin
                used = j - begin
                if used > LIMIT:
                    used = 0 if period < 2 else KEEP
                shuffle(&keys[begin], j - begin, used, seed, first_split + split)
                m += crowded_split(
                    &keys[begin], used, &tile_of[0], layout, window, &time[m], &word[m], &hits[m]
                )
                i = j
                last = -2 * FAR
                continue
            time[m] = t
            word[m] = single[key & (2 * MAX_TILES - 1)]
            hits[m] = 1
            m += 1
            last = t
            i += 1
    return m


cdef inline Py_ssize_t crowded_split(
    const int64_t *keys, Py_ssize_t count, const uint8_t *tile_of, int layout, int64_t window,
    int64_t *time, uint16_t *word, uint8_t *hits
) noexcept nogil:
    """Cluster one split in full; return the number of primitives."""
    cdef Cluster cluster[MAX_CLUSTERS]
    cdef Py_ssize_t k, n = split_clusters(keys, count, tile_of, window, cluster)
    for k in range(n):
        time[k] = cluster[k].first + cluster[k].shift / cluster[k].hits
    sort_clusters(cluster, time, n)
    for k in range(n):
        word[k] = word_of(&cluster[k], layout)
        hits[k] = <uint8_t> cluster[k].hits
    return n


cdef inline Py_ssize_t split_clusters(
    const int64_t *keys, Py_ssize_t count, const uint8_t *tile_of, int64_t window, Cluster *cluster
) noexcept nogil:
    """Put hits, in the order given, into the first cluster whose first hit is closer than the window."""
    cdef Py_ssize_t p, k, n = 0
    cdef int64_t t, apart, tight
    cdef uint8_t tile
    for p in range(count):
        t = keys[p] >> 16
        tight = keys[p] & 1
        tile = tile_of[(keys[p] >> 1) & (MAX_TILES - 1)]
        for k in range(n):
            apart = t - cluster[k].first
            if -window < apart < window:
                add(&cluster[k], t, tight, tile)
                break
        else:
            if n < MAX_CLUSTERS:
                start(&cluster[n], t, tight, tile)
                n += 1
    return n


cdef inline void sort_clusters(Cluster *cluster, int64_t *time, Py_ssize_t count) noexcept nogil:
    """Sort at most eight clusters by time; equal times keep the order in which the clusters were opened."""
    cdef Py_ssize_t i, j
    cdef int64_t t
    cdef Cluster moved
    for i in range(1, count):
        j = i
        t = time[i]
        if time[i - 1] <= t:
            continue
        moved = cluster[i]
        while j > 0 and time[j - 1] > t:
            time[j] = time[j - 1]
            cluster[j] = cluster[j - 1]
            j -= 1
        time[j] = t
        cluster[j] = moved
