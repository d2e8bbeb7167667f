"""The page of a validation: failures first, every row with its verdict, experiment and source."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.pages import read, too_wide

from trigemu.cli import cli
from trigemu.measure.validate import Result, Row
from trigemu.report.validation import VERDICTS, render, write_validation


def row(name: str, value: float = 1.0, **changes: object) -> Result:
    made = Row(
        name, "cells <of> it", value, 0.1, "a book", "read", "prediction", lambda: (1.0, 0.0), "ns", "ring"
    )
    return Result.of(replace(made, **changes))  # type: ignore[arg-type]


RESULTS = [
    row("good"),
    row("set", role="input"),
    row("bad", 2.0),
    row("other", experiment="bar"),
    row("read nowhere", certainty="unverified"),
]


def test_rows_are_grouped_by_verdict_and_experiment_failures_first() -> None:
    document = render(RESULTS, "trigemu validate")
    page = read(document)
    assert too_wide(document) == []
    groups = re.findall(r'<th scope="rowgroup"[^>]*>([^<]*)<', document)
    assert groups == ["FAIL: ring", "pass: bar", "pass: ring", "input: ring", "unverified: ring"]
    heads = [cells[0] for cells in page.rows]
    assert heads.index("bad") < heads.index("other") < heads.index("good") < heads.index("set")
    assert "cells <of> it" in page.text
    assert "source a book" in page.text
    assert "trigemu validate" in page.text


def test_long_tables_can_be_filtered_by_experiment_and_verdict() -> None:
    many = [row(f"r{i}", experiment=("ring", "bar")[i % 2]) for i in range(30)]
    ((choices,),) = [re.findall(r'data-choices="([^"]*)"', render(many))]
    assert json.loads(choices.replace("&quot;", '"'))[1:] == [
        ["experiment", ["bar", "ring"]],
        ["verdict", ["pass"]],
        ["within", ["yes"]],
    ]


def test_every_verdict_has_a_place() -> None:
    seen = {
        row("a", **change).verdict
        for change in ({}, {"role": "input"}, {"role": "comparison"}, {"certainty": "unverified"})
    }
    assert seen | {"FAIL", "no events"} == set(VERDICTS)


def test_files(tmp_path: Path) -> None:
    files = write_validation(RESULTS, tmp_path)
    assert [file.name for file in files] == ["validation.json", "report.html"]
    rows = json.loads(files[0].read_text())
    assert [each["id"] for each in rows] == [result.row.id for result in RESULTS]
    assert rows[3]["experiment"] == "bar"


@pytest.fixture
def one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trigemu.measure.published.load_rows", lambda studies: (RESULTS[0].row,))


@pytest.mark.usefixtures("one_row")
def test_the_command_writes_them_only_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, ["validate", "na62"]).exit_code == 0
    assert list(tmp_path.iterdir()) == []
    done = CliRunner().invoke(cli, ["validate", "na62", "--out", "there"])
    assert done.exit_code == 0, done.stderr
    assert "na62" in (tmp_path / "there" / "report.html").read_text()
    assert json.loads((tmp_path / "there" / "validation.json").read_text())[0]["experiment"] == "na62"
    again = CliRunner().invoke(cli, ["validate", "na62", "--out", "there"])
    assert again.exit_code == 2
