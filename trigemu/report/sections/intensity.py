"""A run against the beam's intensity: rates of lines, dead time and overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trigemu.measure.tables.intensity import MOST, intensity_lines, intensity_tables
from trigemu.render.html.page import figure, plots
from trigemu.render.html.table import show
from trigemu.render.svg.curves import Series, curves
from trigemu.setup.experiment import Setup

ENDS = ("value", "low", "high")

XLABEL = "intensity of the beam, 1 in the mean"

RATES_NOTE = (
    "Rate before prescale in each bin over that of the run. Thin lines: what single particles make rises as the "
    "intensity, accidental pairs as its square; what does not follow the beam stays at 1."
)
DEAD_NOTE = "Dead: share of time. Refused: share of the candidates, those that came in a dead time."
OVERLAP_NOTE = "Share of the candidates on which two or more lines fired."


def intensity(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    """Return pictures and tables of a run against intensity; nothing of a flat beam."""
    got = summary["intensity"]
    if got is None:
        return []
    bins = [each for each in got["bins"] if each["frames"]]
    powers, tables = intensity_tables(setup, summary)
    names = [line.name for line in intensity_lines(setup, summary)][:MOST]
    return [
        plots([*_rates(got, bins, names, summary), _dead(bins), _overlap(bins)]),
        show(powers, caption=False),
        show(tables),
    ]


def _rates(
    got: Mapping[str, Any],
    bins: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    summary: Mapping[str, Any],
) -> list[str]:
    x = [each["mean"] for each in bins]
    whole = sum(each["frames"] for each in bins)
    linear = sum(each["frames"] * each["mean"] for each in bins) / whole
    square = sum(each["frames"] * each["mean_square"] for each in bins) / whole
    if not linear or not square:
        return []
    series = [_relative(name, x, bins, summary["lines"][name]["raw_rate_hz"]) for name in names]
    series.append(Series("∝ intensity", x, [each / linear for each in x], guide=True))
    squares = [each["mean_square"] / square for each in bins]
    series.append(Series("∝ intensity²", x, squares, guide=True))
    picture = curves(
        series,
        XLABEL,
        "rate over that of the run",
        "rates of lines against intensity",
        y=(0.0, _top(series, 1.0)),
    )
    return [figure(picture, "Rate against intensity", RATES_NOTE)]


def _relative(name: str, x: Sequence[float], bins: Sequence[Mapping[str, Any]], mean: float) -> Series:
    """Return the rate of a line over that of the run."""
    keys = ("raw_rate_hz", "raw_rate_low_hz", "raw_rate_high_hz")
    value, low, high = ([_over(each["lines"][name][key], mean) for each in bins] for key in keys)
    return Series(name, x, value, low, high)


def _over(value: float | None, whole: float) -> float | None:
    return None if value is None or not whole else value / whole


def _dead(bins: Sequence[Mapping[str, Any]]) -> str:
    x = [each["mean"] for each in bins]
    series = [
        Series("dead", x, [_over(each["dead_fraction"], 0.01) for each in bins]),
        _share("refused", bins),
    ]
    picture = curves(series, XLABEL, "share (%)", "dead time against intensity", y=(0.0, _top(series, 1e-3)))
    return figure(picture, "Dead time against intensity", DEAD_NOTE)


def _overlap(bins: Sequence[Mapping[str, Any]]) -> str:
    series = [_share("several", bins, "overlap")]
    picture = curves(
        series, XLABEL, "share (%)", "overlap of lines against intensity", y=(0.0, _top(series, 1e-3))
    )
    return figure(picture, "Overlap against intensity", OVERLAP_NOTE)


def _share(key: str, bins: Sequence[Mapping[str, Any]], name: str = "") -> Series:
    value, low, high = ([_over(each[key][end], 0.01) for each in bins] for end in ENDS)
    return Series(name or key, [each["mean"] for each in bins], value, low, high)


def _top(series: Sequence[Series], least: float) -> float:
    ends = [end for each in series for end in (*each.value, *each.high) if end is not None]
    return 1.05 * max([least, *ends])
