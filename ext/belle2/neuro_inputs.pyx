"""The inputs of the neural z trigger: from track segments and 2D tracks to 27 numbers per track.

Rules and the order of every floating-point operation are those of the experiment's simulation (belle2_facts 5.1
and 5.3); tests/reference/belle2_neuro_inputs.py has them in the plainest form.
"""

from libc.math cimport NAN, asin, fabs, remainder, round
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memcpy, memset

cdef enum:
    SUPERLAYERS = 9
    INPUTS = 27
    NO_TIME = 9999
    FIRST = 3
    MIN_AXIAL = 4
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
    # scale and middle of the windows [expert][superlayer].  Last, as one more expert: windows that hold all others.
    const float *windows
    const int32_t *pattern
    const int32_t *masked
    const int32_t *t_max
    const float *id_scale
    const float *id_middle
    const float *t_scale
    int experts
    int mask
    # Superlayers: radii [superlayer][first or second priority], first segment (one more entry than superlayers).
    const double *radius
    const int32_t *first
    # Fixed point: units of angles and reference ids, and per superlayer the scale from angles to ids.
    bint fixed
    double angle_unit
    double id_unit
    double shift
    double cell_scale[SUPERLAYERS]
    float node_unit
    int option
    bint fallback
    # Crossing angles of curvatures met before: [place][superlayer][first or second priority], NaN if not yet.
    double *met
    double *angles


cdef struct Track:
    # One 2D track; reference ids are worked out when asked for.
    double phi0
    double omega
    double *alpha
    double reference[SUPERLAYERS][2]
    uint8_t known[SUPERLAYERS][2]


cdef struct Place:
    # A stereo segment of a crossing: where its wire is, in segments of its superlayer.
    double wire
    int32_t row
    int32_t layer
    int32_t second


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


cdef void look_up(const Rules *rules, Track *track, int layer, int second) noexcept nogil:
    """Work out crossing angle and reference id of a track at one radius."""
    cdef double r = rules.radius[2 * layer + second]
    cdef int cells = rules.first[layer + 1] - rules.first[layer]
    cdef double *alpha = track.alpha + 2 * layer + second
    if alpha[0] != alpha[0]:
        alpha[0] = asin(r * track.omega / 2) if r * fabs(track.omega) < 2 else HALF_PI
        if rules.fixed:
            alpha[0] = round(alpha[0] * rules.angle_unit)
    track.known[layer][second] = 1
    if rules.fixed:
        track.reference[layer][second] = (
            <double>(<int64_t>((track.phi0 - alpha[0]) * rules.cell_scale[layer] * rules.shift)) * rules.id_unit
        )
    else:
        track.reference[layer][second] = wrapped((track.phi0 - alpha[0]) * cells / 2. / PI, cells)


cdef inline int superlayer(const Rules *rules, int segment) noexcept nogil:
    cdef int layer = 0
    while segment >= rules.first[layer + 1]:
        layer += 1
    return layer


cdef inline bint relevant(const Rules *rules, int expert, int layer, double value) noexcept nogil:
    cdef const float *window = rules.windows + 2 * (SUPERLAYERS * expert + layer)
    cdef float single = <float>value
    return (window[0] <= single) & (single <= window[1])


cdef inline Py_ssize_t keep(
    const Rules *rules, Track *track, const Place *place, Hit *hits, Py_ssize_t count
) noexcept nogil:
    """Append a segment to a track's hits if any expert could use it; return how many there are."""
    cdef int layer = place.layer
    if not track.known[layer][place.second]:
        look_up(rules, track, layer, place.second)
    cdef Hit *hit = hits + count
    hit.relative = wrapped(
        place.wire - track.reference[layer][place.second], rules.first[layer + 1] - rules.first[layer]
    )
    hit.row = place.row
    hit.layer = layer
    hit.second = place.second
    return count + relevant(rules, rules.experts, layer, hit.relative)


cdef inline void locate(
    const Rules *rules, Py_ssize_t row, int segment, int position, int layer, Place *place
) noexcept nogil:
    place.wire = segment + 0.5 * (((position >> 1) & 1) - (position & 1)) - rules.first[layer]
    place.row = <int32_t>row
    place.layer = layer
    place.second = position < FIRST


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
        if relevant(rules, 0, hits[i].layer, hits[i].relative):
            seen |= 1 << hits[i].layer
    seen &= rules.mask
    for expert in range(rules.experts):
        if rules.masked[expert] == 0:
            best = expert
        if rules.masked[expert] == seen:
            return expert
    return 0 if best < 0 and rules.fallback else best


