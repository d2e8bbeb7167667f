"""How likely an A' of some momentum decays inside the volume; the most it can be in a range of momenta."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64
from trigemu.jit import inlined
from trigemu.physics.decay import decay_probability


@inlined
def flight_weight(momentum: float, near: float, far: float, slope: float) -> float:
    """Return the probability to decay between two distances for a decay length of ``slope`` x momentum.

    For ``slope`` = inf (long-lived limit) 1 GeV / p instead: what the probability is proportional to.
    """
    if math.isinf(slope):
        return 1.0 / momentum
    return decay_probability(near, far, slope * momentum)


@dataclass(frozen=True, slots=True)
class Flight:
    """The decay volume as seen from where the A' is made, and the lifetime.

    Attributes
    ----------
    near, far
        Distances of the two ends of the volume, mm.
    mass
        A' mass, GeV.
    ctau
        mm; inf for the long-lived limit.
    """

    near: float
    far: float
    mass: float
    ctau: float

    @property
    def slope(self) -> float:
        """Decay length over momentum, mm / GeV."""
        return self.ctau / self.mass

    def weight(self, momentum: F64) -> F64:
        """Return `flight_weight` for an array of momenta (GeV)."""
        if math.isinf(self.slope):
            return np.asarray(1.0 / momentum)
        length = self.slope * momentum
        return np.asarray(-np.exp(-self.near / length) * np.expm1(-(self.far - self.near) / length))

    def largest(self, low: F64, high: F64) -> F64:
        """Return the maximum of `weight` for momenta between ``low`` and ``high`` (GeV, low > 0)."""
        if math.isinf(self.slope):
            return self.weight(low)
        # One maximum: where the derivative of exp(-near / L) - exp(-far / L) vanishes.
        peak = (self.far - self.near) / math.log(self.far / self.near) / self.slope
        return self.weight(np.clip(peak, low, high))
