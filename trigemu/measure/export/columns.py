"""What every column of an exported table means: the one description, for files and for the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trigemu.decision.sequencer import TriggerState
from trigemu.frames.schema import OFFSETS, Column, Schema

TICKS = "TDC counts"
"""Unit of times; its length in ns is ``tick_ns`` of the run text."""


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of the table.

    Attributes
    ----------
    name, dtype
        Its name, and the dtype of its values.
    meaning, unit
        One sentence with codes and the origin of times, and the unit ("" where it has none).
    """

    name: str
    dtype: str
    meaning: str
    unit: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return the description as plain data."""
        return {"type": np.dtype(self.dtype).name, "unit": self.unit, "meaning": self.meaning}


_STATES = ", ".join(f"{state.value} {state.name.lower().replace('_', ' ')}" for state in TriggerState)

_BITS = (
    "bit i is line i of the menu (lines of the run text), lines 64 to 127 are in a column {name}_1 and so on"
)

BASE = (
    ExportColumn("frame", "<i8", "Number of the time frame, from 0 at begin-of-run"),
    ExportColumn("time", "<i8", "Time of the decision since the start of its frame", TICKS),
    ExportColumn("time_ns", "<f8", "Time of the decision since begin-of-run", "ns"),
    ExportColumn(
        "fired",
        "<u8",
        f"Lines that fired, before prescale and dead time: {_BITS.format(name='fired')}",
    ),
    ExportColumn(
        "accepted",
        "<u8",
        "Lines that record the trigger: they fired and survived selection, prescale and dead time, bits as in fired; "
        "0 of decisions that are not recorded",
    ),
    ExportColumn("passed", "<u8", "Lines that fired and whose online selection passed, bits as in fired"),
    ExportColumn("state", "|u1", f"What became of the decision: {_STATES}"),
)
"""Columns that every table has; those of lines once more for every further 64 lines."""

OF_LINES = ("fired", "accepted", "passed")

ACCEPTED = "Whether the line {line} records the trigger: its bit in accepted"
FIRED = "Whether the line {line} fired, before prescale and dead time: its bit in fired"

EVENT = (
    ExportColumn(
        "event",
        "<i8",
        "Number of the generated event in the frame that the decision belongs to, from 0; -1: none is near. It is the "
        "nearest one within the experiment's match window, a signal before any other",
    ),
    ExportColumn("event_time", "<i8", "Time of that event since the start of the frame; -1: none", TICKS),
    ExportColumn(
        "event_signal",
        "<i4",
        "Its signal: number in signals of the run text, from 0; -1: no signal, or no event",
    ),
    ExportColumn(
        "event_accepted", "|i1", "1 where it is inside its signal's acceptance, else 0; -1: no event"
    ),
    ExportColumn("event_weight", "<f8", "What it counts: 1 where events have no weights; 0: no event"),
)
"""Columns of the generated event beside a decision that every run with a truth has."""

_SAID = ("time", "signal", "accepted", "weight")
_WIDER = {"u1": "<i2", "u2": "<i4", "u4": "<i8"}
_NAMES = {"event": "number"}


def event_columns(truth: Schema) -> tuple[ExportColumn, ...]:
    """Return the columns of the generated event beside a decision: `EVENT`, then what else the truth has."""
    return (*EVENT, *more_of_events(truth).values())


def more_of_events(truth: Schema) -> Mapping[str, ExportColumn]:
    """Return the columns that are a truth's own, by their names there."""
    return {column.name: _of_event(column) for column in truth.columns if column.name not in _SAID}


def _of_event(column: Column) -> ExportColumn:
    # Whole numbers get a sign, so that -1 says that there is no event.
    dtype = _WIDER.get(column.dtype[1:], column.dtype)
    none = "not a number" if dtype[1] == "f" else "-1"
    name = f"event_{_NAMES.get(column.name, column.name)}"
    said = column.meaning if "-1:" in column.meaning else f"{column.meaning}; {none}: no event"
    return ExportColumn(name, dtype, said, column.unit)


def hit_columns(schema: Schema) -> dict[str, ExportColumn]:
    """Return the columns of a source, by their names there: a list with the hits around each recorded trigger."""
    return {
        column.name: ExportColumn(f"{schema.source}_{column.name}", column.dtype, column.meaning, column.unit)
        for column in schema.columns
        if column.name != OFFSETS
    }
