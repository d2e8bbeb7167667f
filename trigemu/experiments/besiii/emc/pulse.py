"""From a crystal's ADC to the trigger's analogue signal, in integers.

A digi's *weight* is its count times the gain weight of its range; one unit of weight is 2 / 65535 GeV of deposited
energy (besiii_real_facts 2.1; offline reconstruction takes 1.25 times as much) or 0.0298 mV at the trigger.  A digi at
full scale has the largest weight that there is (65472: 2.0 GeV); what the crystal had beyond is lost.  The shaper turns
a deposit into the pulse (t / 4 tau)^4 exp(4 - t / tau) with tau = 1 us (besiii_babar_facts A5.4), kept as integers at
the 50 ns of a digi's time count.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import I64

GAIN_WEIGHTS = (2, 16, 64)
"""Of the three ranges."""

GEV = 2.0 / 65535.0
"""Deposited energy of a unit of weight."""

MV = 978.0 * GEV
"""Signal of a unit of weight in mV, with gain 1: per-crystal gains are not public (besiii_real_facts 2.1)."""

SAMPLE_NS = 50
TAU_NS = 1000.0
PEAK = 80
"""Sample of the peak: 4 us after the start."""

ONE = 1 << 16
"""The pulse's height in its table."""

LATEST_START = 63
"""Largest time count."""

SAMPLES = LATEST_START + PEAK + 1
"""Samples that matter: after the latest pulse's peak no sum rises any more."""


def pulse() -> I64:
    """Return int64[SAMPLES], the pulse's height at every sample after its start, in 1 / `ONE`."""
    after = [k * SAMPLE_NS / TAU_NS for k in range(SAMPLES)]
    return np.array([math.floor((t / 4.0) ** 4 * math.exp(4.0 - t) * ONE + 0.5) for t in after], np.int64)


def weight_of_mev(energy: float) -> int:
    """Return the largest weight that an energy in MeV does not exceed."""
    return math.floor(energy / (1e3 * GEV))


def height_of_mv(signal: float) -> int:
    """Return a signal in mV in units of weight / `ONE`, as sums of pulses are."""
    return math.floor(signal / MV * ONE + 0.5)
