"""The digital filter that estimates a cluster's energy: eight taps on samples of 269 ns (babar_geometry_facts G6.7).

The weights that the experiment used are not known.  Those taken by default are a least-squares fit of a pulse and a
constant to eight samples, of which the first ones lie before the pulse; so they sum to 0, and a constant does not
matter.  Whatever the weights: what they make of a pulse of some energy depends on where in a sample the pulse starts;
the mean over all starts is taken for that energy.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.arrays import I32
from trigemu.experiments.babar.clock import SAMPLE_NS
from trigemu.experiments.babar.emt.pulse import LENGTH, pulse_table, shape

TAPS = 8

MOST_WEIGHT = 255
"""Largest weight, of either sign (chosen: what the filter makes of any energy fits into integers)."""

FULL = 127
"""Largest of the default weights (chosen: 8 bits)."""


@cache
def least_squares(lead: int) -> tuple[int, ...]:
    """Return the eight weights, first sample first, whose fit has ``lead`` samples before the pulse.

    The pulse of the fit starts half a sample before the next one: in the middle of all starts.
    """
    template = shape((np.arange(TAPS, dtype=np.float64) - lead + 0.5) * SAMPLE_NS)
    exact = template - template.mean()
    exact *= FULL / np.abs(exact).max()
    weights = np.floor(exact + 0.5)
    # Weights are whole numbers; those that rounding changed most make the sum 0 again.
    excess = int(weights.sum())
    order = np.argsort(np.sign(excess) * (exact - weights), kind="stable")
    weights[order[: abs(excess)]] -= np.sign(excess)
    return tuple(int(w) for w in weights)


@cache
def response(weights: tuple[int, ...]) -> I32:
    """Return int32[PHASES, LENGTH], what the filter makes of the pulse of `pulse_table`, sample by sample."""
    pulse = pulse_table()
    found = np.zeros_like(pulse)
    for place, weight in enumerate(weights):
        back = TAPS - 1 - place
        found[:, back:] += np.int32(weight) * pulse[:, : LENGTH - back]
    found.flags.writeable = False
    return found


def gain(weights: tuple[int, ...]) -> float:
    """Return the filter's peak for a pulse of energy 1, the mean over all places where the pulse may start."""
    return float(response(weights).max(axis=1).mean())
