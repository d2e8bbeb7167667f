"""Sector trigger of the muon detector: different readout planes per sector (belle2_facts 7).

Plan.  A sector fires when enough different planes are hit, and a plane that is hit twice counts once.  So a crossing
fills one word per sector with a bit per plane, and the bits of the 32 words are counted.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t
from libc.string cimport memset

from shared.bits cimport popcount64
from shared.checks cimport cuts, need

cdef enum:
    SECTIONS = 4
    SECTORS = 8
    CHANNELS = 1024


def sectors(
    const int64_t[::1] offsets,
    const uint16_t[::1] channel,
    const uint8_t[::1] exists,
    int planes,
    uint8_t[:, ::1] out,
):
    """Fill ``out`` (uint8[4, n]): bit i is sector i of a section; return the first hit out of range or -1.

    The low five bits of a channel number a plane inside its sector: a 32-bit mask per sector counts each once.
    """
    cdef Py_ssize_t n = offsets.shape[0] - 1, i, section, sector, bad = -1
    cdef int64_t k
    cdef uint32_t mask[SECTIONS * SECTORS]
    cdef uint8_t fired
    need(
        cuts(offsets, channel.shape[0]) and exists.shape[0] == CHANNELS and out.shape[0] == SECTIONS
        and out.shape[1] >= n,
        "sectors",
    )
    with nogil:
        for i in range(n):
            memset(mask, 0, sizeof(mask))
            for k in range(offsets[i], offsets[i + 1]):
                if channel[k] >= CHANNELS or not exists[channel[k]]:
                    bad = k
                    break
                mask[channel[k] >> 5] |= <uint32_t> 1 << (channel[k] & 31)
            if bad >= 0:
                break
            for section in range(SECTIONS):
                fired = 0
                for sector in range(SECTORS):
                    if mask[section * SECTORS + sector] != 0 and (
                        popcount64(mask[section * SECTORS + sector]) >= planes
                    ):
                        fired |= <uint8_t> (1 << sector)
                out[section, i] = fired
    return bad
