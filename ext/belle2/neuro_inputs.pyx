"""The inputs of the neural z trigger: from track segments and 2D tracks to 27 numbers per track.

Plan.  A network wants, for each of the nine superlayers, one segment near the 2D track: how far from the track it
is (the relative id), its drift time and the angle at which the track crosses.  Per track:

1. Crossing angles and reference ids at all radii.  Angles need arc sines, but the track finder knows few curvatures,
   so angles are remembered by curvature from call to call.
2. Candidates: axial segments are those that the track finder related to the track, stereo segments all of the
   crossing.  Most of these are far away: a window of whole segments, compared eight at a time, leaves a few, and only
   those get an exact relative id and a look at the experts' windows.
3. The time that drift times are counted from, and the expert for the superlayers that have a segment.
4. The best segment per superlayer, and from it the three inputs.

Rules and the order of every floating-point operation are those of the experiment's simulation (belle2_facts 5.1
and 5.3); tests/reference/belle2_neuro.py has them in the plainest form.
"""

from libc.math cimport asin, fabs, remainder, round
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memcpy

from shared.checks cimport whole

cdef enum:
    SUPERLAYERS = 9
    INPUTS = 27
    ROOM = 24
    NO_TIME = 9999
    FIRST = 3
    MIN_AXIAL = 4
    ALL = 511
    SEGMENTS = 2336
    MEMORY = 2048          # 2^(64 - PLACE_SHIFT)
    SPARE = 32             # places for padding
    UNKNOWN_SIDE = 1 << 16
    EXCLUDED = 1 << 17
    NOTHING = 0x7FFFFFFF
    LARGE = 1 << 14
    PLACE_SHIFT = 53

include "neuro_inputs.pxi"
include "neuro_checks.pxi"


cdef inline double wrapped(double value, double period) noexcept nogil:
    # IEEE remainder, which the library takes long for: one period less or more is exact; the rest is the library's.
    cdef double half = 0.5 * period
    cdef double size = fabs(value)
    if not size < 3 * half:
        return remainder(value, period)
    # Without branches: which of the three it is cannot be foreseen.
    return value - period * ((value > half) - (value < -half))


cdef inline bint relevant(const Rules *rules, int expert, int layer, double value) noexcept nogil:
    cdef const float *window = rules.windows + 2 * (SUPERLAYERS * expert + layer)
    cdef float single = <float>value
    return (window[0] <= single) & (single <= window[1])


cdef inline Py_ssize_t keep(
    const Rules *rules, const Columns *columns, const Track *track, int32_t row, Hit *hits, Py_ssize_t count
) noexcept nogil:
    """Append a segment to a track's hits if any expert could use it; return how many there are."""
    cdef int segment = columns.segment[row], position = columns.position[row]
    cdef int layer = rules.layer_of[segment], second = position < FIRST
    cdef double wire = segment + 0.5 * (((position >> 1) & 1) - (position & 1)) - rules.first[layer]
    cdef Hit *hit = hits + count
    hit.relative = wrapped(wire - track.reference[2 * layer + second], rules.cells[layer])
    hit.row = row
    hit.layer = layer
    hit.second = second
    return count + relevant(rules, rules.experts, layer, hit.relative)


cdef inline void look_around(const Rules *rules, const Track *track, near_window *windows) noexcept nogil:
    """Set windows of whole stereo segments that hold all that any expert could use; `keep` has the last word."""
    cdef const float *window
    cdef double first, second, low, high
    cdef int k, layer, cells, lowest
    for k in range(NEAR_LAYERS):
        layer = 2 * k + 1
        window = rules.windows + 2 * (SUPERLAYERS * rules.experts + layer)
        first, second = track.reference[2 * layer], track.reference[2 * layer + 1]
        # Half a segment for second priority, and a little for rounding.
        low = min(first, second) + window[0] - 0.51
        high = max(first, second) + window[1] + 0.51
        cells = <int>rules.cells[layer]
        windows[k].cells = cells
        windows[k].lowest, windows[k].span = 0, cells
        if -cells < low < 2 * cells and high < 2 * cells:
            # What is cut to integers is positive.
            lowest = <int>(low + LARGE) - LARGE
            windows[k].span = min(cells, <int>(high + LARGE) - LARGE - lowest)
            lowest += cells & -(lowest < 0)
            windows[k].lowest = lowest - (cells & -(lowest >= cells))


