"""Energy loss of heavy charged particles in matter: Bethe's formula with the shape that it has in iron.

That in caesium iodide differs by up to 3 %.  Energies in GeV.
"""

from __future__ import annotations

import math

from trigemu.jit import inlined
from trigemu.physics.constants import ELECTRON, mass

_SLICES = 4
_LEAST = 0.02
"""Particles with less than this of their mass as kinetic energy stop: 0.1 mm of iron for a muon."""

_ELECTRON = mass(ELECTRON)
_EXCITATION = 286.0e-9
"""Mean excitation energy of iron in GeV (PDG)."""
_X0, _X1, _C, _A, _K = -0.0012, 3.1531, 4.2911, 0.14680, 2.9632
"""Density effect in iron (Sternheimer, Berger, Seltzer, At. Data Nucl. Data Tables 30 (1984) 261)."""
_MINIMUM = 10.1445
"""Smallest value of `_bethe` for muons, at beta gamma = 3.43."""


@inlined
def _bethe(square: float, mass: float) -> float:
    """Return Bethe's formula but for its factor in front, in iron, at a (beta gamma)^2; ``mass`` in GeV."""
    beta2 = square / (1.0 + square)
    x = 0.5 * math.log10(square)
    density = 0.0
    if x >= _X0:
        density = 2.0 * math.log(10.0) * x - _C
        if x < _X1:
            density += _A * (_X1 - x) ** _K
    ratio = _ELECTRON / mass
    recoil = 1.0 + 2.0 * math.sqrt(1.0 + square) * ratio + ratio * ratio
    logarithm = math.log(2.0 * _ELECTRON * square / _EXCITATION) - 0.5 * math.log(recoil)
    return (logarithm - beta2 - 0.5 * density) / beta2


@inlined
def slowed(kinetic: float, mass: float, minimum: float) -> float:
    """Return the kinetic energy (GeV, 0: stopped) behind matter that costs ``minimum`` at minimum ionisation."""
    step = minimum / (_SLICES * _MINIMUM)
    for _ in range(_SLICES):
        # Below a few MeV all is lost in less than a slice.
        if kinetic <= _LEAST * mass:
            return 0.0
        gamma = 1.0 + kinetic / mass
        kinetic -= step * _bethe(gamma * gamma - 1.0, mass)
    return max(kinetic, 0.0)
