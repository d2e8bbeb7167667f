"""The Hough plane of the 2D finder, and the cells that every track segment crosses, worked out in advance.

A track from the z axis with direction phi0 and curvature 2 y goes through the wire (r, phi) if
y = sin(phi0 - phi) / r.  The finder asks in which cells of the (phi0, y) plane the curves of enough superlayers meet.
Which cells a curve crosses depends on the wire alone, so it is computed once per priority wire, with the float
arithmetic of the experiment's simulation (belle2_facts 4 and its conformance vectors): the curve is evaluated at the
two phi0 edges of a cell, moved outwards by 1e-10, and crosses it unless both values lie above or both below.

The experiment searches recursively: the plane is the middle of a square of 2^k x 2^k cells that is cut into four again
and again; rectangles at most pi/2 wide must have enough superlayers themselves, and only in the last step must the
curve rise.  A rectangle cannot fail where a cell inside it does not, unless a curve turns round inside the rectangle:
it needs (largest y) * r >= cos(width / 2).  Steps where that holds for no wire are left out (all but the last, by
default).

A column of cells (same phi0) is one 64-bit word, bit j being cell j in y.  A wire's words begin at column ``start``
(going on at the other end of the plane); wires that stand in the same way to the columns share them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, U64
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.geometry import AXIAL, PRIORITY_LAYER, RADIUS, SEGMENTS

CURVATURE = 29.9792458 * 1.5e-4
"""1/(R pT) in GeV/cm: speed of light in cm/ns times the field of 1.5 T in the experiment's units."""
WIDENED = 1e-10
SIDE = np.array([0.0, -0.5, 0.5])
"""Where the three priority wires are, in cells from the segment: first, second right, second left."""
AXIAL_SEGMENTS = SEGMENTS[list(AXIAL)]
"""int64[5]: segments of the axial superlayers."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Cells of a whole set of wires.

    Attributes
    ----------
    start
        int16[wires], first column.
    row
        int32[wires], where its words begin in ``words``.
    length
        int16[5], columns per wire, for each axial superlayer.
    words
        uint64[...].
    """

    start: NDArray[np.int16]
    row: NDArray[np.int32]
    length: NDArray[np.int16]
    words: U64


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Everything the search needs; wires are ordered by axial superlayer, segment, then as `SIDE`.

    Attributes
    ----------
    levels
        Cells per wire for each step of the search that matters, the last one being that of single cells.
    relations
        Per segment: windows around cluster centres that one of its priority wires crosses.  Columns are half cells;
        each has two words, for centres on a cell and between two cells in y.
    phi0
        float64[2 * phi_cells], rad: direction at the centre of half cell i.
    y
        float64[2 * curvature_cells - 1], 1/cm.
    """

    levels: tuple[Windows, ...]
    relations: Windows
    phi0: F64
    y: F64


def steps(size: int, cells: int, half: float) -> list[tuple[F64, F64]]:
    """Return the low and high edges of all pieces after each halving of [-half, half] into ``cells`` pieces."""
    low, high = np.array([-half]), np.array([half])
    edges = []
    while len(low) < cells:
        unit = (high - low) / 2.0
        low, high = (
            np.stack([low, low + unit], axis=1).ravel(),
            np.stack([low + unit, low + 2 * unit], axis=1).ravel(),
        )
        edges.append((low, high))
    return edges


def _sines(x: F64) -> tuple[F64, F64]:
    """Return sin and cos by the C library, as the experiment does; NumPy's own may differ in the last bit."""
    return np.array([math.sin(v) for v in x]), np.array([math.cos(v) for v in x])


def _curves(angle: F64, radius: F64, x: F64, columns: I64) -> F64:
    """Return y (float64[wires, columns]) of wires at (radius, angle), at the abscissas ``x[columns]``."""
    sin, cos = _sines(angle)
    m, a = cos / radius, sin / radius
    sin, cos = _sines(x)
    return np.asarray(m[:, None] * sin[columns] - a[:, None] * cos[columns])


