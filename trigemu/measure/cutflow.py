"""The cut flow of a scan: what is left of the generated events after each cut of an offline selection."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trigemu.measure.tabular import Tabular, as_column, named
from trigemu.setup.offline import Cut


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One step of the flow at one grid point.

    Fractions are ratios of sums of weights, each with the ends of its interval, nan where nothing was counted.  What is
    1 by definition has no interval.

    Attributes
    ----------
    point
        Parameter -> value.
    step, kind
        Name of the step, and what it is: ``generated``, ``accepted``, ``triggered``, ``cut`` or ``selected``.
    count
        Events that passed this step and all before it.
    distinct
        Independent events among them: those that were made of one event of a file are one.
    weight
        Sum of their weights; the count where all weights are 1.
    of_generated, of_generated_low, of_generated_high
        Fraction of the generated events.
    of_previous, of_previous_low, of_previous_high
        Fraction of the events of the step before; 1 of ``generated`` and ``selected``.
    of_triggered, of_triggered_low, of_triggered_high
        Fraction of the accepted and triggered events: of ``selected`` the selection factor; nan before the trigger.
    fails_only, fails_only_low, fails_only_high
        Fraction of the accepted and triggered events that pass all other cuts and fail this one; nan but of cuts.
    """

    point: Mapping[str, float]
    step: str
    kind: str
    count: int
    distinct: int
    weight: float
    of_generated: float
    of_generated_low: float
    of_generated_high: float
    of_previous: float
    of_previous_low: float
    of_previous_high: float
    of_triggered: float
    of_triggered_low: float
    of_triggered_high: float
    fails_only: float
    fails_only_low: float
    fails_only_high: float


COLUMNS = tuple(each.name for each in fields(FlowRow) if each.name != "point")


@dataclass(frozen=True, slots=True, repr=False)
class CutFlow(Tabular):
    """Steps of an offline selection per grid point (intervals: Clopper-Pearson at level ``cl``).

    A row per grid point and step: ``generated``, ``accepted``, ``triggered``, each cut, ``selected``.  Cuts are applied
    to accepted events that were triggered.  ``flow["mass"]`` is a column with a value per row,
    ``flow.step("selected")["of_triggered"]`` the selection factor of each point.  ``plot`` takes ``x`` (a key).

    Attributes
    ----------
    experiment, signal, title
        What was generated.
    selection, cuts
        Name of the selection, and its cuts in order.
    trigger
        The line that triggered, or the total (``any l1``, ``any hlt``).
    keys, units
        Keys of the grid; key -> its unit.
    cl
        Confidence level of the intervals.
    rows
        The steps, point by point.
    own
        The selection that belongs to the signal, "" if none does.
    named
        Lines that were asked for, where they are several: the total stands in for them.
    """

    _html: ClassVar[str] = "trigemu.measure.tables.shown:flow_html"
    _drawn: ClassVar[str] = "trigemu.measure.cutflow_plots:draw_flow"

    experiment: str
    signal: str
    title: str
    selection: str
    trigger: str
    cuts: tuple[Cut, ...]
    keys: tuple[str, ...]
    cl: float
    rows: tuple[FlowRow, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    own: str = ""
    named: tuple[str, ...] = ()

    def __repr__(self) -> str:
        grid = " x ".join(f"{len(np.unique(self[key]))} {key}" for key in self.keys) or "1 point"
        cuts = f"{len(self.cuts)} cut{'s' if len(self.cuts) != 1 else ''}"
        return (
            f"CutFlow({self.experiment}, {self.signal}, {self.selection}: {grid}, {cuts}, {len(self)} rows)"
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Keys of the grid, then the fields of `FlowRow`."""
        return (*self.keys, *COLUMNS)

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the steps, in order."""
        return tuple(dict.fromkeys(row.step for row in self.rows))

    @property
    def points(self) -> tuple[tuple[FlowRow, ...], ...]:
        """The rows of each grid point."""
        size = len(self.steps)
        return tuple(self.rows[start : start + size] for start in range(0, len(self.rows), max(size, 1)))

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        # A flow without rows is a flow.
        return True

    def __iter__(self) -> Iterator[FlowRow]:
        return iter(self.rows)

    def _column(self, name: str) -> NDArray[Any]:
        if name in self.keys:
            return np.array([row.point[name] for row in self.rows], np.float64)
        return as_column(getattr(row, name) for row in self.rows)

    def step(self, name: str) -> CutFlow:
        """Return the rows of one step, one per grid point (InputError if there is none of this name)."""
        step = named(name, self.steps, "step")
        return replace(self, rows=tuple(row for row in self.rows if row.step == step))

    def to_csv(self) -> str:
        """Return the rows as comma-separated values; one column per grid key, then `COLUMNS`, then cl."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*self.keys, *COLUMNS, "cl"])
        for row in self.rows:
            values = (getattr(row, name) for name in COLUMNS)
            writer.writerow([*(row.point[key] for key in self.keys), *values, self.cl])
        return text.getvalue()
