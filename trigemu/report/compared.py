"""Comparisons with recorded words, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from trigemu.render import numbers
from trigemu.render.html import parts as html
from trigemu.setup.comparison import AGREEING
from trigemu.setup.experiment import Setup

HEAD = ("compared", "agree", "both", "only emulated", "only recorded", "efficiency", "purity")
"""Columns of a row's numbers."""

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
    """Return a row's numbers: how much was compared, what agrees, what is on one side only (of values: larger there).

    Efficiency: emulated of what was recorded; purity: recorded of what was emulated.
    """
    total, both = sum(states.values()), states.get("both")
    more, less = (sum(states.get(name, 0) for name in names) for names in (_MORE, _LESS))
    ratios = ["–", "–"] if both is None else [_share(both, both + less), _share(both, both + more)]
    shown = "–" if both is None else numbers.number(both)
    return [
        numbers.number(total),
        _share(total - more - less, total),
        shown,
        numbers.number(more),
        numbers.number(less),
        *ratios,
    ]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "–"


def sections(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    """Return the parts of the report's section: all comparisons, and the rows of each."""
    comparisons = summary.get("comparisons") or {}
    if not comparisons:
        return []
    specs = setup.comparisons
    numeric = range(2, 2 + len(HEAD))
    overview = [(name, specs[name].title, *cells(summed(counts))) for name, counts in comparisons.items()]
    parts: list[str] = [html.table(("comparison", "what", *HEAD), overview, numeric)]
    for name, counts in comparisons.items():
        rows = [(row, *cells(states)) for row, states in counts.items()]
        table = html.table(("row", *HEAD), rows, range(1, 1 + len(HEAD)))
        summary_line = html.text(f"{name}: {specs[name].title}")
        parts.append(f"<details><summary>{summary_line}</summary>{table}</details>")
    note = (
        "Efficiency: emulated of what was recorded. Purity: recorded of what was emulated. "
        "Of values, only emulated (recorded) means that the emulated (recorded) one is larger."
    )
    return [*parts, html.paragraph(note, "soft")]
