"""tau -> three pions nu: a1 -> rho pi in an S wave (Kuehn and Santamaria, Z. Phys. C 48 (1990) 445).

The current of pions 1 and 2, alike, and 3 is that part of

    (q1 - q3) B(s2) + (q2 - q3) B(s1),    s1 = (q2 + q3)^2,    s2 = (q1 + q3)^2

that is transverse to Q = q1 + q2 + q3, times the a1, whose width runs with the phase space of this current; B is rho
and rho'.  An unpolarised tau makes 2 Re (P J)(k J*) - (P k)(J J*) of it, P the tau's momentum, k the neutrino's, which
may have a mass.  What depends on which side of the pions' plane the neutrino is, is left out.

Sampled in three steps: the mass of all three; s1 and s2; how they lie with respect to the tau.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.constants import PI0, PION, mass
from trigemu.physics.line_shapes import C128, PWave, Spectrum
from trigemu.physics.vectors import turned

A1 = (1.251, 0.599)
"""Mass and width of the a1 (GeV) in this model's fit to data."""

_RHOS = ((0.773, 0.145), (1.370, 0.510))
_MIXING = -0.145
"""rho, rho' and how much of it: the same fit."""

_NODES, _ORDER = 160, 32
_HEADROOM = 1.15
_EDGE = 1e-3


