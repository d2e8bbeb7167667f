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
    NO_TILE = 0xFFFF
    TIME_SHIFT = 16
    SPLIT_SHIFT = 26
    SPLIT_END = (1 << 26) - 1

cdef extern from *:
    """
    #define FAR ((int64_t)1 << 44)
    #define TIME_MASK (~(int64_t)0xFFFF)
    #define GOLDEN 0x9E3779B97F4A7C15ULL
    """
    const int64_t FAR
    const int64_t TIME_MASK
    const uint64_t GOLDEN



cdef struct Open:
    # The hit of a tile that waits for the other channel.
    int64_t time
    int32_t place
    uint16_t side


cdef struct Hits:
    # Hits in order of priority, and what gives the priority: the seed, and the key of absolute time 0.
    uint64_t seed
    int64_t offset
    int64_t key[KEEP]
    uint64_t rank[KEEP]


cdef struct Cluster:
    int64_t first
    int32_t shift
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
    ``tight_window`` counts before, else it opens a new one.  ``keys`` has room for one key per hit.

    Most often a tile's two channels follow each other and nothing of the tile is open: that pair is written at
    once.  Otherwise the first channel's hit is written as a loose one, and its key changes when the second one
    comes.  Keys stay sorted all the time: one that is not above the key before it moves to where it belongs.
    """
    cdef Py_ssize_t count = time.shape[0], i, n = 0, here
    cdef const int64_t *times
    cdef const uint16_t *channels
    cdef const uint16_t *codes = &code_of[0]
    cdef int64_t *out
    cdef int64_t t, key, last = -FAR, before = -2 * FAR, apart
    cdef uint64_t after
    cdef uint16_t code
    cdef Open open_of[MAX_TILES]
    cdef Open *tile
    if count == 0:
        return 0
    if time[count - 1] >= FAR:
        return first_bad(&time[0], count)
    times, channels, out = &time[0], &channel[0], &keys[0]
    with nogil:
        for i in range(MAX_TILES):
            open_of[i].time = -2 * FAR
        i = 0
        while i < count:
            t = times[i]
            if t < last:
                break
            code = codes[channels[i]]
            i += 1
            last = t
            tile = &open_of[(code >> 1) & (MAX_TILES - 1)]
            apart = t - tile.time
            if i < count and codes[channels[i]] == code ^ 1:
                # Unsigned, so that a time before t is far away.
                after = <uint64_t> (times[i] - t)
                if after <= <uint64_t> tight_window and apart > tight_window:
                    last = times[i]
                    i += 1
                    key = ((t + <int64_t> (after >> 1)) << 16) | code | 1
                    out[n] = key
                    n += 1
                    if key < before:
                        settle(out, n, n - 1, open_of)
                        key = out[n - 1]
                    before = key
                    continue
            if code == NO_TILE:
                continue
            if apart <= tight_window and tile.side != code & 1:
                here = tile.place
                out[here] = ((tile.time + (apart >> 1)) << 16) | code | 1
                tile.time = -2 * FAR
            else:
                here = n
                out[n] = (t << 16) | (code & ~1)
                n += 1
                tile.time = t
                tile.side = code & 1
                tile.place = <int32_t> here
            settle(out, n, here, open_of)
            before = out[n - 1]
    return n if i == count else first_bad(times, count)


cdef Py_ssize_t first_bad(const int64_t *time, Py_ssize_t count) noexcept nogil:
    """Return -1 - i for the first hit i that is before hit i - 1 or beyond the range of times."""
    cdef Py_ssize_t i = 0
    cdef int64_t last = -FAR
    while i < count and last <= time[i] < FAR:
        last = time[i]
        i += 1
    return -1 - i


cdef inline void settle(int64_t *keys, Py_ssize_t count, Py_ssize_t here, Open *open_of) noexcept nogil:
    """Move ``keys[here]`` to where it belongs among the others, which are sorted; open hits follow."""
    cdef int64_t key = keys[here]
    cdef Open *tile
    cdef Py_ssize_t begin = here
    while here + 1 < count and keys[here + 1] < key:
        keys[here] = keys[here + 1]
        tile = &open_of[(keys[here] >> 1) & (MAX_TILES - 1)]
        tile.place -= tile.place == here + 1
        here += 1
    while here > 0 and keys[here - 1] > key:
        keys[here] = keys[here - 1]
        tile = &open_of[(keys[here] >> 1) & (MAX_TILES - 1)]
        tile.place += tile.place == here - 1
        here -= 1
    keys[here] = key
    tile = &open_of[(key >> 1) & (MAX_TILES - 1)]
    if tile.place == begin:
        tile.place = <int32_t> here


cdef inline uint64_t mix(uint64_t x) noexcept nogil:
    """Finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads every bit."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL
    return x ^ (x >> 31)


cdef inline uint64_t priority(int64_t key, uint64_t seed) noexcept nogil:
    """Return the place in line of a hit among those of its split: lower ones come first."""
    return mix(seed ^ <uint64_t> key * GOLDEN)


cdef inline int32_t capped(int32_t value, int32_t more) noexcept nogil:
    return value + more if value < SATURATED else value


