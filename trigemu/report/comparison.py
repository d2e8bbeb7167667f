"""The page of a comparison: verdict, tables, and efficiencies of both sides against a parameter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from trigemu.frames.rundir import write_whole
from trigemu.measure.comparison.data import Compared, Counted, EfficiencyDifference
from trigemu.measure.tables.differences import (
    configuration_table,
    decisions_table,
    efficiencies_table,
    events_table,
    rates_table,
    verdict,
)
from trigemu.menu.totals import shown_name
from trigemu.render import numbers
from trigemu.render.html.page import Section, cards, figure, page, plots, section
from trigemu.render.html.table import show
from trigemu.render.html.text import Html, paragraph
from trigemu.render.svg.curves import Series, curves
from trigemu.render.table import Table

PICTURES = 6
"""Lines whose curves are drawn, at most: those that differ most."""


def write_comparison(folder: Path, compared: Compared) -> list[Path]:
    """Write ``comparison.html`` and ``comparison.json`` into an existing folder; return the files."""
    files = [folder / "comparison.html", folder / "comparison.json"]
    write_whole(files[0], render(compared))
    write_whole(files[1], json.dumps(compared.to_dict(), indent=2) + "\n")
    return files


def render(compared: Compared) -> str:
    """Return the page as a document."""
    style, said = ("good", "same") if compared.same else ("bad", "different")
    figures: list[tuple[str, str]] = [("results", Html(f'<span class="{style}">{said}</span>'))]
    decided = compared.decisions
    if decided is not None:
        figures.append(("candidates", numbers.number(decided.compared)))
        figures.append(("decided differently", numbers.number(decided.different)))
    if compared.kind == "runs":
        figures.append(("keys that differ", numbers.number(len(compared.configuration))))
    header = [
        paragraph(f"A: {compared.a} · B: {compared.b}", "soft"),
        cards(figures),
        paragraph(verdict(compared)),
        *(paragraph(note) for note in compared.notes),
    ]
    kind = "Two runs" if compared.kind == "runs" else "Two scans"
    return page(f"{kind} compared", header, _sections(compared))


def _sections(compared: Compared) -> list[Section]:
    found = []
    if compared.kind == "runs":
        found.append(section("Configuration", _table(configuration_table(compared))))
    if compared.decisions is not None:
        events = [show(events_table(compared.decisions))] if compared.decisions.events else []
        found.append(section("Decisions", _table(decisions_table(compared.decisions)), *events))
    if compared.rates:
        found.append(section("Rates", _table(rates_table(compared.rates, shared=compared.shared))))
    if compared.efficiencies:
        table = efficiencies_table(compared)
        found.append(section("Efficiencies", plots(_curves(compared)), _table(table, "line", "signal")))
    return found


def _table(table: Table, *filters: str) -> str:
    if len(table):
        return show(table, caption=False, filters=filters)
    return paragraph(" ".join(table.notes).capitalize())


def _curves(compared: Compared) -> list[str]:
    """Return a picture per line with A and B against the one parameter of the grid; none of other grids."""
    efficiencies = compared.efficiencies
    keys = {key for each in efficiencies for key in each.point}
    if len(keys) != 1:
        return []
    (key,) = keys
    lines: dict[str, list[EfficiencyDifference]] = {}
    for each in efficiencies:
        lines.setdefault(each.line, []).append(each)
    sizes = {line: max(abs(each.difference or 0.0) for each in found) for line, found in lines.items()}
    chosen = sorted((line for line in lines if sizes[line] > 0), key=lambda line: -sizes[line])[:PICTURES]
    return [
        figure(_picture(line, lines[line], key, compared.units.get(key, "")), shown_name(line))
        for line in lines
        if line in chosen
    ]


def _picture(line: str, points: Sequence[EfficiencyDifference], key: str, unit: str) -> str:
    ordered = sorted(points, key=lambda each: each.point[key])
    x = [each.point[key] for each in ordered]
    sides = [_series(name, x, [getattr(each, name.lower()) for each in ordered]) for name in ("A", "B")]
    what = "acceptance" if line == "acceptance" else "efficiency"
    along = f"{key} ({unit})" if unit else key
    return curves(sides, along, what, f"{what} of {shown_name(line)} in A and B against {key}")


def _series(name: str, x: Sequence[float], counted: Sequence[Counted | None]) -> Series:
    values = [(None, None, None) if each is None else (each.value, each.low, each.high) for each in counted]
    value, low, high = ([row[place] for row in values] for place in range(3))
    return Series(name, x, value, low, high)
