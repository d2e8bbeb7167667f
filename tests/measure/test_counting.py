"""Scans of events of a file: weights, events made again, exact numbers; and grids whose points are checked first."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from support.event_texts import lhe
from support.weighted_events import judged, lhe_config

from trigemu.cli import cli
from trigemu.errors import InputError, RunError
from trigemu.measure import efficiency as scans
from trigemu.measure.counting import Counter
from trigemu.measure.efficiency import ScanError, efficiency
from trigemu.measure.grid import as_axes
from trigemu.measure.statistics import clopper_pearson, clustered_efficiency, weighted_efficiency
from trigemu.measure.tables.efficiency import scan_table

WEIGHTS = [1.0, 100.0] * 10


def config(folder: Path, text: str, more: str = "") -> str:
    return str(lhe_config(folder, text, more, seed=4, frames=3, rate_hz=1000.0))


def interval(passed: int, total: int) -> tuple[float, float]:
    low, high = clopper_pearson(passed, total)
    return float(low), float(high)


def test_weighted_counts() -> None:
    counter = Counter(10, 4)
    counter.add(judged([0, 1, 2, 3], [1.0, 0.1, 0.5, 0.2], [1, 1, 1, 0], [1, 0, 1, 0], [0, 0, 0, 0]))
    count = counter.finish(2)
    assert (count.generated, count.accepted, count.passed) == (4, 3, (2, 0))
    assert count.weights == pytest.approx((1.8, 1.6, 1.5, 0.0))
    assert [r.value for r in count.results] == pytest.approx([1.6 / 1.8, 1.5 / 1.6, 0.0])
    assert count.distinct == (4, 3, 2, 0)
    again = weighted_efficiency([1.0, 0.1, 0.5], [True, False, True])
    assert (count.results[1].low, count.results[1].high) == pytest.approx((again.low, again.high))


def test_an_event_that_was_made_again_counts_once() -> None:
    rng = np.random.default_rng(5)
    event = np.arange(4000) % 20
    passes = rng.random(4000) < 0.7
    counter = Counter(4000, 3)
    counter.add(judged(event, np.ones(4000), np.ones(4000), passes))
    result = counter.finish(1).results[1]
    # Each event passes now and then: the file says nothing more than that it has 20 events.
    assert result.total == pytest.approx(20.0)
    assert result.value == passes.mean()
    assert counter.finish(1).distinct[1] == 20
    # Events that always or never pass are as many as they are.
    counter = Counter(4000, 3)
    counter.add(judged(event, np.ones(4000), np.ones(4000), event < 14))
    result = counter.finish(1).results[1]
    assert (result.low, result.high) == pytest.approx(interval(14, 20))


def test_more_events_than_wanted_are_not_counted() -> None:
    counter = Counter(6, 2)
    for _ in range(3):
        counter.add(judged([0, 1, 2, 3], np.ones(4), np.ones(4)))
    assert counter.finish(0).generated == 6


def test_coverage_where_heavy_events_pass_less_often() -> None:
    # A fifth of the events weighs 3 and passes with .7, the others with .99 (independent check of the formula).
    rng = np.random.default_rng(11)
    truth = (0.8 * 0.99 + 0.2 * 3 * 0.7) / (0.8 + 0.2 * 3)
    covered = 0
    for _ in range(600):
        heavy = rng.random(300) < 0.2
        passed = rng.random(300) < np.where(heavy, 0.7, 0.99)
        got = weighted_efficiency(np.where(heavy, 3.0, 1.0), passed)
        covered += got.low <= truth <= got.high
    # (sum w)^2 / sum w^2 alone gives .61.
    assert 0.68 < covered / 600 < 0.82


def test_equal_weights_give_the_interval_of_counts() -> None:
    passed = np.arange(50) < 33
    got = weighted_efficiency(np.full(50, 0.3), passed)
    assert (got.low, got.high) == pytest.approx(interval(33, 50))
    assert got.total == pytest.approx(50)
    nothing = clustered_efficiency([], [])
    assert np.isnan(nothing.value)
    assert (nothing.low, nothing.high) == (0.0, 1.0)


def test_a_scan_of_a_weighted_file(tmp_path: Path) -> None:
    path = config(tmp_path, lhe(WEIGHTS))
    out = tmp_path / "out"
    done = CliRunner().invoke(
        cli,
        ["efficiency", path, "--signal", "lhe-signal", "--events", "50", "--line", "ffo", "--out", str(out)],
    )
    assert done.exit_code == 0, done.output
    assert "made of 20 events of the file" in " ".join(done.output.split())
    assert "Events are weighted" in done.output
    (row,) = csv.DictReader(io.StringIO((out / "efficiency.csv").read_text()))
    assert (row["generated"], row["accepted"], row["distinct"]) == ("50", "50", "20")
    heavy = sum(1.0 if event % 2 else 0.01 for event in np.arange(50) % 20)
    assert float(row["weight_generated"]) == pytest.approx(heavy)
    assert float(row["value"]) == pytest.approx(float(row["weight_passed"]) / heavy)
    # Ten heavy events are what the file has.
    assert float(row["effective"]) <= 10.3
    data = json.loads((out / "efficiency.json").read_text())
    assert data["rows"][0]["effective"] == float(row["effective"])


def test_equal_events_of_a_file_are_counted_as_ever(tmp_path: Path) -> None:
    table = efficiency(config(tmp_path, lhe([5.0] * 40)), "lhe-signal", events=40, lines=["ffo"])
    (row,) = table.rows
    assert (row.generated, row.accepted, row.distinct, row.effective) == (40, 40, 40, pytest.approx(40))
    assert row.value == row.passed / row.total
    assert (row.low, row.high) == pytest.approx(interval(row.passed, row.total))
    assert scan_table(table).notes == ()


def test_negative_weights_have_no_interval(tmp_path: Path) -> None:
    path = config(tmp_path, lhe([-1.0, 1.0, 1.0, 1.0] * 5))
    with pytest.raises(InputError, match=r"5 of its 20 events have negative weights, .* has no interval"):
        efficiency(path, "lhe-signal", events=10)
    path = config(tmp_path, lhe([-1.0, 1.0, 1.0, 1.0] * 5), 'weight = "none"')
    assert efficiency(path, "lhe-signal", events=10, lines=["ffo"]).rows[0].generated == 10


@pytest.mark.parametrize("events", [1, 7, 4000])
def test_as_many_events_as_wanted(events: int) -> None:
    (row, *_) = efficiency("na62-dump", "aprime-mumu", events=events).rows
    assert row.generated == events


def test_the_last_point_is_checked_before_the_first_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(scans, "count_signal", lambda *given: made.append(1))
    with pytest.raises(
        InputError, match=r"^grid point mass=0\.3, epsilon=0\.1: signal .* no A' of mass 0\.3 GeV"
    ):
        efficiency("na62-dump", "aprime-mumu", {"mass": [0.3], "epsilon": [1e-7, 1e-1]}, events=20)
    with pytest.raises(InputError, match=r"^grid point mass=20: .*mass must be below"):
        efficiency("belle2", "mumu-zprime", {"mass": [1.0, 20.0]}, events=20)
    assert not made


def test_rows_of_finished_points_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    count = scans.count_signal
    calls: list[int] = []

    def fails(*given: Any) -> Any:
        calls.append(1)
        if len(calls) % 3 == 0:
            raise RunError("no more")
        return count(*given)

    monkeypatch.setattr(scans, "count_signal", fails)
    grid = {"mass": [0.25, 0.3, 0.35, 0.4]}
    with pytest.raises(ScanError, match=r"^grid point mass=0\.35: no more; the rows of 2 finished") as error:
        efficiency("na62-dump", "aprime-mumu", grid, events=20)
    assert error.value.table is not None
    assert list(error.value.table.array("mass", "H2")) == [0.25, 0.3]
    calls.clear()
    command = ["efficiency", "na62-dump", "--signal", "aprime-mumu", "--grid", "mass=0.25,0.3,0.35,0.4"]
    done = CliRunner().invoke(cli, [*command, "--events", "20", "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, ScanError) or done.exit_code == 1
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "efficiency.csv").read_text())))
    assert {row["mass"] for row in rows} == {"0.25", "0.3"}


def test_one_number_is_one_point() -> None:
    for value in (0.25, np.float64(0.25), np.array(0.25), [0.25], range(1), (x for x in [0.25])):
        axes = as_axes({"mass": value})  # type: ignore[dict-item]
        assert axes == {"mass": (0.0 if isinstance(value, range) else 0.25,)}
    assert efficiency("na62-dump", "aprime-mumu", {"mass": 0.25}, events=5).keys == ("mass",)


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({"mass": "0.25"}, "grid key 'mass': a list of numbers is wanted, not '0.25'"),
        ({"mass": None}, "grid key 'mass': a list of numbers is wanted"),
        ({"mass": ["a"]}, "grid key 'mass': a list of numbers is wanted"),
        ({"mass": [[1.0], [2.0]]}, "not 2 dimensions"),
        ({"mass": [float("nan")]}, "grid key 'mass': a value is not a finite number"),
        ({"mass": []}, "an axis has no values"),
        ([("mass", 1.0)], "grid: a mapping of parameters to values is wanted, not list"),
    ],
)
def test_other_grids(grid: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        efficiency("na62-dump", "aprime-mumu", grid, events=5)
