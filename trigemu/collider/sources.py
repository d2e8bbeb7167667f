"""Sources of data that come in beam crossings, and the two that every experiment at a collider has.

A time frame is a batch of crossings in which something happened.  The source ``timing`` lists them (strictly rising
``time``); the other sources have ``offsets`` that partition them into one piece per crossing.
"""

from __future__ import annotations

from trigemu.frames.columns import Column, Schema
from trigemu.frames.frame import TRUTH

TIMING = "timing"

BACKGROUND = 0xFFFF
"""``signal`` (``process``) of an event that is of no ``[[signal]]`` (process) table."""


def crossing_schema(source: str, *columns: tuple[str, str] | Column) -> Schema:
    """Return the schema of a source with these columns and ``offsets``, one piece per crossing.

    A column is a name and a dtype, or a `Column`, which says which values there can be.
    """
    return Schema(source, (*map(_column, columns), Column("offsets", "<i8")))


def timing_schema(*columns: tuple[str, str] | Column) -> Schema:
    """Return the schema of ``timing``: ``time`` in ticks since the start of the frame, and more columns."""
    return Schema(TIMING, (Column("time", "<i8"), *map(_column, columns)))


def _column(given: tuple[str, str] | Column) -> Column:
    return given if isinstance(given, Column) else Column(*given)


TRUTH_SCHEMA = Schema(
    TRUTH,
    (
        Column("time", "<i8"),
        Column("signal", "<u2"),
        Column("accepted", "|u1", high=1),
        Column("process", "<u2"),
        Column("radius", "<f4", low=0.0),
    ),
)
"""What was generated in each crossing.

``time`` as in ``timing``; ``signal``: index of the [[signal]] table or `BACKGROUND`; ``accepted``: inside the signal's
acceptance; ``process``: index of the process table or `BACKGROUND`; ``radius``: transverse flight of a long-lived
particle in mm (0 without).
"""
