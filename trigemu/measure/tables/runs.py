"""The runs in a folder."""

from __future__ import annotations

from collections.abc import Sequence

from trigemu.measure.listing import Listed
from trigemu.plain import short
from trigemu.render.table import Cell, Column, Table, table

COLUMNS = (
    Column("run", kind="key", meaning="Its directory."),
    Column("experiment", kind="text"),
    Column("title", kind="text", meaning="Of its configuration."),
    Column("begun", "UTC", kind="text"),
    Column("seed"),
    Column(
        "differs in",
        kind="code",
        meaning="What its configuration sets otherwise than the oldest run of the same experiment and title.",
    ),
    Column("frames", meaning="Frames that were decided or lost."),
    Column(
        "quality", kind="text", meaning="How it went; running, unfinished or damaged where that is not known."
    ),
    Column("decisions", meaning="Candidates that were decided."),
    Column("size", "MB", meaning="Of all its files."),
)


SHOWN, WIDE = 3, 60
"""Keys of a row, and characters of each, at most; --json has all."""


def runs_table(runs: Sequence[Listed], folder: str) -> Table:
    """Return one row per run, and below them what is wrong with some."""
    rows = [
        (
            run.name,
            run.experiment or "–",
            short(run.title) or "–",
            _when(run.created),
            Cell("–" if run.seed is None else str(run.seed), run.seed),
            _differs(run),
            run.frames,
            run.quality,
            run.decisions,
            Cell(f"{run.bytes / 1e6:.1f}", run.bytes / 1e6),
        )
        for run in runs
    ]
    return table(
        f"runs in {folder.rstrip('/')}/", COLUMNS, rows, [f"{run.problem}." for run in runs if run.problem]
    )


def _differs(run: Listed) -> str:
    more = len(run.differs) - SHOWN
    shown = [short(each, WIDE) for each in run.differs[:SHOWN]]
    return "  ".join([*shown, f"and {more} more"] if more > 0 else shown)


def _when(created: str) -> Cell:
    return Cell(created.removesuffix("+00:00").replace("T", " ")[:16], created) if created else Cell("–")
