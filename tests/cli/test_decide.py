"""``trigemu decide``: files, tables, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from support.calling import call
from support.event_texts import hepmc, lhe
from support.own_events import FROM_TARGET, own_events, write_hepmc

from trigemu.cli import cli
from trigemu.measure.deciding import decide_events

WEIGHTS = [1.0, -0.5, 2.0, 1.0, 1.0]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("events")
    return write_hepmc(folder / "own.hepmc3", own_events("na62-dump", 5), WEIGHTS, [9, 8, 7, 6, 5], na62=True)


def test_a_table_of_lines_and_levels(events: Path) -> None:
    said = call("decide", "na62-dump", events, "--set", FROM_TARGET).stdout
    assert "5 events, each decided once" in said
    assert "1 event has a negative weight: efficiencies are ratios of sums of weights" in said
    assert "Clopper-Pearson" not in said
    for word in ("level 1", "H2", "control", "Q1"):
        assert word in said


def test_a_row_per_event_in_files(events: Path, tmp_path: Path) -> None:
    found = decide_events("na62-dump", events, overrides=[FROM_TARGET])
    for name in ("rows.csv", "rows.parquet"):
        said = call("decide", "na62-dump", events, "--set", FROM_TARGET, "--out", tmp_path / name).stdout
        assert f"{name}: 5 events" in said
    with (tmp_path / "rows.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(found.columns)
    assert [float(row[rows[0].index("weight")]) for row in rows[1:]] == WEIGHTS
    assert [int(row[1]) for row in rows[1:]] == [9, 8, 7, 6, 5]
    table = pq.read_table(tmp_path / "rows.parquet")
    assert table.column_names == list(found.columns)
    for place, name in enumerate(found.columns):
        assert np.array_equal(table[name].to_numpy(), found[name])
        if found[name].dtype == np.bool_:
            assert [row[place] for row in rows[1:]] == [str(int(value)) for value in found[name]]
    about = json.loads(table.schema.metadata[b"trigemu"])
    assert about["experiment"] == "na62"
    assert [line["name"] for line in about["lines"]] == list(found.lines)
    assert all(table.schema.field(name).metadata[b"meaning"] for name in ("weight", "l1", "bit_h2"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.csv", "rows.parquet"]


def test_json_says_what_the_table_says(events: Path) -> None:
    arguments = (
        "decide",
        "na62-dump",
        events,
        "--set",
        FROM_TARGET,
        "--json",
        "--lines",
        "H2,control",
        "--seed",
        "4",
    )
    found = json.loads(call(*arguments).stdout)
    assert (found["events"], found["unreadable"], found["negative"], found["seed"]) == (5, 0, 1, 4)
    assert found["weight"] == pytest.approx(sum(WEIGHTS))
    assert set(found["lines"]) == {"H2", "control"}
    assert found["lines"]["H2"]["low"] is None


def test_les_houches_events_are_taken_as_well(tmp_path: Path) -> None:
    (tmp_path / "a.lhe").write_text(lhe((1.0, 2.0, -1.0)))
    (tmp_path / "a.hepmc3").write_text(hepmc(((1.0,), (2.0,), (-1.0,))))
    for name in ("a.lhe", "a.hepmc3"):
        found = json.loads(call("decide", "belle2", tmp_path / name, "--json").stdout)
        assert (found["events"], found["weight"]) == (3, 2.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("na62-dump", "absent.hepmc3"), ("absent.hepmc3", "does not exist")),
        (("na62-dump", "."), ("is a folder",)),
        (("na62-dump", "empty"), ("empty", "HepMC3")),
        (("na62-dump", "noise"), ("noise", "HepMC3")),
        (("na62-dump", "other.hepmc3"), ("other.hepmc3", "beam")),
        (("besiii", "other.hepmc3"), ("other.hepmc3", "not of this collider")),
        (("besiii-raw", "other.hepmc3"), ("other.hepmc3", "no raw data")),
        (("na62-dump", "events.lhe"), ("events.lhe",)),
        (("pulser", "other.hepmc3"), ("pulser", "no events of files")),
        (("nowhere", "other.hepmc3"), ("nowhere", "no such file")),
        (("belle2", "other.hepmc3", "--line", "nothing"), ("nothing",)),
        (("belle2", "other.hepmc3", "--set", "input.reading.weight=other"), ("other", "nominal")),
        (("belle2", "other.hepmc3", "--set", "input.reading.colour=1"), ("colour",)),
        (("belle2", "other.hepmc3", "--set", "input.reading=1"), ("reading",)),
        (("belle2", "other.hepmc3", "--set", "input=1"), ("input",)),
        (("belle2", "other.hepmc3", "--set", "run=1"), ("run",)),
        (("belle2", "other.hepmc3", "--out", "rows.txt"), ("rows.txt", ".parquet", ".csv")),
        (("belle2", "other.hepmc3", "--out", "deep/rows.csv"), ("deep", "no directory")),
        (("belle2", "other.hepmc3", "--out", "empty.csv"), ("empty.csv", "exists already")),
        (("belle2", "other.hepmc3", "--seed", "-1"), ("seed",)),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: tuple[str, ...], words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").write_bytes(b"")
    Path("empty.csv").write_bytes(b"")
    Path("noise").write_bytes(bytes(range(256)) * 8)
    Path("other.hepmc3").write_text(hepmc())
    Path("events.lhe").write_text(lhe())
    before = sorted(Path().iterdir())
    wanted = arguments if "--out" in arguments else (*arguments, "--out", "rows.csv")
    result = CliRunner().invoke(cli, ["decide", *wanted])
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    for word in words:
        assert word in result.stderr
    assert sorted(Path().iterdir()) == before
