"""NewCHOD and MUV3: channel hits to tile hits.

A tile hit travels as one 64-bit key, ``time << 16 | tile << 1 | tight``, so that sorting keys sorts hits by
(time, tile, tight): an order that does not depend on where the stretch of data begins.
"""

from libc.stdint cimport int64_t, uint16_t, uint64_t

from shared.checks cimport need, rising_within

cdef enum:
    CODES = 65536
    MAX_TILES = 256
    NO_TILE = 0xFFFF
    TIME_SHIFT = 16

cdef extern from *:
    """
    #define FAR ((int64_t)1 << 44)
    """
    const int64_t FAR


cdef struct Pairing:
    # The keys so far, and per tile the time, side and place of the hit that waits for the other channel.
    int64_t *begin
    int64_t *end
    int64_t opened[MAX_TILES]
    int64_t *place[MAX_TILES]
    uint64_t side[MAX_TILES]


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

    Most often a tile's two channels follow each other and nothing of the tile is open: a short loop writes
    such pairs, and leaves it to `one_hit` to do a hit for which that does not hold.  There the first channel
    is written as a loose hit, whose key changes when the second one comes.  Keys stay sorted all the time.
    """
    cdef Py_ssize_t count = time.shape[0], i
    cdef const int64_t *t
    cdef const int64_t *last
    cdef const uint16_t *ch
    cdef const uint16_t *codes
    cdef int64_t *out
    cdef int64_t key, window = tight_window
    cdef uint64_t apart, code
    cdef Pairing pairing
    need(
        channel.shape[0] == count and code_of.shape[0] == CODES and keys.shape[0] >= count and 0 <= window < FAR,
        "tile_hits",
    )
    if count == 0:
        return 0
    t, ch, last, codes = &time[0], &channel[0], &time[count - 1], &code_of[0]
    # All times first: what is out of order or range must not be written anywhere.
    if not rising_within(time, FAR):
        return first_bad(t, count)
    with nogil:
        pairing.begin = &keys[0]
        pairing.end = pairing.begin
        for i in range(MAX_TILES):
            pairing.opened[i] = -2 * FAR
            pairing.place[i] = NULL
        one_hit(&pairing, t[0], codes[ch[0]], window)
        t += 1
        ch += 1
        while t <= last and pairing.end == pairing.begin:
            one_hit(&pairing, t[0], codes[ch[0]], window)
            t += 1
            ch += 1
        # From here on there are a hit and a key before.
        out = pairing.end
        while t < last:
            code = codes[ch[0]]
            apart = <uint64_t> (t[1] - t[0])
            if (
                codes[ch[1]] == code ^ 1
                and apart <= <uint64_t> window
                and t[0] - pairing.opened[(code >> 1) & (MAX_TILES - 1)] > window
            ):
                key = ((t[0] + <int64_t> (apart >> 1)) << TIME_SHIFT) | <int64_t> code | 1
                if key >= (out - 1)[0]:
                    out[0] = key
                    out += 1
                    t += 2
                    ch += 2
                    continue
            pairing.end = out
            one_hit(&pairing, t[0], code, window)
            out = pairing.end
            t += 1
            ch += 1
        pairing.end = out
        if t == last:
            one_hit(&pairing, t[0], codes[ch[0]], window)
    return pairing.end - pairing.begin


cdef void one_hit(Pairing *p, int64_t t, uint64_t code, int64_t window) noexcept nogil:
    """Close the open hit of the tile, or write a loose one and leave it open."""
    cdef Py_ssize_t tile = (code >> 1) & (MAX_TILES - 1)
    cdef int64_t apart = t - p.opened[tile]
    cdef int64_t *here
    if code == NO_TILE:
        return
    if apart <= window and p.side[tile] != code & 1:
        here = p.place[tile]
        here[0] = ((p.opened[tile] + (apart >> 1)) << TIME_SHIFT) | <int64_t> code | 1
        p.opened[tile] = -2 * FAR
    else:
        here = p.end
        here[0] = (t << TIME_SHIFT) | <int64_t> (code & ~<uint64_t> 1)
        p.opened[tile] = t
        p.side[tile] = code & 1
        p.place[tile] = here
        p.end += 1
    settle(p, here)


cdef inline void settle(Pairing *p, int64_t *here) noexcept nogil:
    """Move a key to where it belongs among the others, which are sorted; places follow."""
    cdef int64_t key = here[0]
    cdef int64_t *begin = here
    cdef Py_ssize_t tile
    while here + 1 < p.end and here[1] < key:
        here[0] = here[1]
        tile = (here[0] >> 1) & (MAX_TILES - 1)
        if p.place[tile] == here + 1:
            p.place[tile] = here
        here += 1
    while here > p.begin and (here - 1)[0] > key:
        here[0] = (here - 1)[0]
        tile = (here[0] >> 1) & (MAX_TILES - 1)
        if p.place[tile] == here - 1:
            p.place[tile] = here
        here -= 1
    here[0] = key
    tile = (key >> 1) & (MAX_TILES - 1)
    if p.place[tile] == begin:
        p.place[tile] = here


cdef Py_ssize_t first_bad(const int64_t *time, Py_ssize_t count) noexcept nogil:
    """Return -1 - i for the first hit i that is before hit i - 1 or beyond the range of times."""
    cdef Py_ssize_t i = 0
    cdef int64_t last = -FAR
    while i < count and last <= time[i] < FAR:
        last = time[i]
        i += 1
    return -1 - i
