"""What the kernels of the calorimeter's trigger take from its configuration: everything as integers."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from trigemu.arrays import U8
from trigemu.experiments.besiii.emc import geometry
from trigemu.experiments.besiii.emc.config import Emc
from trigemu.experiments.besiii.emc.pulse import GAIN_WEIGHTS, GEV, height_of_mv, weight_of_mev

SIXTEENTHS = 16
"""Energies and pedestals are kept in these parts of a count of the sums."""

SCALE_BITS = 16
"""Binary digits behind the point of the factor from weights to sixteenths."""


class CellSettings(NamedTuple):
    """Trigger cells.  Weights and heights of pulses as `emc.pulse` defines them."""

    weights: tuple[int, int, int]
    plain: bool
    low: int
    high: int
    threshold: int
    gate: int
    delay_ns: int
    before_ns: int


class EnergySettings(NamedTuple):
    """Energy blocks, sums and conditions.  Pedestals and offsets in sixteenths of a count."""

    scale: int
    full_scale: int
    pedestals: tuple[int, ...]
    sum_offsets: tuple[int, ...]
    betot_h: int
    eetot_h: int
    etot_l: int
    etot_m: int
    bl_z: int
    bl_bblk: int
    bl_eblk: int


def _nearest(value: float) -> int:
    return math.floor(value + 0.5)


def cell_settings(config: Emc) -> CellSettings:
    """Return the settings of the trigger cells."""
    plain = config.mode == "plain"
    return CellSettings(
        weights=GAIN_WEIGHTS,
        plain=plain,
        low=height_of_mv(config.low_mv),
        high=height_of_mv(config.high_mv),
        threshold=weight_of_mev(config.plain_threshold_mev),
        gate=weight_of_mev(config.gate_mev),
        delay_ns=config.plain_delay_ns if plain else config.fire_delay_ns,
        before_ns=config.fire_before_ns,
    )


def energy_settings(config: Emc) -> EnergySettings:
    """Return the settings of blocks, sums and energy conditions."""
    return EnergySettings(
        scale=_nearest(config.counts_per_gev * GEV * SIXTEENTHS * (1 << SCALE_BITS)),
        full_scale=config.full_scale,
        pedestals=tuple(_nearest(SIXTEENTHS * p) for p in config.pedestals),
        sum_offsets=tuple(_nearest(SIXTEENTHS * o) for o in config.sum_offsets),
        betot_h=config.betot_h,
        eetot_h=config.eetot_h,
        etot_l=config.etot_l,
        etot_m=config.etot_m,
        bl_z=config.bl_z * SIXTEENTHS,
        bl_bblk=config.bl_bblk * SIXTEENTHS,
        bl_eblk=config.bl_eblk * SIXTEENTHS,
    )


@cache
def block_of_cell() -> U8:
    """Return uint8[394], the energy block of every trigger cell (besiii_babar_facts A5.13).

    Blocks 0-5 and 6-11: sectors of five phi in the eastern and the western half of the barrel, which meet at theta 6 in
    even sectors and at theta 5 in odd ones; 12, 13 and 14, 15: cells 0-15 and 16-31 of the east and the west endcap.
    """
    cell = np.arange(geometry.CELLS)
    sector = cell % geometry.BARREL_PHIS // 5
    western = cell // geometry.BARREL_PHIS >= np.where(sector % 2 == 0, 6, 5)
    endcap = 12 + (cell - geometry.BARREL_CELLS) // 16
    blocks: U8 = np.where(cell < geometry.BARREL_CELLS, sector + 6 * western, endcap).astype(np.uint8)
    blocks.flags.writeable = False
    return blocks
