"""The inputs of the neural z trigger: from track segments and 2D tracks to 27 numbers per track.

Rules and the order of every floating-point operation are those of the experiment's simulation (belle2_facts 5.1
and 5.3); tests/reference/belle2_neuro_inputs.py has them in the plainest form.
"""

from libc.math cimport asin, fabs, remainder, round
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memcpy

cdef enum:
    SUPERLAYERS = 9
    INPUTS = 27
    NO_TIME = 9999
    FIRST = 3
    MIN_AXIAL = 4
    ALL = 511
    UNKNOWN_SIDE = 1 << 30
    LARGE = 1 << 14
    PLACE_SHIFT = 53

cdef extern from *:
    """
    #define HALF_PI 1.57079632679489661923
    #define PI 3.14159265358979323846
    #define HASH UINT64_C(0x9E3779B97F4A7C15)
    """
    const double HALF_PI
    const double PI
    const uint64_t HASH


cdef enum Option:
    FASTEST = 0
    EVENT_OR_FASTEST = 1
    EVENT = 2
    EVENT_OR_ZERO = 3
    ZERO = 4


cdef struct Rules:
    # Per expert: windows [expert][superlayer][2], pattern, what the pattern is compared with, cut of drift times,
    # scale and middle of the windows [expert][superlayer].  Last, as one more expert: windows that hold all others;
    # `alike`: all experts' are the same.
    const float *windows
    const int32_t *pattern
    const int32_t *masked
    const int32_t *t_max
    const float *id_scale
    const float *id_middle
    const float *t_scale
    int experts
    int mask
    bint alike
    # Superlayers: radii [superlayer][first or second priority], first segment (one more entry than superlayers), and
    # the superlayer of every segment.
    const double *radius
    const int32_t *first
    const uint8_t *layer_of
    # Fixed point: units of angles and reference ids, and per superlayer the scale from angles to ids.
    bint fixed
    double angle_unit
    double id_unit
    double shift
    double cell_scale[SUPERLAYERS]
    float node_unit
    int option
    bint fallback
    # Crossing angles of curvatures met before: [place][superlayer][first or second priority]; NaN if there is none.
    double *met
    double *angles


cdef struct Columns:
    # Of the segments of a frame.
    const int16_t *segment
    const uint8_t *position
    const uint8_t *side
    const int16_t *time


cdef struct Track:
    # One 2D track: crossing angles and reference ids [superlayer][first or second priority].
    double phi0
    double *alpha
    double reference[2 * SUPERLAYERS]


cdef struct Hit:
    # A segment that one track may use.
    double relative
    int32_t row
    int32_t layer
    int32_t second


cdef inline double wrapped(double value, double period) noexcept nogil:
    # IEEE remainder, which the library takes long for: one period less or more is exact; the rest is the library's.
    cdef double half = 0.5 * period
    cdef double size = fabs(value)
    if size >= 3 * half or size == half or value != value:
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
    hit.relative = wrapped(
        wire - track.reference[2 * layer + second], rules.first[layer + 1] - rules.first[layer]
    )
    hit.row = row
    hit.layer = layer
    hit.second = second
    return count + relevant(rules, rules.experts, layer, hit.relative)


