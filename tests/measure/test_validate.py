"""Published numbers: how rows are judged and chosen, and the command."""

from __future__ import annotations

import json
import math

import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.measure import published
from trigemu.measure.published import select
from trigemu.measure.validate import Result, Row, results


def row(published=10.0, tolerance=1.0, role="prediction", certainty="read", value=10.5, error=0.0):
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


def test_inputs_and_unverified_numbers_are_shown_but_never_judged():
    assert judge(role="input", value=99.0).verdict == "input"
    assert judge(certainty="unverified", value=99.0).verdict == "unverified"
    assert not judge(role="input", value=99.0).failed
    assert not judge(certainty="unverified", value=99.0).failed


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


def test_command_prints_the_table():
    done = CliRunner().invoke(cli, ["validate", "na62", "--only", "E5", "--only", "F.q1"])
    assert done.exit_code == 0
    assert "pass" in done.stdout
    assert "input" in done.stdout


def test_command_fails_if_a_prediction_does(monkeypatch):
    monkeypatch.setattr(published, "load_rows", lambda studies: (row(value=20.0),))
    done = CliRunner().invoke(cli, ["validate", "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)[0]["verdict"] == "FAIL"
