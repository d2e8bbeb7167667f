"""Calorimeter trigger, third step: weights of the energy blocks to readings, sums and the seven energy conditions.

Arithmetic is in sixteenths of a count, so that pedestals need not be whole numbers: besiii_babar_facts A5.13-A5.15,
besiii_real_facts 2.5.
"""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from shared.bits cimport ctz64
from shared.checks cimport need

cdef enum:
    BLOCKS = 16
    BARREL = 12          # blocks of the barrel: 6 sectors east, 6 west
    SECTORS = 6
    EAST = 12            # first block of the eastern endcap
    WEST = 14
    MOMENTS = 2
    SUMS = 3
    FRACTION = 4         # bits of a sixteenth
    SCALE_BITS = 16
    PEAK_NS = 4000
    SAMPLE_NS = 50
    TICK_NS = 24
    TICKS = 384
    TICK_WORDS = 6
    CONDITIONS = 16

# Bits of `EMC_CONDITIONS`.
cdef enum:
    BETOT_H = 7
    EETOT_H = 8
    ETOT_L = 9
    ETOT_M = 10
    BL_Z = 11
    BL_BBLK = 14
    BL_EBLK = 15

cdef int64_t MOST = <int64_t> 1 << 40
cdef uint32_t OF_BARREL = 1 << BETOT_H | 1 << BL_BBLK
cdef uint32_t OF_ENDCAPS = 1 << EETOT_H | 1 << BL_EBLK


cdef inline int64_t whole(int64_t sixteenths) noexcept nogil:
    """Return the nearest whole number, halves upwards."""
    return (sixteenths + (1 << (FRACTION - 1))) >> FRACTION


