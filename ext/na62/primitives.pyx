"""NewCHOD and MUV3: tile hits to primitives.

A tile hit travels as one 64-bit key, ``time << 16 | tile << 1 | tight``, so that sorting keys sorts hits by
(time, tile, tight): an order that does not depend on where the stretch of data begins.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint64_t

from shared.bits cimport mix64
from shared.checks cimport need

cdef enum:
    MAX_TILES = 256
    MAX_CLUSTERS = 8
    SATURATED = 15
    LIMIT = 31
    KEEP = 32
    TIME_SHIFT = 16
    SPLIT_SHIFT = 26
    SPLIT_END = (1 << 26) - 1

cdef extern from *:
    """
    #define TIME_MASK (~(int64_t)0xFFFF)
    #define GOLDEN 0x9E3779B97F4A7C15ULL
    """
    const int64_t TIME_MASK
    const uint64_t GOLDEN


cdef struct Board:
    # What clustering needs to know, and the primitives so far.
    uint64_t seed
    int64_t offset
    int64_t window
    int layout
    int period
    const uint8_t *tile_of
    Py_ssize_t count
    int64_t *time
    uint16_t *word
    uint8_t *hits


cdef struct Cluster:
    int64_t first
    int32_t shift
    int32_t hits
    int32_t tight
    int32_t outer
    int32_t outer_tight
    int32_t quadrants
    int32_t outer_quadrants


cdef inline uint64_t priority(const Board *board, int64_t key) noexcept nogil:
    """Return the place in line of a hit among those of its split: lower ones come first."""
    return mix64(board.seed ^ <uint64_t> (key + board.offset) * GOLDEN)


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
    need(tile_of.shape[0] >= MAX_TILES and words.shape[0] >= 2 * MAX_TILES, "single_words")
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
    cdef int64_t key, reach = window << TIME_SHIFT
    cdef Py_ssize_t m = 0
    cdef Board board
    cdef const int64_t *next
    cdef const int64_t *end
    cdef const uint16_t *words
    cdef int64_t *times
    cdef uint16_t *ids
    cdef uint8_t *sizes
    # A primitive takes at least one hit, so there is room for all.
    need(
        0 <= count <= keys.shape[0] and count <= min(time.shape[0], min(word.shape[0], hits.shape[0]))
        and tile_of.shape[0] >= MAX_TILES and single.shape[0] >= 2 * MAX_TILES and 0 < window < 1 << SPLIT_SHIFT,
        "tile_clusters",
    )
    if count == 0:
        return 0
    words = &single[0]
    next, times, ids, sizes = &keys[0], &time[0], &word[0], &hits[0]
    end = next + count
    board.seed = mix64(seed)
    board.offset = first_split << SPLIT_SHIFT
    board.layout = layout
    board.period = period
    board.window = window
    board.tile_of = &tile_of[0]
    board.time, board.word, board.hits = times, ids, sizes
    with nogil:
        while next + MAX_CLUSTERS < end:
            key = next[0]
            if next[1] >= (key & TIME_MASK) + reach and next[MAX_CLUSTERS] > key | SPLIT_END:
                times[m] = key >> TIME_SHIFT
                ids[m] = words[key & (2 * MAX_TILES - 1)]
                sizes[m] = 1
                m += 1
                next += 1
                continue
            board.count = m
            next += next_clump(&board, next, end - next)
            m = board.count
        board.count = m
        while next < end:
            next += next_clump(&board, next, end - next)
    return board.count


cdef Py_ssize_t next_clump(Board *board, const int64_t *keys, Py_ssize_t count) noexcept nogil:
    """Cluster the clump that begins with the first key, or its whole split; return how many hits that took."""
    cdef int64_t end = keys[0] | SPLIT_END, reach = board.window << TIME_SHIFT
    cdef Py_ssize_t taken = 1
    if count > MAX_CLUSTERS and keys[MAX_CLUSTERS] <= end:
        while taken < count and keys[taken] <= end:
            taken += 1
        if taken <= LIMIT or board.period >= 2:
            cluster_hits(board, keys, taken)
        return taken
    while taken < count and keys[taken] < (keys[taken - 1] & TIME_MASK) + reach and keys[taken] <= end:
        taken += 1
    if taken == 2:
        pair(board, keys)
    else:
        cluster_hits(board, keys, taken)
    return taken


cdef inline void pair(Board *board, const int64_t *keys) noexcept nogil:
    """Cluster two near hits: half way, rounded towards the one that comes first in line."""
    cdef int64_t a = keys[0], b = keys[1], t = a >> TIME_SHIFT
    cdef int64_t later_first = priority(board, b) < priority(board, a)
    cdef Cluster both
    start(&both, 0, a & 1, board.tile_of[(a >> 1) & (MAX_TILES - 1)])
    add(&both, 0, b & 1, board.tile_of[(b >> 1) & (MAX_TILES - 1)])
    board.time[board.count] = t + (((b >> TIME_SHIFT) - t + later_first) >> 1)
    board.word[board.count] = word_of(&both, board.layout)
    board.hits[board.count] = 2
    board.count += 1


cdef void cluster_hits(Board *board, const int64_t *keys, Py_ssize_t count) noexcept nogil:
    """Cluster the hits of a clump or a split in order of priority."""
    cdef Cluster cluster[MAX_CLUSTERS]
    cdef int64_t line[KEEP]
    cdef int64_t *time = &board.time[board.count]
    cdef Py_ssize_t k, n
    n = line_up(board, keys, count, line)
    n = split_clusters(line, n, board.tile_of, board.window, cluster)
    for k in range(n):
        time[k] = cluster[k].first + cluster[k].shift / cluster[k].hits
    sort_clusters(cluster, time, n)
    for k in range(n):
        board.word[board.count] = word_of(&cluster[k], board.layout)
        board.hits[board.count] = <uint8_t> cluster[k].hits
        board.count += 1


cdef inline Py_ssize_t line_up(
    const Board *board, const int64_t *keys, Py_ssize_t count, int64_t *line
) noexcept nogil:
    """Put the keys in order of priority, the first 32 if there are more; return how many."""
    cdef uint64_t rank
    cdef uint64_t ranks[KEEP]
    cdef Py_ssize_t i, j, n = 0
    for i in range(count):
        rank = priority(board, keys[i])
        if n < KEEP:
            n += 1
        elif rank >= ranks[KEEP - 1]:
            continue
        j = n - 1
        while j > 0 and ranks[j - 1] > rank:
            ranks[j] = ranks[j - 1]
            line[j] = line[j - 1]
            j -= 1
        ranks[j] = rank
        line[j] = keys[i]
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