def _span(first: I64, last: I64, allowed: NDArray[np.bool_]) -> U64:
    """Return words with bits first..last set (none where not allowed or last < first)."""
    ones = np.array([(1 << n) - 1 for n in range(65)], np.uint64)
    good = allowed & (last >= first)
    return np.asarray(np.where(good, ones[np.where(good, last + 1, 0)] ^ ones[np.where(good, first, 0)], 0))


def _crossed(one: F64, two: F64, low: F64, high: F64, rising: bool) -> U64:
    """Return which of the cells [low, high] in y are crossed by curves with these values at both edges."""
    down, up = np.minimum(one, two), np.maximum(one, two)
    first = np.searchsorted(high, down, side="left")
    last = np.searchsorted(low, up, side="right") - 1
    allowed = one <= two if rising else np.ones(one.shape, np.bool_)
    return _span(first, last, allowed)


def _band(angle: F64, radius: F64, most: float, columns: int) -> I64:
    """Return int64[wires, k]: columns where a rising curve may lie inside the plane, all of them if need be."""
    reach = math.asin(min(1.0, float(radius.max()) * most)) / (2 * np.pi) * columns
    half = min(math.ceil(reach) + 5, columns // 2)
    middle = np.floor((angle + np.pi) / (2 * np.pi) * columns).astype(np.int64)
    return np.asarray((middle[:, None] + np.arange(-half, half)) % columns)


def _share(columns: list[I64], words: list[U64]) -> Windows:
    """Join the axial superlayers without columns that no wire uses; rows of words that are equal are kept once."""
    start, rows, length, kept, size = [], [], [], [], 0
    for column, block in zip(columns, words, strict=True):
        used = np.flatnonzero(block.reshape(*block.shape[:2], -1).any(axis=(0, 2)))
        first, last = used[0], used[-1] + 1
        flat = np.ascontiguousarray(block[:, first:last]).reshape(len(block), -1)
        distinct = dict.fromkeys(map(bytes, flat))
        place = {row: size + i * flat.shape[1] for i, row in enumerate(distinct)}
        rows.append([place[bytes(row)] for row in flat])
        kept.append(np.frombuffer(b"".join(distinct), np.uint64))
        start.append(column[:, first])
        length.append(last - first)
        size += len(kept[-1])
    return Windows(
        np.concatenate(start).astype(np.int16),
        np.concatenate(rows).astype(np.int32),
        np.array(length, np.int16),
        np.concatenate(kept),
    )


class _Maker:
    """Arrays that all windows of one plane are made from."""

    def __init__(self, config: Cdc) -> None:
        self.columns, self.cells = config.phi_cells, config.curvature_cells
        self.most = 0.5 * CURVATURE / config.min_pt
        size = 2 ** math.ceil(math.log2(max(self.columns, self.cells)))
        self.x = steps(size, size, np.pi * size / self.columns)
        self.y = steps(size, size, self.most * size / self.cells)
        self.skip_x, self.skip_y = (size - self.columns) // 2, (size - self.cells) // 2
        self.radius = [np.array([RADIUS[p], RADIUS[p + 1], RADIUS[p + 1]]) / 10 for p in PRIORITY_LAYER[::2]]

    def wires(self, axial: int) -> tuple[F64, F64]:
        """Return angles and radii (cm) of the priority wires, as the search computes them."""
        count = int(AXIAL_SEGMENTS[axial])
        place = (np.arange(count)[:, None] + SIDE).ravel()
        return place * 2.0 * np.pi / count, np.tile(self.radius[axial], count)

    def cell_windows(self) -> Windows:
        """Return the cells of the last step: curves must rise."""
        x = [edge[self.skip_x : self.skip_x + self.columns] for edge in self.x[-1]]
        y = [edge[self.skip_y : self.skip_y + self.cells] for edge in self.y[-1]]
        columns, words = [], []
        for axial in range(len(AXIAL)):
            angle, radius = self.wires(axial)
            band = _band(angle, radius, self.most, self.columns)
            one = _curves(angle, radius, x[0] - WIDENED, band)
            two = _curves(angle, radius, x[1] + WIDENED, band)
            columns.append(band)
            words.append(_crossed(one, two, y[0], y[1], rising=True))
        return _share(columns, words)

    def rectangle_windows(self, step: int) -> Windows:
        """Return, cell by cell, where an earlier step lets the search go on."""
        factor = len(self.x[-1][0]) // len(self.x[step][0])
        parent_x = (np.arange(self.columns) + self.skip_x) // factor
        parent_y = (np.arange(self.cells) + self.skip_y) // factor
        (x1, x2), (y1, y2) = self.x[step], self.y[step]
        bits = np.uint64(1) << np.arange(self.cells, dtype=np.uint64)
        columns, words = [], []
        for axial in range(len(AXIAL)):
            angle, radius = self.wires(axial)
            every = np.tile(np.arange(self.columns), (len(angle), 1))
            pieces = np.arange(len(x1))[None, :].repeat(len(angle), axis=0)
            one = _curves(angle, radius, x1 - WIDENED, pieces)
            two = _curves(angle, radius, x2 + WIDENED, pieces)
            word = np.zeros((len(angle), len(x1)), np.uint64)
            for cell in range(self.cells):
                top, bottom = y2[parent_y[cell]], y1[parent_y[cell]]
                missed = ((one > top) & (two > top)) | ((one < bottom) & (two < bottom))
                word |= np.where(missed, np.uint64(0), bits[cell])
            columns.append(every)
            words.append(word[:, parent_x])
        return _share(columns, words)

    def needed(self) -> list[int]:
        """Return the steps before the last that can say no where a cell says yes."""
        largest = self.most * max(float(radius.max()) for radius in self.radius)
        widths = [float(high[0] - low[0]) for low, high in self.x]
        return [
            step
            for step, width in enumerate(widths[:-1])
            if width <= np.pi / 2.0 and largest >= math.cos(width / 2) - 1e-6
        ]

    def centres(self) -> tuple[F64, F64]:
        """Return phi0 and y at the centres of all half cells."""
        x = np.arange(2 * self.columns) / 2.0
        y = np.arange(2 * self.cells - 1) / 2.0
        phi0 = -np.pi + (x + 0.5) * 2.0 * np.pi / self.columns
        return phi0, -self.most + (y + 0.5) * 2.0 * self.most / self.cells

    def relation_windows(self) -> Windows:
        """Return which centres of clusters a segment's three wires are related to.

        A centre on a cell looks at that cell, one between two cells at both (in phi0 and in y alike).
        """
        phi0, y = self.centres()
        dx, dy = np.pi / self.columns, self.most / self.cells
        wide = np.where(np.arange(len(phi0)) % 2, 2 * dx, dx)
        x1, x2 = phi0 - wide - WIDENED, phi0 + wide + WIDENED
        on, between = y[::2], y[1::2]
        columns, words = [], []
        for axial in range(len(AXIAL)):
            count = int(AXIAL_SEGMENTS[axial])
            unit = 2.0 * np.pi / count
            band = _band(np.arange(count, dtype=np.float64) * unit, self.radius[axial], self.most, len(phi0))
            word = np.zeros((*band.shape, 2), np.uint64)
            for side, radius in zip(SIDE, self.radius[axial], strict=True):
                angle, radii = (np.arange(count) + side) * unit, np.full(count, radius)
                one, two = (_curves(angle, radii, x, band) for x in (x1, x2))
                word[..., 0] |= _crossed(one, two, on - dy, on + dy, rising=True)
                word[..., 1] |= _crossed(one, two, between - 2 * dy, between + 2 * dy, rising=True)
            columns.append(band)
            words.append(word)
        return _share(columns, words)


def make_plane(config: Cdc) -> Plane:
    """Work out the plane of a configuration (a fraction of a second)."""
    maker = _Maker(config)
    phi0, y = maker.centres()
    levels = (*(maker.rectangle_windows(step) for step in maker.needed()), maker.cell_windows())
    return Plane(levels, maker.relation_windows(), phi0, y)
