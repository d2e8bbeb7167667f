"""An intensity that changes with time and repeats: a polygon, with exact integrals and their inverse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Relative intensity against time, 1 in the mean; made by `profile`.

    Attributes
    ----------
    values
        float64[n + 1], intensity at equal distances from 0 to ``length``, straight lines between.
    below
        float64[n + 1], its integral from 0 to each of these times; the last one is ``length``.
    length
        Period, in any unit of time.
    """

    values: F64
    below: F64
    length: float

    @property
    def step(self) -> float:
        """Time between two values."""
        return self.length / (len(self.values) - 1)

    @property
    def peak(self) -> float:
        """Highest intensity."""
        return float(self.values.max())

    def until(self, time: F64) -> F64:
        """Return the integral from 0 to each time (float64[m], not negative), which may be in a later period."""
        periods, inside = np.divmod(time, self.length)
        at = np.minimum((inside / self.step).astype(np.int64), len(self.values) - 2)
        beyond = inside - at * self.step
        first, slope = self.values[at], self._slope(at)
        inner = self.below[at] + beyond * (first + 0.5 * slope * beyond)
        return np.asarray(periods * self.length + inner, np.float64)

    def when(self, integral: F64) -> F64:
        """Return the times at which `until` reaches these values (float64[m], not negative)."""
        periods, inside = np.divmod(integral, self.length)
        at = np.clip(np.searchsorted(self.below, inside, side="right") - 1, 0, len(self.values) - 2)
        rest, first = inside - self.below[at], self.values[at]
        # The stable solution of slope / 2 x^2 + first x = rest; rounding may make the root's argument negative.
        root = np.sqrt(np.maximum(first * first + 2.0 * self._slope(at) * rest, 0.0))
        below = first + root
        beyond = np.divide(2.0 * rest, below, out=np.zeros_like(rest), where=below > 0.0)
        return np.asarray(
            periods * self.length + at * self.step + np.clip(beyond, 0.0, self.step), np.float64
        )

    def _slope(self, at: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> F64:
        return np.asarray((self.values[at + 1] - self.values[at]) / self.step, np.float64)


def profile(values: F64, length: float) -> Profile:
    """Return the polygon through these values, scaled so that its mean is 1.

    Parameters
    ----------
    values
        float64[n + 1], n >= 1, at equal distances from 0 to ``length``; none negative, not all 0.
    length
        Period.

    Raises
    ------
    ValueError
        A value is negative or not finite, or all are 0.
    """
    if not np.isfinite(values).all() or (values < 0.0).any() or not values.any():
        raise ValueError("an intensity is not negative, and not 0 everywhere")
    step = length / (len(values) - 1)
    below = np.concatenate([[0.0], np.cumsum(0.5 * (values[1:] + values[:-1]))]) * step
    scale = length / below[-1]
    below *= scale
    below[-1] = length
    return Profile(values * scale, below, length)
