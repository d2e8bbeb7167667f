# What neuro_inputs.pyx checks of its arguments before it indexes with them.

from shared.checks cimport cuts, need


cdef bint segments_fit(
    const int16_t[::1] segment, const uint8_t[::1] layer_of, const int32_t[::1] first
) noexcept nogil:
    """Return whether segments are those of the chamber, and their superlayers there."""
    cdef Py_ssize_t i
    cdef bint outside = layer_of.shape[0] != SEGMENTS or first.shape[0] != SUPERLAYERS + 1
    if outside:
        return False
    for i in range(segment.shape[0]):
        outside |= segment[i] < 0 or segment[i] >= SEGMENTS
    for i in range(SEGMENTS):
        outside |= layer_of[i] >= SUPERLAYERS
    for i in range(SUPERLAYERS):
        # Less than half of what marks an empty slot (neuro_near.h).
        outside |= first[i + 1] <= first[i] or first[i + 1] - first[i] >= NEAR_NOWHERE // 2
    return not outside and first[0] == 0 and first[SUPERLAYERS] <= SEGMENTS


cdef bint relations_fit(const int32_t[::1] segment, Py_ssize_t segments) noexcept nogil:
    """Return whether relations are to rows of segments that there are."""
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(segment.shape[0]):
        outside |= segment[i] < 0 or segment[i] >= segments
    return not outside


cdef bint drift_times_fit(const int32_t[:, ::1] experts) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(experts.shape[1]):
        outside |= experts[2, i] < 1 or experts[2, i] >= UNKNOWN_SIDE
    return not outside


cdef Py_ssize_t longest(const int64_t[::1] offsets) noexcept nogil:
    """Return the largest number of rows that offsets cut off."""
    cdef Py_ssize_t i, most = 0
    for i in range(offsets.shape[0] - 1):
        most = max(most, offsets[i + 1] - offsets[i])
    return most


cdef int check_rules(
    const float[:, :, ::1] windows, const int32_t[:, ::1] experts, const float[:, :, ::1] scales,
    const float[::1] t_scale, const double[:, ::1] radius, const int32_t[::1] precision, double[::1] met,
    double[:, ::1] angles,
) except -1:
    """Raise InputError unless what is known of a network has the shapes it must have."""
    cdef Py_ssize_t kinds = windows.shape[0] - 1
    return need(
        kinds > 0 and windows.shape[1] == SUPERLAYERS and windows.shape[2] == 2 and experts.shape[0] == 3
        and experts.shape[1] == kinds and scales.shape[0] == 2 and scales.shape[1] == kinds
        and scales.shape[2] == SUPERLAYERS and t_scale.shape[0] == kinds and radius.shape[0] == SUPERLAYERS
        and radius.shape[1] == 2 and precision.shape[0] == 4 and drift_times_fit(experts) and met.shape[0] == MEMORY
        and angles.shape[0] == MEMORY and angles.shape[1] == 2 * SUPERLAYERS
        and max(max(precision[0], precision[1]), max(precision[2], precision[3])) < 21
        and (precision[0] < 0 or (min(precision[1], min(precision[2], precision[3])) >= 0
             and precision[2] <= precision[0] + precision[1])),
        "build",
    )


cdef int check_rows(
    const int64_t[::1] offsets, const int16_t[::1] segment, const uint8_t[::1] position, const uint8_t[::1] side,
    const int16_t[::1] time, const uint8_t[::1] layer_of, const int32_t[::1] first, const int64_t[::1] rel_offsets,
    const int32_t[::1] rel_segment, const int8_t[::1] rel_weight,
) except -1:
    """Raise InputError unless segments are those of the chamber, and relations lead to them."""
    cdef Py_ssize_t rows = min(min(segment.shape[0], position.shape[0]), min(side.shape[0], time.shape[0]))
    return need(
        cuts(offsets, rows) and cuts(rel_offsets, min(rel_segment.shape[0], rel_weight.shape[0]))
        and segments_fit(segment, layer_of, first) and relations_fit(rel_segment, rows),
        "build",
    )


cdef int check_tracks(
    const int64_t[::1] track_offsets, const double[::1] phi0, const double[::1] omega,
    const int64_t[::1] rel_offsets, const int64_t[::1] offsets, const uint8_t[::1] event_found,
    const int32_t[::1] event_ticks, uint8_t[:, ::1] room,
) except -1:
    """Raise InputError unless tracks and crossings are as many as they must be, with room for one crossing."""
    cdef Py_ssize_t n = phi0.shape[0], crossings = track_offsets.shape[0] - 1
    return need(
        omega.shape[0] == n and cuts(track_offsets, n) and rel_offsets.shape[0] == n + 1
        and offsets.shape[0] == crossings + 1 and min(event_found.shape[0], event_ticks.shape[0]) >= crossings
        and room.shape[0] == 2 and room.shape[1] // ROOM >= longest(offsets) + longest(rel_offsets) + SPARE,
        "build",
    )


cdef int check_outputs(
    Py_ssize_t n, int8_t[::1] expert, uint8_t[::1] valid, int32_t[:, ::1] chosen, float[:, ::1] inputs,
    int32_t[:, ::1] raw,
) except -1:
    """Raise InputError unless there is room for what is said of n tracks."""
    return need(
        min(expert.shape[0], valid.shape[0]) >= n and chosen.shape[0] >= n and chosen.shape[1] == SUPERLAYERS
        and inputs.shape[0] >= n and inputs.shape[1] == INPUTS and raw.shape[0] >= n and raw.shape[1] == INPUTS,
        "build",
    )
