"""Efficiencies that a run has counted: signals mixed into its frames, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from trigemu.measure.tabular import Tabular, as_column

KEYS = ("passed", "total", "value", "low", "high")

OF_WEIGHTED = ("effective", "weight_passed", "weight_total")
"""Keys of weighted events besides."""


@dataclass(frozen=True, slots=True, repr=False)
class Efficiencies(Tabular):
    """Acceptance and efficiency per signal of a run: a row per signal and line (``acceptance`` is the first of them).

    Columns are ``signal``, ``line``, ``passed``, ``total``, ``value``, ``low`` and ``high``; where events are weighted,
    or drawn again from a file, also ``effective``, the number of events whose interval it is, and where weights are not
    all 1 their sums ``weight_passed`` and ``weight_total`` (nan in rows of other signals).
    """

    rows: tuple[Mapping[str, Any], ...]

    _html: ClassVar[str] = "trigemu.measure.tables.shown:efficiencies_html"
    _drawn: ClassVar[str] = "trigemu.measure.drawn:draw_efficiencies"

    @classmethod
    def of(cls, summary: Mapping[str, Any]) -> Efficiencies:
        """Return those of a summary."""
        rows = []
        for signal, lines in summary["efficiency"].items():
            for line, got in {"acceptance": summary["acceptance"][signal], **lines}.items():
                rows.append(
                    {
                        "signal": signal,
                        "line": line,
                        **{key: got[key] for key in (*KEYS, *OF_WEIGHTED) if key in got},
                    }
                )
        return cls(tuple(rows))

    def __repr__(self) -> str:
        signals = {row["signal"] for row in self.rows}
        return f"Efficiencies({len(signals)} signals, {len(self)} rows)"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        more = (key for key in OF_WEIGHTED if any(key in row for row in self.rows))
        return ("signal", "line", *KEYS, *more)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.rows)

    def _column(self, name: str) -> NDArray[Any]:
        return as_column(row.get(name) for row in self.rows)
