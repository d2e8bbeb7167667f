"""Efficiencies that a run has counted: signals mixed into its frames, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from trigemu.measure.tabular import Tabular, as_column

KEYS = ("passed", "total", "value", "low", "high")


@dataclass(frozen=True, slots=True, repr=False)
class Efficiencies(Tabular):
    """Acceptance and efficiency per signal of a run: a row per signal and line (``acceptance`` is the first of them).

    Columns are ``signal``, ``line``, ``passed``, ``total``, ``value``, ``low`` and ``high``.
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
                rows.append({"signal": signal, "line": line, **{key: got[key] for key in KEYS}})
        return cls(tuple(rows))

    def __repr__(self) -> str:
        signals = {row["signal"] for row in self.rows}
        return f"Efficiencies({len(signals)} signals, {len(self)} rows)"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return ("signal", "line", *KEYS)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.rows)

    def _column(self, name: str) -> NDArray[Any]:
        return as_column(row[name] for row in self.rows)
