"""Unweighted events e+e- -> l+ l- X: a point of the Dalitz plot, then an orientation to the beams.

Both steps use the full massive tensor of `trigemu.physics.fsr`.  The largest density is known from a scan on a
grid of energies; a point that exceeds it (none was seen) counts once.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.fsr import Coupling, tensor
from trigemu.physics.fsr_rate import dalitz_limits, dalitz_range, density, scan
from trigemu.physics.vectors import turned

_NODES = 16
_ORDER = 40
_HEADROOM = 1.1


class LeptonPairBoson:
    """Events of one boson.

    Parameters
    ----------
    lepton, x
        Masses (GeV) of the lepton and of X.
    coupling
        Of X to the lepton.
    lowest, highest
        Range of energies in the CM (GeV) that will be asked for.
    """

    def __init__(self, lepton: float, x: float, coupling: Coupling, lowest: float, highest: float) -> None:
        self._lepton, self._x, self._coupling = lepton, x, coupling
        start = max(lowest, 2.0 * lepton + x + 1e-4)
        self._log_s = 2.0 * np.linspace(math.log(start), math.log(highest * 1.001), _NODES)
        scans = [scan(float(math.exp(v)), lepton, x, coupling, _ORDER) for v in self._log_s]
        self._log_sigma = np.log(np.maximum([sigma for sigma, _ in scans], 1e-300))
        bounds = np.array([bound for _, bound in scans])
        # Between nodes: the larger of both, and a little more.
        self._bound = np.maximum(bounds[1:], bounds[:-1]) * _HEADROOM

    def cross_section(self, s: F64) -> F64:
        """Return fb for a coupling of 1, interpolated: float64[n]."""
        return np.asarray(np.exp(np.interp(np.log(s), self._log_s, self._log_sigma)))

    def events(self, draws: Draws, first: int, index: I64, sqrt_s: F64) -> tuple[F64, F64, F64]:
        """Return four-momenta of l-, l+ and X in the CM, float64[n, 4] each.

        Steps ``first`` to ``first + 1`` of the random numbers are used.
        """
        s13, s23 = self._dalitz(draws.step(first), index, sqrt_s).T
        s = sqrt_s * sqrt_s
        h = tensor(s13, s23, s, self._lepton, self._x, self._coupling)
        angles = self._orientation(draws.step(first + 1), index, h)
        l2 = self._lepton**2
        e1, e2 = 0.5 * (s + l2 - s23) / sqrt_s, 0.5 * (s + l2 - s13) / sqrt_s
        p1, p2 = np.sqrt(np.maximum(e1 * e1 - l2, 0.0)), np.sqrt(np.maximum(e2 * e2 - l2, 0.0))
        p3 = (sqrt_s - e1 - e2) ** 2 - self._x**2
        cosine = np.clip((p3 - p1 * p1 - p2 * p2) / np.maximum(2.0 * p1 * p2, 1e-300), -1.0, 1.0)
        zero = np.zeros_like(p1)
        minus = turned(np.stack([zero, zero, p1, e1], axis=1), angles)
        sine = np.sqrt(1.0 - cosine * cosine)
        plus = turned(np.stack([p2 * sine, zero, p2 * cosine, e2], axis=1), angles)
        boson = -(minus + plus)
        boson[:, 3] += sqrt_s
        return minus, plus, boson

    def _dalitz(self, draws: Draws, index: I64, sqrt_s: F64) -> F64:
        s = sqrt_s * sqrt_s
        l2 = self._lepton**2
        low, high = dalitz_range(s, self._lepton, self._x)
        span = np.log(high / low)
        cell = np.clip(np.searchsorted(self._log_s, np.log(s)) - 1, 0, len(self._bound) - 1)
        bound = self._bound[cell]

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            u = draws.uniform(index[at], 2 * attempt)
            u_accept = draws.uniform(index[at], 2 * attempt + 1)[:, 0]
            s13, s23 = (low[at] * np.exp(u[:, i] * span[at]) + l2 for i in (0, 1))
            below, above = dalitz_limits(s13, s[at], self._lepton, self._x)
            inside = np.flatnonzero((s23 > below) & (s23 < above))
            margin = np.full(len(at), -1.0)
            some = density(s13[inside], s23[inside], s[at][inside], self._lepton, self._x, self._coupling)
            margin[inside] = some - u_accept[inside] * bound[at][inside]
            return np.stack([s13, s23], axis=1), margin

        return accept_reject(index, propose, "lepton pair and boson")

    def _orientation(self, draws: Draws, index: I64, h: F64) -> F64:
        """Return theta and phi of l-, psi about it: float64[n, 3]."""
        trace = h[:, :3].sum(axis=1)

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            u = draws.uniform(index[at], 2 * attempt)
            v = draws.uniform(index[at], 2 * attempt + 1)
            cosine, psi = 2.0 * u[:, 0] - 1.0, 2.0 * math.pi * u[:, 1]
            sine = np.sqrt(1.0 - cosine * cosine)
            # The beam's direction as the three particles see it.
            nx, ny, nz = -sine * np.cos(psi), sine * np.sin(psi), cosine
            hxx, hyy, hzz, hxz = h[at].T
            along = hxx * nx * nx + hyy * ny * ny + hzz * nz * nz + 2.0 * hxz * nx * nz
            angles = np.stack([np.arccos(cosine), 2.0 * math.pi * v[:, 0], psi], axis=1)
            return angles, trace[at] - along - v[:, 1] * trace[at]

        return accept_reject(index, propose, "orientation of lepton pair and boson")
