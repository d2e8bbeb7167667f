"""Short forms of rows in Belle II's table."""

from __future__ import annotations

from collections.abc import Callable

from trigemu.measure.validate import Measured, Row


def predicted(
    name: str,
    quantity: str,
    value: float,
    tolerance: float,
    source: str,
    compute: Callable[[], Measured],
    unit: str = "",
    certainty: str = "I",
) -> Row:
    """Return a judged row; certainty ``R`` or ``I``."""
    return Row(
        name,
        quantity,
        value,
        tolerance,
        source,
        "R" if certainty == "R" else "I",
        "prediction",
        compute,
        unit,
    )


def compared(
    name: str,
    quantity: str,
    value: float,
    tolerance: float,
    source: str,
    compute: Callable[[], Measured],
    unit: str = "",
) -> Row:
    """Return a row that is shown beside a number got in other conditions."""
    return Row(name, quantity, value, tolerance, source, "I", "comparison", compute, unit)


def recalled(
    name: str, quantity: str, value: float, tolerance: float, source: str, compute: Callable[[], Measured]
) -> Row:
    """Return a row whose published number is remembered only."""
    return Row(name, quantity, value, tolerance, source, "M", "prediction", compute)