cdef inline void add(Cluster *cluster, int64_t t, int64_t tight, uint8_t tile) noexcept nogil:
    cdef int32_t outer = tile >> 4
    if cluster.hits < SATURATED:
        cluster.shift += <int32_t> (t - cluster.first)
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
    const int64_t[::1] keys,
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

    ``keys[:count]`` is sorted.  ``tile_of[tile]`` has bits 0-3 for the quadrant and bit 4 for outer tiles,
    ``single`` comes from `single_words`; ``layout`` is 0 (NewCHOD, QE bits), 1 (NewCHOD, count bits) or 2
    (MUV3); ``first_split`` is the absolute number of the split at time 0.

    With at most eight hits in a split no cluster is ever lost, and hits that are apart by the window or more
    have nothing to do with each other.  So a split falls into clumps, runs of hits each of which is near the
    one before it, and those are clustered by themselves: nearly all are one hit, nearly all others two.
    Splits with more hits are done as a whole.
    """
    cdef Py_ssize_t i = 0, j, m = 0
    cdef int64_t key, end, reach = window << TIME_SHIFT
    cdef Hits group
    cdef const int64_t *given
    cdef const uint8_t *tiles = &tile_of[0]
    cdef const uint16_t *words = &single[0]
    cdef int64_t *times
    cdef uint16_t *ids
    cdef uint8_t *sizes
    if count == 0:
        return 0
    given, times, ids, sizes = &keys[0], &time[0], &word[0], &hits[0]
    group.seed = mix(seed)
    group.offset = first_split << SPLIT_SHIFT
    with nogil:
        while i < count:
            key = given[i]
            end = key | SPLIT_END
            if i + MAX_CLUSTERS < count and given[i + MAX_CLUSTERS] <= end:
                j = i + MAX_CLUSTERS + 1
                while j < count and given[j] <= end:
                    j += 1
                if j - i <= LIMIT or period >= 2:
                    m += cluster_hits(&given[i], j - i, &group, tiles, layout, window, &times[m], &ids[m], &sizes[m])
                i = j
                continue
            j = i + 1
            if j < count and given[j] < (key & TIME_MASK) + reach and given[j] <= end:
                j += 1
                while j < count and given[j] < (given[j - 1] & TIME_MASK) + reach and given[j] <= end:
                    j += 1
                if j - i == 2:
                    pair(&given[i], &group, tiles, layout, &times[m], &ids[m])
                    sizes[m] = 2
                    m += 1
                else:
                    m += cluster_hits(&given[i], j - i, &group, tiles, layout, window, &times[m], &ids[m], &sizes[m])
                i = j
                continue
            times[m] = key >> TIME_SHIFT
            ids[m] = words[key & (2 * MAX_TILES - 1)]
            sizes[m] = 1
            m += 1
            i = j
    return m


cdef inline void pair(
    const int64_t *keys, const Hits *group, const uint8_t *tile_of, int layout, int64_t *time, uint16_t *word
) noexcept nogil:
    """Cluster two near hits: half way, rounded towards the one that comes first in line."""
    cdef int64_t a = keys[0], b = keys[1]
    cdef int64_t later_first = (
        priority(b + group.offset, group.seed) < priority(a + group.offset, group.seed)
    )
    cdef Cluster both
    start(&both, 0, a & 1, tile_of[(a >> 1) & (MAX_TILES - 1)])
    add(&both, 0, b & 1, tile_of[(b >> 1) & (MAX_TILES - 1)])
    a >>= TIME_SHIFT
    time[0] = a + (((b >> TIME_SHIFT) - a + later_first) >> 1)
    word[0] = word_of(&both, layout)


cdef Py_ssize_t cluster_hits(
    const int64_t *keys, Py_ssize_t count, Hits *group, const uint8_t *tile_of, int layout, int64_t window,
    int64_t *time, uint16_t *word, uint8_t *hits
) noexcept nogil:
    """Cluster a clump or a split, in order of priority; return the number of primitives."""
    cdef Cluster cluster[MAX_CLUSTERS]
    cdef Py_ssize_t k, n
    line_up(keys, count, group)
    n = split_clusters(group.key, min(count, KEEP), tile_of, window, cluster)
    for k in range(n):
        time[k] = cluster[k].first + cluster[k].shift / cluster[k].hits
    sort_clusters(cluster, time, n)
    for k in range(n):
        word[k] = word_of(&cluster[k], layout)
        hits[k] = <uint8_t> cluster[k].hits
    return n


cdef inline void line_up(const int64_t *keys, Py_ssize_t count, Hits *group) noexcept nogil:
    """Put the keys in order of priority into ``group``, the first 32 of them if there are more."""
    cdef Py_ssize_t i, j, n = 0
    cdef uint64_t rank
    for i in range(count):
        rank = priority(keys[i] + group.offset, group.seed)
        if n < KEEP:
            n += 1
        elif rank >= group.rank[KEEP - 1]:
            continue
        j = n - 1
        while j > 0 and group.rank[j - 1] > rank:
            group.rank[j] = group.rank[j - 1]
            group.key[j] = group.key[j - 1]
            j -= 1
        group.rank[j] = rank
        group.key[j] = keys[i]


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
