"""The flux return (IFR) as the response sees it: hexagonal barrel, two half doors at each end."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from trigemu.arrays import F64, I64, floats, integers
from trigemu.collider.response.yoke import Shape, Yoke, half_side
from trigemu.experiments.babar.emt.geometry import BARREL_RADIUS
from trigemu.experiments.babar.response.config import Ifr

SEXTANTS, HALVES = 6, 2
"""Sectors of the barrel and of an end (babar_geometry_facts G7.1)."""

NORMAL = math.pi / SEXTANTS
"""Azimuth of the middle of the first sextant: the hexagon stands on a side (recalled)."""

FIRST_HALF = -0.5 * math.pi
"""Azimuth at which the first half door begins: doors are divided vertically (recalled)."""


def _layers(begin: float, plates: tuple[float, ...], gap: float) -> F64:
    """Return distances of the gaps' middles and the iron in front of each; the first plate begins at ``begin``."""
    iron = np.array(plates)
    return floats(np.stack([begin + np.cumsum(iron) + gap * (np.arange(len(iron)) + 0.5), iron], axis=1))


@lru_cache(maxsize=8)
def yoke(config: Ifr) -> Yoke:
    """Return the yoke."""
    ends = _layers(config.half_length_mm, config.end_plates_mm, config.gap_mm)
    return Yoke(
        shape=Shape(
            centre=config.centre_mm,
            half_length=config.half_length_mm,
            module=config.half_length_mm,
            field_radius=config.field_radius_mm,
            calorimeter_radius=BARREL_RADIUS,
            sides=float(SEXTANTS),
            normal=NORMAL,
            edge=half_side(SEXTANTS),
            inner=config.end_radii_mm[0],
            outer=config.end_radii_mm[1],
            doors=float(HALVES),
            begin=FIRST_HALF,
        ),
        barrel=_layers(config.barrel_radius_mm, config.barrel_plates_mm, config.gap_mm),
        backward=ends,
        forward=ends,
        plate=float(np.mean(config.barrel_plates_mm[1:] or config.barrel_plates_mm)),
    )


@lru_cache(maxsize=8)
def places(config: Ifr) -> I64:
    """Return int64[2, layers]: place of each layer of barrel and ends among those of the trigger, -1: not seen."""
    table = np.full((2, max(len(config.barrel_plates_mm), len(config.end_plates_mm))), -1)
    for row, layers in enumerate((config.barrel_layers, config.end_layers)):
        table[row, list(layers)] = np.arange(len(layers))
    return integers(table)
