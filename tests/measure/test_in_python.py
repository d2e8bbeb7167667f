"""Results in Python and notebooks: columns, rows, pandas, histograms, HTML, pictures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib import pyplot
from matplotlib.figure import Figure

import trigemu
from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.measure.counted import Counted
from trigemu.measure.decisions import Decisions
from trigemu.measure.published import select
from trigemu.measure.results import RunResult
from trigemu.measure.table import EfficiencyTable
from trigemu.measure.tabular import Tabular, as_column
from trigemu.measure.validate import COLUMNS, Results, results
from trigemu.streaming.core.totals import RunTotals

GRID = {"mass": [0.25, 0.4, 0.55], "pt_max": [0.5, 1.0]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return trigemu.run("na62-dump", tmp_path_factory.mktemp("run") / "r", frames=3, offline=True)


@pytest.fixture(scope="module")
def scan() -> EfficiencyTable:
    return trigemu.efficiency("na62-dump", "aprime-mumu", GRID, events=40)


@pytest.fixture(scope="module")
def decisions() -> Decisions:
    return trigemu.decide("na62-dump", 2)


@pytest.fixture(scope="module")
def numbers() -> Results:
    return results(select("na62", ())[:6])


@pytest.fixture(params=["run", "scan", "decisions", "numbers", "efficiencies"])
def result(request: pytest.FixtureRequest) -> Tabular:
    if request.param == "efficiencies":
        return request.getfixturevalue("run").efficiencies
    return request.getfixturevalue(request.param)


def test_every_result_has_columns_rows_and_looks(result: Tabular) -> None:
    assert len(result) == len(list(result)) > 1  # type: ignore[call-overload]
    for name in result.columns:
        assert len(result[name]) == len(result), name
    assert type(result).__name__ in repr(result)
    assert "\n" not in repr(result)
    assert "<table>" in result._repr_html_()


def test_every_result_is_a_data_frame(result: Tabular) -> None:
    frame = result.to_pandas()
    assert tuple(frame.columns) == result.columns
    for name in result.columns:
        np.testing.assert_array_equal(frame[name].to_numpy(), result[name])


def test_every_result_is_drawn_on_axes_that_are_handed_in(result: Tabular) -> None:
    figure = Figure()
    axes = figure.add_subplot()
    assert result.plot(axes) is axes
    assert axes.get_xlabel()
    before = pyplot.get_fignums()
    own = result.plot()
    figure = own.get_figure(root=True)
    assert len(pyplot.get_fignums()) == len(before) + 1
    pyplot.close(figure)


def test_a_column_that_is_not_there_is_said_with_those_that_come_near(result: Tabular) -> None:
    near = result.columns[0]
    with pytest.raises(InputError, match=f"did you mean .*'{near}'"):
        result[near + "x"]


@pytest.mark.parametrize("package", ["pandas", "hist"])
def test_what_is_not_installed_is_said_with_its_extra(
    run: RunResult, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"needs the package {package}: pip install 'trigemu\[notebook\]'"):
        run.to_pandas() if package == "pandas" else run.to_hist("newchod_tiles")


def test_rows_of_a_run_are_the_lines_of_its_summary(run: RunResult) -> None:
    assert run["line"].tolist() == list(run.summary["lines"])
    for row in run:
        assert {key: value for key, value in row.items() if key != "line"} == run.summary["lines"][
            row["line"]
        ]
    assert run["rate_hz"].tolist() == [line["rate_hz"] for line in run.summary["lines"].values()]


def test_a_result_has_what_its_totals_have(run: RunResult) -> None:
    # What was counted later is in the totals alone.
    later = {"before_prescale", "unique", "overlap", "levels", "replay_of", "intensity"}
    names = {each.name for each in fields(RunTotals)} - later
    assert {name for name in vars(Counted) if isinstance(getattr(Counted, name), property)} - {
        "_counts"
    } == names
    for name in names:
        assert getattr(run, name) is getattr(run.totals, name), name


def test_monitoring_histograms_keep_their_counts(run: RunResult, tmp_path: Path) -> None:
    uproot = pytest.importorskip("uproot")
    for name in run.histograms:
        spec, made = run.setup.histograms[name], run.to_hist(name)
        np.testing.assert_array_equal(made.values(), run.monitor[name])
        assert [axis.label for axis in made.axes] == [spec.xlabel, spec.ylabel][: len(spec.shape)]
        assert [(axis.edges[0], axis.edges[-1]) for axis in made.axes] == list(
            zip(spec.low, spec.high, strict=True)
        )
        with uproot.recreate(tmp_path / "h.root") as file:
            file[name] = made
        with uproot.open(tmp_path / "h.root") as file:
            np.testing.assert_array_equal(file[name].values(), run.monitor[name])
    with pytest.raises(InputError, match="did you mean 'newchod_tiles'"):
        run.to_hist("newchod_tile")


def test_turn_ons_are_histograms_of_the_grid(scan: EfficiencyTable) -> None:
    passed, accepted = scan.to_hist("h2"), scan.to_hist("H2", "accepted")
    assert [axis.label for axis in passed.axes] == ["mass (GeV)", "pt_max (GeV)"]
    np.testing.assert_allclose(passed.axes[0].edges, [0.175, 0.325, 0.475, 0.625])
    for row in scan.line("H2"):
        place = tuple(values.index(row.point[key]) for key, values in GRID.items())
        assert (passed.values()[place], accepted.values()[place]) == (row.passed, row.accepted)
    assert passed.values().sum() > 0
    with pytest.raises(InputError, match="did you mean 'passed'"):
        scan.to_hist("H2", "pased")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="one point"):
        trigemu.efficiency("na62-dump", "aprime-mumu", events=5).to_hist("H2")


def test_a_line_of_a_scan_is_a_table(scan: EfficiencyTable) -> None:
    h2 = scan.line("h2")
    assert h2.lines == ("H2",)
    assert set(h2["line"]) == {"H2"}
    np.testing.assert_array_equal(h2["value"], scan.array("value", "H2"))
    with pytest.raises(InputError, match="there is no line 'H3'"):
        scan.array("value", "H3")


def test_scans_are_drawn_against_the_key_that_is_named(scan: EfficiencyTable) -> None:
    axes = Figure().add_subplot()
    scan.plot(axes, x="pt_max", lines="h2")
    assert axes.get_xlabel() == "pt_max (GeV)"
    # Acceptance and one line, for each of three masses.
    assert len(axes.get_legend_handles_labels()[1]) == 6
    with pytest.raises(InputError, match="there is no key 'mas'; did you mean 'mass'"):
        scan.plot(axes, x="mas")


def test_decisions_by_line_are_the_bits_of_their_words() -> None:
    rng = np.random.default_rng(1)
    lines = tuple(f"L{i}" for i in range(70))
    fired = rng.integers(0, 2**63, (50, 2), np.uint64)
    passed = fired & rng.integers(0, 2**63, (50, 2), np.uint64)
    made = Decisions(lines, np.arange(50), np.arange(50) * 3, fired, passed)
    for i, name in enumerate(lines):
        for bits, words in ((made.fired_by(name), fired), (made[name.lower()], passed)):
            assert bits.dtype == np.bool_
            assert bits.tolist() == [int(row[i // 64]) >> i % 64 & 1 == 1 for row in words]
    frame = made.to_pandas("fired")
    assert frame.index.names == ["frame", "time"]
    assert frame["L66"].tolist() == made.fired_by("L66").tolist()
    for index, one in enumerate(made):
        assert one.fired == tuple(name for name in lines if made.fired_by(name)[index])
        assert one.passed == tuple(name for name in lines if made[name][index])


def test_an_unknown_line_is_said_with_those_that_come_near(decisions: Decisions) -> None:
    for ask in (decisions.fired_by, decisions.passed_by, decisions.__getitem__):
        with pytest.raises(InputError, match="there is no line 'contrl'; did you mean 'control'"):
            ask("contrl")


def test_published_numbers_are_a_sequence_and_a_table(numbers: Results) -> None:
    assert numbers[0].row.id == numbers["id"][0]
    assert isinstance(numbers[1:3], Results)
    assert [each.to_dict() for each in numbers[1:3]] == [numbers[1].to_dict(), numbers[2].to_dict()]
    assert tuple(numbers[0].to_dict()) == COLUMNS
    assert numbers.failed == tuple(each for each in numbers if each.failed)
    assert numbers["pull"].dtype == np.float64


def test_names_from_outside_are_escaped_in_html() -> None:
    words = np.ones((3, 1), np.uint64)
    made = Decisions(("<b>x\x1b",), np.arange(3), np.arange(3), words, words)
    assert "&lt;b&gt;x\\x1b" in made._repr_html_()
    assert "<b>x" not in made._repr_html_()


def test_columns_are_of_the_type_of_their_values() -> None:
    assert as_column([True, False]).dtype == np.bool_
    assert as_column([1, 2]).dtype == np.int64
    np.testing.assert_array_equal(as_column([1, None, 2.5]), [1.0, np.nan, 2.5])
    assert as_column(["a", None]).tolist() == ["a", ""]
    assert as_column([True, 1]).tolist() == ["True", "1"]


def test_shared_triggers_are_those_of_the_summary(run: RunResult) -> None:
    shared = run.overlap()
    for name in shared.index:
        assert shared.loc[name, name] == run.summary["lines"][name]["accepted"]
    assert shared.to_numpy().tolist() == run.summary["overlap"]["counts"]
    old = replace(run, summary={**run.summary, "overlap": None})
    with pytest.raises(InputError, match="did not count"):
        old.overlap()


def test_published_numbers_are_recomputed_as_on_the_command_line() -> None:
    ids = ["E1.0", "E4"]
    found = trigemu.validate("na62", ids)
    said = CliRunner().invoke(cli, ["validate", "na62", "--only", "E1.0", "--only", "E4", "--json"])
    assert [each.to_dict() for each in found] == json.loads(said.stdout)
    assert len(trigemu.validate("na62", "E4")) == 1
    with pytest.raises(InputError, match="is not a folder"):
        trigemu.validate("na62", ids, folder="nowhere")


def test_pictures_of_scans_say_what_all_points_have_in_common() -> None:
    axes = trigemu.efficiency("na62-dump", "aprime-mumu", {"mass": [0.3, 0.4], "pt_max": 0.5}, events=5).plot(
        Figure().add_subplot(), lines="H2"
    )
    assert axes.get_title("left").endswith(", pt_max = 0.5 GeV")
    assert axes.get_legend_handles_labels()[1] == ["acceptance", "H2"]
    one = trigemu.efficiency("na62-dump", "aprime-mumu", events=5).plot(Figure().add_subplot(), lines="H2")
    assert one.get_xlabel() == "point"
    assert len(one.get_legend_handles_labels()[1]) == 2


def test_the_backend_that_is_asked_for_is_that_of_pyplot() -> None:
    # A notebook asks for its own by the environment; a figure is made before anybody imports pyplot.
    script = (
        "from trigemu.render.pictures.canvas import new_figure, pyplot_axes; new_figure(); pyplot_axes(); "
        "import matplotlib; print(matplotlib.get_backend())"
    )
    for asked, got in (("svg", "svg"), ("nonsense", "agg")):
        done = subprocess.run(
            [sys.executable, "-P", "-c", script],
            env={**os.environ, "MPLBACKEND": asked, "DISPLAY": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip().lower() == got
