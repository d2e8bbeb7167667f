"""Initial-state radiation at first order with soft photons to all orders: one photon along a beam takes x of s.

x follows the cross-section at s (1 - x) times (Kuraev and Fadin, Sov. J. Nucl. Phys. 41 (1985) 466)

    W(x) = (1 + delta) beta x^(beta - 1) - beta (1 - x / 2)
    beta = (2 alpha / pi)(ln(s / m_e^2) - 1),    delta = 3 beta / 4 + (alpha / pi)(pi^2 / 3 - 1 / 2)

The second term makes hard photons as rare as they are (to first order W is beta (1 / x - 1 + x / 2)); W is
positive everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import ALPHA, ELECTRON, mass

_POINTS = 4096


def radiator_power(s: float) -> float:
    """Return beta = (2 alpha / pi)(ln(s / m_e^2) - 1) for s in GeV^2."""
    return 2.0 * ALPHA / math.pi * (math.log(s / mass(ELECTRON) ** 2) - 1.0)


def soft_factor(s: float) -> float:
    """Return 1 + delta, the factor of soft radiation, for s in GeV^2."""
    return 1.0 + 0.75 * radiator_power(s) + ALPHA / math.pi * (math.pi**2 / 3.0 - 0.5)


def radiated_below(s: float, x: F64) -> F64:
    """Return the integral of W from 0 to fractions x, float64[n], for s in GeV^2.

    At x = 1 it is 1 + (alpha / pi)(pi^2 / 3 - 1 / 2), virtual photons included, at any energy.
    """
    beta = radiator_power(s)
    return np.asarray(soft_factor(s) * x**beta - beta * x * (1.0 - 0.25 * x))


class Radiator:
    """Draws x for a process.

    In v = x^beta the density of radiation alone is smooth: 1 + delta - x^(1 - beta) (1 - x / 2).  So the inverse of
    the cumulative cross-section over v is a smooth table.

    Parameters
    ----------
    s
        GeV^2.
    cross_section
        Of the process as function of s (float64[k] -> float64[k], any unit); None for a constant.
    x_max
        Largest x.
    """

    def __init__(
        self, s: float, cross_section: Callable[[F64], F64] | None = None, x_max: float = 0.999
    ) -> None:
        self._inverse_beta = 1.0 / radiator_power(s)
        top = x_max ** radiator_power(s)
        # Fine where v nears its end: there x, and with it the cross-section, moves fastest.
        self._v = top * (1.0 - (1.0 - np.linspace(0.0, 1.0, _POINTS)) ** 2)
        x = self._v**self._inverse_beta
        values = np.ones_like(x) if cross_section is None else cross_section(s * (1.0 - x))
        steps = 0.5 * (values[1:] + values[:-1]) * np.diff(radiated_below(s, x))
        self._sum = np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def cross_section(self) -> float:
        """The process's cross-section with radiation, in the unit of the function given."""
        return float(self._sum[-1])

    def x(self, u: F64) -> F64:
        """Return float64[n] of x for uniforms float64[n]."""
        v = np.interp(u * self._sum[-1], self._sum, self._v)
        return np.asarray(v**self._inverse_beta)


def radiate(sqrt_s: float | F64, x: F64, side: F64) -> tuple[F64, F64]:
    """Return photon and remaining system in the CM, both float64[n, 4] (px, py, pz, E).

    Parameters
    ----------
    sqrt_s
        GeV, one or float64[n].
    x
        float64[n].
    side
        float64[n], +1 where the e- (along +z) radiates, -1 where the e+ does.
    """
    photon = np.zeros((len(x), 4))
    photon[:, 3] = 0.5 * x * sqrt_s
    photon[:, 2] = side * photon[:, 3]
    rest = -photon
    rest[:, 3] += sqrt_s
    return photon, rest
