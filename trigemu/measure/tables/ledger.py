"""The accounts of a run: in which state every frame, fragment and trigger has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.render.table import Column, Table, table

ACCOUNTS = ("frames", "fragments", "triggers")


def ledger_tables(summary: Mapping[str, Any]) -> list[Table]:
    """Return one table of one row for each account, one column per state; of a replay also what it compared."""
    found = [account_table(name, summary[name]) for name in ACCOUNTS]
    replay = {key: value for key, value in (summary["replay"] or {}).items() if isinstance(value, int)}
    return [*found, account_table("replay", replay)] if replay else found


def account_table(name: str, counts: Mapping[str, Any]) -> Table:
    """Return states and their counts as a table of one row."""
    items = {key: value for key, value in counts.items() if not isinstance(value, bool)}
    return table(name, [Column(key) for key in items], [list(items.values())])