class ThreePions:
    """The model for one set of charges.

    Parameters
    ----------
    alike, third
        Masses (GeV) of each of the two pions that are alike, and of the third.
    tau, heavy
        Masses (GeV) of the tau and of the neutrino.
    """

    def __init__(self, alike: float, third: float, tau: float, heavy: float = 0.0) -> None:
        self._alike, self._third, self._tau, self._heavy = alike, third, tau, heavy
        self._rho, excited = (PWave(pole, width, alike, third) for pole, width in _RHOS)
        self._excited = excited
        least = 2.0 * alike + third
        self._mass = np.linspace(least + _EDGE, tau - _EDGE, _NODES)
        space = [self._integrate(float(m)) for m in self._mass]
        self._space = np.array([area for area, _ in space])
        self._bound = np.array([bound for _, bound in space]) * _HEADROOM
        self._spectrum = Spectrum(self.density, least + _EDGE, tau - heavy - _EDGE)

    def phase_space(self, m: F64) -> F64:
        """Return the integral of abs(J)^2 without the a1 over the Dalitz plot, over m^2: the a1's running width."""
        return np.asarray(np.interp(m, self._mass, self._space))

    def density(self, m: F64) -> F64:
        """Return the spectrum of the mass of three pions (per GeV, any unit)."""
        s, tau2, (pole, width) = m * m, self._tau**2, A1
        space = self.phase_space(m)
        running = width * space / self.phase_space(np.array([pole]))
        line = 1.0 / ((pole * pole - s) ** 2 + (pole * running) ** 2)
        left = np.sqrt(self._momentum_left(s)) * (1.0 - self._heavy**2 * self._lost(s))
        return np.asarray((tau2 - s) ** 2 * (tau2 + 2.0 * s) / s * line * space * m * left)

    def _momentum_left(self, s: F64) -> F64:
        """Return what a mass of the neutrino leaves of the pions' squared momentum where the tau rests."""
        tau2, heavy2 = self._tau**2, self._heavy**2
        share = 1.0 - heavy2 * (2.0 * (tau2 + s) - heavy2) / (tau2 - s) ** 2
        return np.asarray(np.maximum(share, 0.0))

    def _lost(self, s: F64) -> F64:
        """Return which part of (tau^2 - s)(tau^2 + 2 s) a neutrino's squared mass takes away, per GeV^2."""
        tau2, heavy2 = self._tau**2, self._heavy**2
        # With a mass M of the neutrino it is (tau^2 - M^2)^2 + s (tau^2 + M^2 - 2 s).
        return np.asarray((2.0 * tau2 - s - heavy2) / ((tau2 - s) * (tau2 + 2.0 * s)))

    def _excess(self, m: F64) -> F64:
        """Return by how much more often the pions' spin is along the tau than across it: 1 + excess c^2."""
        tau2, s = self._tau**2, m * m
        return np.asarray((tau2 / s - 1.0) * self._momentum_left(s) / (1.0 + self._heavy**2 / (tau2 - s)))

    def masses(self, u: F64) -> F64:
        """Return masses of three pions for uniforms float64[n]."""
        return self._spectrum.draw(u)

    def _resonances(self, s: F64) -> C128:
        m = np.sqrt(s)
        return np.asarray((self._rho.amplitude(m) + _MIXING * self._excited.amplitude(m)) / (1.0 + _MIXING))

    def _plane(self, m: F64, s1: F64, s2: F64) -> tuple[F64, F64, F64, F64, F64]:
        """Return, where the three rest, momentum of pion 3, x and z of pion 1 (3 along z), energies of both."""
        a2, t2 = self._alike**2, self._third**2
        e1, e3 = (m * m + a2 - s1) / (2.0 * m), (s1 + s2 - 2.0 * a2) / (2.0 * m)
        e2 = m - e1 - e3
        square1, square2, square3 = e1 * e1 - a2, e2 * e2 - a2, e3 * e3 - t2
        p3 = np.sqrt(np.maximum(square3, 1e-300))
        z1 = (square2 - square1 - square3) / (2.0 * p3)
        return p3, np.sqrt(np.maximum(square1 - z1 * z1, 0.0)), z1, e3, e1

    def current(self, m: F64, s1: F64, s2: F64) -> tuple[C128, C128]:
        """Return x and z of J where the three pions rest, pion 3 along z and pion 1 in x, z."""
        p3, x1, z1, _, _ = self._plane(m, s1, s2)
        b2, b1 = self._resonances(s2), self._resonances(s1)
        # q2 is -q1 - q3.
        return np.asarray((b2 - b1) * x1), np.asarray((b2 - b1) * z1 - (b2 + 2.0 * b1) * p3)

    def limits(self, m: F64, s1: F64) -> tuple[F64, F64]:
        """Return the smallest and largest s2."""
        root = np.sqrt(s1)
        e3 = (s1 + self._third**2 - self._alike**2) / (2.0 * root)
        e1 = (m * m - s1 - self._alike**2) / (2.0 * root)
        p3 = np.sqrt(np.maximum(e3 * e3 - self._third**2, 0.0))
        p1 = np.sqrt(np.maximum(e1 * e1 - self._alike**2, 0.0))
        return np.asarray((e1 + e3) ** 2 - (p1 + p3) ** 2), np.asarray((e1 + e3) ** 2 - (p1 - p3) ** 2)

    def _range(self, m: F64) -> tuple[F64, F64]:
        low = np.full_like(m, (self._alike + self._third) ** 2)
        return low, np.asarray((m - self._alike) ** 2)

    def _angle(self, s: F64 | float) -> F64:
        """Return the variable in which the rho is flat."""
        pole, width = _RHOS[0]
        return np.asarray(np.arctan((s - pole * pole) / (pole * width)))

    def _proposed(self, m: F64, s1: F64, s2: F64) -> F64:
        """Return the density of what is proposed: one of s1 and s2 as the rho, the other anywhere."""
        pole, width = _RHOS[0]
        low, high = self._range(m)
        span = self._angle(high) - self._angle(low)
        total = np.zeros_like(m)
        for one in (s1, s2):
            below, above = self.limits(m, one)
            line = pole * width / ((one - pole * pole) ** 2 + (pole * width) ** 2)
            total += 0.5 * line / span / np.maximum(above - below, 1e-300)
        return total

    def _weight(self, m: F64, s1: F64, s2: F64) -> F64:
        x, z = self.current(m, s1, s2)
        return np.asarray((np.abs(x) ** 2 + np.abs(z) ** 2) / self._proposed(m, s1, s2))

    def _integrate(self, m: float) -> tuple[float, float]:
        """Return `phase_space` and the largest weight at one mass."""
        nodes, weights = np.polynomial.legendre.leggauss(_ORDER)
        low, high = (float(v[0]) for v in self._range(np.array([m])))
        start, end = float(self._angle(low)), float(self._angle(high))
        pole, width = _RHOS[0]
        angle = start + 0.5 * (nodes + 1.0) * (end - start)
        s1 = pole * pole + pole * width * np.tan(angle)
        jacobian = 0.5 * (end - start) * ((s1 - pole * pole) ** 2 + (pole * width) ** 2) / (pole * width)
        below, above = self.limits(np.full(_ORDER, m), s1)
        s2 = below[:, None] + 0.5 * (nodes + 1.0) * (above - below)[:, None]
        flat = (np.full(_ORDER**2, m), np.repeat(s1, _ORDER), s2.ravel())
        x, z = self.current(*flat)
        values = (np.abs(x) ** 2 + np.abs(z) ** 2).reshape(_ORDER, _ORDER)
        area = (weights * jacobian * 0.5 * (above - below))[:, None] * weights
        return float((values * area).sum()) / (m * m), float(self._weight(*flat).max())

    def points(self, draws: Draws, index: I64, m: F64) -> tuple[F64, F64]:
        """Return s1 and s2 for masses of three pions, float64[n] each."""
        low, high = self._range(m)
        start, end = self._angle(low), self._angle(high)
        bound = np.interp(m, self._mass, self._bound)
        pole, width = _RHOS[0]

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            u = draws.uniform(index[at], 2 * attempt)
            v = draws.uniform(index[at], 2 * attempt + 1)
            one = pole * pole + pole * width * np.tan(start[at] + u[:, 0] * (end[at] - start[at]))
            below, above = self.limits(m[at], one)
            # The second number says which of both is the rho, and where the other is.
            first, fraction = v[:, 0] < 0.5, (2.0 * v[:, 0]) % 1.0
            other = below + fraction * (above - below)
            s1, s2 = np.where(first, one, other), np.where(first, other, one)
            keep = self._weight(m[at], s1, s2) - u[:, 1] * bound[at]
            return np.stack([s1, s2], axis=1), keep

        s1, s2 = accept_reject(index, propose, "a1 -> rho pi").T
        return s1, s2

    def momenta(self, draws: Draws, index: I64, m: F64, s1: F64, s2: F64) -> tuple[F64, F64, F64]:
        """Return pions 1, 2 and 3 where the three rest and the tau goes along z, float64[n, 4] each."""
        x, z = self.current(m, s1, s2)
        total = np.abs(x) ** 2 + np.abs(z) ** 2
        excess = self._excess(m)

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            u = draws.uniform(index[at], 2 * attempt)
            v = draws.uniform(index[at], 2 * attempt + 1)
            cosine, psi = 2.0 * u[:, 0] - 1.0, 2.0 * math.pi * u[:, 1]
            sine = np.sqrt(1.0 - cosine * cosine)
            # The tau's direction as the pions see it.
            along = np.abs(cosine * z[at] - sine * np.cos(psi) * x[at]) ** 2 / total[at]
            keep = 1.0 + excess[at] * along - v[:, 1] * (1.0 + excess[at])
            return np.stack([np.arccos(cosine), 2.0 * math.pi * v[:, 0], psi], axis=1), keep

        angles = accept_reject(index, propose, "orientation of three pions")
        p3, x1, z1, e3, e1 = self._plane(m, s1, s2)
        zero = np.zeros_like(m)
        first = turned(np.stack([x1, zero, z1, e1], axis=1), angles)
        third = turned(np.stack([zero, zero, p3, e3], axis=1), angles)
        second = -(first + third)
        second[:, 3] += m
        return first, second, third


@lru_cache(maxsize=64)
def three_pions(tau: float, *, neutral: bool, heavy: float = 0.0) -> ThreePions:
    """Return the model of pi0 pi0 pi- (``neutral``) or pi- pi- pi+ beside a neutrino of mass ``heavy`` (GeV).

    ``tau``: the tau's mass.
    """
    charged, other = mass(PION), mass(PI0)
    return ThreePions(other if neutral else charged, charged, tau, heavy)
