"""The result of a run: what it was to do, what it counted, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from numpy.typing import NDArray

from trigemu.errors import InputError
from trigemu.frames.runfiles import read_json, read_run
from trigemu.frames.sizes import damage
from trigemu.measure.counted import Counted
from trigemu.measure.efficiencies import Efficiencies
from trigemu.measure.extras import needed
from trigemu.measure.intensities import Intensities
from trigemu.measure.summary import summarise
from trigemu.measure.tabular import Tabular, as_column, named
from trigemu.plain import short
from trigemu.setup.experiment import Setup
from trigemu.setup.named import recorded_setup
from trigemu.streaming.core.totals import RunTotals
from trigemu.streaming.recounting import recounted
from trigemu.streaming.totals_file import FINISH, fitting_totals

if TYPE_CHECKING:
    import pandas as pd
    from hist import Hist


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunResult(Tabular, Counted):
    """A run that has ended.

    A row per line of the menu: ``result["rate_hz"]`` is a column (``line``, and the keys of a line in
    ``summary.json``), ``efficiencies`` has the signals.  What was counted is there by its name as well
    (``result.quality``, ``result.decisions_sha256``, see `trigemu.streaming.core.totals.RunTotals`).

    Attributes
    ----------
    folder
        Its directory.
    setup
        Its resolved configuration.
    totals
        What it counted.
    summary
        What follows from that: the content of ``summary.json``.
    note
        A sentence on what is missing in its directory, and what to do about it; "" if nothing is.
    """

    folder: Path
    setup: Setup[Any]
    totals: RunTotals
    summary: Mapping[str, Any]
    note: str = ""

    _html: ClassVar[str] = "trigemu.measure.tables.shown:run_html"
    _drawn: ClassVar[str] = "trigemu.measure.drawn:draw_rates"

    def __repr__(self) -> str:
        frames, run = self.summary["frames"], self.summary["run"]
        return (
            f"RunResult({run['experiment']}, {run['quality']}: {frames['planned']} frames, "
            f"{self.summary['decisions']} decisions, {len(self)} lines, in {short(self.folder)})"
        )

    @property
    def _counts(self) -> RunTotals:
        return self.totals

    @property
    def columns(self) -> tuple[str, ...]:
        """``line``, and the keys of lines in ``summary.json``."""
        lines = self.summary["lines"].values()
        return ("line", *dict.fromkeys(key for line in lines for key in line))

    def __len__(self) -> int:
        return len(self.summary["lines"])

    def __bool__(self) -> bool:
        # A run of a menu without lines is a run.
        return True

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for name, line in self.summary["lines"].items():
            yield {"line": name, **line}

    def _column(self, name: str) -> NDArray[Any]:
        return as_column(row.get(name) for row in self)

    @property
    def efficiencies(self) -> Efficiencies:
        """Acceptance and efficiency of the signals that were mixed in, one row per signal and line."""
        return Efficiencies.of(self.summary)

    @property
    def intensity(self) -> Intensities:
        """Rates, dead time and overlap against the beam's intensity, one row per bin and line."""
        return Intensities.of(self.summary)

    def overlap(self) -> pd.DataFrame:
        """Return how many recorded triggers two lines share, as a data frame (needs the extra ``notebook``).

        On the diagonal are all that a line accepted; over ``result.live_s`` these are rates.

        Raises
        ------
        InputError
            The run did not count it (it is of an earlier version), or pandas is not installed.
        """
        found = self.summary.get("overlap")
        if found is None:
            raise InputError(f"{self.folder}: this run did not count which triggers lines share")
        pandas = needed("pandas", "notebook", "a data frame")
        return pandas.DataFrame(found["counts"], index=found["lines"], columns=found["lines"])

    @property
    def histograms(self) -> tuple[str, ...]:
        """Names of the monitoring histograms."""
        return tuple(self.totals.monitor)

    def to_hist(self, name: str) -> Hist[Any]:
        """Return a monitoring histogram with its axes (needs the extra ``notebook``).

        Storage is float64, which holds counts exactly and which ROOT files take.

        Raises
        ------
        InputError
            There is none of this name (`histograms` has them), or hist is not installed.
        """
        from trigemu.measure.histograms import monitor_hist

        found = named(name, self.histograms, "histogram")
        return monitor_hist(found, self.setup.histograms[found], self.totals.monitor[found])


def read_result(folder: str | Path) -> RunResult:
    """Return the result of a run that was recorded; nothing is written.

    A run that was interrupted or killed has one as well: where its totals are missing, what it counted is counted again
    from its records, as far as they are whole.

    Raises
    ------
    InputError
        There is no run, it is still running, or a file of it was edited.
    """
    folder = Path(folder)
    info = read_run(folder)
    setup = recorded_setup(folder)
    totals = fitting_totals(folder, info, setup)
    note = ""
    if totals is None:
        totals = recounted(folder)
        note = f"{folder} has no totals: this was counted from its records; {FINISH} {folder} writes it down"
    elif not all((folder / name).is_file() for name in (SUMMARY, REPORT)):
        note = f"{folder} has no summary or report; {FINISH} {folder} makes them"
    if not totals.missing:
        note = damage(folder, info) or note
    summary = summarise(setup, totals)
    summary["run"]["versions"] = _versions(folder) or summary["run"]["versions"]
    return RunResult(folder, setup, totals, summary, note)


SUMMARY, REPORT = "summary.json", "report.html"


def _versions(folder: Path) -> dict[str, str]:
    """Return the versions that made a run, as its summary says; {} where there is none."""
    try:
        found = read_json(folder / SUMMARY)["run"]["versions"]
        return {str(name): str(version) for name, version in found.items()}
    except (InputError, LookupError, TypeError, AttributeError):
        return {}
