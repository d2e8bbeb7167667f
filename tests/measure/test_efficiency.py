"""Scans with the real detector and trigger, and the table that they give."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from click.testing import CliRunner

import trigemu
from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.measure.efficiency import efficiency, find_signal, signal_setup
from trigemu.measure.plots import efficiency_figure
from trigemu.measure.statistics import clopper_pearson
from trigemu.report.scan import write_table

EVENTS = 1500


@pytest.fixture(scope="module")
def setup():
    return trigemu.load_setup("na62-dump")


@pytest.fixture(scope="module")
def table(setup):
    return efficiency(setup, "aprime-mumu", {"mass": np.array([0.25, 0.5])}, events=EVENTS, seed=5)


def test_one_row_per_point_and_line(setup, table):
    assert [(row.point["mass"], row.line) for row in table.rows] == [
        (mass, line) for mass in (0.25, 0.5) for line in (*setup.menu.names, "any l1")
    ]


def test_counts_are_consistent(table):
    for row in table.rows:
        assert row.generated >= EVENTS
        assert 0 < row.accepted < row.generated
        assert row.passed <= row.total == row.accepted
        assert row.acceptance == row.accepted / row.generated
        assert (row.low, row.high) == clopper_pearson(row.passed, row.total)


def test_physics_is_sensible(table):
    # Two muons in the detector always fire a quadrant; H2 loses little to equal tiles and splits.
    assert (table.array("value", "Q1") > 0.98).all()
    assert (table.array("low", "H2") > 0.9).all()
    assert (table.array("high", "control") < 0.1).all()


def test_same_seed_same_table_other_seed_other_table(setup, table):
    grid = {"mass": [0.25]}
    again = efficiency(setup, "aprime-mumu", grid, events=EVENTS, seed=5)
    other = efficiency(setup, "aprime-mumu", grid, events=EVENTS, seed=6)
    assert again.rows == table.rows[: len(table.lines)]
    assert other.rows != again.rows


def test_scan_has_no_background(setup):
    single = signal_setup(setup, find_signal(setup, "aprime-mumu"), {"mass": 0.3}, 1)
    assert single.section.halo.rate_hz == 0.0
    assert len(single.signals) == 1
    assert single.menu.names == setup.menu.names


def test_parameters_of_the_configured_signal_are_kept(setup):
    # The configuration's first table of this signal gives what the grid does not.
    label = setup.signals[0].label
    assert signal_setup(setup, find_signal(setup, "aprime-mumu"), {"mass": 0.3}).signals[0].label == label


def test_a_switch_on_the_grid_is_0_or_1():
    belle2 = trigemu.load_setup("belle2")
    spec = find_signal(belle2, "gamma-aprime")
    for value in (0.0, 1.0):
        assert signal_setup(belle2, spec, {"isr": value}).signals[0].isr is bool(value)
    with pytest.raises(InputError, match="isr: must be true or false"):
        signal_setup(belle2, spec, {"isr": 0.5})


def test_progress_reaches_the_end(setup):
    seen = []
    efficiency(
        setup, "aprime-mumu", {"mass": [0.3, 0.4]}, events=600, progress=lambda n, of: seen.append((n, of))
    )
    assert seen[-1] == (1200, 1200)
    assert [n for n, _ in seen] == sorted(n for n, _ in seen)


def test_mistakes_are_found_before_anything_is_generated(setup):
    def never(done, wanted):
        pytest.fail("events were generated")

    with pytest.raises(InputError, match=r"no signal 'zprime'.*aprime-mumu"):
        efficiency(setup, "zprime", progress=never)
    with pytest.raises(InputError, match=r"no parameter 'weight'.*mass"):
        efficiency(setup, "aprime-mumu", {"weight": [1.0]}, progress=never)
    with pytest.raises(InputError, match="mass"):
        efficiency(setup, "aprime-mumu", {"mass": [0.3, 0.1]}, progress=never)
    with pytest.raises(InputError, match="events must be"):
        efficiency(setup, "aprime-mumu", events=0, progress=never)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"events": 20.5}, "events must be a whole number, not 20.5"),
        ({"events": "a"}, "events must be a whole number, not 'a'"),
        ({"events": None}, "events must be a whole number"),
        ({"events": True}, "events must be a whole number"),
        ({"cl": "a"}, "confidence level a must lie between 0 and 1"),
        ({"cl": 2}, "confidence level 2 must lie between 0 and 1"),
        ({"lines": 3}, "lines: a list of names is wanted, not 3"),
        ({"lines": [None]}, "lines: the name of a line is wanted, not None"),
        ({"lines": "H22"}, "there is no line 'H22'"),
        ({"signal": ["burst"]}, r"no signal \['burst'\]"),
        ({"grid": {"mass": None}}, "a list of numbers is wanted, not 'None'"),
        ({"config": 3}, "a TOML file or the name of a shipped configuration is wanted, not 3"),
    ],
)
def test_what_python_may_give_is_refused_in_one_sentence(wrong, words):
    def never(done, wanted):
        pytest.fail("events were generated")

    with pytest.raises(InputError, match=words):
        efficiency(**{"config": "pulser", "signal": "burst", "progress": never, **wrong})


def test_one_line_may_be_a_bare_text():
    assert efficiency("pulser", "burst", events=5, lines="PAIR").lines == ("pair",)
    assert len(efficiency("pulser", "burst", events=np.int64(5), lines=None).lines) == 4


def test_columns_are_arrays(table):
    assert table.array("mass", "H2").tolist() == [0.25, 0.5]
    assert table.array("passed", "Q1").shape == (2,)
    with pytest.raises(InputError, match="no line 'H9'"):
        table.array("value", "H9")
    with pytest.raises(InputError, match="no column 'colour'"):
        table.array("colour", "H2")


def test_a_grid_of_two_keys_has_a_panel_per_value_of_the_shorter(setup):
    grid = {"mass": [0.3, 0.5], "epsilon": [1e-7, 3e-7, 1e-6]}
    figure = efficiency_figure(efficiency(setup, "aprime-mumu", grid, events=60))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["mass = 0.3 GeV", "mass = 0.5 GeV"]
    for axes in figure.axes:
        assert axes.get_xlabel() == "epsilon"
        for curve in axes.containers:
            assert curve[0].get_xdata().tolist() == grid["epsilon"]


def test_a_key_with_one_value_takes_no_axis(setup):
    figure = efficiency_figure(
        efficiency(setup, "aprime-mumu", {"mass": [0.3], "epsilon": [1e-7, 1e-6]}, events=60)
    )
    (axes,) = figure.axes
    assert axes.get_xlabel() == "epsilon"
    assert "mass = 0.3" in axes.get_title(loc="left")


def test_panels_that_do_not_fit_are_counted(setup, monkeypatch):
    monkeypatch.setattr("trigemu.measure.plots.PANELS", 1)
    figure = efficiency_figure(
        efficiency(setup, "aprime-mumu", {"mass": [0.3, 0.5], "epsilon": [1e-7, 1e-6]}, events=60)
    )
    assert len(figure.axes) == 1
    assert "1 more panel" in figure.get_suptitle()


def test_files_hold_the_table(setup, table, tmp_path):
    files = write_table(table, tmp_path, setup, "trigemu efficiency x")
    names = [f"efficiency.{form}" for form in ("csv", "json", "png", "svg")]
    assert [file.name for file in files] == [*names, "report.html"]
    assert all(file.exists() for file in files)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "efficiency.csv").read_text())))
    assert len(rows) == len(table.rows)
    assert float(rows[1]["value"]) == table.rows[1].value
    data = json.loads((tmp_path / "efficiency.json").read_text())
    assert data["method"] == "Clopper-Pearson"
    assert data["rows"][1]["point"] == {"mass": 0.25}
    assert (tmp_path / "efficiency.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "efficiency.svg").read_text()


def test_fixture_remembers_a_scan(trigemu_efficiency):
    first = trigemu_efficiency("na62-dump", "aprime-mumu", {"mass": [0.4]}, events=600, seed=1)
    assert trigemu_efficiency("na62-dump", "aprime-mumu", {"mass": (0.4,)}, events=600, seed=1) is first
    assert trigemu_efficiency("na62-dump", "aprime-mumu", {"mass": [0.4]}, events=600, seed=2) is not first


def test_command(tmp_path, monkeypatch):
    out = tmp_path / "scan"
    arguments = ["efficiency", "na62-dump", "--signal", "aprime-mumu", "--grid", "mass=0.3:0.4:0.1"]
    done = CliRunner().invoke(cli, [*arguments, "--events", "600", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.stderr
    data = json.loads(done.stdout)
    assert {row["point"]["mass"] for row in data["rows"]} == {0.3, 0.4}
    assert (out / "efficiency.csv").exists()
    monkeypatch.chdir(tmp_path)
    plain = CliRunner().invoke(cli, [*arguments, "--events", "600"])
    assert plain.exit_code == 0
    assert (tmp_path / "runs" / "na62-dump-aprime-mumu-1" / "efficiency.png").exists()
    assert "acceptance" in plain.stdout
    assert "H2" in plain.stdout
