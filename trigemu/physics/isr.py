"""Initial-state radiation to leading logarithm: one photon along a beam takes a fraction x of s.

x follows beta x^(beta - 1) times the cross-section at s (1 - x); source: signals_facts 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import ALPHA, ELECTRON, mass

_POINTS = 4096


def radiator_power(s: float) -> float:
    """Return beta = (2 alpha / pi)(ln(s / m_e^2) - 1)."""
    return 2.0 * ALPHA / math.pi * (math.log(s / mass(ELECTRON) ** 2) - 1.0)


class Radiator:
    """Draws x for a process.

    In v = x^beta radiation alone is uniform, so the inverse of the cumulative cross-section over v is a
    smooth table.

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
        steps = 0.5 * (values[1:] + values[:-1]) * np.diff(self._v)
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
