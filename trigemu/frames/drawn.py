"""Columns of the source ``truth`` that runs with weighted events have besides: which event, and what it counts.

Events of files have them, and those of signals that make some kinds more often than others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trigemu.frames.schema import Column, Schema

DRAWN = (
    Column("event", "<i8", low=-1, meaning="Number of the event in its file, from 0; -1: of no file"),
    Column(
        "weight",
        "<f8",
        low=-1,
        high=1,
        meaning="What the event counts: 1 at most, negative where its weight in a file is",
    ),
    Column(
        "share",
        "<f8",
        low=0,
        high=1,
        meaning="Chance with which a draw from the file gives this event; 0: of no file",
    ),
)
"""The columns."""


def weighted(tables: Iterable[Any]) -> bool:
    """Return whether events of one of these tables count differently.

    It takes whole events from a file (its attribute ``reads_events``), or makes some more often than others
    (``weighted``).
    """
    return any(getattr(table, name, False) for table in tables for name in ("reads_events", "weighted"))


def with_drawn(schema: Schema) -> Schema:
    """Return the schema of a truth with these columns."""
    return Schema(schema.source, (*schema.columns, *DRAWN))
