"""Where everything went, and which processes took it there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trigemu.measure.tables.ledger import ACCOUNTS
from trigemu.render.html.page import beside
from trigemu.render.html.table import show
from trigemu.render.table import Cell, Column, Table, Value, table


def ledger(summary: Mapping[str, Any]) -> list[str]:
    """Return the accounts of a run, one row per state, and what a replay compared."""
    parts: list[str] = [show(_account(name, summary[name])) for name in ACCOUNTS]
    replay = summary.get("replay")
    if replay:
        rows = [[key.replace("_", " "), _plain(value)] for key, value in replay.items()]
        parts.append(show(table("replay", (Column("what", kind="key"), Column("found", kind="text")), rows)))
    return [beside(parts)]


def _account(name: str, counts: Mapping[str, Any]) -> Table:
    items = [(key, value) for key, value in counts.items() if not isinstance(value, bool)]
    rows = [[key.replace("_", " "), value] for key, value in items]
    return table(name, (Column("state", kind="key"), Column(name)), rows)


def processes(summary: Mapping[str, Any]) -> list[str]:
    """Return how fast a run was, and the memory of each of its processes."""
    parts: list[str] = []
    if summary["throughput"]:
        rows: list[list[Cell | Value]] = [
            [key.replace("_", " "), value]
            for key, value in summary["throughput"].items()
            if value is not None
        ]
        parts.append(show(table("throughput", (Column("what", kind="key"), Column("value")), rows)))
    memory = summary["memory"]
    if memory:
        names = list(dict.fromkeys(key for use in memory.values() for key in use))
        columns = [
            Column("process", kind="key"),
            *(Column(name.removesuffix("_mib"), "MiB" if name.endswith("_mib") else "") for name in names),
        ]
        uses = [[role, *(use.get(name) for name in names)] for role, use in sorted(memory.items())]
        parts.append(show(table("memory", columns, uses)))
    return parts


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
