"""The track trigger of Belle II with vectorised NumPy: what a script would do, and the same to the last bit.

Segments: all hits of a batch into dense arrays of wires, all segments of a superlayer at once.  2D tracks: all cells
of the plane at once, crossing by crossing (the earlier steps of the recursive search change nothing in the default
plane); clusters in Python, as in the slow reference of the tests.
"""

from __future__ import annotations

import math
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from trigemu.experiments.belle2.cdc import geometry as g

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from reference.belle2_cdc_hough import Reference

MISSING = 9999


def segments(columns, inner, outer):
    """Return (event, segment, position, side, time, fastest, found, pattern) of a batch as columns of int64."""
    offsets = columns["offsets"]
    event = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    tdc = columns["tdc"].astype(np.int64)
    good = (tdc >= 4450) & (tdc <= 4950)
    times = np.full((len(offsets) - 1, g.CHANNELS), MISSING, np.int16)
    clock = ((4900 - tdc) >> 1).astype(np.int16)
    np.minimum.at(times, (event[good], columns["channel"][good].astype(np.int64)), clock[good])
    parts = [_superlayer(times, superlayer, outer if superlayer else inner) for superlayer in range(9)]
    rows = np.concatenate(parts, axis=1)
    return rows[:, np.lexsort((rows[1], rows[0]))]


def _superlayer(times, superlayer, table):
    shape, bits = g.shape(superlayer), g.OUTER_BITS if superlayer else g.INNER_BITS
    own = times[:, g.segment_wires(superlayer)]
    hit = own != MISSING
    pattern = hit @ (1 << np.arange(len(shape)))
    first, right, left = (own[..., bits[which]] for which in (g.FIRST, g.SECOND_RIGHT, g.SECOND_LEFT))
    position = np.where(first != MISSING, 3, np.where(left < right, 2, np.where(right != MISSING, 1, 0)))
    side = np.where(position, table[2 * pattern + (position == 2)], 0)
    is_first = (side > 0) & (position == 3)
    number = np.arange(own.shape[1])
    lower = np.where(number, number - 1, (2**32 - 1) % len(number))
    beside = is_first[:, lower] | is_first[:, (number + 1) % len(number)]
    event, where = np.nonzero((side > 0) & ((position == 3) | ~beside))
    own, position = own[event, where], position[event, where]
    layers = np.array([layer for layer, _ in shape])
    each = np.stack([own[:, layers == layer].min(axis=1) for layer in range(-2, 3)], axis=1)
    priority = np.choose(position - 1, [own[:, bits[which]] for which in (1, 2, 3)]) if len(own) else position
    rows = (event, g.SEGMENT_FIRST[superlayer] + where, position, side[event, where], priority)
    return np.array([*rows, own.min(axis=1), np.sort(each, axis=1)[:, 3], pattern[event, where]], np.int64)


class Hough(Reference):
    """The slow reference with its two loops over cells and over segments done by NumPy (default settings only)."""

    def _search(self, *_):
        x = -math.pi + np.arange(self.columns + 1) * 2 * math.pi / self.columns
        y = -self.most + np.arange(self.rows + 1) * 2 * self.most / self.rows
        count = np.zeros((self.columns, self.rows), np.int8)
        own, position = np.array(self.segments).T
        superlayer = g.segment_superlayer(own)
        for axial in range(0, 9, 2):
            here = superlayer == axial
            side = np.array([0.0, -0.5, 0.5])[position[here] % 3]
            phi = (own[here] - g.SEGMENT_FIRST[axial] + side) * 2 * np.pi / g.SEGMENTS[axial]
            radius = g.RADIUS[g.PRIORITY_LAYER[axial] + (position[here] != 3)] / 10
            count += _crosses(phi, radius, (x[:-1], x[1:]), (y[:-1], y[1:])).any(axis=0)
        self.cells = set(map(tuple, np.argwhere(count >= self.min_hits).tolist()))

    def _relations(self, phi0, height, centre_x, centre_y):
        own, position = np.array(self.segments).T
        superlayer = g.segment_superlayer(own)
        number, layer = own - g.SEGMENT_FIRST[superlayer], g.PRIORITY_LAYER[superlayer]
        dx = math.pi / self.columns * (1 if centre_x == round(centre_x) else 2)
        dy = self.most / self.rows * (1 if centre_y == round(centre_y) else 2)
        x, y = np.array([[phi0 - dx], [phi0 + dx]]), np.array([[height - dy], [height + dy]])
        related = np.zeros(len(own), bool)
        for side in (0.0, 0.5, -0.5):
            phi = (number + side) * (2 * np.pi / g.SEGMENTS[superlayer])
            related |= _crosses(phi, g.RADIUS[layer + (side != 0)] / 10, x, y)[:, 0, 0]
        related &= superlayer % 2 == 0
        if not related.any():
            self.unambiguous = False
        rank = np.where(related, own + 10000 * (position == 3), -1)
        ranks = [np.where(superlayer == axial, rank, -1) for axial in range(0, 9, 2)]
        best = {int(np.argmax(each)) for each in ranks if each.max() >= 0}
        chosen = [row for row in np.flatnonzero(related).tolist() if row in best]
        return [(row, 1) for row in chosen] + [
            (row, -1) for row in np.flatnonzero(related).tolist() if row not in best
        ]


def _crosses(phi, radius, x, y):
    """Return bool[wires, x, y]: does the rising curve of each wire cross each rectangle."""
    one = np.sin(x[0] - 1e-10 - phi[:, None]) / radius[:, None]
    two = np.sin(x[1] + 1e-10 - phi[:, None]) / radius[:, None]
    inside = (one[..., None] <= y[1]) & (two[..., None] >= y[0])
    return inside & (one <= two)[..., None]


def tracks(rows, crossings):
    """Return the tracks of each crossing, given the columns of `segments`."""
    hough = Hough()
    cuts = np.searchsorted(rows[0], np.arange(crossings + 1))
    found = []
    for first, last in pairwise(cuts):
        found.append(hough.find(rows[1:3, first:last].T.tolist()))
    return found
