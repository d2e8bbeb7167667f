"""The strong coupling at a few GeV."""

from __future__ import annotations

import math

from trigemu.physics.constants import TAU, mass

_AT_TAU = 0.33
"""alpha_s at the tau's mass (recalled)."""


def alpha_s(m: float) -> float:
    """Return alpha_s at a mass of 1 to 5 GeV: one loop, three flavours, good to 10 %."""
    return _AT_TAU / (1.0 + _AT_TAU * 9.0 / (2.0 * math.pi) * math.log(m / mass(TAU)))
