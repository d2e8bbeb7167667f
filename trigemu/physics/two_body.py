"""Two-body kinematics of single decays, plain Python: closed forms of widths need no compiler."""

from __future__ import annotations

import math


def kallen(a: float, b: float, c: float) -> float:
    """Return the Kaellen function a^2 + b^2 + c^2 - 2ab - 2ac - 2bc (arguments are squared masses)."""
    return a * a + b * b + c * c - 2.0 * (a * b + a * c + b * c)


def two_body_momentum(parent: float, first: float, second: float) -> float:
    """Return the momentum of the daughters in the parent's frame; 0 below threshold."""
    if parent <= first + second:
        return 0.0
    # The factors of the Kaellen function, which lose no digits near threshold.
    product = (parent - first - second) * (parent + first + second)
    product *= (parent - first + second) * (parent + first - second)
    return math.sqrt(product) / (2.0 * parent)


def phase_space(x: float, y: float) -> float:
    """Return lambda^(1/2)(1, x^2, y^2) for masses over that of the parent; 0 below threshold, 1 if both vanish."""
    return 2.0 * two_body_momentum(1.0, x, y)


def velocity(m: float, daughter: float) -> float:
    """Return sqrt(1 - 4 daughter^2 / m^2), the velocity of two equal daughters; 0 below threshold."""
    return math.sqrt(max(1.0 - 4.0 * (daughter / m) ** 2, 0.0))
