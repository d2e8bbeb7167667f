"""Menus of very many lines: what tables, pictures and reports leave out, and that they say so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from support.pages import read

from trigemu import streaming
from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.measure.efficiency import efficiency
from trigemu.measure.plots import efficiency_figure
from trigemu.measure.summary import summarise
from trigemu.render.shown import most_efficient, that_fired
from trigemu.render.table import Table
from trigemu.render.terminal import as_text
from trigemu.report.run import render
from trigemu.report.tables import run_tables
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.experiment import Setup

LINES = 150


def many(configs: Path, **changes: object) -> Setup[Any]:
    """The pulser with 150 lines: multiples of 3 fire often, one is rare, most never fire; three are HLT lines."""
    data = load_setup(configs / "pulser.toml", ["run.frames=20"]).to_dict()
    lines = [
        {"name": f"l{i}", "when": "two" if i % 10 == 0 else "three and odd" if i == 7 else "two and false"}
        for i in range(LINES)
    ]
    lines[0]["prescale"] = 0
    lines += [
        {"name": "soft", "when": "three", "level": "hlt"},
        {"name": "off", "when": "two", "level": "hlt", "prescale": 0},
        {"name": "half", "when": "odd", "level": "hlt", "prescale": 2},
    ]
    data["menu"] = {**data["menu"], "line": lines, **changes}
    return build_setup(data)


@pytest.fixture(scope="module")
def run(configs: Path, tmp_path_factory: pytest.TempPathFactory):
    setup = many(configs)
    totals = streaming.run(setup, tmp_path_factory.mktemp("many") / "run", offline=True)
    return setup, totals, summarise(setup, totals)


def test_counts_of_two_levels_close(run) -> None:
    _, totals, summary = run
    lines = summary["lines"]
    assert summary["closed"]
    assert totals.triggers["recorded"] > 10
    assert totals.triggers["vetoed"] > 10
    # Each recorded trigger was kept by an HLT line and by an L1 line that is on.
    assert lines["l10"]["accepted"] == totals.triggers["recorded"]
    assert lines["l10"]["sent"] == totals.triggers["recorded"] + totals.triggers["vetoed"]
    assert lines["soft"]["accepted"] <= totals.triggers["recorded"]
    assert (lines["l0"]["accepted"], lines["off"]["accepted"]) == (0, 0)
    assert lines["l0"]["fired"] == lines["l10"]["fired"] > 0
    assert (lines["soft"]["level"], lines["l10"]["level"]) == ("hlt", "l1")


def test_raw_rates(run) -> None:
    """What fires over all time, whatever became of it: prescaled, off, dead time, rejected by the software trigger."""
    setup, totals, summary = run
    lines = summary["lines"]
    time_s = setup.frames * setup.clock.frame_s
    assert summary["observed_time_s"] == pytest.approx(time_s) == pytest.approx(totals.live_s + totals.dead_s)
    for name in ("half", "l10", "l0", "off", "l1"):
        assert lines[name]["raw_rate_hz"] == pytest.approx(lines[name]["fired"] / time_s)
    assert lines["l0"]["raw_rate_hz"] == lines["l10"]["raw_rate_hz"] > 0
    assert lines["l0"]["rate_hz"] == 0
    assert lines["l0"]["rate_err_hz"] == lines["l0"]["rate_high_hz"] > 0


def test_totals_over_all_lines(run) -> None:
    _, totals, summary = run
    (got,) = summary["efficiency"].values()
    assert len(got) == LINES + 3 + 2
    assert got["any l1"]["passed"] == got["l10"]["passed"] > 0
    assert max(got["soft"]["passed"], got["half"]["passed"]) <= got["any hlt"]["passed"]
    assert got["any hlt"]["passed"] <= got["soft"]["passed"] + got["half"]["passed"]
    assert got["any hlt"]["passed"] <= got["off"]["passed"] == got["any l1"]["passed"]
    assert totals.tally.shape == (1, 2 + LINES + 3 + 2)


def test_terminal_and_report_stay_short(run) -> None:
    setup, totals, summary = run
    text = "\n".join(as_text(each, 200) for each in run_tables(setup, summary) if isinstance(each, Table))
    silent = sum(not line["fired"] for line in summary["lines"].values())
    assert silent > 100
    assert f"{silent} other lines never fired." in text
    assert "4 of 153 lines are shown" in text
    assert "l101" not in text
    assert re.search(r"^soft .* hlt$", text, re.MULTILINE)
    page = render(setup, totals, summary)
    shown = {row[0] for row in read(page).rows if row}
    assert {"l10", "soft", "any l1, unprescaled"} <= shown
    assert "l101" not in shown
    assert f"{silent} other lines never fired." in page
    # Of efficiencies, too, only lines that never passed are left out.
    assert re.search(r"\d+ lines never passed\.", page)


def test_scan_table_and_plot(configs: Path) -> None:
    setup = many(configs)
    table = efficiency(setup, "burst", events=50)
    assert table.lines == (*setup.menu.names, "any l1", "any hlt")
    assert len(table.rows) == LINES + 5
    figure = efficiency_figure(table)
    labels = [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    assert "acceptance" in labels
    assert 1 < len(labels) <= 13
    assert "lines are shown" in figure.axes[0].get_title(loc="left")
    chosen = efficiency(setup, "burst", events=50, lines=("ANY HLT", "l101", "soft"))
    assert chosen.lines == ("l101", "soft", "any hlt")
    assert [row.line for row in chosen.rows] == list(chosen.lines)
    assert chosen.array("passed", "soft") == table.array("passed", "soft")
    with pytest.raises(InputError, match="there is no line 'l999'; did you mean"):
        efficiency(setup, "burst", lines=["l999"])


def test_option_of_the_command_line() -> None:
    answer = CliRunner().invoke(cli, ["efficiency", "na62-dump", "--signal", "aprime-mumu", "--line", "nope"])
    assert answer.exit_code == 2
    assert "there is no line 'nope'" in answer.stderr


def test_a_line_cannot_have_the_name_of_a_total(configs: Path) -> None:
    with pytest.raises(InputError, match="a line cannot be called 'Any L1'"):
        many(configs, line=[{"name": "Any L1", "when": "two"}])


def test_an_experiment_may_have_room_for_fewer_lines() -> None:
    data = load_setup("na62-dump").to_dict()
    data["menu"]["line"] = [{"name": f"l{i}", "when": "h2"} for i in range(65)]
    with pytest.raises(InputError, match="65 lines are enabled; na62 can have 64"):
        build_setup(data)
    data["menu"]["line"][0]["enabled"] = False
    assert len(build_setup(data).menu.lines) == 64


def test_what_is_shown() -> None:
    values = {f"a{i}": [i / 10, None] for i in range(5)}
    passed = {name: int(value[0] > 0) for name, value in values.items()}
    assert most_efficient(values, passed, 5) == (list(values), "")
    assert most_efficient(values, passed, 5, zeros=False) == (
        ["a1", "a2", "a3", "a4"],
        "4 of 5 lines are shown; 1 never passed.",
    )
    assert most_efficient(values, passed, 2) == (
        ["a3", "a4"],
        "2 of 5 lines are shown; 2 more passed and 1 never passed.",
    )
    assert most_efficient({"a": [np.nan]}, {"a": 0}, zeros=False)[0] == []
    assert that_fired({"a": 0, "b": 3}) == (["a", "b"], "")
    assert that_fired({"a": 0, "b": 3}, 1) == (["b"], "1 other line never fired.")


def test_totals_are_shown_and_not_counted_as_lines() -> None:
    values = {"a": [0.1], "b": [0.3], "c": [0.0], "any l1": [0.0]}
    passed = {"a": 1, "b": 3, "c": 0, "any l1": 0}
    assert most_efficient(values, passed, 2, totals=("any l1",)) == (
        ["b", "any l1"],
        "1 of 3 lines are shown; 1 more passed and 1 never passed.",
    )
    assert most_efficient(values, passed, 2, totals=("any l1",), zeros=False)[0] == ["b"]


def test_a_line_whose_weights_cancel_has_passed() -> None:
    values = {"a": [0.5], "ff": [0.0], "c": [0.0]}
    assert most_efficient(values, {"a": 1, "ff": 2, "c": 0}, 2) == (
        ["a", "ff"],
        "2 of 3 lines are shown; 1 never passed.",
    )


def test_each_signal_has_its_best_line() -> None:
    values = {"a": [0.9, 0.0], "b": [0.8, 0.02], "c": [0.0, 0.3], "p": [0.0, 0.5], "nan": [np.nan, None]}
    passed = dict.fromkeys(values, 1)
    assert most_efficient(values, passed, 2)[0] == ["a", "p"]
    assert most_efficient(values, passed, 2, first=("a", "b", "c", "nan"))[0] == ["a", "c"]
    assert most_efficient(values, passed, 3, first=("a", "b", "nan"))[0] == ["a", "b", "nan"]
    assert most_efficient({"a": [0.9, 0.0], "p": [0.0, 0.5], "c": [0.8, 0.4]}, passed, 2, first=("a",))[
        0
    ] == ["a", "p"]
