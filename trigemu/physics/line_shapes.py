"""Masses of resonances: Breit-Wigner shapes, widths that run with the momentum of what they decay to, tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.vectors import momentum_of_two

C128 = NDArray[np.complex128]

_POINTS = 2000


@dataclass(frozen=True, slots=True)
class PWave:
    """A resonance that decays to two particles in a P wave.

    Attributes
    ----------
    pole, width
        Mass and width at that mass in GeV.
    first, second
        Masses (GeV) of what it decays to.
    """

    pole: float
    width: float
    first: float
    second: float

    def running_width(self, m: F64) -> F64:
        """Return width (p / p0)^3 (pole / m) at masses m, 0 below threshold."""
        p0 = momentum_of_two(self.pole, self.first, self.second)
        ratio = momentum_of_two(m, self.first, self.second) / p0
        return np.asarray(self.width * ratio**3 * self.pole / m)

    def amplitude(self, m: F64) -> C128:
        """Return pole^2 / (pole^2 - m^2 - i m width(m)): 1 at m = 0."""
        square = self.pole * self.pole
        return np.asarray(square / (square - m * m - 1j * m * self.running_width(m)))

    def density(self, m: F64) -> F64:
        """Return the line shape per GeV, m width(m) / ((m^2 - pole^2)^2 + (pole width(m))^2), up to a factor."""
        running = self.running_width(m)
        return np.asarray(m * running / ((m * m - self.pole**2) ** 2 + (self.pole * running) ** 2))

    def over_constant(self, m: F64) -> F64:
        """Return `density` over that of a Breit-Wigner shape of constant width, up to a factor."""
        gap, running = (m * m - self.pole**2) ** 2, self.running_width(m)
        constant = gap + (self.pole * self.width) ** 2
        return np.asarray(running * constant / (gap + (self.pole * running) ** 2))


def breit_wigner(
    shape: tuple[float, float],
    low: F64 | float,
    high: F64 | float,
    weight: Callable[[F64, I64], F64],
    draws: Draws,
    index: I64,
) -> F64:
    """Return masses, float64[n], of a Breit-Wigner shape (mass, width) times a weight of at most 1.

    ``low`` and ``high`` limit the mass; ``weight`` is called with masses and positions.
    """
    m0, width = shape
    low, high = np.broadcast_to(low, len(index)), np.broadcast_to(high, len(index))
    start = np.arctan((low * low - m0 * m0) / (m0 * width))
    end = np.arctan((high * high - m0 * m0) / (m0 * width))

    def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
        u = draws.uniform(index[at], attempt)
        angle = start[at] + u[:, 0] * (end[at] - start[at])
        mass = np.sqrt(np.maximum(m0 * m0 + m0 * width * np.tan(angle), low[at] ** 2))
        return mass, weight(mass, at) - u[:, 1]

    return accept_reject(index, propose, "a resonance's mass")


class Spectrum:
    """Masses from a density that is tabulated.

    Parameters
    ----------
    density
        Per GeV, any unit: float64[k] -> float64[k], finite and not negative.
    low, high
        GeV.
    """

    def __init__(self, density: Callable[[F64], F64], low: float, high: float) -> None:
        # Fine towards both ends, where spectra vanish.
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        self._mass = middle - half * np.cos(np.linspace(0.0, math.pi, _POINTS))
        values = density(self._mass)
        self._sum = np.concatenate([[0.0], np.cumsum(0.5 * (values[1:] + values[:-1]) * np.diff(self._mass))])

    def draw(self, u: F64) -> F64:
        """Return masses for uniforms float64[n]."""
        return np.asarray(np.interp(u * self._sum[-1], self._sum, self._mass))
