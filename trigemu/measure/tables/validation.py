"""Published against emulated numbers, and how many of them agree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from trigemu.measure.validate import Result
from trigemu.render.numbers import with_error
from trigemu.render.table import Cell, Column, Table, Value, table

COLUMNS = (
    Column("id", kind="key", meaning="The row, for --only."),
    Column("quantity", kind="text", meaning="What the number is."),
    Column("published", meaning="The number as published."),
    Column("emulated", meaning="What was computed, with its statistical error."),
    Column("verdict", kind="text", meaning="pass or FAIL; of rows that are not judged the reason why."),
    Column("within", kind="text", meaning="Whether the difference is within the tolerance, judged or not."),
    Column("tolerance", meaning="Largest allowed difference."),
    Column("pull", meaning="Difference over the quadratic sum of tolerance and statistical error."),
    Column("unit", kind="text", wide=True),
    Column(
        "role",
        kind="text",
        meaning="prediction (judged), input (it set a parameter) or comparison.",
    ),
    Column("sure", kind="text", meaning="How sure we are of the published number itself."),
    Column("source", kind="text", wide=True, meaning="Where the published number comes from."),
)

SHOWN = 12
"""Rows that a note names, at most."""


def validation_table(results: Sequence[Result]) -> Table:
    """Return published against emulated, and notes that name the rows outside their tolerance."""
    rows = [_row(result) for result in results]
    failed = [result.row.id for result in results if result.failed]
    outside = [result.row.id for result in results if _outside(result) and not result.failed]
    notes = (
        f"FAIL: {_named(failed)}." if failed else "",
        f"Outside their tolerance, but not judged: {_named(outside)}." if outside else "",
    )
    return table("published against emulated", COLUMNS, rows, notes)


def verdict_table(results: Iterable[Result]) -> Table:
    """Return how many rows there are of each verdict, and how many of them are outside their tolerance."""
    counts: dict[str, list[int]] = {}
    for result in results:
        count = counts.setdefault(result.verdict, [0, 0])
        count[0] += 1
        count[1] += _outside(result)
    columns = (Column("verdict", kind="key"), Column("rows"), Column("outside tolerance"))
    total = [sum(each) for each in zip(*counts.values(), strict=True)] or [0, 0]
    rows: list[list[Value]] = [[name, *each] for name, each in counts.items()]
    return table("verdicts", columns, [*rows, ["all", *total]])


def _outside(result: Result) -> bool:
    return not (result.missing or result.agrees)


def _row(result: Result) -> list[Cell | Value]:
    row = result.row
    return [
        row.id,
        row.quantity,
        Cell(f"{row.published:.6g} {row.unit}".strip(), row.published),
        _emulated(result),
        result.verdict,
        "–" if result.missing else result.agrees,
        Cell(row.allowed, row.tolerance),
        Cell("–") if result.pull is None else Cell(f"{result.pull:+.2f}".replace("-", "−"), result.pull),
        row.unit,
        row.role,
        row.certainty,
        row.source,
    ]


def _emulated(result: Result) -> Cell:
    if result.missing:
        return Cell("–")
    up, down = result.up, result.down
    unit = f" {result.row.unit}".rstrip()
    if not (up or down) or not math.isfinite(max(up, down)):
        return Cell(f"{result.emulated:.6g}{unit}", result.emulated)
    if abs(up - down) <= 0.1 * max(up, down):
        return Cell(with_error(result.emulated, max(up, down)) + unit, result.emulated)
    # All three to the second digit of the larger error.
    places = max(0, 1 - math.floor(math.log10(max(up, down))))
    value, high, low = f"{result.emulated:.{places}f}", f"+{up:.{places}f}", f"−{down:.{places}f}"
    return Cell(f"{value} {high} {low}{unit}", result.emulated, low, high)


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(ids[:SHOWN]) + more
