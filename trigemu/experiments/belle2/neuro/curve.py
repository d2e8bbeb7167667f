"""The activation's table as pieces of polynomials, which vector units evaluate faster than they look up a table.

Nothing depends on how good the pieces are: kernels compare them with the table, entry by entry, before they use them.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F32, F64, I32
from trigemu.experiments.belle2.neuro.config import Precision

DEGREE = 3
PIECES = 32
EXCHANGES = 100
PER_OCTAVE = 8
"""Pieces per factor of two in address + offset: the top three bits of the float's mantissa choose among them."""


def activations(precision: Precision) -> F64:
    """Return float64[last], tanh(x / 2) at the table's addresses in units of 2^-node bits, before rounding."""
    p = precision
    shift = p.node + p.weight - p.table
    last = math.ceil(math.atanh(1.0 - 1.0 / (1 << (p.node + 1))) * (1 << (p.table + 1)))
    # In the order of the experiment's simulation: double precision, cut to single, then double again.
    x = ((np.arange(last) + 0.5 - 1.0 / (1 << (shift + 1))) / (1 << p.table)).astype(np.float32)
    return np.array([math.tanh(v) for v in (x.astype(np.float64) / 2).tolist()]) * (1 << p.node)


def bend(table: I32, precision: Precision) -> tuple[int, F32]:
    """Return the offset of addresses and the pieces' polynomials.

    Parameters
    ----------
    table
        int32[last + 1], activations by address.
    precision
        Bits that the table was made for.

    Returns
    -------
    offset, curve
        Power of two added to addresses; float32[4, 32]: coefficients, lowest degree first, of the place inside a
        piece (float mantissa, -1/16 to 1/16).
    """
    offset = 1
    while PER_OCTAVE * math.log2((len(table) + offset) / offset) + 1 > PIECES:
        offset *= 2
    bits = (np.arange(len(table)) + offset).astype(np.float32).view(np.uint32)
    piece = (bits >> 20) % PIECES
    inside = ((bits & 0xFFFFF) | 0x3F800000).view(np.float32) - np.float32(1.0625)
    value = activations(precision)
    value = np.append(value, value[-1])
    curve = np.zeros((DEGREE + 1, PIECES), np.float32)
    for number in np.unique(piece):
        here = piece == number
        curve[:, number] = _fit(inside[here], value[here], table[here])
    return offset, curve


def _fit(place: F32, value: F64, wanted: I32) -> F32:
    """Return a polynomial whose rounded values are the wanted ones, or nearly so if there is none.

    Least squares first; where rounding then goes the wrong way, the polynomial whose largest distance from the
    wanted values is smallest: if any stays inside all their bands of half a unit, this one does.
    """
    # In units in which places go from -1 to 1, so that the powers are of one size.
    scale = (2.0 * PER_OCTAVE) ** np.arange(DEGREE + 1)
    powers = np.vander(place.astype(np.float64), DEGREE + 1, increasing=True) * scale
    best = np.linalg.lstsq(powers, value, rcond=None)[0]
    numbers = (best * scale).astype(np.float32)
    if len(place) > DEGREE + 1 and (np.rint(_horner(numbers, place)) != wanted).any():
        numbers = (_minimax(powers, wanted.astype(np.float64)) * scale).astype(np.float32)
    return numbers


def _minimax(powers: F64, wanted: F64) -> F64:
    """Return coefficients of the polynomial with the smallest largest error at given places, which rise.

    Exchange algorithm (E. Remez 1934): errors of alternating sign and one size at one point more than there are
    coefficients; the point with the largest error takes the place of a neighbour of its sign until there is none.
    """
    points = np.rint((1.0 - np.cos(np.linspace(0.0, np.pi, DEGREE + 2))) / 2.0 * (len(wanted) - 1)).astype(
        int
    )
    signs = (-1.0) ** np.arange(len(points))
    for _ in range(EXCHANGES):
        solution = np.linalg.solve(np.column_stack([powers[points], signs]), wanted[points])
        error = wanted - powers @ solution[:-1]
        worst = int(np.argmax(np.abs(error)))
        if abs(error[worst]) <= abs(solution[-1]) * (1.0 + 1e-9) + 1e-12:
            break
        sign = error[points] > 0.0
        after = int(np.searchsorted(points, worst))
        same = [k for k in (after - 1, after) if 0 <= k < len(points) and sign[k] == (error[worst] > 0.0)]
        if same:
            points[same[0]] = worst
        elif after == 0:
            points = np.append(worst, points[:-1])
        else:
            points = np.append(points[1:], worst)
    return np.asarray(solution[:-1])


def _horner(numbers: F32, place: F32) -> F32:
    """Evaluate with one rounding per step, as fused multiply-add does."""
    value = np.full(len(place), numbers[-1], np.float32)
    for number in numbers[-2::-1]:
        value = (value.astype(np.float64) * place + number).astype(np.float32)
    return value