cdef inline Py_ssize_t nearby(
    const Rules *rules, const Track *track, const int16_t *ids, Py_ssize_t begin, Py_ssize_t end, int layer,
    int32_t *near, Py_ssize_t count,
) noexcept nogil:
    """Append the rows of a superlayer that could be inside the windows to a list, at the least; return its length.

    In whole segments; `keep` has the last word.
    """
    cdef const float *window = rules.windows + 2 * (SUPERLAYERS * rules.experts + layer)
    cdef double first = track.reference[2 * layer], second = track.reference[2 * layer + 1]
    cdef double low = min(first, second) + window[0], high = max(first, second) + window[1]
    cdef int cells = rules.first[layer + 1] - rules.first[layer], lowest = 0, span = cells, difference
    cdef Py_ssize_t i
    if low > 1 - cells and high < 2 * cells:
        # Half a segment for second priority, and a little for rounding; what is cut to integers is positive.
        lowest = <int>(low - 0.51 + LARGE) - LARGE
        span = <int>(high + 0.51 + LARGE) - LARGE - lowest
        lowest += cells & -(lowest < 0)
        lowest -= cells & -(lowest >= cells)
    lowest += rules.first[layer]
    for i in range(begin, end):
        difference = ids[i] - lowest
        difference += cells & -(difference < 0)
        near[count] = <int32_t>i
        count += difference <= span
    return count


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
    # Hits by side, known ones first, then drift time; of equal ones the last counts.
    cdef int64_t key
    cdef int64_t keys[SUPERLAYERS]
    cdef int32_t best[SUPERLAYERS]
    cdef const Hit *hit
    cdef double alpha
    cdef Py_ssize_t i
    cdef bint better
    for layer in range(SUPERLAYERS):
        keys[layer] = UNKNOWN_SIDE + t_max
        best[layer] = -1
    for i in range(count):
        hit = hits + i
        layer = hit.layer
        if not (rules.alike or relevant(rules, expert, layer, hit.relative)):
            continue
        t = columns.time[hit.row] - event_time if event_time != NO_TIME else 0
        t = 0 if t < 0 else min(t, t_max)
        lr = columns.side[hit.row]
        key = t + (0 if lr == 1 or lr == 2 else UNKNOWN_SIDE)
        better = (key <= keys[layer]) & ((pattern >> layer) & 1)
        keys[layer] = key if better else keys[layer]
        best[layer] = <int32_t>i if better else best[layer]
    for layer in range(SUPERLAYERS):
        if best[layer] < 0:
            continue
        hit = hits + best[layer]
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
        t = <int>(keys[layer] & (UNKNOWN_SIDE - 1))
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
    cdef int layer, k, cells
    track.phi0 = round(phi0 * rules.angle_unit) if rules.fixed else phi0
    memcpy(&bits, &omega, sizeof(bits))
    place = (bits * HASH) >> PLACE_SHIFT
    track.alpha = rules.angles + 2 * SUPERLAYERS * place
    if rules.met[place] != omega:
        rules.met[place] = omega
        meet(rules, track.alpha, omega)
    for k in range(2 * SUPERLAYERS):
        layer = k // 2
        if rules.fixed:
            track.reference[k] = (
                <double>(<int64_t>((track.phi0 - track.alpha[k]) * rules.cell_scale[layer] * rules.shift))
                * rules.id_unit
            )
        else:
            cells = rules.first[layer + 1] - rules.first[layer]
            track.reference[k] = wrapped((track.phi0 - track.alpha[k]) * cells / 2. / PI, cells)


