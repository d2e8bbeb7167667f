"""How many standard deviations two counted numbers are apart, from exact tests."""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64
from trigemu.errors import InputError


def poisson_difference(counts_a: float, time_a: float, counts_b: float, time_b: float) -> float:
    """Return the significance of the difference of two rates, positive where that of B is larger.

    Of n counts in all, those of A are binomial if the rates are the same, with the share of A's time: the exact
    conditional test (Przyborowski and Wilenski, Biometrika 31 (1940) 313).  The two-sided p-value is twice the smaller
    tail.

    Parameters
    ----------
    counts_a, counts_b
        Counts; effective ones may be real numbers.
    time_a, time_b
        Times in which they were counted; of effective counts the time over the variance per count.

    Raises
    ------
    InputError
        A count is negative, or a time is not positive.
    """
    from scipy.special import betainc

    if min(counts_a, counts_b) < 0 or min(time_a, time_b) <= 0:
        raise InputError("a difference of rates needs counts that are not negative, and times")
    n = counts_a + counts_b
    share = time_a / (time_a + time_b)
    if n <= 0:
        return 0.0
    fewer = float(betainc(counts_b, counts_a + 1.0, 1.0 - share)) if counts_b > 0 else 1.0
    more = float(betainc(counts_a, counts_b + 1.0, share)) if counts_a > 0 else 1.0
    expected = n * share
    spread = math.sqrt(n * share * (1.0 - share))
    return _signed(fewer, more, (expected - counts_a) / spread)


def binomial_difference(passed_a: float, total_a: float, passed_b: float, total_b: float) -> float:
    """Return the significance of the difference of two efficiencies, positive where that of B is larger.

    Fisher's exact test, of whose two-sided p-value is twice the smaller tail; effective counts are rounded.

    Raises
    ------
    InputError
        More passed than there were, or a count is negative.
    """
    k_a, n_a, k_b, n_b = (round(count) for count in (passed_a, total_a, passed_b, total_b))
    if not (0 <= k_a <= n_a and 0 <= k_b <= n_b):
        raise InputError("a difference of efficiencies needs counts with 0 <= passed <= total")
    passed, total = k_a + k_b, n_a + n_b
    if not n_a or not n_b or passed in (0, total):
        return 0.0
    x = np.arange(max(0, passed - n_b), min(passed, n_a) + 1, dtype=np.float64)
    log = _log_choose(n_a, x) + _log_choose(n_b, passed - x)
    chance = np.exp(log - log.max())
    chance /= chance.sum()
    fewer, more = float(chance[x <= k_a].sum()), float(chance[x >= k_a].sum())
    variance = passed / total * (1.0 - passed / total) * (1.0 / n_a + 1.0 / n_b)
    return _signed(fewer, more, (k_b / n_b - k_a / n_a) / math.sqrt(variance))


def _log_choose(n: int, k: F64) -> F64:
    from scipy.special import gammaln

    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0), np.float64)


_TINY = 1e-250


def _signed(fewer: float, more: float, normal: float) -> float:
    """Return standard deviations for the chances of at most, and at least, A's count.

    Beyond what a double holds the normal approximation ``normal`` takes over.
    """
    from scipy.special import ndtri

    tail = min(fewer, more)
    if tail >= 0.5:
        return 0.0
    if tail < _TINY:
        return normal
    size = -float(ndtri(tail))
    return size if fewer < more else -size
