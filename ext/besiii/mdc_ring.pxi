# Masks of 128 bits, for ticks and for the cells of a ring, and what the track counter does with the cells.

cdef struct Mask:
    uint64_t low
    uint64_t high


cdef inline Mask none() noexcept nogil:
    cdef Mask mask
    mask.low = mask.high = 0
    return mask


cdef inline bint some(Mask mask) noexcept nogil:
    return (mask.low | mask.high) != 0


cdef inline Mask both(Mask a, Mask b) noexcept nogil:
    a.low &= b.low
    a.high &= b.high
    return a


cdef inline Mask either(Mask a, Mask b) noexcept nogil:
    a.low |= b.low
    a.high |= b.high
    return a


cdef inline uint64_t has(const Mask *mask, int bit) noexcept nogil:
    """Return a bit as 1 or 0."""
    return (mask.high if bit & 64 else mask.low) >> (bit & 63) & 1


cdef inline Mask one_bit(int bit) noexcept nogil:
    cdef Mask mask
    cdef uint64_t word = <uint64_t> 1 << (bit & 63)
    mask.low = 0 if bit & 64 else word
    mask.high = word if bit & 64 else 0
    return mask


cdef inline Mask between(const Mask *from_bit, int first, int stop) noexcept nogil:
    """Return bits first..stop - 1 of 0..127; ``from_bit[i]`` has all bits from i on, for i from 0 to 128."""
    cdef Mask mask
    mask.low = from_bit[first].low & ~from_bit[stop].low
    mask.high = from_bit[first].high & ~from_bit[stop].high
    return mask


cdef void fill_from_bit(Mask *from_bit) noexcept:
    cdef int i
    from_bit[128] = none()
    for i in range(127, -1, -1):
        from_bit[i] = either(from_bit[i + 1], one_bit(i))


cdef inline Mask turned(Mask mask, int step) noexcept nogil:
    """Return the mask whose bit i is bit i - step of the given one, round the ring; step is 0-127."""
    cdef uint64_t word
    if step & 64:
        word = mask.low
        mask.low = mask.high
        mask.high = word
    step &= 63
    if step:
        word = mask.low >> (64 - step)
        mask.low = mask.low << step | mask.high >> (64 - step)
        mask.high = mask.high << step | word
    return mask


cdef inline int count_of(Mask mask) noexcept nogil:
    return popcount64(mask.low) + popcount64(mask.high)


cdef inline bint two(Mask mask) noexcept nogil:
    """Return whether there are two bits or more."""
    return (mask.low & (mask.low - 1) | mask.high & (mask.high - 1)) != 0 or (mask.low != 0 and mask.high != 0)


cdef inline int lowest(Mask mask) noexcept nogil:
    """Return the number of the lowest bit; there must be one."""
    return ctz64(mask.low) if mask.low else 64 + ctz64(mask.high)


cdef inline Mask without_lowest(Mask mask) noexcept nogil:
    if mask.low:
        mask.low &= mask.low - 1
    else:
        mask.high &= mask.high - 1
    return mask


cdef inline Mask thinned(Mask cells) noexcept nogil:
    """Return cells 0, 2, 4, ... of each run of cells; runs go on over the end, a full ring begins at cell 0.

    A run that begins at an even place keeps its even places.  The sum of a run and its first bit carries through the
    whole run, so the runs that begin at even places are the bits which such a sum clears.
    """
    cdef Mask gaps, before, kept
    cdef uint64_t first, sum_low, sum_high, low, high
    cdef int gap
    gaps.low, gaps.high = ~cells.low, ~cells.high
    if not some(gaps):
        kept.low = kept.high = <uint64_t> EVEN
        return kept
    # Turn the ring so that its last place is a gap: no run goes on over the end.
    gap = lowest(gaps)
    cells = turned(cells, 127 - gap)
    before = turned(cells, 1)
    first = cells.low & ~before.low & <uint64_t> EVEN
    sum_low = cells.low + first
    sum_high = cells.high + (cells.high & ~before.high & <uint64_t> EVEN) + (sum_low < first)
    low, high = cells.low & ~sum_low, cells.high & ~sum_high
    kept.low = low & <uint64_t> EVEN | cells.low & ~low & ~<uint64_t> EVEN
    kept.high = high & <uint64_t> EVEN | cells.high & ~high & ~<uint64_t> EVEN
    return turned(kept, (gap + 1) & 127)


cdef inline bint opposite(Mask cells, Mask window) noexcept nogil:
    """Return whether a cell has a partner in the window, counted from it."""
    cdef Mask left = cells
    while some(left):
        if some(both(cells, turned(window, lowest(left)))):
            return True
        left = without_lowest(left)
    return False
