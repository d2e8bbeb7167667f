"""Published and golden numbers, recomputed: what a row of the table is, and how it is judged.

The rows are data of the experiments' studies (`trigemu.measure.published`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, overload

from numpy.typing import NDArray

from trigemu.measure.inputs import MissingInputError
from trigemu.measure.statistics import clopper_pearson, finite, rate
from trigemu.measure.tabular import Tabular, as_column

Certainty = Literal["read", "inferred", "unverified"]
Role = Literal["input", "prediction", "comparison"]

Measured = tuple[float, float] | tuple[float, float, float]
"""A recomputed value and its statistical error (0 where there is none), or its errors downwards and upwards."""

Progress = Callable[[int, int, str], None]
"""Called with rows done, rows wanted, and the row that is computed now."""

COLUMNS = (
    *(
        "id",
        "experiment",
        "quantity",
        "unit",
        "published",
        "tolerance",
        "emulated",
        "error",
        "error_down",
        "error_up",
    ),
    *("pull", "ratio", "role", "certainty", "source", "verdict"),
)
"""What `Result.to_dict` holds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One number of the table.

    Attributes
    ----------
    id, quantity, unit
        What it is.
    published
        The number as published or as it follows from published rules.
    tolerance
        Largest allowed difference, absolute, in the number's unit.
    source
        Where the number comes from, conditions included.
    certainty
        How sure we are of the published number itself: ``read`` at the source, ``inferred`` or computed from it,
        ``unverified``.
    role
        ``prediction``: the package computes it, and must agree.  ``input``: it set a parameter, so
        agreement proves nothing.  ``comparison``: the number was got in other conditions than ours, which the
        source names.  The latter two are shown and never judged.
    compute
        Recomputes it.
    experiment
        Whose studies it belongs to ("" if that is not known).
    """

    id: str
    quantity: str
    published: float
    tolerance: float
    source: str
    certainty: Certainty
    role: Role
    compute: Callable[[], Measured]
    unit: str = ""
    experiment: str = ""

    @property
    def allowed(self) -> str:
        """The tolerance in words."""
        return "exact" if self.tolerance == 0.0 else f"± {self.tolerance:.3g}"


@dataclass(frozen=True, slots=True)
class Result:
    """A row with what was computed for it.

    Attributes
    ----------
    row
        The row.
    emulated
        What was computed; nan where that gave no number.
    down, up
        Its statistical error downwards and upwards.
    missing
        Whether an event file was not at hand, so that nothing was computed.
    """

    row: Row
    emulated: float
    down: float
    up: float
    missing: bool = False

    @classmethod
    def of(cls, row: Row) -> Result:
        """Compute a row."""
        try:
            value, down, *rest = row.compute()
        except MissingInputError:
            return cls(row, math.nan, math.nan, math.nan, missing=True)
        return cls(row, value, down, rest[0] if rest else down)

    @property
    def error(self) -> float:
        """The statistical error towards the published number: what a difference is to be compared with."""
        return self.down if self.emulated > self.row.published else self.up

    @property
    def judged(self) -> bool:
        """Whether the row can fail: predictions whose published number was read or inferred."""
        known = self.row.role == "prediction" and self.row.certainty != "unverified"
        return known and not self.missing

    @property
    def agrees(self) -> bool:
        """Whether the difference is within the tolerance."""
        return abs(self.emulated - self.row.published) <= self.row.tolerance

    @property
    def failed(self) -> bool:
        """Whether a judged row misses its tolerance."""
        return self.judged and not self.agrees

    @property
    def pull(self) -> float | None:
        """Difference over the quadratic sum of tolerance and statistical error (None for exact and missing ones)."""
        width = math.hypot(self.row.tolerance, self.error)
        return (self.emulated - self.row.published) / width if width > 0 and not self.missing else None

    @property
    def verdict(self) -> str:
        """``pass``, ``FAIL``, or ``input``, ``compared``, ``unverified`` and ``no events`` for rows not judged."""
        if self.missing:
            return "no events"
        if self.judged:
            return "pass" if self.agrees else "FAIL"
        return {"input": "input", "comparison": "compared"}.get(self.row.role, "unverified")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        row = self.row
        ratio = self.emulated / row.published if row.published else math.nan
        return finite(  # type: ignore[no-any-return]
            {
                "id": row.id,
                "experiment": row.experiment,
                "quantity": row.quantity,
                "unit": row.unit,
                "published": row.published,
                "tolerance": row.tolerance,
                "emulated": self.emulated,
                "error": self.error,
                "error_down": self.down,
                "error_up": self.up,
                "pull": self.pull,
                "ratio": ratio,
                "role": row.role,
                "certainty": row.certainty,
                "source": row.source,
                "verdict": self.verdict,
            }
        )


def fraction(passed: int, total: int, unit: float = 1.0) -> Measured:
    """Return a counted fraction, times ``unit``, with its Clopper-Pearson interval (nan where nothing was counted)."""
    if total == 0:
        return math.nan, math.nan, math.nan
    value = passed / total
    low, high = clopper_pearson(passed, total)
    return value * unit, (value - float(low)) * unit, (float(high) - value) * unit


def count(counts: float, unit: float = 1.0, spread: float = 1.0) -> Measured:
    """Return a count times ``unit`` with its Garwood interval; ``spread`` is its variance over the count."""
    got = rate(counts, 1.0, unit, spread=spread)
    return got.hz, got.hz - got.low_hz, got.high_hz - got.hz


@dataclass(frozen=True, slots=True, repr=False)
class Results(Tabular, Sequence[Result]):
    """Published numbers with what was computed for them.

    ``results[0]`` is a `Result`, ``results["pull"]`` a column (the keys of `Result.to_dict`).
    """

    rows: tuple[Result, ...]

    _html: ClassVar[str] = "trigemu.measure.tables.shown:validation_html"
    _drawn: ClassVar[str] = "trigemu.measure.drawn:draw_pulls"

    def __repr__(self) -> str:
        counts = Counter(result.verdict for result in self.rows)
        return f"Results({len(self)} numbers: {', '.join(f'{n} {what}' for what, n in counts.items())})"

    @property
    def columns(self) -> tuple[str, ...]:
        """Keys of `Result.to_dict`."""
        return COLUMNS

    @property
    def failed(self) -> tuple[Result, ...]:
        """Predictions that miss their tolerance."""
        return tuple(result for result in self.rows if result.failed)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.rows)

    @overload
    def __getitem__(self, key: int) -> Result: ...
    @overload
    def __getitem__(self, key: slice) -> Results: ...
    @overload
    def __getitem__(self, key: str) -> NDArray[Any]: ...
    def __getitem__(self, key: int | slice | str) -> Result | Results | NDArray[Any]:
        if isinstance(key, str):
            return self.column(key)
        return Results(self.rows[key]) if isinstance(key, slice) else self.rows[key]

    def _column(self, name: str) -> NDArray[Any]:
        return as_column(result.to_dict()[name] for result in self.rows)


def results(rows: Sequence[Row], progress: Progress | None = None) -> Results:
    """Recompute rows, in order."""
    found = []
    for index, row in enumerate(rows):
        if progress is not None:
            progress(index, len(rows), row.id)
        found.append(Result.of(row))
    if progress is not None:
        progress(len(rows), len(rows), "")
    return Results(tuple(found))
