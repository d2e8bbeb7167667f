# Rings of bins for glt.pyx: bins that belong to others, and how many objects there are.
#
# Tables of four or ten bits instead of 16 or 20: they are small enough to stay near the processor.

cdef enum:
    PARTS = 5            # of four bits: 20 bins
    HALF = 10            # bits of half a ring


cdef struct Bins:
    uint32_t part[PARTS][16]    # bins that belong to those of four neighbouring bins that are set


cdef int take_bins(Bins *table, const uint32_t[::1] given, int bins) except -1:
    """Make a table of the masks of single bins."""
    cdef int i, k, bits
    need(given.shape[0] == bins, "Decider")
    memset(table, 0, sizeof(Bins))
    for i in range(bins):
        for bits in range(16):
            k = i & 3
            if bits >> k & 1:
                table.part[i >> 2][bits] |= given[i]
    return 0


cdef inline uint32_t belonging(const Bins *table, uint32_t ring) noexcept nogil:
    """Return the bins that belong to any of those of a ring of at most 20."""
    return (
        table.part[0][ring & 15] | table.part[1][ring >> 4 & 15] | table.part[2][ring >> 8 & 15]
        | table.part[3][ring >> 12 & 15] | table.part[4][ring >> 16 & 15]
    )


cdef void fill_ones(uint8_t *ones) noexcept nogil:
    """Write how many bits numbers of ten bits have."""
    cdef int i
    ones[0] = 0
    for i in range(1, 1 << HALF):
        ones[i] = <uint8_t> (ones[i >> 1] + (i & 1))


cdef inline uint8_t objects(const uint8_t *ones, uint32_t ring, int bins, int counting) noexcept nogil:
    """Count the objects of a ring of bins, at most 7.

    "Pairs": bits of a run are kept alternately from its beginning, so n adjacent ones count (n + 1) // 2.  Runs that
    begin in even places and those that begin in odd ones keep bits of different places; to add the begins of the even
    ones to the ring carries through their runs, and leaves the others.
    """
    cdef uint32_t all_bins = ((<uint32_t> 1) << bins) - 1
    cdef uint32_t begins, odd_runs
    cdef int turn
    if ring == 0:
        return 0
    if counting != BITS:
        if ring & ring >> (bins - 1) & 1:
            if ring == all_bins:
                return <uint8_t> (1 if counting == RUNS else min((bins + 1) // 2, <int> MOST))
            # A run goes round the end: turn the ring until a bin that is not set is the last.
            turn = ctz64(~ring) + 1
            ring = (ring >> turn | ring << (bins - turn)) & all_bins
        begins = ring & ~(ring << 1)
        if counting == RUNS:
            ring = begins
        else:
            odd_runs = ring & (ring + (begins & EVEN))
            ring = (ring & ~odd_runs & EVEN) | (odd_runs & ~EVEN)
    return <uint8_t> min(ones[ring & ((1 << HALF) - 1)] + ones[ring >> HALF], <int> MOST)
