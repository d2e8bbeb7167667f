"""Which columns the table of a run has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trigemu.frames.frame import TRUTH
from trigemu.measure.export.columns import (
    ACCEPTED,
    BASE,
    FIRED,
    OF_LINES,
    ExportColumn,
    event_columns,
    hit_columns,
)
from trigemu.setup.experiment import Setup

_FIRED = "_fired"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of the table.

    Attributes
    ----------
    flat
        The columns with one value per decision, by name.
    lines
        Column of every line of the menu: whether it records the trigger; with ``_fired`` behind, whether it fired.
    events
        Whether the generated event beside a decision has columns.
    hits
        Source -> name of a column there -> the column, with a list per decision.
    """

    flat: Mapping[str, ExportColumn]
    lines: tuple[str, ...]
    events: bool
    hits: Mapping[str, Mapping[str, ExportColumn]]

    @classmethod
    def of(cls, setup: Setup[Any], *, truth: bool = True, absent: Collection[str] = ()) -> Layout:
        """Return the layout of a run's table.

        Parameters
        ----------
        setup
            The run.
        truth
            With the generated events, where the run has any.
        absent
            Sources that it was recorded without.
        """
        there = {source: schema for source, schema in setup.schemas.items() if source not in absent}
        schemas = [s for source, s in there.items() if source != TRUTH or (truth and whole(setup))]
        hits = {schema.source: hit_columns(schema) for schema in schemas}
        columns = list(BASE)
        columns += [
            replace(each, name=name)
            for each in BASE
            if each.name in OF_LINES
            for name in words(each.name, setup.menu.words)[1:]
        ]
        events = truth and TRUTH in setup.schemas
        columns += event_columns(setup.schemas[TRUTH]) if events else ()
        taken = {
            column.name for column in (*columns, *(c for source in hits.values() for c in source.values()))
        }
        lines = column_names(setup.menu.names, taken)
        for name, line in zip(lines, setup.menu.names, strict=True):
            columns.append(ExportColumn(name, "|b1", ACCEPTED.format(line=line)))
            columns.append(ExportColumn(f"{name}{_FIRED}", "|b1", FIRED.format(line=line)))
        return cls({column.name: column for column in columns}, lines, events, hits)

    @property
    def fired(self) -> tuple[str, ...]:
        """Column of every line of the menu: whether it fired."""
        return tuple(f"{name}{_FIRED}" for name in self.lines)

    def __iter__(self) -> Iterator[ExportColumn]:
        yield from self.flat.values()
        for columns in self.hits.values():
            yield from columns.values()


def whole(setup: Setup[Any]) -> bool:
    """Return whether a run recorded all fragments."""
    return setup.config.record.mode == "all"


def words(base: str, count: int) -> list[str]:
    """Return the columns that hold lines: ``fired``, ``fired_1``, ..."""
    return [base, *(f"{base}_{word}" for word in range(1, count))]


def column_names(names: Sequence[str], taken: set[str]) -> tuple[str, ...]:
    """Return line names as column names: letters, digits and ``_``; taken ones get ``line_`` in front."""
    found: list[str] = []
    for name in names:
        column = re.sub(r"\W", "_", name, flags=re.ASCII)
        while taken & {column, f"{column}{_FIRED}"} or not re.match(r"[A-Za-z_]", column):
            column = f"line_{column}"
        taken |= {column, f"{column}{_FIRED}"}
        found.append(column)
    return tuple(found)
