"""The light pulse of a crystal as its electronics sees it, in integers.

Light of CsI(Tl) comes with two decay times, and the shaper has two time constants (babar_geometry_facts G5.13).  The
fast simulation that these numbers come from multiplies light and shaper; here the shaper answers the light as any
linear electronics does (chosen): a difference of two exponentials, convolved with the light.  The pulse rises within
1.04 us.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I32
from trigemu.experiments.babar.clock import COUNT_NS, COUNTS_PER_TICK, SAMPLE_TICKS

LIGHT = ((0.64, 680.0), (0.36, 3340.0))
"""Share of the light and its decay time, ns (G5.13)."""

SHAPER = (680.0, 250.0)
"""Time constants of the shaper, ns (G5.13)."""

PHASES = SAMPLE_TICKS * COUNTS_PER_TICK
"""Counts of digi times in a sample."""

LENGTH = 64
"""Samples that tables have."""

LASTS = 57
"""Samples of a pulse: 15.3 us after its start it has fallen to 0.4 %, and is taken for 0 from then on (chosen)."""

ONE = 1 << 12
"""Height of a pulse in the table (chosen)."""


def _answer(after: F64, decay: float, constant: float) -> F64:
    """Return an exponential decay convolved with exp(-t / constant); both time constants may be the same."""
    difference = after * (1.0 / constant - 1.0 / decay)
    flat = np.abs(difference) < 1e-12
    stretched = np.where(flat, 1.0, np.expm1(difference) / np.where(flat, 1.0, difference))
    answer: F64 = np.exp(-after / constant) * after * stretched / decay
    return answer


def shape(after: F64) -> F64:
    """Return float64[n], the pulse at times after its start (ns), in units of its light; 0 before."""
    after = np.maximum(after, 0.0)
    slow, fast = SHAPER
    parts = [share * (_answer(after, decay, slow) - _answer(after, decay, fast)) for share, decay in LIGHT]
    both: F64 = parts[0] + parts[1]
    return both


def pulse_table() -> I32:
    """Return int32[PHASES, LENGTH], the pulse in 1 / `ONE` of its height.

    Entry p, k: p counts after a sample has passed since the pulse's start, at sample k from there.
    """
    heights = shape(np.arange(LENGTH * PHASES, dtype=np.float64) * COUNT_NS)
    table = np.floor(heights * (ONE / heights.max()) + 0.5).astype(np.int32).reshape(LENGTH, PHASES).T
    table[:, LASTS:] = 0
    return np.ascontiguousarray(table)
