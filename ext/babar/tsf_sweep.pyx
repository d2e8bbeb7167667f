"""Tracks through the eight cells of a pivot's group: which addresses of the look-up table they make, and how often.

Plan.  A track is given by where it enters and leaves the four layers; it is moved across the group in even steps.  At
each place:

1. Which of the eight cells it crosses, how long its way in each is, hence the probability of a hit, and how close it
   comes to the wire, hence the drift time.
2. The sets of cells that fire together with a pattern of hits among them, each with its probability.
3. The collision is moved through a sample in even steps.  Then each cell fires in a known sample, and the set can be
   seen as a whole from its last hit until its first counter clears.  In each of these samples the counters make an
   address; its sums get the probability, and this times the track's place and times the collision's time.
"""

from libc.math cimport fabs, hypot, pow
from libc.stdint cimport int64_t, uint8_t

from shared.checks cimport need

cdef enum:
    CELLS = 8
    LAYERS = 4
    SETS = 256
    ADDRESSES = 65536
    LAST = 3             # counters show 1, 2, 3 and clear
    MOST_STEPS = 128

cdef extern from *:
    """
    #define LEAST_CHANCE 1e-6
    """
    const double LEAST_CHANCE    # sets of cells that are less probable are left out


cdef struct Group:
    int layer[CELLS]
    double place[CELLS]
    double width[LAYERS]     # of a cell, in heights of a cell
    const double *drift      # samples
    Py_ssize_t drifts
    double reach             # entries of drift for a height
    double efficiency
    double passing


cdef struct Crossed:
    int count
    int cell[CELLS]
    double chance[CELLS]
    double drift[CELLS]


cdef struct Sets:
    int count
    int mask[SETS]           # of the crossed cells
    double chance[SETS]


cdef inline bint inside(double first, double last, double *begin, double *end) noexcept nogil:
    """Fill the parts of the way between two places within half a cell of the wire; return whether there are any."""
    cdef double run = last - first, low, high
    if fabs(run) < 1e-9:
        begin[0], end[0] = 0.0, 1.0
        return fabs(first) < 0.5
    low, high = (-0.5 - first) / run, (0.5 - first) / run
    begin[0], end[0] = max(min(low, high), 0.0), min(max(low, high), 1.0)
    return begin[0] < end[0]


cdef inline void cross(const Group *g, const double *edge, double place, Crossed *out) noexcept nogil:
    """Fill the cells that a track crosses; ``edge`` has its places at both surfaces of each layer."""
    cdef int i
    cdef double first, last, begin, end, near, x, way
    cdef Py_ssize_t entry
    out.count = 0
    for i in range(CELLS):
        first = edge[2 * g.layer[i]] + place - g.place[i]
        last = edge[2 * g.layer[i] + 1] + place - g.place[i]
        if not inside(first, last, &begin, &end):
            continue
        # In heights of a cell: the layer is 1 thick, the wire half-way.
        x = first * g.width[g.layer[i]]
        way = (last - first) * g.width[g.layer[i]]
        near = min(max((0.5 - x * way) / (1.0 + way * way), begin), end)
        entry = <Py_ssize_t> (hypot(x + near * way, near - 0.5) * g.reach)
        out.cell[out.count] = i
        out.drift[out.count] = g.drift[min(entry, g.drifts - 1)]
        out.chance[out.count] = g.efficiency * (1.0 - pow(g.passing, (end - begin) * hypot(1.0, way)))
        out.count += 1


cdef inline void choose(const Crossed *crossed, const uint8_t *valid, Sets *out) noexcept nogil:
    """Fill the sets of crossed cells that hold a pattern, with the probability that just these fire."""
    cdef int sub, i, mask
    cdef double chance
    out.count = 0
    for sub in range(1, 1 << crossed.count):
        mask = 0
        chance = 1.0
        for i in range(crossed.count):
            if sub >> i & 1:
                mask |= 1 << crossed.cell[i]
                chance *= crossed.chance[i]
            else:
                chance *= 1.0 - crossed.chance[i]
        if valid[mask] and chance > LEAST_CHANCE:
            out.mask[out.count], out.chance[out.count] = sub, chance
            out.count += 1


