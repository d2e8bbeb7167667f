"""Two-photon pairs e+e- -> e+e- mu+mu- with quasi-real photons along the beams (equivalent photons).

Good for rates of muon pairs to 16 % (signals_facts 2.2); not for electron pairs.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.constants import ALPHA, ELECTRON, MUON, PB_PER_GEV2, mass

_M = mass(MUON)
_POINTS = 2001


def flux(tau: F64, s: float) -> F64:
    """Return dL/dtau of two photons with tau = W^2 / s."""
    power = (ALPHA / (2.0 * math.pi) * math.log(s / (4.0 * mass(ELECTRON) ** 2))) ** 2
    form = (2.0 + tau) ** 2 * np.log(1.0 / tau) - 2.0 * (1.0 - tau) * (3.0 + tau)
    return np.asarray(power / tau * form)


def pair_cross_section(w: F64) -> F64:
    """Return sigma(photon photon -> mu mu) in pb for energies w in the CM (GeV)."""
    r = 4.0 * (_M / w) ** 2
    b = np.sqrt(np.maximum(1.0 - r, 0.0))
    form = (1.0 + r - 0.5 * r * r) * np.log((1.0 + b) / (1.0 - b)) - b * (1.0 + r)
    return np.asarray(4.0 * math.pi * ALPHA**2 / w**2 * form * PB_PER_GEV2)


class TwoPhotonMuons:
    """Draws pairs.

    Parameters
    ----------
    sqrt_s
        GeV.
    w_min
        Least mass of the pair.
    """

    def __init__(self, sqrt_s: float, w_min: float) -> None:
        self._sqrt_s = sqrt_s
        s = sqrt_s * sqrt_s
        log_w = np.linspace(math.log(w_min), math.log(0.999 * sqrt_s), _POINTS)
        w = np.exp(log_w)
        tau = w * w / s
        values = flux(tau, s) * pair_cross_section(w) * 2.0 * tau
        steps = 0.5 * (values[1:] + values[:-1]) * np.diff(log_w)
        self._log_w, self._sum = log_w, np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def cross_section(self) -> float:
        """In pb."""
        return float(self._sum[-1])

    def draw(self, draws: Draws, first: int, index: I64) -> tuple[F64, F64, F64, F64]:
        """Return mass of the pair, energy fractions of the two photons and cosine in the pair's frame.

        Steps ``first`` to ``first + 2`` of the random numbers are used.
        """
        u = draws.step(first).uniform(index)
        w = np.exp(np.interp(u[:, 0] * self._sum[-1], self._sum, self._log_w))
        tau = (w / self._sqrt_s) ** 2

        def fraction(at: I64, attempt: I64) -> tuple[F64, F64]:
            v = draws.step(first + 1).uniform(index[at], attempt)
            # x1 = tau^u is uniform in rapidity; the spectra (1 + (1 - x)^2) / 2 are at most 1.
            x = tau[at] ** v[:, 0]
            y = tau[at] / x
            keep = 0.25 * (1.0 + (1.0 - x) ** 2) * (1.0 + (1.0 - y) ** 2)
            return x, keep - v[:, 1]

        def angle(at: I64, attempt: I64) -> tuple[F64, F64]:
            v = draws.step(first + 2).uniform(index[at], attempt)
            b2 = 1.0 - 4.0 * (_M / w[at]) ** 2
            b = np.sqrt(b2)
            bc = np.tanh((2.0 * v[:, 0] - 1.0) * np.arctanh(b))
            keep = 1.0 + bc * bc + 2.0 * b2 * (1.0 - b2) * (1.0 - bc * bc / b2) / (1.0 - bc * bc)
            return bc / b, keep / 2.5 - v[:, 1]

        x = accept_reject(index, fraction, "two-photon energies")
        return w, x, tau / x, accept_reject(index, angle, "two-photon angles")
