"""How well the mass of the invisible particle is known from a reconstructed B: closed forms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trigemu.arrays import F64
from trigemu.collider.recoil_tag.config import RecoilTag
from trigemu.physics.vectors import momentum_of_two


def tag_resolution(mass: F64, parent: float, baryon: float, config: RecoilTag) -> F64:
    """Return float64[n] in GeV: what the errors of the reconstructed B make of the missing mass.

    The missing mass is m with m^2 = E^2 - p^2, and an error (dE, dp) of the B is one of the missing four-momentum, so
    m dm = E dE - p dp.  E and p are taken where the signal B rests (it moves with 0.06 c in the CM).

    Parameters
    ----------
    mass
        float64[n], of the invisible particle, GeV.
    parent, baryon
        Masses of the B and of the baryon, GeV.
    config
        Errors of the reconstructed B.
    """
    momentum = momentum_of_two(np.full(len(mass), parent), baryon, mass)
    energy = np.hypot(mass, momentum)
    return np.asarray(1e-3 * np.hypot(energy * config.energy_mev, momentum * config.momentum_mev) / mass)


def hypotheses(low: float, high: float, width: Callable[[float], float]) -> int:
    """Return how many masses a scan from ``low`` to ``high`` (GeV) has whose steps are the ``width`` (GeV) there."""
    count, mass = 0, low
    while mass <= high:
        count, mass = count + 1, mass + width(mass)
    return count
