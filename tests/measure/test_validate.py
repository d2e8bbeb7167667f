"""The table of published numbers: how rows are judged, and NA62's own."""

from __future__ import annotations

import json
import math

import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.measure import validate
from trigemu.measure.validate import Result, Row, results, select, tables
from trigemu.studies.na62.published import ROWS


def row(published=10.0, tolerance=1.0, role="prediction", certainty="R", value=10.5, error=0.0):
    return Row("X1", "a thing", published, tolerance, "somewhere", certainty, role, lambda: (value, error))


def judge(**values) -> Result:
    return results([row(**values)])[0]


def test_prediction_within_its_tolerance_passes():
    result = judge()
    assert (result.verdict, result.failed) == ("pass", False)
    assert result.pull == pytest.approx(0.5)


def test_prediction_beyond_its_tolerance_fails():
    assert judge(value=11.01).failed
    assert judge(value=8.99).verdict == "FAIL"
    assert judge(value=math.nan).failed


def test_exact_numbers_have_no_pull():
    assert judge(tolerance=0.0, value=10.0).verdict == "pass"
    assert judge(tolerance=0.0, value=10.0).pull is None
    assert judge(tolerance=0.0, value=10.0000001).failed


def test_statistical_errors_widen_the_pull_but_not_the_tolerance():
    result = judge(value=12.0, error=math.sqrt(3.0))
    assert result.pull == pytest.approx(1.0)
    assert result.failed


def test_inputs_and_recalled_numbers_are_shown_but_never_judged():
    assert judge(role="input", value=99.0).verdict == "input"
    assert judge(certainty="M", value=99.0).verdict == "recalled"
    assert not judge(role="input", value=99.0).failed
    assert not judge(certainty="M", value=99.0).failed


def test_result_is_plain_json():
    data = judge(value=math.nan).to_dict()
    assert json.loads(json.dumps(data, allow_nan=False))["emulated"] is None
    assert judge().to_dict()["ratio"] == pytest.approx(1.05)


def test_selection_of_rows():
    assert [r.id for r in select("na62", ["E5"])] == ["E5"]
    with pytest.raises(InputError, match="no published numbers for 'cms'"):
        select("cms")
    with pytest.raises(InputError, match="no row 'Z'"):
        select("na62", ["Z"])


def test_progress_counts_rows():
    seen = []
    results([row(), row()], lambda done, wanted: seen.append((done, wanted)))
    assert seen == [(1, 2), (2, 2)]


def test_na62_table_is_sound():
    assert tables()["na62"] == ROWS
    assert len({r.id for r in ROWS}) == len(ROWS)
    assert all(r.source for r in ROWS)
    assert {r.role for r in ROWS} == {"input", "prediction"}
    assert all(r.role == "input" for r in ROWS if r.certainty == "M")


@pytest.mark.parametrize("wanted", ROWS, ids=[r.id for r in ROWS])
def test_na62_agrees(wanted):
    # Monte Carlo rows have fixed seeds; their statistical errors are a few times smaller than the tolerances.
    (result,) = results([wanted])
    assert not result.failed, f"{wanted.quantity}: {result.emulated} instead of {wanted.published}"
    if wanted.role == "prediction" and wanted.tolerance > 0:
        assert result.error < wanted.tolerance / 2


def test_command_prints_the_table():
    done = CliRunner().invoke(cli, ["validate", "na62", "--only", "E5", "--only", "F.q1"])
    assert done.exit_code == 0
    assert "pass" in done.stdout
    assert "input" in done.stdout


def test_command_fails_if_a_prediction_does(monkeypatch):
    monkeypatch.setattr(validate, "tables", lambda: {"na62": (row(value=20.0),)})
    done = CliRunner().invoke(cli, ["validate", "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)[0]["verdict"] == "FAIL"
