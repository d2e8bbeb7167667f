"""Amplitudes written out with Dirac matrices (standard basis), one phase-space point at a time.

Slow and obvious: every diagram, spinors from their definition, spins summed by loops, photons by -g.
"""

from __future__ import annotations

import itertools

import numpy as np

_SIGMA = [np.array(m, complex) for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])]
_ONE, _NONE = np.eye(2), np.zeros((2, 2))
G = [np.block([[_ONE, _NONE], [_NONE, -_ONE]]).astype(complex)]
G += [np.block([[_NONE, s], [-s, _NONE]]) for s in _SIGMA]
G5 = 1j * G[0] @ G[1] @ G[2] @ G[3]
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
UNIT = np.eye(4)


def four(p):
    """(px, py, pz, E) -> (E, px, py, pz)."""
    return np.array([p[3], p[0], p[1], p[2]])


def dot(a, b):
    return a @ METRIC @ b


def slash(p):
    return sum(METRIC[i, i] * p[i] * G[i] for i in range(4))


def u(p, m, spin):
    chi = np.zeros(4, complex)
    chi[spin] = 1.0
    return (slash(p) + m * UNIT) @ chi / np.sqrt(p[0] + m)


def v(p, m, spin):
    chi = np.zeros(4, complex)
    chi[2 + spin] = 1.0
    return (m * UNIT - slash(p)) @ chi / np.sqrt(p[0] + m)


def bar(spinor):
    return spinor.conj() @ G[0]


def lepton_tensor(a, b, k, m, coupling):
    """H_ij, float[3, 3], of l-(a) l+(b) X(k) by traces; momenta as (E, p)."""
    vertices = {"vector": G, "scalar": [UNIT], "pseudoscalar": [1j * G5]}[coupling]
    signs = [-1.0, 1.0, 1.0, 1.0] if coupling == "vector" else [1.0]
    da, db = dot(a + k, a + k) - m * m, dot(b + k, b + k) - m * m
    h = np.zeros((3, 3), complex)
    for vertex, sign in zip(vertices, signs, strict=True):
        amplitude = [
            vertex @ (slash(a + k) + m * UNIT) @ G[i] / da + G[i] @ (m * UNIT - slash(b + k)) @ vertex / db
            for i in (1, 2, 3)
        ]
        for i, j in itertools.product(range(3), repeat=2):
            back = G[0] @ amplitude[j].conj().T @ G[0]
            h[i, j] += sign * np.trace((slash(a) + m * UNIT) @ amplitude[i] @ (slash(b) - m * UNIT) @ back)
    return h


def _sum(amplitude, polarisations):
    """Average over the beams' four spin states of the sum over all others."""
    total = 0.0
    for spins in itertools.product((0, 1), repeat=amplitude.spins):
        values = amplitude(spins)
        for index in itertools.product(range(4), repeat=polarisations):
            sign = np.prod([-METRIC[i, i] for i in index])
            total += sign * abs(values[index]) ** 2
    return total / 4.0


class _Photons:
    """e- e+ -> three photons: six orders."""

    spins = 2

    def __init__(self, minus, plus, photons):
        self.minus, self.plus, self.photons = minus, plus, photons

    def __call__(self, spins):
        start, end = u(self.minus, 0.0, spins[0]), bar(v(self.plus, 0.0, spins[1]))
        out = np.zeros((4, 4, 4), complex)
        for order in itertools.permutations(range(3)):
            first = self.minus - self.photons[order[0]]
            second = first - self.photons[order[1]]
            one, two = slash(first) / dot(first, first), slash(second) / dot(second, second)
            for index in itertools.product(range(4), repeat=3):
                g = [G[index[o]] for o in order]
                out[index] += end @ g[2] @ two @ g[1] @ one @ g[0] @ start
        return out


def three_photons(minus, plus, photons):
    return _sum(_Photons(minus, plus, photons), 3)


class _PairPhoton:
    """e- e+ -> f- f+ photon; with the exchange diagrams where f is the electron."""

    spins = 4

    def __init__(self, minus, plus, q, p, k, exchange, mass):
        self.minus, self.plus, self.q, self.p, self.k, self.exchange = minus, plus, q, p, k, exchange
        self.mass = mass

    def __call__(self, spins):
        e_in, e_out = u(self.minus, 0.0, spins[0]), bar(v(self.plus, 0.0, spins[1]))
        f_out, f_in = bar(u(self.q, self.mass, spins[2])), v(self.p, self.mass, spins[3])
        # A line: (bar spinor, its momentum flowing out, spinor, its momentum flowing in, mass).
        beams, pair = (e_out, -self.plus, e_in, self.minus, 0.0), (f_out, self.q, f_in, -self.p, self.mass)
        value = self._join(beams, pair)
        if self.exchange:
            one, two = (f_out, self.q, e_in, self.minus, 0.0), (e_out, -self.plus, f_in, -self.p, 0.0)
            value = value - self._join(one, two)
        return value

    def _join(self, one, two):
        out = np.zeros(4, complex)
        for radiates, quiet in ((one, two), (two, one)):
            left, p_out, right, p_in, m = radiates
            after, before = p_out + self.k, p_in - self.k
            transfer = quiet[1] - quiet[3]
            propagator = 1.0 / dot(transfer, transfer)
            for mu in range(4):
                other = quiet[0] @ G[mu] @ quiet[2] * METRIC[mu, mu] * propagator
                for alpha in range(4):
                    line = (
                        left
                        @ G[alpha]
                        @ (slash(after) + m * UNIT)
                        @ G[mu]
                        @ right
                        / (dot(after, after) - m * m)
                    )
                    line += (
                        left
                        @ G[mu]
                        @ (slash(before) + m * UNIT)
                        @ G[alpha]
                        @ right
                        / (dot(before, before) - m * m)
                    )
                    out[alpha] += line * other
        return out


def pair_photon(minus, plus, q, p, k, *, exchange, mass=0.0):
    return _sum(_PairPhoton(minus, plus, q, p, k, exchange, mass), 1)
