"""Comparisons with recorded words, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from trigemu.measure import html
from trigemu.setup.comparison import AGREEING
from trigemu.setup.experiment import Setup

HEAD = ("agree", "only emulated", "only recorded")
"""Columns behind the number of what was compared."""

_MORE, _LESS = ("only_emulated", "above"), ("only_recorded", "below")


def summed(counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return the counts of all rows together."""
    total: Counter[str] = Counter()
    for states in counts.values():
        total.update(states)
    return dict(total)


def differing(states: Mapping[str, int]) -> int:
    """Return how much does not agree."""
    return sum(count for state, count in states.items() if state not in AGREEING)


def cells(states: Mapping[str, int]) -> list[str]:
    """Return a row of a table: compared, agreeing in per cent, and what is on one side only (or larger there)."""
    total = sum(states.values())
    share = f"{100 * (1 - differing(states) / total):.2f} %" if total else "–"
    more, less = (sum(states.get(name, 0) for name in names) for names in (_MORE, _LESS))
    return [html.number(total), share, html.number(more), html.number(less)]


def sections(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    """Return the parts of the report's section: all comparisons, and for each its rows."""
    comparisons = summary.get("comparisons") or {}
    if not comparisons:
        return []
    specs = setup.comparisons
    overview = [(name, specs[name].title, *cells(summed(counts))) for name, counts in comparisons.items()]
    parts: list[str] = [html.table(("comparison", "what", "compared", *HEAD), overview, range(2, 6))]
    for name, counts in comparisons.items():
        states = specs[name].states
        rows = [
            (
                row,
                f"{100 * (1 - differing(each) / max(sum(each.values()), 1)):.2f} %",
                *map(html.number, each.values()),
            )
            for row, each in counts.items()
        ]
        head = ("row", "agree", *(state.replace("_", " ") for state in states))
        table = html.table(head, rows, range(1, len(head)))
        parts.append(f"<details><summary>{html.text(specs[name].title)}</summary>{table}</details>")
    return parts
