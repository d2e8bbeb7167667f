"""What the z trigger's kernel is given: the tables of one configuration."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from trigemu.arrays import I32, U8, U16
from trigemu.experiments.babar.dct.geometry import CELLS, FINE, OFFSET, pivot_rows
from trigemu.experiments.babar.zpd.bands import Matrix, make_bands, make_matrix
from trigemu.experiments.babar.zpd.codes import SEEDS
from trigemu.experiments.babar.zpd.config import Zpd
from trigemu.experiments.babar.zpd.cuts import make_bins, make_cuts, make_possible
from trigemu.experiments.babar.zpd.fits import Fits, make_fits

PLACE_BITS = 16
"""Bits after the point of what turns positions into those of another superlayer."""


class Places(NamedTuple):
    """What turns a position p of a segment into fine units of the seed's superlayer, from the azimuth 0 on.

    It is (p * ``factor`` + ``offset``) >> 16: int32[2, 10] each, for seed and superlayer.  ``cells``: int32[10].
    """

    factor: I32
    offset: I32
    cells: I32


class Decisions(NamedTuple):
    """``cuts``: int32[2, 8, 4], ``possible``: uint8[129, 256], ``bins``: uint16[4, 16] (`cuts`)."""

    cuts: I32
    possible: U8
    bins: U16


class Tables(NamedTuple):
    """All tables of a configuration."""

    places: Places
    matrix: Matrix
    fits: Fits
    decisions: Decisions


class Window(NamedTuple):
    """Which segments are looked at, as `Zpd` has it."""

    seed_weight: int
    weight: int
    neighbours: int
    ticks: tuple[int, int]
    superlayers: int


def make_places(pivot_layer: int) -> Places:
    """Work out how positions are turned into those of a seed's superlayer, rounded to the nearest."""
    ratio = CELLS[list(SEEDS), None] / CELLS
    offset = FINE * OFFSET[pivot_rows(pivot_layer)] * ratio + 0.5
    scale = 1 << PLACE_BITS
    return Places(
        np.rint(ratio * scale).astype(np.int32),
        np.rint(offset * scale).astype(np.int32),
        CELLS.astype(np.int32),
    )


@lru_cache(maxsize=8)
def make_tables(config: Zpd, pivot_layer: int) -> Tables:
    """Make the tables of a configuration, read-only (a fifth of a second; those of some are remembered)."""
    tables = Tables(
        make_places(pivot_layer),
        make_matrix(make_bands(config, pivot_layer)),
        make_fits(config, pivot_layer),
        Decisions(make_cuts(config), make_possible(), make_bins(config)),
    )
    for table in (table for group in tables for table in group):
        table.setflags(write=False)
    return tables
