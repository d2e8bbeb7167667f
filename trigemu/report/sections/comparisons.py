"""How far recorded words are those that were emulated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.measure.tables.comparisons import comparison_table, comparison_tables
from trigemu.render.html.page import folded
from trigemu.render.html.table import show
from trigemu.setup.experiment import Setup


def comparisons(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    """Return all comparisons, the rows that differ most, and all rows of each for those who ask."""
    parts: list[str] = [show(each) for each in comparison_tables(setup, summary)]
    specs = setup.comparisons
    for name, counts in (summary.get("comparisons") or {}).items():
        title = f"{name}: {specs[name].title} ({len(counts)} rows)"
        parts.append(folded(title, show(comparison_table(name, specs[name].title, counts), caption=False)))
    return parts
