"""Comparisons with recorded words, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.measure.tables.comparisons import NOTE, NUMBERS, cells, summed
from trigemu.render.html import parts as html
from trigemu.render.table import table
from trigemu.setup.experiment import Setup


def sections(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    """Return the parts of the report's section: all comparisons, and the rows of each."""
    comparisons = summary.get("comparisons") or {}
    if not comparisons:
        return []
    specs = setup.comparisons
    head = [column.name for column in NUMBERS]
    numeric = range(2, 2 + len(head))
    overview = [(name, specs[name].title, *_texts(summed(counts))) for name, counts in comparisons.items()]
    parts: list[str] = [html.table(("comparison", "what", *head), overview, numeric)]
    for name, counts in comparisons.items():
        rows = [(row, *_texts(states)) for row, states in counts.items()]
        shown = html.table(("row", *head), rows, range(1, 1 + len(head)))
        summary_line = html.text(f"{name}: {specs[name].title}")
        parts.append(f"<details><summary>{summary_line}</summary>{shown}</details>")
    return [*parts, html.paragraph(NOTE, "soft")]


def _texts(states: Mapping[str, int]) -> list[str]:
    return [cell.text for cell in table("", NUMBERS, [cells(states)]).rows[0]]