cdef inline void arrange(
    const Rules *rules, const int16_t *segment, Py_ssize_t begin, Py_ssize_t end, near_slots *slots
) noexcept nogil:
    """Put the stereo segments of a crossing into slots; segments come in the order of superlayers."""
    cdef Py_ssize_t i = begin, slot = 0
    cdef int k, layer, first, last
    for k in range(NEAR_LAYERS):
        layer = 2 * k + 1
        first, last = rules.first[layer], rules.first[layer + 1]
        while i < end and segment[i] < first:
            i += 1
        while i < end and segment[i] < last:
            slots.number[slot] = <int16_t>(segment[i] - first)
            slots.row[slot] = <int32_t>i
            slot += 1
            i += 1
        while slot % 8:
            slots.number[slot] = NEAR_NOWHERE
            slot += 1
        slots.end[k] = <int>(slot // 8)


cdef int find_time(
    const Rules *rules, const int16_t *time, const Hit *hits, Py_ssize_t axial, bint found, int ticks
) noexcept nogil:
    """Return what drift times are counted from, `NO_TIME` if there is nothing."""
    cdef Py_ssize_t i
    cdef int earliest = NO_TIME
    if rules.option != FASTEST and rules.option != ZERO and found:
        return ticks
    if rules.option == ZERO or rules.option == EVENT_OR_ZERO:
        return 0
    if rules.option == EVENT:
        return NO_TIME
    for i in range(axial):
        if time[hits[i].row] < earliest and relevant(rules, 0, hits[i].layer, hits[i].relative):
            earliest = time[hits[i].row]
    return earliest


cdef int choose_expert(const Rules *rules, const Hit *hits, Py_ssize_t count) noexcept nogil:
    """Return the expert for the superlayers with a relevant hit, -1 for none."""
    cdef int seen = 0, best = -1, expert
    cdef Py_ssize_t i
    for i in range(count):
        seen |= (rules.alike or relevant(rules, 0, hits[i].layer, hits[i].relative)) << hits[i].layer
    seen &= rules.mask
    for expert in range(rules.experts):
        if rules.masked[expert] == 0:
            best = expert
        if rules.masked[expert] == seen:
            return expert
    return 0 if best < 0 and rules.fallback else best


cdef int choose_hits(
    const Rules *rules,
    const Columns *columns,
    const Track *track,
    const Hit *hits,
    Py_ssize_t count,
    int expert,
    int event_time,
    int32_t *chosen,
    float *inputs,
) noexcept nogil:
    """Choose the best segment per superlayer and write the inputs; return how many axial superlayers have one."""
    cdef int pattern = rules.pattern[expert] if rules.pattern[expert] else ALL
    cdef int t_max = rules.t_max[expert], layer, t, axial = 0, lr
    # Known sides first, then drift time; of equal ones the last counts, so numbers count down below the rest.
    cdef int64_t key
    cdef int64_t best[SUPERLAYERS]
    cdef const Hit *hit
    cdef double alpha
    cdef Py_ssize_t i
    for layer in range(SUPERLAYERS):
        best[layer] = (<int64_t>(UNKNOWN_SIDE + t_max) << 32) + NOTHING
    for i in range(count):
        hit = hits + i
        layer = hit.layer
        if not (rules.alike or relevant(rules, expert, layer, hit.relative)):
            continue
        t = columns.time[hit.row] - event_time if event_time != NO_TIME else 0
        t = 0 if t < 0 else min(t, t_max)
        lr = columns.side[hit.row]
        key = t + (UNKNOWN_SIDE & -((lr != 1) & (lr != 2))) + (EXCLUDED & -(~(pattern >> layer) & 1))
        key = (key << 32) + NOTHING - 1 - i
        best[layer] = min(best[layer], key)
    for layer in range(SUPERLAYERS):
        i = NOTHING - 1 - (best[layer] & NOTHING)
        if i < 0:
            continue
        hit = hits + i
        chosen[layer] = hit.row
        axial += layer % 2 == 0
        lr = columns.side[hit.row]
        alpha = track.alpha[2 * layer + hit.second]
        if rules.fixed:
            alpha = alpha / rules.angle_unit
        inputs[3 * layer] = <float>(
            rules.id_scale[SUPERLAYERS * expert + layer]
            * (hit.relative - <double>rules.id_middle[SUPERLAYERS * expert + layer])
        )
        t = <int>(best[layer] >> 32) & (UNKNOWN_SIDE - 1)
        inputs[3 * layer + 1] = (((lr >> 1) & 1) - (lr & 1)) * t * rules.t_scale[expert]
        inputs[3 * layer + 2] = <float>(alpha * 0.5)
    return axial


cdef void meet(const Rules *rules, double *alpha, double omega) noexcept nogil:
    """Work out the crossing angles of a curvature at all radii."""
    cdef int k
    for k in range(2 * SUPERLAYERS):
        alpha[k] = asin(rules.radius[k] * omega / 2) if rules.radius[k] * fabs(omega) < 2 else HALF_PI
        if rules.fixed:
            alpha[k] = round(alpha[k] * rules.angle_unit)


cdef inline void start(const Rules *rules, Track *track, double phi0, double omega) noexcept nogil:
    """Take up a track: crossing angles, from memory if they are known, and reference ids."""
    cdef uint64_t bits
    cdef Py_ssize_t place
    cdef int k
    track.phi0 = round(phi0 * rules.angle_unit) if rules.fixed else phi0
    memcpy(&bits, &omega, sizeof(bits))
    place = (bits * HASH) >> PLACE_SHIFT
    track.alpha = rules.angles + 2 * SUPERLAYERS * place
    if rules.met[place] != omega:
        rules.met[place] = omega
        meet(rules, track.alpha, omega)
    if not rules.fixed:
        for k in range(2 * SUPERLAYERS):
            track.reference[k] = wrapped(
                (track.phi0 - track.alpha[k]) * rules.cells[k // 2] / 2. / PI, rules.cells[k // 2]
            )
    else:
        # With at most 20 bits after the point, 32 bits hold what azimuths up to a full turn give.
        for k in range(2 * SUPERLAYERS):
            track.reference[k] = (
                <double>whole((track.phi0 - track.alpha[k]) * rules.cell_scale[k] * rules.shift)
                * rules.id_unit
            )


cdef void set_units(Rules *rules, const int32_t *precision) noexcept nogil:
    """Set the segments per superlayer and, in fixed point, the units in which numbers are rounded or cut off.

    Angles have ``precision[0]`` bits after the point, scales from angles to ids [1], reference ids [2], nodes [3].
    """
    cdef int layer
    for layer in range(SUPERLAYERS):
        rules.cells[layer] = rules.first[layer + 1] - rules.first[layer]
    rules.fixed = precision[0] >= 0
    if not rules.fixed:
        return
    rules.angle_unit = <double>(<int64_t>1 << precision[0])
    rules.id_unit = 1. / <double>(<int64_t>1 << precision[2])
    rules.shift = 1. / <double>(<int64_t>1 << (precision[0] + precision[1] - precision[2]))
    rules.node_unit = <float>(1 << precision[3])
    for layer in range(2 * SUPERLAYERS):
        rules.cell_scale[layer] = round(rules.cells[layer // 2] / 2. / PI * <double>(<int64_t>1 << precision[1]))


cdef void divide(Room *own, uint8_t *near, uint8_t *hits, Py_ssize_t places) noexcept nogil:
    """Divide two stretches of bytes into the columns that a crossing needs, each with so many places."""
    own.near = <int32_t *>near
    own.slots.row = <int32_t *>(near + 4 * places)
    own.slots.number = <int16_t *>(near + 8 * places)
    own.hits = <Hit *>hits


cdef inline Py_ssize_t keep_axial(
    const Rules *rules, const Columns *columns, const Relations *relations, const Track *track, Py_ssize_t t,
    Room *own,
) noexcept nogil:
    """Keep the axial segments among the relations of track t; return how many there are.

    Relations of negative weight are segments that the track finder saw but did not choose.
    """
    cdef Py_ssize_t k, candidates = 0, count = 0
    cdef int layer
    for k in range(relations.offsets[t], relations.offsets[t + 1]):
        own.near[candidates] = relations.segment[k]
        layer = rules.layer_of[columns.segment[relations.segment[k]]]
        candidates += (relations.weight[k] >= 0) & (layer % 2 == 0)
    for k in range(candidates):
        count = keep(rules, columns, track, own.near[k], own.hits, count)
    return count


cdef inline Py_ssize_t keep_stereo(
    const Rules *rules, const Columns *columns, const Track *track, Py_ssize_t count, Room *own
) noexcept nogil:
    """Keep the crossing's stereo segments near a track, after the axial ones; return how many hits there are now."""
    cdef near_window windows[NEAR_LAYERS]
    cdef Py_ssize_t k, candidates
    look_around(rules, track, windows)
    candidates = near_rows(&own.slots, windows, own.near)
    for k in range(candidates):
        count = keep(rules, columns, track, own.near[k], own.hits, count)
    return count


cdef inline int one_track(
    const Rules *rules, const Columns *columns, const Relations *relations, const Track *track, Py_ssize_t t,
    bint found, int ticks, Room *own, uint8_t *valid, int32_t *chosen, float *inputs,
) noexcept nogil:
    """Choose the expert of track t, its segments and inputs; return the expert, -1 for none.

    ``found`` and ``ticks`` say what is known of the crossing's time.
    """
    cdef Py_ssize_t axial = keep_axial(rules, columns, relations, track, t, own)
    cdef Py_ssize_t count = keep_stereo(rules, columns, track, axial, own)
    cdef int event_time = find_time(rules, columns.time, own.hits, axial, found, ticks)
    cdef int expert = choose_expert(rules, own.hits, count)
    if expert >= 0:
        valid[0] = MIN_AXIAL <= choose_hits(
            rules, columns, track, own.hits, count, expert, event_time, chosen, inputs
        )
    return expert


def build(
    const int64_t[::1] offsets, const int16_t[::1] segment, const uint8_t[::1] position,
    const uint8_t[::1] side, const int16_t[::1] time, const int64_t[::1] track_offsets, const double[::1] phi0,
    const double[::1] omega, const int64_t[::1] rel_offsets, const int32_t[::1] rel_segment,
    const int8_t[::1] rel_weight, const uint8_t[::1] event_found, const int32_t[::1] event_ticks,
    const float[:, :, ::1] windows, const int32_t[:, ::1] experts, const float[:, :, ::1] scales,
    const float[::1] t_scale, const double[:, ::1] radius, const int32_t[::1] first,
    const uint8_t[::1] layer_of, const int32_t[::1] precision, int mask, bint alike, int option, bint fallback,
    double[::1] met, double[:, ::1] angles, uint8_t[:, ::1] room, int8_t[::1] expert, uint8_t[::1] valid,
    int32_t[:, ::1] chosen, float[:, ::1] inputs, int32_t[:, ::1] raw,
):
    """Fill expert, validity, chosen segments and inputs of every 2D track of a frame.

    ``windows`` has one more row than there are experts, which holds all others; ``experts`` the rows pattern, masked
    pattern, largest drift time; ``scales`` scale and middle of the windows; ``precision`` the bits after the point
    of angles (negative: floating point), id scale, reference id and nodes.  ``layer_of`` has the superlayer of every
    segment, ``alike`` says that all experts have the same windows.  ``met`` and ``angles`` keep crossing angles from
    call to call, ``room`` is for segments and relations of one crossing (twice 24 bytes each, and for 32 more).
    ``raw`` has the inputs in units of 2^-nodes, truncated (not written in floating point).  What a track has no
    segment for is left as it was.
    """
    cdef Rules rules
    cdef Track track
    cdef Columns columns
    cdef Relations relations
    cdef Room own
    cdef Py_ssize_t event, t, i
    if phi0.shape[0] == 0:
        return
    check_rules(windows, experts, scales, t_scale, radius, precision, met, angles)
    check_rows(offsets, segment, position, side, time, layer_of, first, rel_offsets, rel_segment, rel_weight)
    check_tracks(track_offsets, phi0, omega, rel_offsets, offsets, event_found, event_ticks, room)
    check_outputs(phi0.shape[0], expert, valid, chosen, inputs, raw)
    rules.windows = &windows[0, 0, 0]
    rules.pattern, rules.masked, rules.t_max = &experts[0, 0], &experts[1, 0], &experts[2, 0]
    rules.id_scale, rules.id_middle, rules.t_scale = &scales[0, 0, 0], &scales[1, 0, 0], &t_scale[0]
    rules.experts, rules.mask, rules.alike = <int>windows.shape[0] - 1, mask, alike
    rules.radius, rules.first, rules.layer_of = &radius[0, 0], &first[0], &layer_of[0]
    rules.option, rules.fallback = option, fallback
    rules.met, rules.angles = &met[0], &angles[0, 0]
    set_units(&rules, &precision[0])
    columns.segment, columns.position = &segment[0], &position[0]
    columns.side, columns.time = &side[0], &time[0]
    relations.offsets, relations.segment, relations.weight = &rel_offsets[0], &rel_segment[0], &rel_weight[0]
    divide(&own, &room[0, 0], &room[1, 0], room.shape[1] // ROOM)
    with nogil:
        for event in range(track_offsets.shape[0] - 1):
            if track_offsets[event] == track_offsets[event + 1]:
                continue
            arrange(&rules, columns.segment, offsets[event], offsets[event + 1], &own.slots)
            for t in range(track_offsets[event], track_offsets[event + 1]):
                start(&rules, &track, phi0[t], omega[t])
                expert[t] = one_track(
                    &rules, &columns, &relations, &track, t, event_found[event], event_ticks[event], &own,
                    &valid[t], &chosen[t, 0], &inputs[t, 0],
                )
                if rules.fixed and expert[t] >= 0:
                    for i in range(INPUTS):
                        raw[t, i] = whole(inputs[t, i] * rules.node_unit)
