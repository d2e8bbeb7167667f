"""Published numbers: how rows are judged and chosen, and the command."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.measure import published
from trigemu.measure.inputs import event_file, input_folder
from trigemu.measure.published import select
from trigemu.measure.tables.validation import validation_table
from trigemu.measure.validate import Result, Row, count, fraction, results
from trigemu.render.terminal import as_text


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


def test_counted_numbers_have_errors_at_their_ends():
    """Nothing of 50, and 50 of 50, are not known exactly: an error of 0 made pulls infinite."""
    assert fraction(0, 50) == pytest.approx((0.0, 0.0, 0.0361), abs=1e-4)
    assert fraction(50, 50, 3.0) == pytest.approx((3.0, 0.1085, 0.0), abs=1e-4)
    assert fraction(20, 80) == pytest.approx((0.25, 0.0508, 0.0578), abs=1e-4)
    assert [math.isnan(part) for part in fraction(0, 0)] == [True] * 3
    assert count(0, 2.0) == pytest.approx((0.0, 0.0, 3.682), abs=1e-3)
    assert count(100, 0.5) == pytest.approx((50.0, 4.99, 5.52), abs=0.01)
    assert count(300, 0.5, spread=3.0) == pytest.approx((150.0, 14.98, 16.55), abs=0.02)


@pytest.mark.parametrize(("published", "error"), [(0.5, 0.0578), (0.1, 0.0508)])
def test_the_error_towards_the_published_number_makes_the_pull(published, error):
    value = Row("X1", "a", published, 0.03, "somewhere", "read", "comparison", lambda: fraction(20, 80))
    (result,) = results([value])
    assert result.error == pytest.approx(error, abs=1e-4)
    assert result.pull == pytest.approx((0.25 - published) / math.hypot(0.03, error), rel=1e-3)
    data = result.to_dict()
    assert (data["error_down"], data["error_up"]) == pytest.approx((0.0508, 0.0578), abs=1e-4)
    assert "0.250 +0.058 −0.051" in as_text(validation_table([result]))


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
    results([row(), row()], lambda *told: seen.append(told))
    # A row is named before it is computed.
    assert seen == [(0, 2, row().id), (1, 2, row().id), (2, 2, "")]


def from_a_file():
    return float(len(event_file("events.txt").read_text())), 0.0


def test_rows_without_their_event_file_are_left_open(tmp_path):
    needs = replace(row(), compute=from_a_file)
    (result,) = results([needs])
    assert (result.verdict, result.failed, result.judged, result.pull) == ("no events", False, False, None)
    assert result.to_dict()["emulated"] is None
    with input_folder(tmp_path):
        assert results([needs])[0].missing
        (tmp_path / "events.txt").write_text("0123456789")
        assert results([needs])[0].verdict == "pass"
    assert results([needs])[0].missing
    with pytest.raises(InputError, match="nowhere is not a folder"), input_folder(tmp_path / "nowhere"):
        pass


def test_command_looks_for_event_files_in_a_folder(tmp_path, monkeypatch):
    (tmp_path / "events.txt").write_text("0123456789")
    monkeypatch.setattr(published, "load_rows", lambda studies: (replace(row(), compute=from_a_file),))
    for arguments, verdict in (((), "no events"), (("--input", str(tmp_path)), "pass")):
        done = CliRunner().invoke(cli, ["validate", "na62", "--json", *arguments])
        assert done.exit_code == 0
        assert json.loads(done.stdout)[0]["verdict"] == verdict
    assert CliRunner().invoke(cli, ["validate", "na62", "--input", str(tmp_path / "none")]).exit_code == 2
    done = CliRunner().invoke(cli, ["validate", "na62"])
    assert "no events" in done.stdout
    assert "nan" not in done.stdout


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
