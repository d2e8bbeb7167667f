"""The table of a scan: rows as plain data, columns as arrays, text that others can read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from trigemu.config.names import allowed
from trigemu.errors import InputError
from trigemu.measure.cutflow import CutFlow
from trigemu.measure.statistics import finite
from trigemu.measure.tabular import Tabular, as_column, named
from trigemu.plain import short

if TYPE_CHECKING:
    from hist import Hist


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

    @property
    def weighted(self) -> bool:
        """Whether events of this point have weights: passed over total is then not the value."""
        return self.weight_generated != self.generated


COLUMNS = tuple(each.name for each in fields(EfficiencyRow) if each.name != "point")


Counts = Literal["generated", "accepted", "passed", "weight_generated", "weight_accepted", "weight_passed"]
"""Columns that hold counts, or sums of weights."""


@dataclass(frozen=True, slots=True, repr=False)
class EfficiencyTable(Tabular):
    """Acceptance and efficiency per grid point and line (intervals: Clopper-Pearson at level ``cl``).

    A row per grid point and line.  ``table["mass"]`` is a column with a value per row, ``table.line("H2")`` the rows of
    one line, ``table.array("value", "H2")`` both at once.  ``plot`` takes ``x`` (a key) and ``lines``.
    ``groups``: line -> group (`trigemu.menu.order.group`), of the lines that are no totals.
    ``units``: key -> its unit.
    ``flow``: the cut flow of the offline selection that was asked for (`trigemu.measure.cutflow.CutFlow`), else None.
    """

    _html: ClassVar[str] = "trigemu.measure.tables.shown:scan_html"
    _drawn: ClassVar[str] = "trigemu.measure.plots:draw_efficiency"

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
    units: Mapping[str, str] = field(default_factory=dict)
    flow: CutFlow | None = None

    def __repr__(self) -> str:
        grid = " x ".join(f"{len(np.unique(self[key]))} {key}" for key in self.keys) or "1 point"
        lines = f"{len(self.lines)} line{'s' if len(self.lines) != 1 else ''}"
        return f"EfficiencyTable({self.experiment}, {self.signal}: {grid}, {lines}, {len(self)} rows)"

    @property
    def columns(self) -> tuple[str, ...]:
        """Keys of the grid, then the fields of `EfficiencyRow`."""
        return (*self.keys, *COLUMNS)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        # A table without rows is a table.
        return True

    def __iter__(self) -> Iterator[EfficiencyRow]:
        return iter(self.rows)

    def _column(self, name: str) -> NDArray[Any]:
        if name in self.keys:
            return np.array([row.point[name] for row in self.rows], np.float64)
        return as_column(getattr(row, name) for row in self.rows)

    def line(self, name: str) -> EfficiencyTable:
        """Return the rows of one line (InputError if there is none of this name)."""
        line = named(name, self.lines, "line")
        return replace(self, lines=(line,), rows=tuple(row for row in self.rows if row.line == line))

    def array(self, column: str, line: str) -> NDArray[np.float64]:
        """Return a grid key or a numeric field of `EfficiencyRow` for one line, float64[n_points]."""
        if column in ("signal", "line"):
            raise InputError(f"column {column!r} holds names; table[{column!r}] has them")
        return np.asarray(self.line(line).column(column), np.float64)

    def to_hist(self, line: str, count: Counts = "passed") -> Hist[Any]:
        """Return counts of one line against the grid's keys as a histogram (needs the extra ``notebook``).

        Bins meet half-way between the grid's values.  ``to_hist(line)`` over ``to_hist(line, "accepted")`` is the
        efficiency.  Storage is float64, which holds counts exactly and which ROOT files take.
        """
        from trigemu.measure.histograms import grid_hist

        table = self.line(line)
        known = get_args(Counts)
        if count not in known:
            raise InputError(f"there are no counts {short(repr(count))}; {allowed(str(count), known)}")
        if not self.keys:
            raise InputError("a scan of one point has no axis: give a grid")
        title = f"{self.title}: {count}, {table.lines[0]}"
        labels = {key: f"{key} ({self.units[key]})" if self.units.get(key) else key for key in self.keys}
        return grid_hist({key: table[key] for key in self.keys}, table[count], title, labels)

    @property
    def without_prescale(self) -> set[str]:
        """Lines without prescale, and totals: what is shown before all others."""
        return {line for line in self.lines if "," not in self.groups.get(line, "")}

    @property
    def weighted(self) -> bool:
        """Whether events of any point have weights."""
        return any(row.weighted for row in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain data (None where nothing was counted); the flow is called ``cutflow``.

        ``weighted`` says whether events have weights.
        """
        data: dict[str, Any] = asdict(self)
        data["cutflow"] = data.pop("flow")
        data["method"] = "Clopper-Pearson"
        data["weighted"] = self.weighted
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
