"""Refusing masses and couplings that formulas have no answer for: they would give nothing, or nonsense, silently."""

from __future__ import annotations

import math
from collections.abc import Mapping


def check_mass(m: float, what: str, limits: tuple[float, float] | None = None) -> None:
    """Refuse a mass outside a range.

    Parameters
    ----------
    m
        Mass, GeV.
    what
        What is asked for, as the sentence begins: ``widths of the dark scalar``.
    limits
        Lowest and highest mass, GeV; None: all that are finite and above 0.

    Raises
    ------
    ValueError
        The mass is not a number inside them.
    """
    if limits is None:
        if not (math.isfinite(m) and m > 0.0):
            raise ValueError(f"{what}: the mass must be finite and above 0, not {m:g} GeV")
    elif not limits[0] <= m <= limits[1]:
        raise ValueError(f"{what} are known from {limits[0]:.4g} to {limits[1]:.4g} GeV, not at {m:g}")


def check_couplings(couplings: Mapping[str, float], *, signed: bool = False) -> None:
    """Refuse couplings that are not finite, or negative.

    Parameters
    ----------
    couplings
        What each is called -> its value.
    signed
        Whether they may be negative: amplitudes, not squares.

    Raises
    ------
    ValueError
        The sentence names the first that is wrong.
    """
    for name, value in couplings.items():
        if not math.isfinite(value) or (value < 0.0 and not signed):
            raise ValueError(f"{name} must be finite{'' if signed else ' and at least 0'}, not {value:g}")
