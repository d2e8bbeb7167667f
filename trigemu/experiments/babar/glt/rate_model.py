"""Rate of level 1 as a function of PEP-II's currents and luminosity: the experiment's own fit, beside emulated rates.

The formula describes runs of 2002 and 2003 in good vacuum, before the z trigger (besiii_babar_facts B3.9).  In other
runs the part that comes from the beams is larger: `background_factor` has its distribution.  Nothing here knows lines
or prescales.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64

COSMIC_HZ = 125.0
LER_HZ = 50.0
"""For each ampere of positrons."""
HER_HZ, HER_SQUARED_HZ = 190.0, 180.0
"""For each ampere of electrons, and for its square."""
LUMINOSITY_HZ = 70.0
"""For each 1e33 / (cm2 s)."""
BOTH_HZ = 100.0
"""For each product of the currents in ampere squared."""

EXCEEDED = ((2.0, 0.24), (3.0, 0.046), (4.0, 0.022))
"""Factors, and the share of runs with more than so many times the formula's background (RB-4c)."""


@dataclass(frozen=True)
class Level1Rate:
    """Parts of the rate in Hz.

    ``cosmic`` rays; ``electrons`` and ``positrons`` of one beam each; ``both`` beams together; ``luminosity``: what
    collisions bring.
    """

    cosmic: float
    electrons: float
    positrons: float
    both: float
    luminosity: float

    @property
    def background(self) -> float:
        """Return what the beams bring: the part that varies from run to run (that it is this one is chosen)."""
        return self.electrons + self.positrons + self.both

    def total(self, factor: float = 1.0) -> float:
        """Return the rate of a run whose background is so many times the formula's."""
        return self.cosmic + self.luminosity + factor * self.background


def level1_rate(her_a: float, ler_a: float, luminosity: float) -> Level1Rate:
    """Return the rate at currents (A) of electrons (HER) and positrons (LER) and a luminosity in 1/(cm2 s)."""
    return Level1Rate(
        cosmic=COSMIC_HZ,
        electrons=HER_HZ * her_a + HER_SQUARED_HZ * her_a**2,
        positrons=LER_HZ * ler_a,
        both=BOTH_HZ * her_a * ler_a,
        luminosity=LUMINOSITY_HZ * luminosity / 1e33,
    )


def background_factor(share: F64) -> F64:
    """Return the factor that a share (float64, above 0, up to 1) of the runs exceed.

    Between and beyond the shares that are known, their logarithm is a straight line of the factor (chosen); so no run
    is below 1.14 times the formula, which fits that it is one for good vacuum.  Equally distributed shares give factors
    of runs.
    """
    known = np.array(EXCEEDED)
    factor, height = known[:, 0], np.log(known[:, 1])
    slope = np.diff(factor) / np.diff(height)
    below = factor[0] + slope[0] * (0.0 - height[0])
    above = factor[-1] + slope[-1] * (math.log(np.finfo(float).tiny) - height[-1])
    places = np.array([math.log(np.finfo(float).tiny), *height[::-1], 0.0])
    return np.asarray(np.interp(np.log(share), places, np.array([above, *factor[::-1], below])))
