# What mlp.h declares; the files that it includes are named so that a change of theirs builds the kernel again.

cdef extern from "<stdlib.h>":
    void *aligned_alloc(size_t alignment, size_t size) nogil

cdef extern from "mlp_lanes.h":
    pass

cdef extern from "mlp_rows.h":
    pass

cdef extern from "mlp.h":
    enum:
        MLP_COLUMNS
        MLP_ROWS

    ctypedef struct mlp_layer:
        int nodes
        int inputs
        int columns
        int repeats
        int pairs
        int few
        const int32_t *repeated
        const int32_t *bias
        const int16_t *weights

    ctypedef struct mlp_activation:
        int shift
        int last
        int one
        int offset
        const int16_t *table
        const float *curve

    ctypedef struct mlp_room:
        int16_t columns[2][MLP_COLUMNS + 64]

    ctypedef struct mlp_rows_room:
        int32_t pairs[2][MLP_ROWS * (MLP_COLUMNS + 64) // 2]
        int16_t rows[MLP_ROWS][32]

    ctypedef void (*mlp_function)(
        const mlp_layer *, int, const mlp_activation *, mlp_room *
    ) noexcept nogil
    ctypedef void (*mlp_rows_function)(
        const mlp_layer *, int, const mlp_activation *, mlp_rows_room *
    ) noexcept nogil

    ctypedef struct mlp_way:
        mlp_function one
        mlp_rows_function many
        int lanes

    int mlp_load_int16_t(const int16_t *x, int16_t *row, int limit) nogil
    int mlp_load_int32_t(const int32_t *x, int16_t *row, int limit) nogil
    int mlp_level() nogil
    mlp_way mlp_choose(int level) nogil
    int mlp_bends_right(int level, const mlp_activation *) nogil
