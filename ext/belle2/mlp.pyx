"""Multilayer perceptrons with the activation tanh(x / 2) in bit-true fixed point (belle2_facts 5.2 and 5.3)."""

from libc.math cimport NAN, cosf, sinf
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memset

cimport numpy as cnp

cnp.import_array()

include "mlp.pxi"

cdef enum:
    INPUTS = 27
    OUTPUTS = 2
    MOST_NODES = 4096
    SHORT_ONE = 1 << 14

COLUMNS = MLP_COLUMNS
"""Columns of a layer at most in the fast paths."""

ctypedef fused Integer:
    int16_t
    int32_t


def level():
    """Return the best of the fast paths here: 1 baseline, 2 AVX2, 3 AVX-512 (BW, DQ, VL), 4 AVX-512 with VNNI."""
    return mlp_level()


include "mlp_checks.pxi"


cdef struct Wide:
    # One layer of the path that is exact for any width: int64 weights [node][inputs, bias].
    int nodes
    int inputs
    const int64_t *weights


cdef int64_t activate(int64_t total, int shift, int64_t last, const int32_t *table) noexcept nogil:
    # The size of the most negative number is one that only unsigned numbers hold.
    cdef uint64_t address = (0 - <uint64_t> total if total < 0 else <uint64_t> total) >> shift
    cdef int64_t value = table[min(address, <uint64_t> last)]
    return -value if total < 0 else value


