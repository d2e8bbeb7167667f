"""Latency histograms that merge across processes and never grow."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HALF_BITS = 10
_HALF = 1 << _HALF_BITS
_EXPONENTS = 34

BUCKETS = (_EXPONENTS + 1) * _HALF
LONGEST_NS = (1 << (_HALF_BITS + _EXPONENTS)) - 1
"""The longest time that is told from longer ones."""

STAGES = ("generate", "build", "decide", "record", "total")
"""Stages of a frame: planned -> sent -> built -> decided -> recorded, and planned -> recorded."""


class HdrHistogram:
    """Log-linear histogram of times in ns: three significant digits from 1 ns to five hours in fixed memory.

    Values below 2048 ns are counted exactly; above, every power of two is cut into 1024 equal buckets, so a
    percentile is high by at most one part in 1024 (the layout of HdrHistogram, hdrhistogram.org).

    Attributes
    ----------
    counts
        int64, one per bucket.
    max
        Largest value recorded, ns (0 when empty).
    """

    __slots__ = ("counts", "max")

    def __init__(self) -> None:
        # Filled, not just allocated: memory is taken now, and does not grow while buckets are used.
        self.counts: NDArray[np.int64] = np.full(BUCKETS, 0, np.int64)
        self.max = 0

    @property
    def count(self) -> int:
        """How many values were recorded."""
        return int(self.counts.sum())

    def record_many(self, values: NDArray[np.int64]) -> None:
        """Count values (int64[n], ns); negative ones count as 0, those beyond the range as its end."""
        if not len(values):
            return
        clipped = np.clip(values, 0, LONGEST_NS)
        # frexp gives the bit length exactly: every value is below 2**53.
        exponent = np.maximum(np.frexp(clipped.astype(np.float64))[1] - (_HALF_BITS + 1), 0)
        np.add.at(self.counts, exponent * _HALF + (clipped >> exponent), 1)
        self.max = max(self.max, int(clipped.max()))

    def merge(self, other: HdrHistogram) -> None:
        """Add the counts of another histogram."""
        self.counts += other.counts
        self.max = max(self.max, other.max)

    def percentile(self, q: float) -> int:
        """Return the value (ns) that ``q`` percent of all values do not exceed; 0 when empty."""
        if not 0 <= q <= 100:
            raise ValueError(f"a percentile lies between 0 and 100, not at {q}")
        cumulative = np.cumsum(self.counts)
        total = int(cumulative[-1])
        if total == 0:
            return 0
        return min(_upper_edge(int(np.searchsorted(cumulative, rank(q, total)))), self.max)

    def to_dict(self) -> dict[str, Any]:
        """Return the occupied buckets as plain data."""
        index = np.flatnonzero(self.counts)
        return {"max": self.max, "bucket": index.tolist(), "count": self.counts[index].tolist()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> HdrHistogram:
        """Rebuild from `to_dict`."""
        histogram = cls()
        histogram.counts[np.asarray(data["bucket"], np.int64)] = data["count"]
        histogram.max = int(data["max"])
        return histogram

    def summary_us(self) -> dict[str, float]:
        """Return p50, p99, p99_9 and max in microseconds."""
        names = (("p50", 50.0), ("p99", 99.0), ("p99_9", 99.9))
        return {**{name: self.percentile(q) / 1e3 for name, q in names}, "max": self.max / 1e3}


def rank(q: float, total: int) -> int:
    """Return which of ``total`` values in order (1 the smallest) ``q`` percent of them do not exceed.

    Exact for the decimal number that ``q`` is written as: p99.9 of 1000 values is the 999th, while 99.9 / 100 * 1000
    in floating point is just above 999 and would give the largest.
    """
    share = _share(q)
    return max(1, -(-total * share.numerator // share.denominator))


@lru_cache(maxsize=256)
def _share(q: float) -> Fraction:
    return Fraction(repr(float(q))) / 100


def _upper_edge(bucket: int) -> int:
    """Return the largest value that falls into a bucket."""
    exponent = max(bucket // _HALF - 1, 0)
    return ((bucket - exponent * _HALF + 1) << exponent) - 1
