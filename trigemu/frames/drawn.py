"""Columns of the source ``truth`` that runs with events of files have besides: which event, and what it counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trigemu.frames.schema import Column, Schema

DRAWN = (
    Column("event", "<i8", low=-1),
    Column("weight", "<f8", low=-1, high=1),
    Column("share", "<f8", low=0, high=1),
)
"""``event``: number in its file (-1: of no file); ``weight``: what it counts, at most 1 and negative where its weight
is; ``share``: the chance with which a draw gives this event (0: of no file)."""


def reads_events(tables: Iterable[Any]) -> bool:
    """Return whether one of these tables takes whole events from a file (its attribute ``reads_events``)."""
    return any(getattr(table, "reads_events", False) for table in tables)


def with_drawn(schema: Schema) -> Schema:
    """Return the schema of a truth with these columns."""
    return Schema(schema.source, (*schema.columns, *DRAWN))
