"""Words of a multi trigger packet: primitives and timestamp markers (na62_facts 5.1)."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

from shared.checks cimport need


def encode_words(
    const uint32_t[::1] timestamp,
    const uint8_t[::1] fine,
    const uint16_t[::1] word,
    uint32_t high,
    uint32_t[::1] out,
):
    """Write primitives as 32-bit words, a marker wherever the timestamp's upper 24 bits change.

    Return the number of words, or -1 - i if primitive i has an id whose upper byte is 0: it would read as a
    marker.
    """
    cdef Py_ssize_t i, n = 0, bad = -1, count = timestamp.shape[0]
    need(fine.shape[0] == count and word.shape[0] == count and out.shape[0] >= 2 * count, "encode_words")
    with nogil:
        for i in range(timestamp.shape[0]):
            if word[i] >> 8 == 0:
                bad = i
                break
            if timestamp[i] >> 8 != high:
                high = timestamp[i] >> 8
                out[n] = high
                n += 1
            out[n] = <uint32_t> word[i] << 16 | (timestamp[i] & 0xFF) << 8 | fine[i]
            n += 1
    return n if bad < 0 else -1 - bad


def decode_words(
    const uint32_t[::1] words,
    uint32_t high,
    uint32_t mask,
    uint32_t[::1] timestamp,
    uint8_t[::1] fine,
    uint16_t[::1] word,
):
    """Read primitives back, as many as there is room for; return how many.

    ``mask`` holds the timestamp bits that survive.
    """
    cdef Py_ssize_t i, n = 0, room = min(timestamp.shape[0], min(fine.shape[0], word.shape[0]))
    with nogil:
        for i in range(words.shape[0]):
            if words[i] >> 24 == 0:
                high = words[i]
                continue
            if n == room:
                break
            timestamp[n] = (high << 8 | (words[i] >> 8 & 0xFF)) & mask
            fine[n] = <uint8_t> (words[i] & 0xFF)
            word[n] = <uint16_t> (words[i] >> 16)
            n += 1
    return n
