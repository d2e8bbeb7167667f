"""Scans of Belle II's signals: the table, its files, and every signal at least once."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.experiments.belle2.signals import SIGNALS
from trigemu.measure.efficiency import efficiency
from trigemu.measure.statistics import clopper_pearson
from trigemu.setup.build import load_setup

FILES = {"hepmc-signal": "belle2_bksmumu_m0p5_ctau10.hepmc3.gz", "lhe-signal": "events.lhe"}
MUONS = """<LesHouchesEvents version="3.0">
<init>
11 -11 5.2898 5.2898 0 0 0 0 3 1
1148.0 1.0 1.0 1
</init>
<event>
4 1 1.0 10.5796 0.0072 0.1
11 -1 0 0 0 0 0.0 0.0 5.2898 5.2898 0 0 9
-11 -1 0 0 0 0 0.0 0.0 -5.2898 5.2898 0 0 9
13 1 1 2 0 0 4.0 2.0 2.8107806 5.2898 0.1057 0 9
-13 1 1 2 0 0 -4.0 -2.0 -2.8107806 5.2898 0.1057 0 9
</event>
</LesHouchesEvents>
"""


@pytest.fixture(scope="module")
def setup(configs):
    # Short frames: a scan makes whole ones.
    return load_setup(configs / "belle2.toml", ["belle2.frame_revolutions=20"])


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """The command of the README, smaller."""
    out = tmp_path_factory.mktemp("scan") / "out"
    arguments = [
        "efficiency", "belle2", "--signal", "b-ks-mumu", "--grid", "mass=0.5", "--grid", "ctau=1,100",
        "--set", "belle2.frame_revolutions=50", "--events", "100", "--json", "--out", str(out),
    ]  # fmt: skip
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    return out, json.loads(result.stdout)


def test_rows_for_every_line_of_both_levels(setup, scan):
    _, table = scan
    rows = table["rows"]
    names = [*setup.menu.names, "any l1", "any hlt"]
    assert [(row["point"]["ctau"], row["line"]) for row in rows] == [(c, n) for c in (1, 100) for n in names]
    assert {"fff", "stt", "hlt_displaced_vertex"} <= set(names)
    for row in rows:
        assert row["generated"] >= 100
        assert 0 < row["acceptance"] <= 1
        assert row["acceptance"] == row["accepted"] / row["generated"]
        assert 0 <= row["passed"] <= row["total"] == row["accepted"]
        assert row["low"] <= row["value"] <= row["high"]
        interval = [float(end) for end in clopper_pearson(row["passed"], row["total"])]
        assert [row["low"], row["high"]] == pytest.approx(interval)


def test_totals_are_what_the_lines_say(setup, scan):
    _, table = scan
    levels = {line.name: line.level for line in setup.menu.lines if line.scale.factor == 1}
    for ctau in (1, 100):
        value = {row["line"]: row["passed"] for row in table["rows"] if row["point"]["ctau"] == ctau}
        for level in ("l1", "hlt"):
            own = [value[name] for name, of in levels.items() if of == level]
            assert max(own) <= value[f"any {level}"] <= sum(own)
        assert value["any hlt"] <= value["any l1"]


def test_what_lives_long_decays_outside_more_often(scan):
    _, table = scan
    accepted = {row["point"]["ctau"]: row["accepted"] for row in table["rows"]}
    assert accepted[100] < accepted[1]


def test_files(scan):
    out, table = scan
    names = sorted(path.name for path in out.iterdir())
    assert names == [*(f"efficiency.{form}" for form in ("csv", "json", "png", "svg")), "report.html"]
    rows = list(csv.DictReader(io.StringIO((out / "efficiency.csv").read_text())))
    assert len(rows) == len(table["rows"])
    assert {row["ctau"] for row in rows} == {"1.0", "100.0"}
    assert json.loads((out / "efficiency.json").read_text())["rows"] == table["rows"]
    assert (out / "efficiency.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (out / "efficiency.svg").read_text()


def test_one_table_on_the_terminal(tmp_path):
    arguments = ["efficiency", "belle2", "--signal", "mumu-zprime", "--line", "any l1", "--events", "20",
                 "--set", "belle2.frame_revolutions=20", "--out", str(tmp_path / "out")]  # fmt: skip
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "any l1" in result.stdout


@pytest.mark.parametrize("name", [spec.name for spec in SIGNALS if spec.name not in FILES])
def test_every_signal_can_be_scanned(setup, name):
    check(setup, name, {})


def test_every_file_signal_can_be_scanned(configs, shared_data, tmp_path):
    (tmp_path / FILES["lhe-signal"]).write_text(MUONS)
    for name, folder in (("hepmc-signal", shared_data / "events"), ("lhe-signal", tmp_path)):
        table = f'signal=[{{signal="{name}", file="{FILES[name]}", acceptance="tracks"}}]'
        setup = load_setup(
            configs / "belle2.toml", ["belle2.frame_revolutions=20", f"input.path={folder}", table]
        )
        check(setup, name, {})


def test_the_other_b_comes_from_its_file(configs, shared_data):
    table = 'signal=[{signal="b-ks-mumu", mass=0.5, ctau=10, other_b="belle2_bpbm.hepmc3.gz"}]'
    folder = f"input.path={shared_data / 'events'}"
    setup = load_setup(configs / "belle2.toml", ["belle2.frame_revolutions=20", folder, table])
    more = check(setup, "b-ks-mumu", {"ctau": [5.0]})
    alone = check(
        load_setup(configs / "belle2.toml", ["belle2.frame_revolutions=20"]), "b-ks-mumu", {"ctau": [5.0]}
    )
    # Ten tracks more make three-track lines fire.
    assert more.array("value", "fff")[0] > alone.array("value", "fff")[0]


def check(setup, name, grid):
    table = efficiency(setup, name, grid, events=20, seed=8)
    assert {row.signal for row in table.rows} == {name}
    assert len(table.rows) == len(setup.menu.names) + 2
    for row in table.rows:
        assert row.generated >= 20
        assert 0 < row.acceptance <= 1
        assert 0 <= row.low <= row.value <= row.high <= 1
    return table


def test_efficiencies_of_a_prompt_zprime_are_high(configs):
    """Two muons of several GeV in the chamber: full tracks, a muon line, and the software trigger's pairs."""
    setup = load_setup(configs / "belle2.toml")
    table = efficiency(setup, "mumu-zprime", {"mass": [0.5, 5.0]}, events=2000, seed=3)
    assert np.all(table.array("low", "any l1") > 0.9)
    assert np.all(table.array("low", "any hlt") > 0.8)
