"""Columns of the source ``truth`` that runs with events of files have besides: which event, and what it counts."""

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
        meaning="What the event counts: 1 at most, negative where its weight in the file is",
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


def reads_events(tables: Iterable[Any]) -> bool:
    """Return whether one of these tables takes whole events from a file (its attribute ``reads_events``)."""
    return any(getattr(table, "reads_events", False) for table in tables)


def with_drawn(schema: Schema) -> Schema:
    """Return the schema of a truth with these columns."""
    return Schema(schema.source, (*schema.columns, *DRAWN))
