"""The table of a scan: rows as plain data, columns as arrays, text that others can read."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.errors import InputError
from trigemu.measure.statistics import finite


@dataclass(frozen=True, slots=True)
class EfficiencyRow:
    """One line at one grid point.

    Attributes
    ----------
    point
        Parameter -> value.
    signal, line
        What was generated, and the trigger line.
    generated, accepted
        Events, and those whose products cross every detector plane that the search needs.
    acceptance, acceptance_low, acceptance_high
        accepted / generated with its interval.
    passed, total
        Accepted events that the line passed (before prescale and dead time), and accepted events.
    value, low, high
        passed / total with its interval.
    distinct
        Independent events among the accepted ones: those that were made of one event of a file are one.
    effective
        The number of events whose interval this is: ``total`` for independent events of equal weight.
    weight_generated, weight_accepted, weight_passed
        Sums of the weights; the counts where all weights are 1.  Acceptance and value are their ratios.
    """

    point: Mapping[str, float]
    signal: str
    line: str
    generated: int
    accepted: int
    acceptance: float
    acceptance_low: float
    acceptance_high: float
    passed: int
    total: int
    value: float
    low: float
    high: float
    distinct: int
    effective: float
    weight_generated: float
    weight_accepted: float
    weight_passed: float


COLUMNS = tuple(each.name for each in fields(EfficiencyRow) if each.name != "point")


@dataclass(frozen=True, slots=True)
class EfficiencyTable:
    """Acceptance and efficiency per grid point and line (intervals: Clopper-Pearson at level ``cl``).

    ``groups``: line -> group (`trigemu.menu.order.group`), of the lines that are no totals.
    """

    experiment: str
    signal: str
    title: str
    keys: tuple[str, ...]
    lines: tuple[str, ...]
    cl: float
    seed: int
    config_hash: str
    rows: tuple[EfficiencyRow, ...]
    groups: Mapping[str, str] = field(default_factory=dict)

    def array(self, column: str, line: str) -> NDArray[np.float64]:
        """Return a grid key or a numeric field of `EfficiencyRow` for one line, float64[n_points]."""
        if line not in self.lines:
            raise InputError(f"no line {line!r} in the table; it has {', '.join(self.lines)}")
        rows = [row for row in self.rows if row.line == line]
        if column in self.keys:
            return np.array([row.point[column] for row in rows], np.float64)
        if column not in COLUMNS[2:]:
            known = ", ".join([*self.keys, *COLUMNS[2:]])
            raise InputError(f"no column {column!r} in the table; it has {known}")
        return np.array([getattr(row, column) for row in rows], np.float64)

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain data (None where nothing was counted)."""
        data: dict[str, Any] = asdict(self)
        data["method"] = "Clopper-Pearson"
        return finite(data)  # type: ignore[no-any-return]

    def to_csv(self) -> str:
        """Return the rows as comma-separated values; one column per grid key, then `COLUMNS`, then cl."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*self.keys, *COLUMNS, "cl"])
        for row in self.rows:
            writer.writerow(
                [*(row.point[key] for key in self.keys), *(getattr(row, name) for name in COLUMNS), self.cl]
            )
        return text.getvalue()
