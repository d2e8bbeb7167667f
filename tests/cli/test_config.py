"""``trigemu list`` and ``trigemu config`` as commands: exit codes, JSON, tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support.calling import call

from trigemu.config.toml import read_toml
from trigemu.setup.build import load_setup
from trigemu.setup.load import shipped_configs


def test_bits_of_an_experiment_and_of_a_configuration() -> None:
    rows = json.loads(call("list", "bits", "na62", "--json").stdout)
    assert rows == json.loads(call("list", "bits", "na62-dump", "--json").stdout)
    assert len(rows) == 41
    h2 = next(row for row in rows if row["name"] == "h2")
    assert (h2["word"], h2["bit"], h2["block"]) == (1, 8, "NewCHOD")
    assert next(row for row in rows if row["name"] == "newchod")["aliases"] == ["q1"]
    assert {row["name"] for row in rows if row["undriven"]} == {"talk"}
    counted = json.loads(
        call("list", "bits", "na62-dump", "--set", "na62.l0.newchod_bits=cnt", "--json").stdout
    )
    assert {row["name"] for row in counted} - {row["name"] for row in rows} == {
        f"cnt{n}" for n in range(1, 5)
    }
    software = json.loads(call("list", "bits", "belle2", "--json").stdout)
    assert {row["level"] for row in software} == {"l1", "hlt"}
    table = call("list", "bits", "na62").stdout
    assert all(row["name"] in table and row["meaning"] in table and row["source"] in table for row in rows)
    assert "four" not in call("list", "bits", "pulser").stdout
    assert "there is no such file" in call("list", "bits", "cms", code=2).stderr


def test_signals_say_what_is_possible() -> None:
    rows = {row["name"]: row for row in json.loads(call("list", "signals", "besiii", "--json").stdout)}
    mass = rows["gamma-aprime"]["parameters"]["mass"]
    assert (mass["unit"], mass["default"], mass["range"], mass["possible"]) == (
        "GeV",
        1.0,
        "0 to 1000",
        "0 to 4.076",
    )
    assert "4.5779 GeV" in rows["lambdac-p-gammaprime"]["impossible"]
    (only,) = json.loads(
        call(
            "list",
            "signals",
            "besiii",
            "--set",
            "besiii.sqrt_s=4.6",
            "--signal",
            "lambdac-p-gammaprime",
            "--json",
        ).stdout
    )
    assert only["impossible"] == ""
    # What several signals have alike is said once.
    table = call("list", "signals", "na62-dump").stdout
    alike = [line for line in table.splitlines() if line.startswith("rate_hz ") and "aprime-" in line]
    assert len(alike) == 1
    assert "aprime-mumu, aprime-ee" in alike[0]
    assert sum(line.startswith("mass ") for line in table.splitlines()) == 5
    said = call("list", "signals", "na62-dump", "--signal", "aprime-mu", code=2).stderr
    assert "did you mean 'aprime-mumu'" in said


def test_lines_say_where_they_come_from() -> None:
    rows = json.loads(call("list", "lines", "na62-dump", "--set", "menu.line.H2.prescale=7", "--json").stdout)
    assert [row["line"] for row in rows] == ["Q1", "H2", "control"]
    assert [row["number"] for row in rows] == [0, 1, 2]
    assert rows[1]["place"].endswith("na62-dump.toml, line 13, with --set menu.line.H2.prescale=7")
    assert rows[0]["place"].endswith("na62-dump.toml, line 6")
    assert (rows[0]["prescale"], rows[0]["mode"], rows[1]["group"]) == (20, "counter", "l1, prescaled")


def test_configurations_say_what_they_are_for() -> None:
    rows = {row["name"]: row for row in json.loads(call("list", "configs", "--json").stdout)}
    assert rows.keys() == shipped_configs().keys()
    assert rows["besiii-raw"]["needs"] == "input.path"
    assert rows["na62-dump"]["purpose"].startswith("NA62 in beam-dump mode")
    for name in ("pulser", "na62-dump-ee"):
        setup = load_setup(name)
        assert (rows[name]["lines"], rows[name]["signals"]) == (len(setup.menu.lines), len(setup.signals))


def test_show_copy_and_diff(tmp_path: Path) -> None:
    shown = call("config", "show", "pulser", "pulser", "--set", "pulser.pulses=7").stdout
    assert "pulses = 7  # --set pulser.pulses=7; default 40" in shown
    assert (
        "# Random pulses of each source in a frame. Allowed: whole number: 0 to 1e6. Source: chosen." in shown
    )
    found = json.loads(call("config", "show", "pulser", "run.seed", "--json").stdout)
    assert found["config"] == 1
    assert found["keys"][0]["meaning"].startswith("Seed of all random numbers")
    mine = tmp_path / "mine.toml"
    call("config", "copy", "pulser", mine)
    assert "exists already" in call("config", "copy", "pulser", mine, code=2).stderr
    assert call("config", "diff", "pulser", mine).stdout == "the two configurations are the same\n"
    mine.write_text(mine.read_text().replace("pulses = 40", "pulses = 50"))
    table = call("config", "diff", "pulser", mine, code=1).stdout
    assert "pulser.pulses" in table
    assert json.loads(call("config", "diff", mine, "pulser", "--json", code=1).stdout) == {
        "same": False,
        "differences": [{"key": "pulser.pulses", "a": 50, "b": 40}],
    }
    call("run", mine, "--frames", 2, "--offline", "--out", tmp_path / "run")
    rows = json.loads(call("config", "diff", mine, tmp_path / "run", "--json", code=1).stdout)["differences"]
    assert [row["key"] for row in rows] == ["run.frames"]
    assert "frames = 2" in call("config", "show", tmp_path / "run", "run").stdout
    assert (
        "--set changes configurations"
        in call("config", "show", tmp_path / "run", "--set", "run.seed=2", code=2).stderr
    )


def test_schema(tmp_path: Path) -> None:
    data = read_toml(shipped_configs()["pulser"])[0]
    for name in ([], ["pulser"]):
        schema = json.loads(call("config", "schema", *name).stdout)
        assert Draft202012Validator(schema).is_valid(data)
        assert not Draft202012Validator(schema).is_valid({**data, "run": {"frames": "many"}})
    file = tmp_path / "pulser.json"
    assert "#:schema ./pulser.json" in call("config", "schema", "pulser", "--out", file).stdout
    assert json.loads(file.read_text()) == schema
    assert "exists already" in call("config", "schema", "pulser", "--out", file, code=2).stderr
    assert "name an experiment" in call("config", "schema", "--menu", code=2).stderr
    menu = json.loads(call("config", "schema", "pulser", "--menu").stdout)
    assert menu["anyOf"] == [{"required": ["line"]}]


@pytest.mark.parametrize("command", [["list"], ["config"]])
def test_groups_have_help(command: list[str]) -> None:
    assert "Commands:" in call(*command, "--help").stdout
