"""The tables of the documentation's page on exported files, made of the same descriptions as the files."""

from __future__ import annotations

from collections.abc import Iterable

from trigemu.frames.frame import TRUTH
from trigemu.frames.schema import Schema
from trigemu.measure.export.columns import ACCEPTED, BASE, FIRED, ExportColumn, event_columns, hit_columns
from trigemu.setup.build import load_setup
from trigemu.setup.load import shipped_configs

HEAD = "| column | type | unit | meaning |\n|---|---|---|---|"


LINE = "LINE"
"""Stands for the name of a line of the menu."""


def columns_page() -> str:
    """Return the tables of all columns as Markdown: those of every file, then each experiment's."""
    pair = ((LINE, ACCEPTED), (f"{LINE}_fired", FIRED))
    lines = [ExportColumn(name, "|b1", said.format(line=LINE)) for name, said in pair]
    parts = ["## Every file", "", _table((*BASE, *lines))]
    for experiment, schemas in _schemas().items():
        parts += ["", f"## {experiment}", ""]
        own = [] if TRUTH not in schemas else list(event_columns(schemas[TRUTH]))
        hits = [column for schema in schemas.values() for column in hit_columns(schema).values()]
        parts.append(_table((*own, *hits)))
    return "\n".join(parts) + "\n"


def _schemas() -> dict[str, dict[str, Schema]]:
    """Return the sources of each experiment, of all its shipped configurations."""
    found: dict[str, dict[str, Schema]] = {}
    for name in shipped_configs():
        setup = load_setup(name)
        sources = found.setdefault(setup.config.experiment, {})
        for source, schema in setup.schemas.items():
            known = sources.get(source)
            if known is None or len(schema.columns) > len(known.columns):
                sources[source] = schema
    return found


def _table(columns: Iterable[ExportColumn]) -> str:
    rows = []
    for column in columns:
        said = column.to_dict()
        rows.append(f"| `{column.name}` | {said['type']} | {column.unit} | {_plain(column.meaning)} |")
    return "\n".join([HEAD, *rows])


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("[[", "`[[").replace("]]", "]]`").replace("*", "\\*")