cdef int choose_hits(
    const Rules *rules,
    const Track *track,
    const int16_t *time,
    const uint8_t *side,
    const Hit *hits,
    Py_ssize_t count,
    int expert,
    int event_time,
    int32_t *chosen,
    float *inputs,
) noexcept nogil:
    """Choose the best segment per superlayer and write the inputs; return how many axial superlayers have one."""
    cdef int pattern = rules.pattern[expert]
    cdef int shortest[SUPERLAYERS]
    cdef uint8_t known[SUPERLAYERS]
    cdef const Hit *best[SUPERLAYERS]
    cdef const Hit *hit
    cdef int layer, t, axial = 0, lr
    cdef bint sided, wanted
    cdef double alpha
    cdef Py_ssize_t i
    for layer in range(SUPERLAYERS):
        shortest[layer] = rules.t_max[expert]
        known[layer] = 0
        best[layer] = NULL
    for i in range(count):
        hit = hits + i
        layer = hit.layer
        if pattern and not (pattern >> layer) & 1:
            continue
        if not relevant(rules, expert, layer, hit.relative):
            continue
        t = time[hit.row] - event_time if event_time != NO_TIME else 0
        t = 0 if t < 0 else min(t, rules.t_max[expert])
        lr = side[hit.row]
        sided = lr == 1 or lr == 2
        wanted = (sided and t <= shortest[layer]) if known[layer] else (sided or t <= shortest[layer])
        if wanted:
            known[layer] = sided
            shortest[layer] = t
            best[layer] = hit
    for layer in range(SUPERLAYERS):
        hit = best[layer]
        if hit == NULL:
            continue
        chosen[layer] = hit.row
        axial += layer % 2 == 0
        lr = side[hit.row]
        alpha = track.alpha[2 * layer + hit.second]
        if rules.fixed:
            alpha = alpha / rules.angle_unit
        inputs[3 * layer] = <float>(
            rules.id_scale[SUPERLAYERS * expert + layer]
            * (hit.relative - <double>rules.id_middle[SUPERLAYERS * expert + layer])
        )
        inputs[3 * layer + 1] = (((lr >> 1) & 1) - (lr & 1)) * shortest[layer] * rules.t_scale[expert]
        inputs[3 * layer + 2] = <float>(alpha * 0.5)
    return axial


cdef inline void start(const Rules *rules, Track *track, double phi0, double omega) noexcept nogil:
    """Take up a track; find the angles of its curvature, if they are known."""
    cdef uint64_t bits
    cdef Py_ssize_t place, i
    track.phi0 = round(phi0 * rules.angle_unit) if rules.fixed else phi0
    track.omega = omega
    memset(&track.known, 0, sizeof(track.known))
    memcpy(&bits, &omega, sizeof(bits))
    place = (bits * HASH) >> PLACE_SHIFT
    track.alpha = rules.angles + 2 * SUPERLAYERS * place
    if rules.met[place] != omega:
        rules.met[place] = omega
        for i in range(2 * SUPERLAYERS):
            track.alpha[i] = NAN


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
    const int32_t[::1] precision,
    int mask,
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
    of angles (negative: floating point), id scale, reference id and nodes.  ``met`` and ``angles`` keep crossing
    angles from call to call, ``room`` is for segments and relations of one crossing (twice 24 bytes each).
    ``raw`` has the inputs in units of 2^-nodes, truncated (not written in floating point).
    """
    cdef Rules rules
    cdef Track track
    cdef Place place
    cdef Place *stereo
    cdef Hit *hits
    cdef const int16_t *ids
    cdef const int16_t *times
    cdef const uint8_t *sides
    cdef Py_ssize_t event, t, i, k, axial, count, stereos, n = track_offsets.shape[0] - 1
    cdef int layer, index, event_time
    if phi0.shape[0] == 0 or segment.shape[0] == 0:
        return
    rules.windows = &windows[0, 0, 0]
    rules.pattern, rules.masked, rules.t_max = &experts[0, 0], &experts[1, 0], &experts[2, 0]
    rules.id_scale, rules.id_middle, rules.t_scale = &scales[0, 0, 0], &scales[1, 0, 0], &t_scale[0]
    rules.experts, rules.mask = <int>windows.shape[0] - 1, mask
    rules.radius, rules.first = &radius[0, 0], &first[0]
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
    ids, times, sides = &segment[0], &time[0], &side[0]
    stereo = <Place *>&room[0, 0]
    hits = <Hit *>&room[1, 0]
    with nogil:
        for event in range(n):
            if track_offsets[event] == track_offsets[event + 1]:
                continue
            stereos, layer = 0, 0
            for i in range(offsets[event], offsets[event + 1]):
                while ids[i] >= first[layer + 1]:
                    layer += 1
                if layer % 2 == 1:
                    locate(&rules, i, ids[i], position[i], layer, stereo + stereos)
                    stereos += 1
            for t in range(track_offsets[event], track_offsets[event + 1]):
                start(&rules, &track, phi0[t], omega[t])
                # Axial segments come from the track, stereo ones from the whole crossing.
                count = 0
                for k in range(rel_offsets[t], rel_offsets[t + 1]):
                    i = rel_segment[k]
                    layer = superlayer(&rules, ids[i])
                    if rel_weight[k] >= 0 and layer % 2 == 0:
                        locate(&rules, i, ids[i], position[i], layer, &place)
                        count = keep(&rules, &track, &place, hits, count)
                axial = count
                for i in range(stereos):
                    count = keep(&rules, &track, stereo + i, hits, count)
                event_time = find_time(&rules, times, hits, axial, event_found[event], event_ticks[event])
                index = choose_expert(&rules, hits, count)
                expert[t] = index
                if index < 0:
                    continue
                valid[t] = MIN_AXIAL <= choose_hits(
                    &rules, &track, times, sides, hits, count, index, event_time, &chosen[t, 0], &inputs[t, 0]
                )
                if rules.fixed:
                    for i in range(INPUTS):
                        raw[t, i] = <int32_t>(inputs[t, i] * rules.node_unit)
