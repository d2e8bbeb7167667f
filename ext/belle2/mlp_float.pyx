"""Multilayer perceptrons with the activation tanh(x / 2) in single precision.

Sums and their order are those of the experiment's simulation (belle2_facts 5.2): inputs one after the other, the bias
last, each step rounded; only the activation goes through double precision.
"""

from libc.math cimport cosf, sinf, tanh
from libc.stdint cimport int8_t, int32_t

cdef enum:
    INPUTS = 27


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
