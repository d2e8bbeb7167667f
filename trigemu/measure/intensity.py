"""Rates, dead time and overlaps of a run against the beam's intensity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.decision.by_intensity import UNIT, ByIntensity
from trigemu.decision.sequencer import TriggerState
from trigemu.measure.rates import before_prescale, has_rates, recorded
from trigemu.measure.statistics import Efficiency
from trigemu.measure.weighted import has_signs
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.totals import RunTotals

POWERS = -2.0, 8.0
"""Range in which a rate's power of the intensity is looked for."""


def intensity_summary(setup: Setup[Any], totals: RunTotals) -> dict[str, Any] | None:
    """Return what a run counted against intensity, as it stands in ``summary.json``.

    None where the intensity does not change, or counts over time are no rates.
    """
    counts = totals.intensity
    if counts is None or not has_rates(setup, totals) or has_signs(totals) or not counts.frames.any():
        return None
    mean, square = moments(counts)
    weight = counts.frames / counts.frames.sum()
    whole, whole_square = (float((weight * np.nan_to_num(each)).sum()) for each in (mean, square))
    return {
        "mean": whole,
        "duty_factor": whole * whole / whole_square if whole_square > 0.0 else math.nan,
        "powers": _powers(setup, counts, mean, square),
        "bins": [
            _bin(setup, counts, index, float(mean[index]), float(square[index]))
            for index in range(len(counts.frames))
        ],
    }


def moments(counts: ByIntensity) -> tuple[F64, F64]:
    """Return mean intensity, and mean of its square, of the frames in each bin (float64[bins]; nan without frames)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, square = (counts.sums / UNIT / np.where(counts.frames > 0, counts.frames, np.nan)[:, None]).T
    # Both are rounded.
    return mean, np.maximum(square, mean * mean)


def _bin(setup: Setup[Any], counts: ByIntensity, index: int, mean: float, square: float) -> dict[str, Any]:
    clock = setup.clock
    tick_s = clock.tick_ns * 1e-9
    dead, frames, lost = (int(column[index]) for column in (counts.dead, counts.frames, counts.lost))
    observed_s = frames * clock.frame_ticks * tick_s
    live_s = max(frames * clock.frame_ticks - dead, 0) * tick_s
    dead_s = (dead + lost * clock.frame_ticks) * tick_s
    candidates = int(counts.states[index].sum())
    return {
        "low": float(counts.edges[index]),
        "high": float(counts.edges[index + 1]),
        "mean": mean,
        "mean_square": square,
        "frames": frames,
        "lost": lost,
        "live_time_s": live_s,
        "dead_time_s": dead_s,
        "observed_time_s": observed_s,
        "dead_fraction": dead_s / (live_s + dead_s) if live_s + dead_s > 0.0 else math.nan,
        "candidates": candidates,
        "refused": _share(int(counts.states[index, TriggerState.DEAD_TIME]), candidates),
        "several": _share(int(counts.several[index]), candidates),
        "lines": {
            line.name: {
                "fired": int(counts.fired[index, at]),
                "accepted": int(counts.accepted[index, at]),
                **before_prescale(int(counts.fired[index, at]), observed_s).to_dict("raw_rate"),
                **recorded(
                    int(counts.accepted[index, at]), int(counts.kept[index, at]), line.scale, live_s
                ).to_dict(),
            }
            for at, line in enumerate(setup.menu.lines)
        },
    }


def _share(part: int, whole: int) -> dict[str, float]:
    found = Efficiency.of(part, whole)
    return {"count": part, "value": found.value, "low": found.low, "high": found.high}


def _powers(setup: Setup[Any], counts: ByIntensity, mean: F64, square: F64) -> dict[str, dict[str, float]]:
    found = {}
    for index, line in enumerate(setup.menu.lines):
        value, error = power(counts.fired[:, index], counts.frames, mean, square)
        found[line.name] = {"value": value, "error": error}
    return found


def power(fired: I64, frames: I64, mean: F64, square: F64) -> tuple[float, float]:
    """Return the power of the intensity with which a rate rises, and its error: most likely of Poisson counts.

    The rate is A I^k in every frame; of a bin that has some spread of I, the mean of I^k is taken to second order.

    Parameters
    ----------
    fired
        int64[bins], counts.
    frames
        int64[bins], frames in which they were counted.
    mean, square
        float64[bins], mean intensity and mean of its square in these frames.

    Returns
    -------
    power, error
        nan where the counts do not tell: fewer than two bins have frames, or none has counts.
    """
    use = (frames > 0) & (np.nan_to_num(mean) > 0.0)
    n, t, x = fired[use].astype(np.float64), frames[use].astype(np.float64), mean[use]
    spread = np.minimum(square[use] / (x * x) - 1.0, 1.0)
    if len(n) < 2 or not n.any():
        return math.nan, math.nan

    def step(k: float) -> tuple[float, float]:
        """Return slope of the likelihood and information at a power."""
        wide = 1.0 + 0.5 * k * (k - 1.0) * spread
        logs = np.log(t) + k * np.log(x) + np.log(wide)
        share = np.exp(logs - logs.max())
        share /= share.sum()
        turn = np.log(x) + (k - 0.5) * spread / wide
        expected = float((share * turn).sum())
        information = float(n.sum() * (share * (turn - expected) ** 2).sum())
        return float((n * (turn - expected)).sum()), information

    low, high = POWERS
    if not step(low)[0] > 0.0 > step(high)[0]:
        return math.nan, math.nan
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        if step(middle)[0] > 0.0:
            low = middle
        else:
            high = middle
    information = step(low)[1]
    return low, 1.0 / math.sqrt(information) if information > 0.0 else math.nan
