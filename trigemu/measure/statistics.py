"""Intervals for counted things: efficiencies, weighted efficiencies, Poisson counts and rates.

Everything is an exact frequentist construction on incomplete beta and gamma functions (Clopper and Pearson,
Biometrika 26 (1934) 404; Garwood, Biometrika 28 (1936) 437); nothing is a normal approximation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from trigemu.arrays import F64
from trigemu.errors import InputError
from trigemu.plain import short

ONE_SIGMA = 0.6826894921370859
"""Confidence level of one standard deviation of a normal distribution, the default everywhere."""

Side = Literal["central", "lower", "upper"]


@dataclass(frozen=True, slots=True)
class Efficiency:
    """A counted efficiency: ``passed`` of ``total``, its value (nan if nothing was counted) and interval."""

    passed: float
    total: float
    value: float
    low: float
    high: float

    @classmethod
    def of(cls, passed: int, total: int, cl: float = ONE_SIGMA) -> Efficiency:
        """Count ``passed`` of ``total`` with a Clopper-Pearson interval at confidence level ``cl``."""
        low, high = clopper_pearson(passed, total, cl)
        return cls(passed, total, passed / total if total else math.nan, float(low), float(high))


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in Hz (all nan where no time was seen).

    Attributes
    ----------
    hz
        Counts over time.
    error_hz
        One standard deviation, as estimated from the counts; where nothing was counted, ``high_hz``: nothing seen is
        no proof that there is nothing.
    low_hz, high_hz
        The interval, 68.27 % unless said otherwise.
    """

    hz: float
    error_hz: float
    low_hz: float
    high_hz: float

    def to_dict(self, name: str = "rate") -> dict[str, float]:
        """Return the four numbers as they are called in ``summary.json``."""
        return {
            f"{name}_hz": self.hz,
            f"{name}_err_hz": self.error_hz,
            f"{name}_low_hz": self.low_hz,
            f"{name}_high_hz": self.high_hz,
        }


UNKNOWN = Rate(math.nan, math.nan, math.nan, math.nan)
"""A rate of which nothing is known."""


def _tails(cl: float, side: Side) -> tuple[float, float]:
    try:
        valid = 0.0 < cl < 1.0
    except TypeError:
        valid = False
    if not valid:
        raise InputError(f"confidence level {short(str(cl))} must lie between 0 and 1")
    if side == "central":
        return (1.0 - cl) / 2.0, (1.0 - cl) / 2.0
    return (1.0 - cl, 0.0) if side == "lower" else (0.0, 1.0 - cl)


def clopper_pearson(
    passed: ArrayLike, total: ArrayLike, cl: float = ONE_SIGMA, side: Side = "central"
) -> tuple[F64, F64]:
    """Return the Clopper-Pearson interval of an efficiency.

    Parameters
    ----------
    passed, total
        Counts (broadcast together); real numbers are allowed, for effective counts.
    cl
        Confidence level.  A central interval puts at most (1 - cl) / 2 beyond either end.
    side
        ``lower`` and ``upper`` give a one-sided limit that spends all of 1 - cl on one end; the other is 0
        or 1.

    Returns
    -------
    low, high
        float64, exactly 0 where nothing passed and exactly 1 where all passed; [0, 1] where total is 0.

    Raises
    ------
    InputError
        A count is negative or not finite, or more passed than there were.
    """
    from scipy.special import betaincinv

    k, n = np.broadcast_arrays(np.asarray(passed, np.float64), np.asarray(total, np.float64))
    if not (np.isfinite(k).all() and np.isfinite(n).all()) or (k < 0).any() or (k > n).any():
        raise InputError("an efficiency needs counts with 0 <= passed <= total")
    below, above = _tails(cl, side)
    with np.errstate(all="ignore"):
        low = np.where((k > 0) & (below > 0), betaincinv(np.maximum(k, 1e-300), n - k + 1, below), 0.0)
        high = np.where((k < n) & (above > 0), betaincinv(k + 1, np.maximum(n - k, 1e-300), 1 - above), 1.0)
    return np.asarray(low, np.float64), np.asarray(high, np.float64)


def weighted_efficiency(weights: ArrayLike, passed: ArrayLike, cl: float = ONE_SIGMA) -> Efficiency:
    """Return the efficiency of weighted events, each independent of the others; see `clustered_efficiency`.

    Parameters
    ----------
    weights
        float64[n], none negative.
    passed
        bool[n].

    Raises
    ------
    InputError
        A weight is negative or not finite (negative-weight events have no binomial interpretation), or the
        lengths differ.
    """
    w, keep = np.asarray(weights, np.float64), np.asarray(passed, np.bool_)
    if w.shape != keep.shape or w.ndim != 1:
        raise InputError(f"weights {w.shape} and flags {keep.shape} must be one-dimensional and equally long")
    if not np.isfinite(w).all():
        raise InputError("a weight is not a finite number")
    if (w < 0).any():
        raise InputError(
            f"{int((w < 0).sum())} of {len(w)} weights are negative: an efficiency of negative weights has "
            "no interval; use a sample without them"
        )
    # Weights may be of any size: only their ratios matter.
    w = w / w.max() if w.any() else w
    return clustered_efficiency(np.where(keep, w, 0.0), w, cl)