cdef inline void add(
    const Crossed *crossed, const Sets *sets, double place, double time, double *sums
) noexcept nogil:
    """Add what all sets make of a collision at a time (in samples) in its sample."""
    cdef int fired[CELLS]
    cdef int k, i, first, last, sample, address, count
    cdef double *row
    for i in range(crossed.count):
        fired[i] = <int> (time + crossed.drift[i])
    for k in range(sets.count):
        first, last = 1 << 20, -1
        for i in range(crossed.count):
            if sets.mask[k] >> i & 1:
                first, last = min(first, fired[i]), max(last, fired[i])
        for sample in range(last, first + LAST):
            address = 0
            for i in range(crossed.count):
                if sets.mask[k] >> i & 1:
                    count = sample - fired[i] + 1
                    address |= (count & 1 | count >> 1 << 8) << crossed.cell[i]
            row = sums + 3 * address
            row[0] += sets.chance[k]
            row[1] += sets.chance[k] * place
            row[2] += sets.chance[k] * (time - sample)


cdef int take_group(Group *g, object group) except -1:
    """Point to the numbers of a group."""
    cdef const int64_t[::1] layer = group.layer
    cdef const double[::1] place = group.place, width = group.width, drift = group.drift
    cdef int i
    need(
        layer.shape[0] == CELLS and place.shape[0] == CELLS and width.shape[0] == LAYERS and drift.shape[0] > 0,
        "sweep: group",
    )
    for i in range(CELLS):
        need(0 <= layer[i] < LAYERS and fabs(place[i]) <= 16.0, "sweep: cells")
        g.layer[i], g.place[i] = <int> layer[i], place[i]
    for i in range(LAYERS):
        need(0.01 <= width[i] <= 100.0, "sweep: width")
        g.width[i] = width[i]
    for i in range(drift.shape[0]):
        need(0.0 <= drift[i] <= 1e6, "sweep: drift")
    g.drift, g.drifts, g.reach = &drift[0], drift.shape[0], group.reach
    g.efficiency, g.passing = group.efficiency, group.passing
    need(0.0 <= g.reach <= 1e6 and 0.0 <= g.efficiency <= 1.0 and 0.0 <= g.passing <= 1.0, "sweep: numbers")
    return 0


def sweep(
    group, const double[:, :, ::1] edges, const uint8_t[::1] valid, int places, int times, double[:, ::1] sums
):
    """Add up what tracks make of a group's addresses.

    Parameters
    ----------
    group
        `SweptGroup` of `trigemu.experiments.babar.dct.tsf_tables`.
    edges
        [tracks, 4, 2], azimuth at the inner and outer surface of each layer, in cells from that in the middle of the
        pivot layer, less what the wires turn.
    valid
        [256], whether hit cells hold a pattern.
    places, times
        Into how many steps the places from -1 to 1 cell from the pivot, and a sample, are cut.
    sums
        [65536, 3], to add to: probability, and this times place (cells) and times the collision's time (samples since
        the beginning of the sample whose counters are looked at).
    """
    cdef Group g
    cdef Crossed crossed
    cdef Sets sets
    cdef Py_ssize_t track
    cdef int i, j
    cdef double place
    take_group(&g, group)
    need(
        edges.shape[1] == LAYERS and edges.shape[2] == 2 and valid.shape[0] == SETS and sums.shape[0] == ADDRESSES
        and sums.shape[1] == 3 and 1 <= places <= MOST_STEPS and 1 <= times <= MOST_STEPS,
        "sweep",
    )
    for track in range(edges.shape[0]):
        for i in range(2 * LAYERS):
            need(fabs(edges[track, i // 2, i % 2]) <= 1e6, "sweep: edges")
    with nogil:
        for track in range(edges.shape[0]):
            for i in range(places):
                place = 2.0 * (i + 0.5) / places - 1.0
                cross(&g, &edges[track, 0, 0], place, &crossed)
                choose(&crossed, &valid[0], &sets)
                for j in range(times):
                    add(&crossed, &sets, place, (j + 0.5) / times, &sums[0, 0])
