"""``efficiency --selection`` and ``list selections``: tables, files, page, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from support.calling import call
from support.cutting import CUTS, flow, with_selection
from support.pages import read, too_wide
from support.tables import check_table

from trigemu.measure.tables.cutflow import flow_tables
from trigemu.render.layout import laid_out

SCAN = ("efficiency", "pulser", "--signal", "burst", "--events", 40, "--selection", "alone")


def test_a_scan_with_a_selection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = tmp_path / "scan"
    done = call(*SCAN, "--line", "pair", "--out", out)
    assert "cut flow of alone" in done.stdout
    assert "Triggered: accepted, and passed by pair; cuts are applied" in done.stdout
    assert call("show", out).stdout.rstrip("\n") in done.stdout
    names = {"cutflow.csv", "cutflow.png", "cutflow.svg", "efficiency.csv", "report.html"}
    assert names < {file.name for file in out.iterdir()}
    steps = [row["step"] for row in csv.DictReader((out / "cutflow.csv").read_text().splitlines())]
    assert steps == ["generated", "accepted", "triggered", "inside", "apart", "selected"]
    document = (out / "report.html").read_text()
    page = read(document)
    assert too_wide(document) == []
    assert "Cut flow" in page.text
    assert "No other burst of the frame is within 0.05 of a frame" in page.text
    data = json.loads(call(*SCAN, "--json", "--out", tmp_path / "again").stdout)
    assert data["cutflow"]["trigger"] == "any l1"


def test_several_points_are_compared_and_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_selection(monkeypatch, "na62")
    arguments = ("--signal", "aprime-mumu", "--grid", "mass=0.3,0.4,0.5", "--events", 60)
    out = tmp_path / "scan"
    shown = call("efficiency", "na62-dump", *arguments, "--selection", "half", "--out", out).stdout
    for words in (
        "cut flow of half against mass (GeV), fraction of the generated events",
        "selection factor",
    ):
        assert words in shown
    document = (out / "report.html").read_text()
    assert "fraction of triggered events against mass (GeV)" in document
    assert len(read(document).rows) > 18


@pytest.mark.parametrize(
    "grid",
    [
        {},
        {"mass": [0.2, 0.3]},
        {"mass": [i / 20 for i in range(1, 9)]},
        {"mass": [i / 20 for i in range(1, 14)]},
        {"mass": [0.2, 0.3], "ctau": [1.0, 1e5]},
    ],
)
def test_flows_fit_a_terminal(grid: dict[str, list[float]]) -> None:
    tables = flow_tables(flow(200, **grid))
    assert len(tables) == (2 if grid else 1)
    for table in tables:
        for width in (60, 80, 132):
            check_table(table, width)
    if len(grid) < 2:
        text = "\n".join(line.text for line in laid_out(tables[0], 80))
        assert all(cut.name.split(" ")[0] in text for cut in CUTS)
        assert "part 2" not in text or len(grid["mass"]) >= 8


def test_selections_are_listed() -> None:
    shown = call("list", "selections", "pulser").stdout
    assert "Signals: burst." in shown
    assert "No other burst of the frame is within 0.05 of a frame" in shown
    (row,) = json.loads(call("list", "selections", "pulser", "--json").stdout)
    assert (row["experiment"], row["name"], row["signals"]) == ("pulser", "alone", ["burst"])
    assert [cut["name"] for cut in row["cuts"]] == ["inside", "apart"]
    assert "pulser: offline selection alone" in call("list", "selections").stdout
    (signal,) = json.loads(call("list", "signals", "pulser", "--json").stdout)
    assert signal["selection"] == "alone"


def test_an_experiment_without_selections_says_so() -> None:
    assert call("list", "selections", "besiii").stdout.split("\n")[:2] == [
        "besiii: offline selections",
        "none",
    ]
    assert json.loads(call("list", "selections", "besiii", "--json").stdout) == []


@pytest.mark.parametrize(
    ("config", "signal", "name", "words"),
    [
        ("pulser", "burst", "alon", "pulser has no offline selection 'alon'; did you mean 'alone'?"),
        ("pulser", "burst", "", "pulser has no offline selection ''"),
        ("besiii", "gamma-aprime", "x\x1b[2J", "besiii has no offline selections with this configuration"),
    ],
)
def test_unknown_selections(tmp_path: Path, config: str, signal: str, name: str, words: str) -> None:
    out = tmp_path / "out"
    done = call("efficiency", config, "--signal", signal, "--selection", name, "--out", out, code=2)
    assert words in done.stderr
    assert "\x1b" not in done.stderr
    assert not out.exists()
