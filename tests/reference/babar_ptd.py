"""BaBar's transverse-momentum discriminator as one would explain it: seed by seed, with azimuths as fractions.

``segments`` are (superlayer 0-9, position in 1/32 of a cell, weight, tick) of one crossing.
"""

from __future__ import annotations

import math
from fractions import Fraction

CELLS = {0: 96, 3: 144, 6: 208, 9: 256}
RADIUS = {2: (272.4, 434.7, 597.4, 759.2), 3: (284.3, 446.6, 609.3, 771.1)}
"""mm, of the second and of the third layer of the axial superlayers (babar_geometry_facts 1.1)."""

TICKS = 64


def azimuth(superlayer, position, pivot_layer):
    """Return the azimuth in turns; wire 0 of a second layer is half a cell beyond 0."""
    shift = Fraction(1, 2) if pivot_layer == 2 else 0
    return (Fraction(position, 32) + shift) / CELLS[superlayer] % 1


def most(seed, other, config, pivot_layer):
    """Return the largest distance in turns of a confirming segment."""
    radius = dict(zip(CELLS, RADIUS[pivot_layer], strict=True))
    circle = config.pt_gev / (0.299792458e-3 * 1.5)
    bent = math.asin(radius[seed] / (2 * circle)) - math.asin(radius[other] / (2 * circle))
    spread = math.sqrt((config.tolerance_mm / radius[seed]) ** 2 + (config.tolerance_mm / radius[other]) ** 2)
    return (bent + spread) / (2 * math.pi)


def maps(segments, config, pivot_layer=2):
    """Return, for each tick, the bins of A'."""
    # The hardware's windows are whole units of azimuth.
    units = 32 * math.lcm(*CELLS.values())
    out = []
    for tick in range(TICKS):
        now = [
            (superlayer, azimuth(superlayer, position, pivot_layer))
            for superlayer, position, weight, begin in segments
            if superlayer in CELLS and weight >= config.minimum_weight and begin <= tick < begin + config.hold
        ]
        bins = set()
        for seed, place in now:
            if seed < 6:
                continue
            confirming = {
                other
                for other, there in now
                if other < seed
                and min((there - place) % 1, (place - there) % 1) * units
                <= round(most(seed, other, config, pivot_layer) * units)
            }
            if len(confirming) >= config.confirm[0 if seed == 6 else 1]:
                bins.add(math.floor(16 * place))
        out.append(bins)
    return out
