"""Primitives of the boards that count hits (RICH, CHOD), pair thresholds (LAV12) or sum energy (LKr).

All take hits sorted by time; a negative result -1 - i says that hit i breaks the order.

Plan.  Every board is one pass over hits in order of time and remembers little: the cluster at hand (RICH, CHOD), a
time per channel (LAV12), the energies of three timestamps in a row (LKr).  Only the few clusters that wait for those
of other boards, and LAV's pairs, have to be sorted, and they come nearly sorted: insertion is enough.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t

from shared.checks cimport need

cdef enum:
    BOARDS = 4
    SLOT_CLUSTERS = 4
    WAITING = 16
    TIMESTAMP_SHIFT = 8
    PACKET_SHIFT = 16
    CHANNELS = 65536
    MULTIPLICITY_CAP = 255
    FIRED = 0x4000

cdef int64_t FAR = <int64_t> 1 << 44


cdef struct Bunch:
    int64_t first
    int64_t shift
    int32_t hits


cdef struct Board:
    # The cluster that hits can still join (none if it has no hits), and how many have begun in the slot.
    Bunch open
    int64_t slot
    int begun


cdef struct Stream:
    # Closed clusters by time, boards in order at equal times, until no other board can send an earlier one.
    int64_t time[WAITING]
    int32_t hits[WAITING]
    int board[WAITING]
    Py_ssize_t count


cdef inline Py_ssize_t out_of_order(const int64_t[::1] time) noexcept nogil:
    """Return the index of the first hit that is out of order or out of range, -1 if there is none."""
    cdef Py_ssize_t i
    cdef int64_t last = -FAR
    for i in range(time.shape[0]):
        if time[i] < last or time[i] >= FAR:
            return i
        last = time[i]
    return -1


cdef inline void grow(Bunch *bunch, int64_t t, int32_t weight) noexcept nogil:
    if weight > MULTIPLICITY_CAP - bunch.hits:
        weight = MULTIPLICITY_CAP - bunch.hits
    bunch.shift += weight * (t - bunch.first)
    bunch.hits += weight


cdef inline void close(Stream *x, Board *boards, int64_t before, int threshold) noexcept nogil:
    """Put the clusters that began before a time, and have enough hits, into the stream.

    Of a board at most one cluster waits when another is closed: clusters begin a window apart, and each waits no
    longer than a window after its end.  So there is room for all.
    """
    cdef Py_ssize_t q
    cdef int64_t t
    cdef int board
    cdef Bunch *bunch
    for board in range(BOARDS):
        bunch = &boards[board].open
        if bunch.hits == 0 or bunch.first >= before:
            continue
        if bunch.hits >= threshold and x.count < WAITING:
            t = bunch.first + bunch.shift / bunch.hits
            q = x.count
            while q > 0 and (x.time[q - 1] > t or (x.time[q - 1] == t and x.board[q - 1] > board)):
                x.time[q] = x.time[q - 1]
                x.hits[q] = x.hits[q - 1]
                x.board[q] = x.board[q - 1]
                q -= 1
            x.time[q] = t
            x.hits[q] = bunch.hits
            x.board[q] = board
            x.count += 1
        bunch.hits = 0


cdef inline Py_ssize_t merge(
    Stream *x, Bunch *merged, int64_t before, int64_t window, int threshold, int64_t *time, uint16_t *word,
    uint8_t *hits, Py_ssize_t place,
) noexcept nogil:
    """Let the merging board take what waits and is earlier than a time; return how many primitives there are."""
    cdef Py_ssize_t p = 0, q
    while p < x.count and x.time[p] < before:
        if merged.hits > 0 and x.time[p] - merged.first < window:
            grow(merged, x.time[p], x.hits[p])
        else:
            place += emit(merged, threshold, time, word, hits, place)
            merged.first = x.time[p]
            merged.shift = 0
            merged.hits = x.hits[p]
        p += 1
    if p > 0:
        for q in range(p, x.count):
            x.time[q - p] = x.time[q]
            x.hits[q - p] = x.hits[q]
            x.board[q - p] = x.board[q]
        x.count -= p
    return place


cdef inline int64_t earliest(const Board *boards, int64_t t) noexcept nogil:
    """Return the earliest time that a cluster which is still open, or begins at t, can have."""
    cdef int board
    for board in range(BOARDS):
        if boards[board].open.hits > 0 and boards[board].open.first < t:
            t = boards[board].open.first
    return t


cdef inline Py_ssize_t room(const int64_t[::1] time, const uint16_t[::1] word, const uint8_t[::1] hits) noexcept:
    """Return how many primitives fit into the outputs."""
    return min(time.shape[0], min(word.shape[0], hits.shape[0]))


def multiplicity(
    const int64_t[::1] time,
    const uint16_t[::1] channel,
    int board_channels,
    int64_t window,
    int board_threshold,
    int threshold,
    int64_t[::1] out_time,
    uint16_t[::1] out_word,
    uint8_t[::1] out_hits,
):
    """RICH and CHOD: four pre-processing boards, then one that merges them; return how many primitives.

    A hit joins the last cluster of its board if it is closer than the window to its first hit, also over the end of a
    25 ns slot; else it begins one, or is lost if four have begun in its slot.
    """
    cdef Py_ssize_t count = time.shape[0]
    cdef Py_ssize_t i, m = 0, bad
    cdef Board boards[BOARDS]
    cdef Board *board
    cdef Stream stream
    cdef Bunch merged
    cdef int k
    cdef int64_t t
    need(
        channel.shape[0] == count and board_channels > 0 and room(out_time, out_word, out_hits) >= count
        and 0 < window < FAR,
        "multiplicity",
    )
    with nogil:
        merged.first = 0
        merged.shift = 0
        merged.hits = 0
        stream.count = 0
        for k in range(BOARDS):
            boards[k].open = merged
            boards[k].slot = -FAR
            boards[k].begun = 0
        bad = out_of_order(time)
        if bad < 0 and count > 0:
            for i in range(count):
                t = time[i]
                board = &boards[(channel[i] / board_channels) % BOARDS]
                if board.open.hits > 0 and t - board.open.first < window:
                    grow(&board.open, t, 1)
                    continue
                close(&stream, boards, t - window + 1, board_threshold)
                if stream.count > 0:
                    m = merge(
                        &stream, &merged, earliest(boards, t), window, threshold, &out_time[0], &out_word[0],
                        &out_hits[0], m,
                    )
                if board.slot != t >> TIMESTAMP_SHIFT:
                    board.slot = t >> TIMESTAMP_SHIFT
                    board.begun = 0
                if board.begun < SLOT_CLUSTERS:
                    board.begun += 1
                    board.open.first = t
                    board.open.shift = 0
                    board.open.hits = 1
            close(&stream, boards, 2 * FAR, board_threshold)
            m = merge(
                &stream, &merged, 4 * FAR, window, threshold, &out_time[0], &out_word[0], &out_hits[0], m
            )
            m += emit(&merged, threshold, &out_time[0], &out_word[0], &out_hits[0], m)
    return m if bad < 0 else -1 - bad


cdef inline Py_ssize_t emit(
    const Bunch *bunch, int threshold, int64_t *time, uint16_t *word, uint8_t *hits, Py_ssize_t place
) noexcept nogil:
    """Write a primitive if the bunch is large enough; return how many were written."""
    if bunch.hits == 0 or bunch.hits < threshold:
        return 0
    time[place] = bunch.first + bunch.shift / bunch.hits
    word[place] = FIRED
    hits[place] = <uint8_t> bunch.hits
    return 1


def lav_pairs(
    const int64_t[::1] time,
    const uint16_t[::1] channel,
    const uint16_t[::1] value,
    int64_t reach,
    int64_t[::1] low,
    int64_t[::1] pairs,
):
    """Join low and high threshold crossings; return the number of pairs, their times sorted in ``pairs``.

    A pair has 0 < t_high - t_low <= ``reach`` in one channel; its time is corrected for slewing with
    thresholds of 5 and 15 mV: t_low - (t_high - t_low) * 5 / (15 - 5), truncated.  ``low`` (65536 entries) is
    scratch.
    """
    cdef Py_ssize_t count = time.shape[0]
    cdef Py_ssize_t i, j, n = 0, bad
    cdef int64_t apart, t
    need(
        channel.shape[0] == count and value.shape[0] == count and low.shape[0] >= CHANNELS
        and pairs.shape[0] >= count and 0 <= reach < FAR,
        "lav_pairs",
    )
    with nogil:
        bad = out_of_order(time)
        if bad < 0:
            for i in range(count):
                low[channel[i]] = -2 * FAR
            for i in range(count):
                if value[i] == 0:
                    low[channel[i]] = time[i]
                    continue
                apart = time[i] - low[channel[i]]
                if 0 < apart <= reach:
                    t = low[channel[i]] - apart / 2
                    low[channel[i]] = -2 * FAR
                    j = n
                    while j > 0 and pairs[j - 1] > t:
                        pairs[j] = pairs[j - 1]
                        j -= 1
                    pairs[j] = t
                    n += 1
    return n if bad < 0 else -1 - bad


def lav_clusters(
    const int64_t[::1] pairs,
    int64_t window,
    int minimum,
    int per_packet,
    int64_t[::1] out_time,
    uint16_t[::1] out_word,
    uint8_t[::1] out_hits,
):
    """Merge pairs closer than ``window`` to the first; return how many have at least ``minimum`` pairs.

    At most ``per_packet`` primitives in one packet of 256 timestamps; later ones are lost.
    """
    cdef Py_ssize_t count = pairs.shape[0]
    cdef Py_ssize_t i = 0, m = 0
    cdef int in_packet = 0
    cdef int64_t packet = -FAR
    cdef Bunch bunch
    need(room(out_time, out_word, out_hits) >= count and 0 < window < FAR, "lav_clusters")
    with nogil:
        while i < count:
            bunch.first = pairs[i]
            bunch.shift = 0
            bunch.hits = 0
            while i < count and pairs[i] - bunch.first < window:
                grow(&bunch, pairs[i], 1)
                i += 1
            if emit(&bunch, minimum, &out_time[0], &out_word[0], &out_hits[0], m):
                if out_time[m] >> PACKET_SHIFT != packet:
                    packet = out_time[m] >> PACKET_SHIFT
                    in_packet = 0
                in_packet += 1
                if in_packet <= per_packet:
                    m += 1
    return m


cdef struct Slot:
    int64_t number
    int64_t energy
    Py_ssize_t first
    Py_ssize_t last


def energy_sums(
    const int64_t[::1] time,
    const uint16_t[::1] channel,
    const uint16_t[::1] value,
    int64_t threshold,
    int64_t cluster,
    const int64_t[::1] steps,
    int condition_bit,
    int64_t[::1] out_time,
    uint16_t[::1] out_word,
    uint8_t[::1] out_hits,
):
    """LKr: sums over three consecutive timestamps; return the number of primitives.

    A primitive is a timestamp with more energy than the one before and not less than the one after, whose sum
    with both exceeds ``threshold``; its time is the energy-weighted mean over the three.  ``steps`` holds the
    10, 20 and 40 GeV thresholds, ``cluster`` what one trigger cell needs to count as a cluster; all in energy
    counts.
    """
    cdef Py_ssize_t count = time.shape[0]
    cdef Py_ssize_t i = 0, m = 0, bad
    cdef Slot before, here, after
    need(
        channel.shape[0] == count and value.shape[0] == count and room(out_time, out_word, out_hits) >= count
        and steps.shape[0] == 3 and 0 <= condition_bit < 16 and threshold >= 0,
        "energy_sums",
    )
    with nogil:
        bad = out_of_order(time)
        before.number = here.number = -2 * FAR
        before.energy = here.energy = 0
        before.first = before.last = here.first = here.last = 0
        while bad < 0 and (i < count or here.last > here.first):
            after.number = here.number + 2
            after.energy = 0
            after.first = after.last = i
            if i < count:
                after.number = time[i] >> TIMESTAMP_SHIFT
                while i < count and time[i] >> TIMESTAMP_SHIFT == after.number:
                    after.energy += value[i]
                    i += 1
                after.last = i
            if here.last > here.first:
                m += sum_slot(
                    &before, &here, &after, &time[0], &channel[0], &value[0], threshold, cluster, &steps[0],
                    condition_bit, &out_time[m], &out_word[m], &out_hits[m]
                )
            before = here
            here = after
    return m if bad < 0 else -1 - bad


cdef inline Py_ssize_t sum_slot(
    const Slot *before, const Slot *here, const Slot *after,
    const int64_t *time, const uint16_t *channel, const uint16_t *value,
    int64_t threshold, int64_t cluster, const int64_t *steps, int condition_bit,
    int64_t *out_time, uint16_t *out_word, uint8_t *out_hits
) noexcept nogil:
    """Write the primitive of one timestamp, if there is one; return how many were written."""
    cdef bint joined = before.number == here.number - 1, followed = after.number == here.number + 1
    cdef int64_t energy = here.energy, moment = 0
    cdef int64_t start = (here.number - 1) << TIMESTAMP_SHIFT
    cdef Py_ssize_t p, first = here.first, last = here.last
    cdef int32_t word, clusters = 0
    cdef uint16_t seen = 0
    if joined:
        if before.energy >= here.energy:
            return 0
        energy += before.energy
        first = before.first
    if followed:
        if after.energy > here.energy:
            return 0
        energy += after.energy
        last = after.last
    if energy <= threshold:
        return 0
    for p in range(first, last):
        moment += value[p] * (time[p] - start)
        if value[p] >= cluster and clusters < 2 and (clusters == 0 or channel[p] != seen):
            clusters += 1
            seen = channel[p]
    word = FIRED | 1 << condition_bit
    word |= (energy > steps[0] and clusters >= 2) << 8 | (energy > steps[0] and clusters >= 1) << 9
    word |= (energy > steps[2]) << 11 | (energy > steps[1]) << 12 | (energy > steps[0]) << 13
    out_time[0] = start + moment / energy
    out_word[0] = <uint16_t> word
    out_hits[0] = <uint8_t> clusters
    return 1
