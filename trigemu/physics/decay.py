"""Where unstable particles decay: exponential law, truncated to a volume.

A particle of momentum p (GeV), mass m (GeV) and ctau (mm) has decay length L = ctau p / m.  ``inf`` stands
for the long-lived limit: the vertex is then uniform in the volume and the probability to decay in it
proportional to 1/p (its absolute value tends to 0).
"""

from __future__ import annotations

import math

from trigemu.jit import inlined


@inlined
def decay_length(momentum: float, mass: float, ctau: float) -> float:
    """Return the decay length in the unit of ``ctau``."""
    return ctau * momentum / mass


@inlined
def decay_probability(near: float, far: float, length: float) -> float:
    """Return the probability to decay between two distances from the origin: exp(-near/L) - exp(-far/L).

    Written so that it loses no digits where L is far beyond ``far``.
    """
    return -math.exp(-near / length) * math.expm1(-(far - near) / length)


@inlined
def truncated_exponential(u: float, length: float, depth: float) -> float:
    """Return a distance in [0, depth) distributed as exp(-x/L), by the inverse of its cumulative function.

    Parameters
    ----------
    u
        Uniform in [0, 1).
    length
        Decay length L (``inf``: uniform).
    depth
        Length of the volume, same unit.
    """
    ratio = depth / length
    if ratio < 1e-9:  # the next term is ratio / 2
        return u * depth
    return -length * math.log1p(u * math.expm1(-ratio))
