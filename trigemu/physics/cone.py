"""A rough detector: rings behind the decay volume that both daughters of a decay must hit.

It only decides how often kinds of decays are made (`trigemu.physics.forward`), so it need not be exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64
from trigemu.jit import inlined

Ring = tuple[float, float, float, float]
"""Distance from where particles are made, inner and outer radius, x of the hole's centre; mm."""


@dataclass(frozen=True, slots=True)
class Cone:
    """What two daughters of a decay in the volume must hit.

    Attributes
    ----------
    distance
        Of the last ring from where particles are made, mm.
    inner, outer
        Its radii, mm.
    daughters
        Their masses, GeV.
    least
        Momentum that both need, GeV.
    bend, kick
        Distance at which they get opposite kicks across (mm), and the kick of the first (GeV).
    chambers
        Further rings before and behind the bend.
    unseen
        Whether there is a third daughter, massless, that need not hit anything.
    either
        Whether the first has either charge: the kick has both signs.
    """

    distance: float
    inner: float
    outer: float
    daughters: tuple[float, float]
    least: float
    bend: float = 0.0
    kick: float = 0.0
    chambers: tuple[Ring, ...] = ()
    unseen: bool = False
    either: bool = False

    @property
    def numbers(self) -> F64:
        """All but the rings, for kernels."""
        return np.array(
            [*self.daughters, self.least, self.bend, self.kick, float(self.unseen), float(self.either)]
        )

    @property
    def rings(self) -> F64:
        """All rings, float64[n, 4], the last one first: it is the one that most decays miss."""
        return np.array([(self.distance, self.inner, self.outer, 0.0), *self.chambers])


@inlined
def hit(
    x: float, y: float, flown: float, px: float, py: float, pz: float, kick: float, numbers: F64, rings: F64
) -> bool:
    """Return whether one daughter hits all rings.

    Parameters
    ----------
    x, y, flown
        Where it is made: across, and from the source on along the beam (mm).
    px, py, pz
        Its momentum (GeV).
    kick
        Its own (GeV).
    numbers, rings
        See `Cone`.
    """
    least, bend = numbers[2], numbers[3]
    if pz <= 0.0 or px * px + py * py + pz * pz < least * least:
        return False
    for ring in rings:
        at = x + (px * (ring[0] - flown) + kick * max(ring[0] - bend, 0.0)) / pz
        up = y + py / pz * (ring[0] - flown)
        outer, inner = ring[2], ring[1]
        if at * at + up * up > outer * outer:
            return False
        if (at - ring[3]) ** 2 + up * up < inner * inner:
            return False
    return True
