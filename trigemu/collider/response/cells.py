"""Rows of a drift chamber's tables as kernels read them, and which cell of a layer a point lies in."""

from __future__ import annotations

import math

from trigemu.arrays import F64
from trigemu.collider.response.layers import Layer, Wire
from trigemu.jit import inlined


@inlined
def layer_at(table: F64, number: int) -> Layer:
    """Return a row of `DriftChamber.table`."""
    return Layer(
        table[number, 0],
        table[number, 1],
        table[number, 2],
        table[number, 3],
        table[number, 4],
        table[number, 5],
        table[number, 6],
        table[number, 7],
        table[number, 8],
        table[number, 9],
        table[number, 10],
    )


@inlined
def wire_at(lines: F64, channel: int) -> Wire:
    """Return a row of `DriftChamber.lines`."""
    return Wire(
        lines[channel, 0],
        lines[channel, 1],
        lines[channel, 2],
        lines[channel, 3],
        lines[channel, 4],
        lines[channel, 5],
    )


@inlined
def tilt(layer: Layer, z: float) -> float:
    """Return the tangent of the angle between the wires' azimuth at z and that half-way between their ends."""
    return (2.0 * (z - layer.z_back) / (layer.z_front - layer.z_back) - 1.0) * layer.tan


@inlined
def shrink(layer: Layer, z: float) -> float:
    """Return the radius of the layer's surface at z over that at the end plates."""
    if layer.tan == 0.0:
        return 1.0
    t = min(max(tilt(layer, z), -abs(layer.tan)), abs(layer.tan))
    return layer.cos * math.sqrt(1.0 + t * t)


@inlined
def cell(layer: Layer, phi: float, z: float) -> float:
    """Return the place of an azimuth among the wires at z: wire j covers j - 0.5 to j + 0.5 (not wrapped)."""
    turned = 0.0 if layer.tan == 0.0 else layer.half + math.atan(tilt(layer, z))
    return (phi - turned) * layer.wires / (2.0 * math.pi) - layer.offset
