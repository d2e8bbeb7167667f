# What neuro_inputs.pyx works with: constants, the rules, and what is known of a track.

cdef extern from "neuro_near.h":
    enum:
        NEAR_LAYERS
        NEAR_NOWHERE

    ctypedef struct near_window:
        int lowest
        int span
        int cells

    ctypedef struct near_slots:
        int16_t *number
        int32_t *row
        int end[NEAR_LAYERS]

    int near_rows(const near_slots *slots, const near_window *windows, int32_t *rows) nogil

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
    # Fixed point: units of angles and reference ids, and the scale from angles to ids (as ``radius``).
    bint fixed
    double angle_unit
    double id_unit
    double shift
    double cell_scale[2 * SUPERLAYERS]
    double cells[SUPERLAYERS]
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


cdef struct Relations:
    # Of the tracks of a frame: where a track's relations begin, rows of their segments, and weights, negative for
    # segments that were not chosen.
    const int64_t *offsets
    const int32_t *segment
    const int8_t *weight


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


cdef struct Room:
    # Scratch for one crossing: rows that are near a track, stereo segments in slots, and what the track may use.
    int32_t *near
    near_slots slots
    Hit *hits