cdef inline int tick_of(int64_t moment, int64_t weight) noexcept nogil:
    """Return the tick in which pulses of this weight and moment (weight times time count) peak together."""
    cdef int64_t start = (SAMPLE_NS * moment) // weight if weight > 0 else 0
    return <int> min(max((start + PEAK_NS) // TICK_NS, 0), TICKS - 1)


cdef class Energies:
    """Readings, sums and energy conditions with their settings; see `EmcFinder`."""

    cdef int64_t scale
    cdef int64_t full
    cdef int64_t pedestal[BLOCKS]
    cdef int64_t offset[SUMS]
    cdef int64_t betot_h
    cdef int64_t eetot_h
    cdef int64_t etot_l
    cdef int64_t etot_m
    cdef int64_t bl_z
    cdef int64_t bl_bblk
    cdef int64_t bl_eblk

    def __init__(self, object settings):
        """Take `EnergySettings`."""
        cdef int i
        self.scale, self.full = settings.scale, settings.full_scale
        need(0 < self.scale < 1 << 22 and 0 < self.full < 1 << 15, "Energies")
        for i in range(BLOCKS):
            self.pedestal[i] = settings.pedestals[i]
        for i in range(SUMS):
            self.offset[i] = settings.sum_offsets[i]
        self.betot_h, self.eetot_h = settings.betot_h, settings.eetot_h
        self.etot_l, self.etot_m, self.bl_z = settings.etot_l, settings.etot_m, settings.bl_z
        self.bl_bblk, self.bl_eblk = settings.bl_bblk, settings.bl_eblk

    def run(
        self, const int64_t[:, ::1] weights, int32_t[:, ::1] blocks, int32_t[:, ::1] sums, uint64_t[:, :, ::1] masks
    ):
        """Do all crossings.

        Parameters
        ----------
        weights
            int64[n, 18] as `Cells.run` leaves them.
        blocks, sums
            int32[n, 16] and int32[n, 3], get readings and sums.
        masks
            uint64[n, 16, TICK_WORDS], comes with the cluster conditions; gets the energy conditions where there is a
            cluster at any time (besiii_babar_facts A5.18).
        """
        cdef Py_ssize_t event, events = weights.shape[0]
        cdef int i, bit, tick
        cdef uint32_t true
        cdef int64_t barrel, endcaps
        cdef uint64_t any_cluster
        cdef int ticks[3]
        need(
            weights.shape[1] == BLOCKS + MOMENTS and blocks.shape[0] == events and blocks.shape[1] == BLOCKS
            and sums.shape[0] == events and sums.shape[1] == SUMS and masks.shape[0] == events
            and masks.shape[1] == CONDITIONS and masks.shape[2] == TICK_WORDS,
            "Energies.run",
        )
        with nogil:
            for event in range(events):
                self.read(&weights[event, 0], &blocks[event, 0])
                self.total(&blocks[event, 0], &sums[event, 0])
                any_cluster = 0
                for i in range(TICK_WORDS):
                    any_cluster |= masks[event, 0, i]
                if not any_cluster:
                    continue
                true = self.conditions(&blocks[event, 0], &sums[event, 0])
                if not true:
                    continue
                barrel, endcaps = 0, 0
                for i in range(BARREL):
                    barrel += weights[event, i]
                for i in range(BARREL, BLOCKS):
                    endcaps += weights[event, i]
                ticks[0] = tick_of(weights[event, BLOCKS], barrel)
                ticks[1] = tick_of(weights[event, BLOCKS + 1], endcaps)
                ticks[2] = tick_of(weights[event, BLOCKS] + weights[event, BLOCKS + 1], barrel + endcaps)
                while true:
                    bit = ctz64(true)
                    true &= true - 1
                    tick = ticks[0 if OF_BARREL >> bit & 1 else 1 if OF_ENDCAPS >> bit & 1 else 2]
                    masks[event, bit, tick >> 6] |= <uint64_t> 1 << (tick & 63)

    def totals(self, const int32_t[:, ::1] blocks, int32_t[:, ::1] sums):
        """Fill ``sums`` (int32[n, 3]) from readings (int32[n, 16])."""
        cdef Py_ssize_t event, events = blocks.shape[0]
        need(
            blocks.shape[1] == BLOCKS and sums.shape[0] == events and sums.shape[1] == SUMS, "Energies.totals"
        )
        with nogil:
            for event in range(events):
                self.total(&blocks[event, 0], &sums[event, 0])

    def at_once(self, const int32_t[:, ::1] blocks, const int32_t[:, ::1] sums, uint32_t[::1] out):
        """Fill ``out`` (uint32[n]) with bits of the conditions of readings and sums."""
        cdef Py_ssize_t event, events = blocks.shape[0]
        need(
            blocks.shape[1] == BLOCKS and sums.shape[0] == events and sums.shape[1] == SUMS
            and out.shape[0] == events,
            "Energies.at_once",
        )
        with nogil:
            for event in range(events):
                out[event] = self.conditions(&blocks[event, 0], &sums[event, 0])

    cdef void read(self, const int64_t *weights, int32_t *blocks) noexcept nogil:
        cdef int i
        cdef int64_t signal
        for i in range(BLOCKS):
            signal = (min(weights[i], MOST) * self.scale) >> SCALE_BITS
            blocks[i] = <int32_t> min(whole(signal + self.pedestal[i]), self.full)

    cdef inline int64_t net(self, const int32_t *blocks, int i) noexcept nogil:
        """Return a reading without its pedestal in sixteenths."""
        return (<int64_t> blocks[i] << FRACTION) - self.pedestal[i]

    cdef void total(self, const int32_t *blocks, int32_t *sums) noexcept nogil:
        cdef int64_t barrel = 0, endcaps = 0
        cdef int i
        for i in range(BARREL):
            barrel += self.net(blocks, i)
        for i in range(BARREL, BLOCKS):
            endcaps += self.net(blocks, i)
        sums[0] = <int32_t> whole(barrel + self.offset[0])
        sums[1] = <int32_t> whole(endcaps + self.offset[1])
        sums[2] = <int32_t> whole(barrel + endcaps + self.offset[2])

    cdef uint32_t conditions(self, const int32_t *blocks, const int32_t *sums) noexcept nogil:
        cdef int64_t east = 0, west = 0, first, second
        cdef uint32_t out = 0
        cdef int i, j
        out |= <uint32_t> (sums[0] > self.betot_h) << BETOT_H
        out |= <uint32_t> (sums[1] > self.eetot_h) << EETOT_H
        out |= <uint32_t> (sums[2] > self.etot_l) << ETOT_L
        out |= <uint32_t> (sums[2] > self.etot_m) << ETOT_M
        first = self.net(blocks, EAST) + self.net(blocks, EAST + 1)
        second = self.net(blocks, WEST) + self.net(blocks, WEST + 1)
        out |= <uint32_t> (first > self.bl_eblk and second > self.bl_eblk) << BL_EBLK
        east, west = first, second
        for i in range(SECTORS):
            east += self.net(blocks, i)
            west += self.net(blocks, SECTORS + i)
        out |= <uint32_t> (east > self.bl_z and west > self.bl_z) << BL_Z
        # Two neighbouring blocks of one half and the two opposite ones of the other.
        for i in range(SECTORS):
            j = SECTORS + (i + 3) % SECTORS
            first = self.net(blocks, i) + self.net(blocks, (i + 1) % SECTORS)
            second = self.net(blocks, j) + self.net(blocks, SECTORS + (i + 4) % SECTORS)
            if first > self.bl_bblk and second > self.bl_bblk:
                out |= <uint32_t> 1 << BL_BBLK
                break
        return out