cdef class Fixed:
    """A network in fixed point; holds memory that calls use again, so one instance serves one thread.

    Parameters
    ----------
    first
        int32[experts + 1]: first layer of each expert, and how many layers there are.
    shapes
        int32[layers, 9]: nodes, inputs, columns, repeats, pairs, few, and where the layer's parts of ``repeated``,
        ``weights`` and ``bias`` start (see ``mlp.h``).
    repeated, bias, weights
        int32, int32 and int16, all layers' one after the other.
    wide
        int64, all layers' weights, node after node, inputs and bias.
    limit
        int32[experts]: inputs up to this size can go the fast way; 0: none can.
    table
        int32[last + 1]: activations.
    activation
        shift, last, one, offset of the curve.
    curve
        float32[4, 32]: the table in pieces (see ``mlp.h``), used if it is right in every entry; may be empty.
    scale
        float32[experts, 4]: z and theta at outputs -1 and +1.
    """

    cdef object _held
    cdef mlp_layer *_layers
    cdef Wide *_wide
    cdef mlp_activation _activation
    cdef mlp_room *_room
    cdef mlp_rows_room *_rows
    cdef int32_t *_order
    cdef int32_t *_start
    cdef Py_ssize_t _ordered
    cdef mlp_way _way
    cdef const float *_curve
    cdef float **_cot
    cdef int64_t *_values
    cdef const int32_t *_first
    cdef const int32_t *_limit
    cdef const int32_t *_table
    cdef const float *_scale
    cdef int _experts

    def __cinit__(
        self,
        const int32_t[::1] first,
        const int32_t[:, ::1] shapes,
        const int32_t[::1] repeated,
        const int32_t[::1] bias,
        const int16_t[::1] weights,
        const int64_t[::1] wide,
        const int32_t[::1] limit,
        const int32_t[::1] table,
        const int16_t[::1] short_table,
        tuple activation,
        const float[:, ::1] curve,
        const float[:, ::1] scale,
    ):
        cdef Py_ssize_t i, n = shapes.shape[0], start = 0, experts = limit.shape[0]
        need(
            experts > 0 and n > 0 and first.shape[0] == experts + 1 and shapes.shape[1] == 9
            and repeated.shape[0] > 0 and scale.shape[0] == experts and scale.shape[1] == 4
            and len(activation) == 4 and short_table.shape[0] > 0
            and (curve.shape[0] == 0 or (curve.shape[0] == 4 and curve.shape[1] == 32))
            and activation_fits(table, short_table, limit, activation)
            and layers_fit(first, shapes, wide.shape[0])
            and fast_layers_fit(first, shapes, repeated, bias.shape[0], weights.shape[0], limit),
            "Fixed",
        )
        self._held = (first, repeated, bias, weights, wide, limit, table, short_table, curve, scale)
        self._layers = <mlp_layer *>calloc(n, sizeof(mlp_layer))
        self._wide = <Wide *>calloc(n, sizeof(Wide))
        self._room = <mlp_room *>calloc(1, sizeof(mlp_room))
        self._rows = <mlp_rows_room *>aligned_alloc(64, sizeof(mlp_rows_room))
        self._values = <int64_t *>calloc(2 * (MOST_NODES + 1), sizeof(int64_t))
        if not self._layers or not self._wide or not self._room or not self._rows or not self._values:
            raise MemoryError
        memset(self._rows, 0, sizeof(mlp_rows_room))
        for i in range(n):
            self._layers[i].nodes, self._layers[i].inputs = shapes[i, 0], shapes[i, 1]
            self._layers[i].columns, self._layers[i].repeats = shapes[i, 2], shapes[i, 3]
            self._layers[i].pairs, self._layers[i].few = shapes[i, 4], shapes[i, 5]
            self._layers[i].repeated = &repeated[min(shapes[i, 6], <int> repeated.shape[0] - 1)]
            self._layers[i].weights = &weights[min(shapes[i, 7], <int> weights.shape[0] - 1)]
            self._layers[i].bias = &bias[min(shapes[i, 8], <int> bias.shape[0] - 1)]
            self._wide[i].nodes, self._wide[i].inputs = shapes[i, 0], shapes[i, 1]
            self._wide[i].weights = &wide[start]
            start += shapes[i, 0] * (shapes[i, 1] + 1)
        self._activation.shift, self._activation.last = activation[:2]
        self._activation.one, self._activation.offset = activation[2:]
        self._activation.table = &short_table[0]
        self._curve = &curve[0, 0] if curve.shape[0] else NULL
        self._first, self._limit, self._table, self._scale = &first[0], &limit[0], &table[0], &scale[0, 0]
        self._experts = <int>limit.shape[0]
        self._cot = <float **>calloc(self._experts, sizeof(float *))
        self._start = <int32_t *>calloc(self._experts + 2, sizeof(int32_t))
        if not self._cot or not self._start:
            raise MemoryError
        if self._activation.one <= SHORT_ONE:
            for i in range(self._experts):
                self._tabulate(i)
        self.use(mlp_level())

    cdef int _tabulate(self, Py_ssize_t expert) except -1:
        """Work out cot(theta) for every output, once per scale."""
        cdef int one = self._activation.one, other
        cdef int32_t raw[OUTPUTS]
        cdef float z, theta
        for other in range(expert):
            if (
                self._scale[4 * other + 2] == self._scale[4 * expert + 2]
                and self._scale[4 * other + 3] == self._scale[4 * expert + 3]
            ):
                self._cot[expert] = self._cot[other]
                return 0
        self._cot[expert] = <float *>calloc(2 * one + 1, sizeof(float))
        if not self._cot[expert]:
            raise MemoryError
        for raw[1] in range(-one, one + 1):
            raw[0] = 0
            self._scaled(raw, <int>expert, &z, &theta)
            self._cot[expert][raw[1] + one] = cosf(theta) / sinf(theta)
        return 0

    def __dealloc__(self):
        cdef Py_ssize_t i, j
        for i in range(self._experts if self._cot else 0):
            for j in range(i):
                if self._cot[j] == self._cot[i]:
                    break
            else:
                free(self._cot[i])
        free(self._cot)
        free(self._layers)
        free(self._wide)
        free(self._room)
        free(self._rows)
        free(self._order)
        free(self._start)
        free(self._values)

    def use(self, int level, bint curve=True):
        """Go another way: 1-4 as in `level` (what the processor has), 0 the one that is exact for any width.

        ``curve`` allows activations without the table; return whether they come that way.
        """
        level = min(level, mlp_level())
        self._way = mlp_choose(level)
        if level <= 0:
            self._way.one, self._way.many = NULL, NULL
        self._activation.curve = self._curve if curve and level > 2 else NULL
        if self._activation.curve != NULL and not mlp_bends_right(level, &self._activation):
            self._activation.curve = NULL
        return self._activation.curve != NULL

    cdef void _slow(self, int expert, int32_t *out) noexcept nogil:
        """Any width: inputs are in the first half of the values."""
        cdef int64_t *x = self._values
        cdef int64_t *y = self._values + MOST_NODES + 1
        cdef const Wide *layer
        cdef const int64_t *w
        cdef int64_t total
        cdef Py_ssize_t k, i, j
        for k in range(self._first[expert], self._first[expert + 1]):
            layer = self._wide + k
            x[layer.inputs] = self._activation.one
            for j in range(layer.nodes):
                w = layer.weights + j * (layer.inputs + 1)
                total = 0
                for i in range(layer.inputs + 1):
                    total += w[i] * x[i]
                y[j] = activate(total, self._activation.shift, self._activation.last, self._table)
            x, y = y, x
        for j in range(OUTPUTS):
            out[j] = <int32_t>x[j]

    cdef bint _load(self, const Integer *x, int32_t limit, int16_t *row) noexcept nogil:
        """Put inputs into a row; return whether they may go the fast way."""
        if limit < 0:
            return False
        if Integer is int16_t:
            return mlp_load_int16_t(x, row, limit)
        else:
            return mlp_load_int32_t(x, row, limit)

    cdef void _one(self, const Integer *x, int expert, int32_t *out) noexcept nogil:
        """One row: nodes side by side, or the way that is exact for any width."""
        cdef int first = self._first[expert], count = self._first[expert + 1] - self._first[expert]
        cdef Py_ssize_t i
        if self._way.one != NULL and self._load(x, self._limit[expert], self._room.columns[0]):
            self._way.one(self._layers + first, count, &self._activation, self._room)
            for i in range(OUTPUTS):
                out[i] = self._room.columns[count & 1][i]
            return
        for i in range(INPUTS):
            self._values[i] = x[i]
        self._slow(expert, out)

    cdef void _several(
        self, const Integer *x, int expert, const int32_t *order, Py_ssize_t n, int32_t *out
    ) noexcept nogil:
        """Rows of one expert: side by side as long as enough of them are left."""
        cdef int first = self._first[expert], count = self._first[expert + 1] - self._first[expert]
        cdef int32_t row[MLP_ROWS]
        cdef Py_ssize_t done = 0, loaded
        cdef int32_t pair
        while self._way.many != NULL and self._limit[expert] >= 0 and n - done > self._way.lanes // 3:
            loaded = 0
            while done < n and loaded < self._way.lanes:
                row[loaded] = order[done]
                done += 1
                if self._load(x + INPUTS * row[loaded], self._limit[expert], self._rows.rows[loaded]):
                    loaded += 1
                else:
                    self._one(x + INPUTS * row[loaded], expert, out + OUTPUTS * row[loaded])
            # Lanes beyond these hold rows of before, whose results nobody reads.
            self._way.many(self._layers + first, count, &self._activation, self._rows)
            for i in range(loaded):
                pair = self._rows.pairs[count & 1][i]
                out[OUTPUTS * row[i]] = <int16_t>pair
                out[OUTPUTS * row[i] + 1] = pair >> 16
        for i in range(done, n):
            self._one(x + INPUTS * order[i], expert, out + OUTPUTS * order[i])

    cdef int _sort(self, const int8_t[::1] expert) except -1:
        """Put the numbers of rows in the order of experts, those without one first."""
        cdef Py_ssize_t i, n = expert.shape[0]
        cdef int32_t *order
        if n > self._ordered:
            order = <int32_t *>realloc(self._order, n * sizeof(int32_t))
            if not order:
                raise MemoryError
            self._order, self._ordered = order, n
        memset(self._start, 0, (self._experts + 2) * sizeof(int32_t))
        for i in range(n):
            if not -1 <= expert[i] < self._experts:
                raise IndexError("there is no such expert")
            self._start[expert[i] + 1] += 1
        for i in range(1, self._experts + 1):
            self._start[i] += self._start[i - 1]
        for i in range(n - 1, -1, -1):
            self._start[expert[i] + 1] -= 1
            self._order[self._start[expert[i] + 1]] = <int32_t>i
        self._start[self._experts + 1] = <int32_t>n
        return 0

    cdef void _scaled(self, const int32_t *raw, int expert, float *z, float *theta) noexcept nogil:
        """From the output layer's integers to cm and rad, in the order of the experiment's simulation."""
        cdef const float *s = self._scale + 4 * expert
        cdef float one = <float>self._activation.one
        z[0] = <float>(((raw[0] / one) + 1.) * (s[1] - s[0]) / 2. + s[0])
        theta[0] = <float>(((raw[1] / one) + 1.) * (s[3] - s[2]) / 2. + s[2])

    def __call__(self, cnp.ndarray inputs not None, int expert=0):
        """Return z in cm and theta in rad of one track.

        Parameters
        ----------
        inputs
            int16[27], contiguous, in units of 2^-node bits.
        expert
            Which expert is asked.
        """
        cdef int32_t raw[OUTPUTS]
        cdef float z, theta
        self._check(inputs, expert)
        self._one[int16_t](<const int16_t *>cnp.PyArray_DATA(inputs), expert, raw)
        self._scaled(raw, expert, &z, &theta)
        return z, theta

    def raw(self, cnp.ndarray inputs not None, int expert=0):
        """Return the integers of the output layer of one track (as `__call__`)."""
        cdef int32_t raw[OUTPUTS]
        self._check(inputs, expert)
        self._one[int16_t](<const int16_t *>cnp.PyArray_DATA(inputs), expert, raw)
        return raw[0], raw[1]

    cdef int _check(self, cnp.ndarray inputs, int expert) except -1:
        if (
            cnp.PyArray_TYPE(inputs) != cnp.NPY_INT16
            or cnp.PyArray_SIZE(inputs) != INPUTS
            or not cnp.PyArray_ISCARRAY_RO(inputs)
        ):
            raise TypeError("inputs must be a contiguous int16[27]")
        if not 0 <= expert < self._experts:
            raise IndexError("there is no such expert")
        return 0

    def run(
        self,
        const Integer[:, ::1] inputs,
        const int8_t[::1] expert,
        int32_t[:, ::1] raw,
        float[::1] z,
        float[::1] cot,
        float[::1] theta,
    ):
        """Fill raw outputs, z, cot(theta) and theta of many tracks; those with expert -1 get 0 and NaN."""
        cdef Py_ssize_t i, n = expert.shape[0]
        cdef int which
        need(
            inputs.shape[0] >= n and inputs.shape[1] == INPUTS and raw.shape[0] >= n and raw.shape[1] == OUTPUTS
            and min(z.shape[0], min(cot.shape[0], theta.shape[0])) >= n and n < 1 << 31,
            "Fixed.run",
        )
        if n == 0:
            return
        self._sort(expert)
        with nogil:
            # One expert after the other: rows that go together have the same weights.
            for which in range(self._experts):
                self._several[Integer](
                    &inputs[0, 0],
                    which,
                    self._order + self._start[which + 1],
                    self._start[which + 2] - self._start[which + 1],
                    &raw[0, 0],
                )
            for i in range(n):
                if expert[i] < 0:
                    raw[i, 0], raw[i, 1] = 0, 0
                    z[i], cot[i], theta[i] = NAN, NAN, NAN
                    continue
                self._scaled(&raw[i, 0], expert[i], &z[i], &theta[i])
                if self._cot[expert[i]] != NULL:
                    cot[i] = self._cot[expert[i]][raw[i, 1] + self._activation.one]
                else:
                    cot[i] = cosf(theta[i]) / sinf(theta[i])
