"""What NA62's monitoring histograms count, in one pass over the hits of a frame.

Monitoring looks at every few frames only, but shares its process with the trigger: it must not cost more than a small
part of what the trigger does.
"""

from libc.stdint cimport int64_t, uint16_t

cdef enum:
    CODES = 65536
    MAX_CODES = 512
    NO_TILE = 0xFFFF

cdef extern from *:
    """
    #define NEVER (-((int64_t)1 << 62))
    """
    const int64_t NEVER


def tile_hits(
    const int64_t[::1] time,
    const uint16_t[::1] channel,
    const uint16_t[::1] code_of,
    int64_t window,
    int64_t[::1] hits,
    int64_t[::1] pairs,
):
    """Count the hits of each channel and, where asked for, the time differences of the two channels of a tile.

    Parameters
    ----------
    time, channel
        int64[n] (rising) and uint16[n], the hits.
    code_of
        uint16[65536]: channel -> ``tile << 1 | side``, 0xFFFF for a channel that reads no tile.
    window
        Hits of both channels of a tile that follow one another at most this far apart are a pair.
    hits
        int64[k], hits of each code are added; codes from k on are not counted.
    pairs
        int64[2 m], time of the first channel less that of the second, -m to m - 1, is added; may be empty.

    Raises
    ------
    ValueError
        The table has not 65536 entries, or there are more than 512 codes.
    """
    cdef int64_t last[MAX_CODES]
    cdef Py_ssize_t i, half = pairs.shape[0] // 2, codes = hits.shape[0]
    cdef uint16_t code
    cdef int64_t apart
    if code_of.shape[0] != CODES or codes > MAX_CODES or codes % 2 or channel.shape[0] != time.shape[0]:
        raise ValueError("monitoring: the table of codes or the columns do not have the lengths they must have")
    with nogil:
        # Plan: hits come in time order, so a tile's latest hit is the neighbour of the one at hand.  `last` holds the
        # time of it under the code of its channel; the other channel's is NEVER then.
        for i in range(codes):
            last[i] = NEVER
        for i in range(time.shape[0]):
            code = code_of[channel[i]]
            if code >= codes:
                continue
            hits[code] += 1
            if last[code ^ 1] != NEVER:
                apart = time[i] - last[code ^ 1]
                if apart <= window:
                    apart = -apart if code & 1 else apart
                    if -half <= apart < half:
                        pairs[half + apart] += 1
                last[code ^ 1] = NEVER
            last[code] = time[i]


def nearest(const int64_t[::1] time, const int64_t[::1] other, int64_t width, int64_t[::1] counts):
    """Count the difference of each time to the nearest of the others; of two that are as near, the earlier one.

    Parameters
    ----------
    time, other
        int64[n] and int64[k], both rising.
    width
        TDC counts in a bin.
    counts
        int64[2 m]: bins from -m to m, to which is added.
    """
    cdef Py_ssize_t i, at = 0, half = counts.shape[0] // 2
    cdef int64_t apart, before
    if not other.shape[0] or width < 1 or width > <int64_t> 1 << 40:
        return
    with nogil:
        # Plan: `at` is the first of the others that is not before the time at hand; as both lists rise, it only
        # moves on.
        for i in range(time.shape[0]):
            while at < other.shape[0] - 1 and other[at] < time[i]:
                at += 1
            apart = time[i] - other[at]
            if at > 0:
                before = time[i] - other[at - 1]
                if before <= (apart if apart >= 0 else -apart):
                    apart = before
            if -half * width <= apart < half * width:
                counts[(apart + half * width) // width] += 1