def clustered_efficiency(
    passed: ArrayLike, total: ArrayLike, cl: float = ONE_SIGMA, *, once: bool = False
) -> Efficiency:
    """Return an efficiency from independent clusters, with the interval of an effective number of events.

    A cluster is an event with its weight, or all that was made of one event of a file.  Its variance is that of a
    ratio, v = sum (k - e t)^2 / (sum t)^2 with k passed and t in total per cluster, and the effective number e (1 - e)
    / v, at most (sum t)^2 / sum t^2, which is also taken where none or all passed.  It goes into the Clopper-Pearson
    construction, which is exact for equal weights.

    Parameters
    ----------
    passed, total
        float64[n], sums of weights per cluster, 0 <= passed <= total.
    cl, once
        See `effective_efficiency`.

    Returns
    -------
    Efficiency
        ``passed`` and ``total`` are effective counts.
    """
    k, t = np.asarray(passed, np.float64), np.asarray(total, np.float64)
    whole = float(t.sum())
    if whole <= 0.0:
        return Efficiency(0.0, 0.0, math.nan, 0.0, 1.0)
    value = min(1.0, float(k.sum()) / whole)
    residue = float(((k - value * t) ** 2).sum())
    return effective_efficiency(value, residue, whole, float((t**2).sum()), cl, once=once)


def effective_efficiency(
    value: float, residue: float, total: float, square: float, cl: float = ONE_SIGMA, *, once: bool = False
) -> Efficiency:
    """Return an efficiency ``value`` with the interval of its effective number of events.

    Parameters
    ----------
    value
        0 to 1.
    residue
        sum (k - value t)^2 over independent clusters, see `clustered_efficiency`.
    total, square
        sum t and sum t^2 over them; ``total`` is positive.
    cl
        Confidence level.
    once
        Whether each cluster is one event, whose weight was chosen so that those which pass count little.  A few of
        large weight, which hardly ever pass, then say nothing about how well the efficiency is known: the number is
        not limited by (sum t)^2 / sum t^2 where some passed and some did not.
    """
    size = total**2 / square
    if 0.0 < value < 1.0 and residue > 0.0:
        known = value * (1.0 - value) * total**2 / residue
        size = known if once else min(size, known)
    low, high = clopper_pearson(min(value * size, size), size, cl)
    return Efficiency(value * size, size, value, float(low), float(high))


def garwood(counts: ArrayLike, cl: float = ONE_SIGMA, side: Side = "central") -> tuple[F64, F64]:
    """Return the Garwood interval of the mean of a Poisson distribution that gave ``counts``.

    ``side`` is as in `clopper_pearson`; ``low`` is exactly 0 where nothing was counted, and a one-sided
    lower limit has ``high`` infinite.
    """
    from scipy.special import gammaincinv

    k = np.asarray(counts, np.float64)
    if not np.isfinite(k).all() or (k < 0).any():
        raise InputError("a Poisson interval needs counts that are not negative")
    below, above = _tails(cl, side)
    low = np.where((k > 0) & (below > 0), gammaincinv(np.maximum(k, 1e-300), below), 0.0)
    high = gammaincinv(k + 1, 1 - above) if above > 0 else np.full(k.shape, np.inf)
    return np.asarray(low, np.float64), np.asarray(high, np.float64)


def rate(
    counts: float,
    live_s: float,
    prescale: float = 1.0,
    cl: float = ONE_SIGMA,
    *,
    spread: float = 1.0,
    held: float = 0.0,
) -> Rate:
    """Return counts over time, with the Garwood interval of an effective number of counts.

    Parameters
    ----------
    counts
        What was counted, or a sum of weights.
    live_s
        Time in which it could be counted, s.
    prescale
        What the rate is multiplied by: n gives the rate before a prescale that keeps 1 in n at random.
    cl
        Confidence level of the interval.
    spread
        Variance per count: 1 for independent events (Poisson), sum w^2 / sum w for weighted ones, less for what a
        counter has evened out.  The effective number is ``counts / spread``.
    held
        How many counts more there may have been in truth, at most: what a counter that started at zero still holds
        back.  It moves the upper end, and adds ``held^2 / 12`` to the variance.

    Raises
    ------
    InputError
        A number is negative, or ``prescale`` or ``spread`` is 0.
    """
    if min(counts, live_s, held) < 0 or prescale <= 0 or spread <= 0:
        raise InputError(
            f"a rate needs counts {counts} and live time {live_s} >= 0, prescale {prescale} and spread {spread} > 0"
        )
    if live_s == 0:
        return UNKNOWN
    unit = prescale / live_s
    lows, highs = garwood([counts / spread, (counts + held) / spread], cl)
    low, high = float(lows[0]) * spread * unit, float(highs[1]) * spread * unit
    error = math.sqrt(counts * spread + held * held / 12.0) * unit
    return Rate(counts * unit, error if counts else high, low, high)


def finite(value: Any) -> Any:
    """Return plain data with nan and infinity turned into None (strict JSON has no names for them)."""
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
