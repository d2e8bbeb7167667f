"""Multilayer perceptrons with the activation tanh(x / 2) in single precision.

Sums and their order are those of the experiment's simulation (belle2_facts 5.2): inputs one after the other, the bias
last, each step rounded; only the activation goes through double precision.
"""

from libc.math cimport cosf, sinf, tanh
from libc.stdint cimport int8_t, int32_t

from shared.checks cimport need

cdef enum:
    INPUTS = 27


cdef bint layers_fit(
    const int32_t[::1] first, const int32_t[:, ::1] shapes, Py_ssize_t weights, Py_ssize_t room
) noexcept nogil:
    """Return whether experts have layers that follow each other, with all weights, from 27 inputs to 2 outputs."""
    cdef Py_ssize_t e, k, inside
    cdef bint outside = first.shape[0] < 1 or shapes.shape[1] != 3
    if outside:
        return False
    for e in range(first.shape[0] - 1):
        if not 0 <= first[e] < first[e + 1] <= shapes.shape[0]:
            return False
        inside = INPUTS
        for k in range(first[e], first[e + 1]):
            outside |= shapes[k, 1] != inside or shapes[k, 0] < 1 or shapes[k, 0] >= room or shapes[k, 2] < 0
            outside |= shapes[k, 2] + <Py_ssize_t> shapes[k, 0] * (inside + 1) > weights
            inside = shapes[k, 0]
        outside |= inside < 2
    return not outside and room > INPUTS


cdef bint experts_fit(const int8_t[::1] expert, Py_ssize_t experts) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(expert.shape[0]):
        outside |= expert[i] >= experts
    return not outside


def run(
    const float[:, ::1] inputs,
    const int8_t[::1] expert,
    const int32_t[::1] first,
    const int32_t[:, ::1] shapes,
    const float[::1] weights,
    const float[:, ::1] scale,
    float[:, ::1] room,
    float[::1] z,
    float[::1] cot,
    float[::1] theta,
):
    """Fill z, cot(theta) and theta of many tracks; those with expert -1 are left as they are.

    ``shapes`` holds nodes, inputs and where the layer's weights [inputs, bias][nodes] start; ``room`` has two rows
    that hold the largest layer.
    """
    cdef Py_ssize_t t, k, i, j
    cdef int nodes, inside
    cdef float *x
    cdef float *y
    cdef const float *w
    cdef const float *s
    cdef float value
    cdef Py_ssize_t n = expert.shape[0]
    need(
        inputs.shape[0] >= n and inputs.shape[1] == INPUTS and room.shape[0] == 2 and z.shape[0] >= n
        and min(cot.shape[0], theta.shape[0]) >= n and scale.shape[0] >= first.shape[0] - 1 and scale.shape[1] == 4
        and layers_fit(first, shapes, weights.shape[0], room.shape[1]) and experts_fit(expert, first.shape[0] - 1),
        "run",
    )
    with nogil:
        for t in range(expert.shape[0]):
            if expert[t] < 0:
                continue
            x, y = &room[0, 0], &room[1, 0]
            for i in range(INPUTS):
                x[i] = inputs[t, i]
            for k in range(first[expert[t]], first[expert[t] + 1]):
                nodes, inside = shapes[k, 0], shapes[k, 1]
                w = &weights[shapes[k, 2]]
                x[inside] = 1
                for j in range(nodes):
                    y[j] = 0
                for i in range(inside + 1):
                    value = x[i]
                    for j in range(nodes):
                        y[j] += value * w[j]
                    w += nodes
                for j in range(nodes):
                    y[j] = <float>tanh(y[j] / 2.)
                x, y = y, x
            s = &scale[expert[t], 0]
            z[t] = <float>((x[0] + 1.) * (s[1] - s[0]) / 2. + s[0])
            theta[t] = <float>((x[1] + 1.) * (s[3] - s[2]) / 2. + s[2])
            cot[t] = cosf(theta[t]) / sinf(theta[t])
