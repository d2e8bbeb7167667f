"""A run against the beam's intensity: a row per bin and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from trigemu.measure.tabular import Tabular, as_column


@dataclass(frozen=True, slots=True, repr=False)
class Intensities(Tabular):
    """What a run counted against intensity: a row per bin and line; none of a beam that does not change.

    Columns are ``intensity`` (mean of the bin's frames), ``line``, those of the bin (``low``, ``high``,
    ``mean_square``, ``frames``, ``lost``, ``live_time_s``, ``dead_time_s``, ``observed_time_s``, ``dead_fraction``,
    ``candidates``, ``refused``, ``several``: shares of the candidates) and of the line in it (``fired``, ``accepted``,
    ``raw_rate_hz``, ``rate_hz`` with their errors), as in ``summary.json``.
    """

    rows: tuple[Mapping[str, Any], ...]

    _html: ClassVar[str] = "trigemu.measure.tables.shown:intensities_html"
    _drawn: ClassVar[str] = "trigemu.measure.drawn:draw_intensities"

    @classmethod
    def of(cls, summary: Mapping[str, Any]) -> Intensities:
        """Return those of a summary."""
        rows = []
        for each in (summary["intensity"] or {"bins": ()})["bins"]:
            common = {key: value for key, value in each.items() if key not in ("mean", "lines")}
            shares = {key: common[key]["value"] for key in ("refused", "several")}
            for line, got in each["lines"].items():
                rows.append({"intensity": each["mean"], "line": line, **common, **shares, **got})
        return cls(tuple(rows))

    def __repr__(self) -> str:
        bins = {row["low"] for row in self.rows}
        return f"Intensities({len(bins)} bins, {len(self)} rows)"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.rows[0]) if self.rows else ("intensity", "line")

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.rows)

    def _column(self, name: str) -> NDArray[Any]:
        return as_column(row[name] for row in self.rows)
