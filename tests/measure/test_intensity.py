"""Rates against intensity: powers that are the right ones, and summaries of runs with gaps."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.measured_run import toy_setup, toy_totals

from trigemu.decision.by_intensity import UNIT, ByIntensity
from trigemu.measure.intensity import power
from trigemu.measure.summary import summarise
from trigemu.measure.tables.intensity import intensity_tables
from trigemu.render.layout import laid_out
from trigemu.report.run import render
from trigemu.streaming.core.totals import RunTotals


@pytest.mark.parametrize("k", [0.0, 0.5, 1.0, 2.0, 3.0])
def test_a_power_comes_out_with_the_error_that_it_has(k: float) -> None:
    rng = np.random.default_rng(int(10 * k))
    intensity = np.concatenate([np.linspace(0.05, 1.0, 300), rng.uniform(0.8, 1.3, 2700)])
    bins = np.searchsorted([0.3, 0.6, 0.85, 1.0, 1.1], intensity)
    frames = np.bincount(bins, minlength=6)
    mean, square = (np.bincount(bins, intensity**p, minlength=6) / frames for p in (1, 2))
    pulls = []
    for _ in range(300):
        fired = np.bincount(bins, rng.poisson(5.0 * intensity**k), minlength=6).astype(np.int64)
        value, error = power(fired, frames, mean, square)
        pulls.append((value - k) / error)
    # Means of 300 pulls: three errors of 0.06, and what the second order leaves of bins that are wide.
    assert abs(np.mean(pulls)) < 0.25
    assert np.std(pulls) == pytest.approx(1.0, abs=0.13)


@pytest.mark.parametrize("fired", [[0, 0, 0], [5, 0, 0]])
def test_counts_that_tell_nothing_have_no_power(fired: list[int]) -> None:
    frames = np.array([10, 10, 10] if not any(fired) else [10, 0, 0])
    mean = np.array([0.5, 1.0, 1.5])
    assert np.isnan(power(np.array(fired), frames, mean, mean**2)).all()


def by_intensity(**changes: Any) -> ByIntensity:
    """Return counts that add up to those of `toy_totals`: three bins, the last without frames."""
    counts = {
        "edges": np.array([0.5, 0.9, 1.2, 1.3]),
        "sums": np.array([[300 * 0.7, 300 * 0.5], [700 * 1.1, 700 * 1.25], [0, 0]]) * UNIT,
        "frames": np.array([300, 700, 0]),
        "lost": np.array([0, 0, 0]),
        "dead": np.array([30_000_000, 170_000_000, 0]),
        "states": np.array([[100, 400, 10, 10], [400, 1200, 50, 30], [0] * 4]),
        "several": np.array([30, 170, 0]),
        "fired": np.array([[500, 80, 0], [1500, 320, 0], [0] * 3]),
        "kept": np.array([[27, 80, 0], [83, 340, 0], [0] * 3]),
        "accepted": np.array([[25, 75, 0], [75, 325, 0], [0] * 3]),
    }
    return ByIntensity(**{**{name: np.asarray(value) for name, value in counts.items()}, **changes})


def totals() -> RunTotals:
    found = by_intensity()
    kept = found.kept.sum(axis=0)
    fired = found.fired.sum(axis=0)
    return toy_totals(intensity=replace(found, sums=found.sums.astype(np.int64)), kept=kept, fired=fired)


def test_bins_add_up_to_the_run() -> None:
    summary = summarise(toy_setup(), totals())
    got = summary["intensity"]
    bins = got["bins"]
    assert got["mean"] == pytest.approx(0.3 * 0.7 + 0.7 * 1.1, rel=1e-5)
    assert got["duty_factor"] == pytest.approx(got["mean"] ** 2 / (0.3 * 0.5 + 0.7 * 1.25), rel=1e-5)
    for name, line in summary["lines"].items():
        for key in ("fired", "accepted"):
            assert sum(each["lines"][name][key] for each in bins) == line[key]
    assert sum(each["frames"] + each["lost"] for each in bins) == summary["frames"]["planned"]
    for key in ("live_time_s", "dead_time_s", "observed_time_s"):
        assert sum(each[key] for each in bins) == pytest.approx(summary[key])
    assert sum(each["candidates"] for each in bins) == summary["triggers"]["candidates"]
    assert sum(each["refused"]["count"] for each in bins) == summary["triggers"]["dead_time"]
    assert bins[0]["dead_fraction"] == pytest.approx(0.1)
    assert bins[0]["lines"]["Q1"]["raw_rate_hz"] == pytest.approx(500 / 0.3)
    assert bins[0]["lines"]["H2"]["rate_hz"] == pytest.approx(75 / 0.27)
    empty = bins[2]
    assert (empty["mean"], empty["dead_fraction"], empty["lines"]["Q1"]["rate_hz"]) == (None, None, None)
    json.dumps(summary, allow_nan=False)


def test_tables_fit_a_terminal_and_the_page_has_the_pictures() -> None:
    setup = toy_setup()
    summary = summarise(setup, totals())
    tables = intensity_tables(setup, summary)
    lines = [line.text for each in tables for line in laid_out(each, 80)]
    assert max(map(len, lines)) <= 80
    assert [row[0].text for row in tables[0].rows] == ["H2", "Q1"]
    assert tables[1].column("intensity")[:2] == pytest.approx([0.7, 1.1], rel=1e-5)
    page = render(setup, totals(), summary)
    for words in (
        "Rate against intensity",
        "Dead time against intensity",
        "Overlap against intensity",
        "∝ intensity²",
    ):
        assert words in page


@pytest.mark.parametrize("gone", ["flat", "replay", "nothing"])
def test_without_an_intensity_there_is_nothing_to_show(gone: str) -> None:
    setup, run = toy_setup(), totals()
    assert run.intensity is not None
    if gone == "flat":
        run = replace(run, intensity=None)
    elif gone == "replay":
        run = replace(run, selected=True)
    else:
        run = replace(run, intensity=replace(run.intensity, frames=np.zeros(3, np.int64)))
    summary = summarise(setup, run)
    assert summary["intensity"] is None
    assert intensity_tables(setup, summary) == []
    assert "against intensity" not in render(setup, run, summary)
