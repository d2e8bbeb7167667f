"""Drift cells of the chamber as the response sees them: one row of numbers per layer."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from trigemu.arrays import F64
from trigemu.experiments.belle2.cdc import geometry
from trigemu.jit import inlined

Row = F64 | tuple[float, ...]
"""A row of a table; as a tuple in long loops, where views of arrays are counted by the compiler at some cost."""

RADIUS, Z_BACK, Z_FRONT, WIRES, OFFSET, TAN, COS, R_IN, R_OUT, CHANNEL, HALF = range(11)
"""Columns of `drift_cells`."""

EDGE_CELL_MM = (5.0, 9.0)
"""Half thickness of the cells of the first (inner) and last (outer) layer."""


@cache
def drift_cells() -> F64:
    """Return float64[56, 11], one row per layer; lengths in mm, read-only.

    Columns: radius and z of the wires' ends, wires, offset of wire 0 in cells, tangent and cosine of half the
    angle by which a wire turns between its ends, inner and outer radius of the cells at the end plates, channel
    of wire 0, half the angle of turn.

    A wire is the straight chord between its ends, so a stereo layer is a hyperboloid: half-way between the
    ends its radius is smaller by the cosine.  Cells end half-way to the next layer.
    """
    radius = geometry.RADIUS
    wires = geometry.WIRES.astype(np.float64)
    half = math.pi * geometry.SHIFT / (2.0 * wires)
    middle = 0.5 * (radius[1:] + radius[:-1])
    rows = np.empty((geometry.LAYERS, 11))
    rows[:, RADIUS] = radius
    rows[:, Z_BACK] = geometry.BACKWARD
    rows[:, Z_FRONT] = geometry.FORWARD
    rows[:, WIRES] = wires
    rows[:, OFFSET] = geometry.OFFSET
    rows[:, TAN] = np.tan(half)
    rows[:, COS] = np.cos(half)
    rows[:, R_IN] = np.concatenate([[radius[0] - EDGE_CELL_MM[0]], middle])
    rows[:, R_OUT] = np.concatenate([middle, [radius[-1] + EDGE_CELL_MM[1]]])
    rows[:, CHANNEL] = geometry.CHANNEL_FIRST[:-1]
    rows[:, HALF] = half
    rows.setflags(write=False)
    return rows


@cache
def wires() -> F64:
    """Return float64[14336, 6], read-only: each wire's backward end (x, y, z in mm) and direction (unit vector)."""
    layer, wire = geometry.CHANNEL_LAYER, geometry.CHANNEL_WIRE
    back, front = geometry.BACKWARD[layer], geometry.FORWARD[layer]
    begin = np.stack([*geometry.wire_position(layer, wire, back), back], axis=1)
    along = np.stack([*geometry.wire_position(layer, wire, front), front], axis=1) - begin
    rows = np.concatenate([begin, along / np.linalg.norm(along, axis=1)[:, None]], axis=1)
    rows.setflags(write=False)
    return rows


@inlined
def layer_row(
    cells: F64, layer: int
) -> tuple[float, float, float, float, float, float, float, float, float, float, float]:
    """Return a row of `drift_cells` as a tuple."""
    return (
        cells[layer, 0],
        cells[layer, 1],
        cells[layer, 2],
        cells[layer, 3],
        cells[layer, 4],
        cells[layer, 5],
        cells[layer, 6],
        cells[layer, 7],
        cells[layer, 8],
        cells[layer, 9],
        cells[layer, 10],
    )


@inlined
def row6(rows: F64, number: int) -> tuple[float, float, float, float, float, float]:
    """Return a row of six numbers (`wires`, `helix.perigees`) as a tuple."""
    return (
        rows[number, 0],
        rows[number, 1],
        rows[number, 2],
        rows[number, 3],
        rows[number, 4],
        rows[number, 5],
    )


@inlined
def tilt(layer: Row, z: float) -> float:
    """Return the tangent of the angle between the wires' azimuth at z and that half-way between their ends."""
    z_back, z_front = layer[1], layer[2]
    tangent: float = (2.0 * (z - z_back) / (z_front - z_back) - 1.0) * layer[5]
    return tangent


@inlined
def shrink(layer: Row, z: float) -> float:
    """Return the radius of the layer's surface at z over that at the end plates."""
    if layer[5] == 0.0:
        return 1.0
    t = min(max(tilt(layer, z), -abs(layer[5])), abs(layer[5]))
    ratio: float = layer[6] * math.sqrt(1.0 + t * t)
    return ratio


@inlined
def cell(layer: Row, phi: float, z: float) -> float:
    """Return the place of an azimuth among the wires at z: wire j covers j - 0.5 to j + 0.5 (not wrapped)."""
    turned = 0.0 if layer[5] == 0.0 else layer[10] + math.atan(tilt(layer, z))
    place: float = (phi - turned) * layer[3] / (2.0 * math.pi) - layer[4]
    return place
