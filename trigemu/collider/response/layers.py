"""A drift chamber's geometry, and the tables that the response's kernels make of it.

Layers are counted from the inside, wires of a layer in azimuth, channels through all layers in this order.  A wire is
the straight chord between its ends in the two end plates, both at the layer's radius, so a stereo layer is a
hyperboloid: half-way between the ends its radius is smaller by the cosine of half the angle by which a wire turns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I64

MOST_WIRES = 1 << 16
"""Channels are 16 bits wide."""


class Layer(NamedTuple):
    """One layer as kernels see it: a row of `DriftChamber.table`.  Lengths in mm, angles in rad.

    ``radius``, ``z_back`` and ``z_front`` of the wires' ends; ``wires`` in the layer; ``offset``, azimuth of wire 0 at
    the backward end in cells; ``tan`` and ``cos`` of ``half``, half the angle by which a wire turns between its ends;
    ``inner`` and ``outer`` radius of the cells at the end plates; ``channel`` of wire 0.
    """

    radius: float
    z_back: float
    z_front: float
    wires: float
    offset: float
    tan: float
    cos: float
    inner: float
    outer: float
    channel: float
    half: float


WIRES, COS, INNER, OUTER, CHANNEL = (
    Layer._fields.index(name) for name in ("wires", "cos", "inner", "outer", "channel")
)
"""Columns of `DriftChamber.table` that kernels read without the rest of the row."""


class Wire(NamedTuple):
    """One wire: its backward end (mm) and its direction (unit vector, towards the forward end)."""

    x: float
    y: float
    z: float
    along_x: float
    along_y: float
    along_z: float


@dataclass(frozen=True, eq=False)
class DriftChamber:
    """Layers of wires, from the inside.  Lengths in mm, z along the field.

    Attributes
    ----------
    radius
        float64[layers], radius of the wires' ends in the end plates (`at_end_plates` makes it from a radius half-way).
    backward, forward
        float64[layers], z of these ends.
    wires
        int64[layers], wires in each layer; the cells of a layer are equally wide.
    offset
        float64[layers], azimuth of wire 0 at its backward end, in cells.
    turn
        float64[layers], from the backward to the forward end a wire turns by so many cells (0: axial; towards larger
        azimuth: positive).
    superlayer
        int64[layers], the group of layers that each belongs to; beam background comes at one rate in a group.
    inner, outer
        float64[layers], radii at the end plates between which the cells of a layer lie (`half_way` makes them where
        cells fill the chamber).  A gap between layers, field or guard wires, belongs to no cell.

    Raises
    ------
    ValueError
        Arrays of different lengths, or numbers that are no chamber.
    """

    radius: F64
    backward: F64
    forward: F64
    wires: I64
    offset: F64
    turn: F64
    superlayer: I64
    inner: F64
    outer: F64

    def __post_init__(self) -> None:
        lengths = {len(column) for column in vars(self).values()}
        if len(lengths) != 1 or self.layers == 0:
            raise ValueError(f"a drift chamber's columns have one row per layer, not {sorted(lengths)} rows")
        inside = (self.inner > 0.0) & (self.inner < self.radius) & (self.radius < self.outer)
        straight = (self.wires > 0) & (np.abs(self.turn) < 0.5 * self.wires)
        good = inside & straight & (self.backward < self.forward) & (self.superlayer >= 0)
        if not good.all():
            raise ValueError(
                f"layer {int(np.argmin(good))}: needs inner < radius < outer, backward < forward, wires, a turn of "
                "less than half the circumference and a superlayer"
            )
        if (np.diff(self.radius) <= 0.0).any():
            raise ValueError("layers must be in the order of their radii")
        if self.wires.sum() > MOST_WIRES:
            raise ValueError(f"{self.wires.sum()} wires: channels are 16 bits wide, so at most {MOST_WIRES}")

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return len(self.radius)

    @cached_property
    def first(self) -> I64:
        """int64[layers + 1], channel of wire 0 of each layer, and how many channels there are."""
        return np.concatenate([[0], np.cumsum(self.wires)])

    @cached_property
    def table(self) -> F64:
        """float64[layers, 11], read-only: rows of `Layer`."""
        half = math.pi * self.turn / self.wires
        columns = {
            "radius": self.radius,
            "z_back": self.backward,
            "z_front": self.forward,
            "wires": self.wires,
            "offset": self.offset,
            "tan": np.tan(half),
            "cos": np.cos(half),
            "inner": self.inner,
            "outer": self.outer,
            "channel": self.first[:-1],
            "half": half,
        }
        rows = np.stack([columns[name] for name in Layer._fields], axis=1)
        return _read_only(rows.astype(np.float64))

    @cached_property
    def lines(self) -> F64:
        """float64[channels, 6], read-only: rows of `Wire`."""
        layer = np.repeat(np.arange(self.layers), self.wires)
        wire = np.arange(len(layer)) - self.first[layer]
        cell = 2 * np.pi / self.wires[layer]
        azimuth = cell * (wire + self.offset[layer])
        begin = self._ends(layer, azimuth, self.backward)
        along = self._ends(layer, azimuth + cell * self.turn[layer], self.forward) - begin
        return _read_only(np.concatenate([begin, along / np.linalg.norm(along, axis=1)[:, None]], axis=1))

    def _ends(self, layer: I64, azimuth: F64, z: F64) -> F64:
        radius = self.radius[layer]
        return np.stack([radius * np.cos(azimuth), radius * np.sin(azimuth), z[layer]], axis=1)


def _read_only(table: F64) -> F64:
    table.setflags(write=False)
    return table


def half_way(radius: F64, first_mm: float, last_mm: float) -> tuple[F64, F64]:
    """Return inner and outer radii (float64[layers] each) of cells that end half-way to the next layer.

    Parameters
    ----------
    radius
        float64[layers], of the wires in mm, rising.
    first_mm, last_mm
        How far the cells of the first layer reach inwards and those of the last one outwards.
    """
    middle = 0.5 * (radius[1:] + radius[:-1])
    return np.concatenate([[radius[0] - first_mm], middle]), np.concatenate([middle, [radius[-1] + last_mm]])


def capped_half_way(radius: F64, half_cell: F64) -> tuple[F64, F64]:
    """Return inner and outer radii of cells as `half_way` does, but none reaches further than half its thickness.

    Parameters
    ----------
    radius
        float64[layers], of the wires in mm, rising.
    half_cell
        float64[layers], half the thickness of the cells of each layer in mm: what lies beyond belongs to no cell.
    """
    inner, outer = half_way(radius, half_cell[0], half_cell[-1])
    return np.maximum(inner, radius - half_cell), np.minimum(outer, radius + half_cell)


def at_end_plates(middle: F64, turn: F64, wires: I64) -> F64:
    """Return the radii at the end plates of layers whose radii half-way between the ends are ``middle``."""
    return np.asarray(middle / np.cos(math.pi * turn / wires))