def build(
    const int64_t[::1] offsets,
    const int16_t[::1] segment,
    const uint8_t[::1] position,
    const uint8_t[::1] side,
    const int16_t[::1] time,
    const int64_t[::1] track_offsets,
    const double[::1] phi0,
    const double[::1] omega,
    const int64_t[::1] rel_offsets,
    const int32_t[::1] rel_segment,
    const int8_t[::1] rel_weight,
    const uint8_t[::1] event_found,
    const int32_t[::1] event_ticks,
    const float[:, :, ::1] windows,
    const int32_t[:, ::1] experts,
    const float[:, :, ::1] scales,
    const float[::1] t_scale,
    const double[:, ::1] radius,
    const int32_t[::1] first,
    const uint8_t[::1] layer_of,
    const int32_t[::1] precision,
    int mask,
    bint alike,
    int option,
    bint fallback,
    double[::1] met,
    double[:, ::1] angles,
    uint8_t[:, ::1] room,
    int8_t[::1] expert,
    uint8_t[::1] valid,
    int32_t[:, ::1] chosen,
    float[:, ::1] inputs,
    int32_t[:, ::1] raw,
):
    """Fill expert, validity, chosen segments and inputs of every 2D track of a frame.

    ``windows`` has one more row than there are experts, which holds all others; ``experts`` the rows pattern, masked
    pattern, largest drift time; ``scales`` scale and middle of the windows; ``precision`` the bits after the point
    of angles (negative: floating point), id scale, reference id and nodes.  ``layer_of`` has the superlayer of every
    segment, ``alike`` says that all experts have the same windows.  ``met`` and ``angles`` keep crossing angles from
    call to call, ``room`` is for segments and relations of one crossing (twice 24 bytes each).
    ``raw`` has the inputs in units of 2^-nodes, truncated (not written in floating point).
    """
    cdef Rules rules
    cdef Track track
    cdef Columns columns
    cdef Hit *hits
    cdef int32_t *near
    cdef Py_ssize_t start_of[SUPERLAYERS + 1]
    cdef Py_ssize_t event, t, i, k, axial, count, candidates, n = track_offsets.shape[0] - 1
    cdef int layer, index, event_time
    if phi0.shape[0] == 0 or segment.shape[0] == 0:
        return
    rules.windows = &windows[0, 0, 0]
    rules.pattern, rules.masked, rules.t_max = &experts[0, 0], &experts[1, 0], &experts[2, 0]
    rules.id_scale, rules.id_middle, rules.t_scale = &scales[0, 0, 0], &scales[1, 0, 0], &t_scale[0]
    rules.experts, rules.mask, rules.alike = <int>windows.shape[0] - 1, mask, alike
    rules.radius, rules.first, rules.layer_of = &radius[0, 0], &first[0], &layer_of[0]
    rules.option, rules.fallback = option, fallback
    rules.met, rules.angles = &met[0], &angles[0, 0]
    rules.fixed = precision[0] >= 0
    if rules.fixed:
        rules.angle_unit = <double>(<int64_t>1 << precision[0])
        rules.id_unit = 1. / <double>(<int64_t>1 << precision[2])
        rules.shift = 1. / <double>(<int64_t>1 << (precision[0] + precision[1] - precision[2]))
        rules.node_unit = <float>(1 << precision[3])
        for layer in range(SUPERLAYERS):
            rules.cell_scale[layer] = round(
                (first[layer + 1] - first[layer]) / 2. / PI * <double>(<int64_t>1 << precision[1])
            )
    columns.segment, columns.position = &segment[0], &position[0]
    columns.side, columns.time = &side[0], &time[0]
    near = <int32_t *>&room[0, 0]
    hits = <Hit *>&room[1, 0]
    with nogil:
        for event in range(n):
            if track_offsets[event] == track_offsets[event + 1]:
                continue
            # Segments come in the order of superlayers.
            i = offsets[event]
            for layer in range(SUPERLAYERS):
                start_of[layer] = i
                while i < offsets[event + 1] and columns.segment[i] < first[layer + 1]:
                    i += 1
            start_of[SUPERLAYERS] = i
            for t in range(track_offsets[event], track_offsets[event + 1]):
                start(&rules, &track, phi0[t], omega[t])
                # Axial segments come from the track, stereo ones from the whole crossing.
                candidates = 0
                for k in range(rel_offsets[t], rel_offsets[t + 1]):
                    near[candidates] = rel_segment[k]
                    layer = layer_of[columns.segment[rel_segment[k]]]
                    candidates += (rel_weight[k] >= 0) & (layer % 2 == 0)
                axial = 0
                for k in range(candidates):
                    axial = keep(&rules, &columns, &track, near[k], hits, axial)
                candidates, count = 0, axial
                for layer in range(1, SUPERLAYERS, 2):
                    i, k = start_of[layer], start_of[layer + 1]
                    candidates = nearby(&rules, &track, columns.segment, i, k, layer, near, candidates)
                for k in range(candidates):
                    count = keep(&rules, &columns, &track, near[k], hits, count)
                event_time = find_time(&rules, columns.time, hits, axial, event_found[event], event_ticks[event])
                index = choose_expert(&rules, hits, count)
                expert[t] = index
                if index < 0:
                    continue
                valid[t] = MIN_AXIAL <= choose_hits(
                    &rules, &columns, &track, hits, count, index, event_time, &chosen[t, 0], &inputs[t, 0]
                )
                if rules.fixed:
                    for i in range(INPUTS):
                        raw[t, i] = <int32_t>(inputs[t, i] * rules.node_unit)
