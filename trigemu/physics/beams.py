"""Frames of e+e- colliders: two beams that may cross at an angle.

Centre-of-mass (CM) frame of generators: the incoming e- points to +z.  On the way to the laboratory an event
is rotated by the smallest rotation that makes its e- point as the real one does after a boost to the CM, and
boosted back.  z of the laboratory is the detector's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import ELECTRON, mass
from trigemu.physics.vectors import boost

_ME = mass(ELECTRON)


@dataclass(frozen=True)
class Beams:
    """Two beams in the x-z plane of the laboratory, e- going to +z.

    Attributes
    ----------
    electron_gev, positron_gev
        Energies.
    electron_rad, positron_rad
        Angle of each beam's direction to the z axis, towards +x.
    spread_gev
        Standard deviation of the energy in the CM (0: none).
    """

    electron_gev: float
    positron_gev: float
    electron_rad: float = 0.0
    positron_rad: float = 0.0
    spread_gev: float = 0.0

    @cached_property
    def momenta(self) -> F64:
        """float64[2, 4]: px, py, pz, E of e- and e+ in the laboratory."""
        rows = []
        for energy, angle, side in (
            (self.electron_gev, self.electron_rad, 1.0),
            (self.positron_gev, self.positron_rad, -1.0),
        ):
            p = math.sqrt(energy * energy - _ME * _ME)
            rows.append((p * math.sin(angle), 0.0, side * p * math.cos(angle), energy))
        return np.array(rows)

    @cached_property
    def total(self) -> F64:
        """float64[4], sum of both."""
        return np.asarray(self.momenta.sum(axis=0))

    @cached_property
    def sqrt_s(self) -> float:
        """Energy in the CM in GeV."""
        t = self.total
        return math.sqrt(t[3] ** 2 - t[0] ** 2 - t[1] ** 2 - t[2] ** 2)

    @cached_property
    def beta(self) -> F64:
        """float64[3], velocity of the CM in the laboratory."""
        return np.asarray(self.total[:3] / self.total[3])

    @cached_property
    def rotation(self) -> F64:
        """float64[3, 3], smallest rotation that takes z to the direction of e- in the CM."""
        x, y, z = boost(self.momenta[:1], -self.beta)[0, :3]
        x, y, z = (component / math.sqrt(x * x + y * y + z * z) for component in (x, y, z))
        k = 1.0 / (1.0 + z)
        return np.array([[1 - k * x * x, -k * x * y, x], [-k * x * y, 1 - k * y * y, y], [-x, -y, z]])

    def to_lab(self, momenta: F64) -> F64:
        """Return four-vectors float64[n, 4] (px, py, pz, E) of the CM as seen in the laboratory."""
        return boost(_rotated(momenta, self.rotation), self.beta)

    def to_cm(self, momenta: F64) -> F64:
        """Return four-vectors float64[n, 4] (px, py, pz, E) of the laboratory as seen in the CM."""
        return _rotated(boost(momenta, -self.beta), self.rotation.T)


def _rotated(momenta: F64, rotation: F64) -> F64:
    # Written out: a matrix product may round differently for other numbers of rows.
    x, y, z = momenta[:, 0], momenta[:, 1], momenta[:, 2]
    out = np.array(momenta, dtype=np.float64)
    for i, (a, b, c) in enumerate(rotation.tolist()):
        out[:, i] = a * x + b * y + c * z
    return out


SUPERKEKB = Beams(7.004, 4.002, 0.0415, 0.0415, 0.0050)
"""Belle II at the Upsilon(4S) (belle2_facts 1); spread from 5.13 and 2.375 MeV (signals_facts 2)."""

PEP2 = Beams(9.0, 3.109, spread_gev=0.0046)
"""BaBar at the Upsilon(4S), detector axis along the beams (the real one is 20 mrad off, babar_geometry_facts G11.7).

Spread recalled: 4.6 to 5 MeV.
"""


def pep2(sqrt_s: float) -> Beams:
    """Return the beams of BaBar at an energy in the CM (GeV): all energies scaled, so that the boost stays.

    The real machine changed the electron beam alone (recalled): its beta gamma was 0.50 at the Upsilon(2S) and 0.53 at
    the Upsilon(3S) instead of 0.56.
    """
    scale = sqrt_s / PEP2.sqrt_s
    return Beams(PEP2.electron_gev * scale, PEP2.positron_gev * scale, spread_gev=PEP2.spread_gev * scale)


BEPC2_SPREAD = 5e-4
"""Recalled: relative energy spread of each of BESIII's beams."""


def bepc2(sqrt_s: float) -> Beams:
    """Return the beams of BESIII: equal energies, 11 mrad each to +x (signals_facts 2)."""
    energy = math.sqrt((0.5 * sqrt_s) ** 2 + (math.sin(0.011) * _ME) ** 2) / math.cos(0.011)
    return Beams(energy, energy, 0.011, 0.011, BEPC2_SPREAD * sqrt_s / math.sqrt(2.0))
