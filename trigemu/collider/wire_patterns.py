"""Which wires tracks pass: what the look-up tables of drift chambers' triggers are made of.

A table of a trigger's segments or tracks is made by sweeping helices through the layers (a `grid`, `every_direction`,
or thrown at random), asking for the nearest wire of each layer (`nearest`), and keeping the combinations that occur
(`distinct`).  Lengths
are in the unit of the layers, angles in rad; float64 throughout: tables are made in advance, triggers use integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from trigemu.arrays import F64, I64, Bool

StereoWires = Literal["chord", "ends", "linear"]
"""How exactly stereo wires are crossed: straight wires, which come nearer to the axis between their ends; straight
ones, but crossed at the radius of their ends; azimuth linear in z at the radius of their ends."""


class WireLayers(Protocol):
    """Layers of wires, as those of a `trigemu.collider.response.layers.DriftChamber`; arrays with one row each."""

    @property
    def radius(self) -> F64:
        """Radius of the wires' ends."""
        ...

    @property
    def backward(self) -> F64:
        """Give z of the backward ends."""
        ...

    @property
    def forward(self) -> F64:
        """Give z of the forward ends."""
        ...

    @property
    def wires(self) -> I64:
        """Wires in the layer."""
        ...

    @property
    def offset(self) -> F64:
        """Azimuth of wire 0 at its backward end, in cells."""
        ...

    @property
    def turn(self) -> F64:
        """Give the cells by which a wire turns from its backward to its forward end."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Helices:
    """Tracks from the axis: ``phi0`` in rad, ``omega`` (charge over radius), ``z0``, ``cot`` of the polar angle.

    All float64[n], lengths in the unit of the layers.
    """

    phi0: F64
    omega: F64
    z0: F64
    cot: F64

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.phi0)


def grid(phi0: F64, omega: F64, cot: F64) -> Helices:
    """Return helices from the collision point, one for each combination of the three parameters' values."""
    omega, cot, phi0 = (axis.ravel() for axis in np.meshgrid(omega, cot, phi0))
    return Helices(phi0, omega, np.zeros(len(phi0)), cot)


def wire_turn(layers: WireLayers, z: F64, rows: I64, stereo: StereoWires = "chord") -> tuple[F64, F64]:
    """Where the wires of some layers are at a place along the chamber.

    Parameters
    ----------
    layers
        The chamber.
    z
        float64[n, k].
    rows
        int64[k], which layers.
    stereo
        How exactly.

    Returns
    -------
    turn, radius
        float64[n, k]: cells by which a wire has turned since its backward end, and its distance from the axis.
    """
    back, front, radius = layers.backward[rows], layers.forward[rows], layers.radius[rows]
    part = (z - back) / (front - back)
    angle = 2 * np.pi * layers.turn[rows] / layers.wires[rows]
    unit = layers.wires[rows] / (2 * np.pi)
    if stereo == "linear":
        return part * angle * unit, np.broadcast_to(radius, z.shape)
    x, y = 1 - part + part * np.cos(angle), part * np.sin(angle)
    turn = np.arctan2(y, x) * unit
    return turn, np.broadcast_to(radius, z.shape) if stereo == "ends" else radius * np.hypot(x, y)


def places(
    layers: WireLayers, tracks: Helices, rows: I64, stereo: StereoWires = "chord", radial: float = 0.0
) -> tuple[F64, F64, F64]:
    """Where tracks cross layers of wires.

    Parameters
    ----------
    layers
        The chamber.
    tracks
        n helices.
    rows
        int64[k], which layers.
    stereo
        How exactly; "chord" takes the radius at the z of the crossing of the ends' radius.
    radial
        How far outside the layer to look.

    Returns
    -------
    place, z, across
        float64[n, k]: azimuth in cells counted from the place of wires of number 0 and offset 0; z; length of a cell
        across the track.  NaN where a track does not reach the layer.
    """
    omega = tracks.omega[:, None]
    unit = layers.wires[rows] / (2 * np.pi)
    radius = np.broadcast_to(layers.radius[rows] + radial, (len(tracks), len(rows)))
    for last in (False, True) if stereo == "chord" else (True,):
        half = radius * omega / 2
        reached = np.abs(half) < 1
        bend = np.arcsin(np.where(reached, half, 0.0))
        # Arc length 2 R asin(r / 2R), written so that it is fine for straight tracks.
        arc = radius * np.where(np.abs(half) > 1e-6, bend / np.where(half == 0, 1, half), 1)
        z = tracks.z0[:, None] + arc * tracks.cot[:, None]
        turn, near = wire_turn(layers, z, rows, stereo)
        if not last:
            radius = near + radial
    place = (tracks.phi0[:, None] - bend) * unit - turn
    across = radius * np.cos(bend) / unit
    return np.where(reached, place, np.nan), z, across


def nearest(
    layers: WireLayers, tracks: Helices, rows: I64, stereo: StereoWires = "chord"
) -> tuple[I64, Bool]:
    """Return the wires nearest to tracks: numbers (int64[n, k], they go on round the layer), bool[n] reached all."""
    place = places(layers, tracks, rows, stereo)[0] - layers.offset[rows]
    reached = np.isfinite(place)
    wire = np.rint(np.where(reached, place, 0.0)).astype(np.int64)
    return wire, np.asarray(reached.all(axis=1))


def every_direction(
    layers: WireLayers, omega: F64, rows: I64, sectors: int, stereo: StereoWires = "chord"
) -> Helices:
    """Return helices from the collision point, at right angles to the axis, in all directions that differ.

    For each curvature, the azimuth of a sector is cut wherever the nearest wire of a layer becomes another one; one
    helix goes through the middle of each piece, so no combination of wires is missed, however small.

    Parameters
    ----------
    layers
        The chamber.
    omega
        float64[m], curvatures.
    rows
        int64[k], which layers.
    sectors
        After the turn of one sector these layers repeat themselves: it divides their numbers of wires.
    stereo
        How exactly.
    """
    ahead = Helices(np.zeros(len(omega)), omega, np.zeros(len(omega)), np.zeros(len(omega)))
    place = places(layers, ahead, rows, stereo)[0] - layers.offset[rows]
    width = 2 * np.pi / sectors
    cuts = []
    for column, wires in zip(np.nan_to_num(place).T, layers.wires[rows], strict=True):
        first = np.arange(wires // sectors) + 0.5 - column[:, None]
        cuts.append(first * (2 * np.pi / wires) % width)
    edges = np.sort(np.concatenate(cuts, axis=1), axis=1)
    phi0 = 0.5 * (edges + np.concatenate([edges[:, 1:], edges[:, :1] + width], axis=1))
    many = np.repeat(omega, phi0.shape[1])
    return Helices(phi0.ravel(), many, np.zeros(len(many)), np.zeros(len(many)))


def distinct(rows: I64) -> I64:
    """Return the different rows (int64[n, k]) in rising order: `numpy.unique` of rows, by one key for each."""
    if not len(rows):
        return rows
    low = rows.min(axis=0)
    size = rows.max(axis=0) - low + 1
    if np.prod(size.astype(np.float64)) >= 2.0**62:
        return np.unique(rows, axis=0)
    key = np.unique(np.ravel_multi_index(tuple((rows - low).T), tuple(size)))
    return np.asarray(np.stack(np.unravel_index(key, tuple(size)), axis=1) + low)
