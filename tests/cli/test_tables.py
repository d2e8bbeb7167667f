"""Every table of every command: at any width and in a pipe each label and each number is whole."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.console import Console
from support.calling import call
from support.tables import WIDTHS, check_table

import trigemu
from trigemu.cli import cli
from trigemu.cli.inspect import list_group
from trigemu.measure.published import select
from trigemu.measure.summary import signal_labels
from trigemu.measure.tables.comparisons import comparison_table, comparison_tables
from trigemu.measure.tables.overlap import overlap_table
from trigemu.measure.tables.validation import validation_table, verdict_table
from trigemu.measure.validate import Result
from trigemu.plain import encodable
from trigemu.render import terminal
from trigemu.render.table import Table, from_rows
from trigemu.render.terminal import as_text
from trigemu.setup.build import load_setup

OWN = resources.files("trigemu.experiments.belle2.neuro") / "data" / "belle2-neuro.npz"

Shown = Callable[..., list[Table]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Return what calls a command and returns the tables that it printed; each stands whole in its output."""
    found: list[Table] = []
    styled = terminal.styled

    def keep(table: Table, width: int | None = None) -> object:
        found.append(table)
        return styled(table, width)

    monkeypatch.setattr(terminal, "styled", keep)
    monkeypatch.delenv("COLUMNS", raising=False)

    def tables(*arguments: object, code: int = 0) -> list[Table]:
        found.clear()
        output = call(*arguments, code=code).stdout
        assert found
        for table in found:
            assert as_text(table) in output
        return list(found)

    return tables


def check(tables: list[Table]) -> None:
    for table in tables:
        for width in WIDTHS:
            check_table(table, width)


@pytest.mark.parametrize(("config", "frames"), [("na62-dump", 5), ("belle2", 2), ("pulser", 20)])
def test_tables_of_runs_and_replays(shown: Shown, tmp_path: Path, config: str, frames: int) -> None:
    tables = shown("run", config, "--frames", frames, "--offline", "--out", tmp_path / "run")
    by_title = {table.title.split(" (")[0]: table for table in tables}
    assert {
        "trigger lines",
        "signal efficiency",
        "latency",
        "frames",
        "fragments",
        "triggers",
    } <= by_title.keys()
    assert by_title["signal efficiency"].column("signal") == signal_labels(load_setup(config))
    first = as_text(by_title["trigger lines"], 80).split("(part 2")[0]
    for column in ("rate (Hz)", "before", "prescale"):
        assert column in first
    check(tables)
    if config == "pulser":
        check(shown("replay", tmp_path / "run", "--offline", "--out", tmp_path / "again"))


def test_tables_of_scans(shown: Shown, tmp_path: Path) -> None:
    arguments = (
        "--events",
        5,
        "--grid",
        "mass=0.5,1",
        "--grid",
        "ctau=1,12.3456789,100",
        "--out",
        tmp_path / "b",
    )
    (table,) = shown("efficiency", "belle2", "--signal", "b-ks-mumu", *arguments)
    assert [column.head for column in table.columns[:2]] == ["mass (GeV)", "ctau (mm)"]
    assert table.column("ctau") == [1, 12.3456789, 100] * 2
    assert "12.3456789" in as_text(table, 60)
    check([table])
    arguments = "--events", 20, "--grid", "mass=0.25,0.5", "--grid", "p_min=5,10", "--out", tmp_path / "a"
    (table,) = shown("efficiency", "na62-dump", "--signal", "aprime-mumu", *arguments)
    assert [column.name for column in table.columns[-2:]] == [
        "Q1",
        "any l1, unprescaled",
    ]  # prescaled lines and totals are last
    check([table])


@pytest.mark.parametrize("name", sorted(set(list_group.commands) - {"runs"}))
def test_tables_of_lists(shown: Shown, name: str) -> None:
    takes = any(each.name == "config" for each in list_group.commands[name].params)
    for config in ("", "belle2", "na62-dump") if takes else ("",):
        check(shown("list", name, *([config] if config else [])))


def test_tables_of_runs_that_are_looked_at_again(shown: Shown, tmp_path: Path) -> None:
    for name, seed in (("a_run_with_a_rather_long_name", 1), ("b", 2)):
        call("run", "pulser", "--frames", 20, "--seed", seed, "--offline", "--out", tmp_path / name)
    check(shown("list", "runs", tmp_path))
    check(shown("show", tmp_path / "b"))
    check(shown("compare", tmp_path / "a_run_with_a_rather_long_name", tmp_path / "b", code=1))


def test_tables_of_validations(shown: Shown) -> None:
    rows = select()
    assert len(rows) > 300
    results = [Result(row, 1.0123456 * row.published, 0.01, 0.05) for row in rows]
    check([validation_table(results), verdict_table(results)])
    first, verdicts = shown("validate", "na62", "--only", "E5,E1.0")
    assert first.column("id") == ["E1.0", "E5"]
    assert verdicts.column("rows")[-1] == 2


def test_rows_outside_their_tolerance_are_named_whether_they_are_judged_or_not() -> None:
    rows = {(row.role, row.certainty): row for row in select()}
    compared = next(row for (role, _), row in rows.items() if role == "comparison")
    judged = next(row for (role, sure), row in rows.items() if role == "prediction" and sure == "read")
    results = [Result(row, row.published + 2 * row.tolerance + 1.0, 0.0, 0.0) for row in (compared, judged)]
    table = validation_table(results)
    assert table.notes == (
        f"FAIL: {judged.id}.",
        f"Outside their tolerance, but not judged: {compared.id}.",
    )
    assert table.column("within") == [False, False]
    assert [cell.value for cell in verdict_table(results).rows[-1]] == ["all", 2, 2]


@pytest.mark.parametrize("config", ["besiii-raw", "pulser"])
def test_tables_of_comparisons(config: str) -> None:
    setup = load_setup(config, ["input.path=''"] if config == "besiii-raw" else [])
    specs = setup.comparisons
    counts = {
        name: {row: {s: 1000 * i + j for j, s in enumerate(spec.states)} for i, row in enumerate(spec.rows)}
        for name, spec in specs.items()
    }
    tables = comparison_tables(setup, {"comparisons": counts})
    assert len(tables) == 2 * bool(specs)
    check([*tables, *(comparison_table(name, specs[name].title, counts[name]) for name in counts)])


def test_tables_of_studies(shown: Shown, tmp_path: Path) -> None:
    (table,) = shown("quantise", OWN, "--precision", "12,10,10")
    assert len(table) > 1
    check([table])
    check(shown("train", "belle2-left-right", "--out", tmp_path / "lr.npz", "--tracks", 1000))


def test_a_terminal_of_80_columns_and_one_that_says_so_in_columns() -> None:
    for arguments, columns in ((("list", "signals"), 0), (("list", "lines", "na62-dump"), 70)):
        lines = on_terminal(arguments, columns)
        assert max(map(len, lines)) <= (columns or 80)
        assert any("(part 1 of" in line or "A' -> mu+ mu-" in line for line in lines)


def on_terminal(arguments: tuple[str, ...], columns: int) -> list[str]:
    """Return what a command shows on a terminal of 80 columns, with ``COLUMNS`` set if given."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    environment = {**os.environ, "TERM": "dumb", **({"COLUMNS": str(columns)} if columns else {})}
    if not columns:
        environment.pop("COLUMNS", None)
    code = "from trigemu.cli import main; main()"
    process = subprocess.Popen([sys.executable, "-P", "-c", code, *arguments], stdout=theirs, env=environment)
    os.close(theirs)
    found = b""
    # The other end closes with the process; Linux says so by an error.
    with contextlib.suppress(OSError):
        while got := os.read(ours, 65536):
            found += got
    os.close(ours)
    assert process.wait() == 0
    assert b"\x1b" not in found
    return found.decode().replace("\r", "").split("\n")


def test_no_colour_is_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    table = from_rows("title", [{"name": "a"}])
    for variable, value in (("TERM", "dumb"), ("NO_COLOR", "1")):
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv(variable, value)
        console = Console(file=io.StringIO(), force_terminal=True)
        console.print(terminal.styled(table), soft_wrap=True)
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]", console.file.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_terminals_without_all_characters(encoding: str) -> None:
    text = "5\u2009832 ± 12 −3 ─ é\u202e中"
    shown = encodable(text, encoding)
    assert shown.encode(encoding).decode(encoding) == shown
    assert shown.startswith(("5,832 +- 12 -3 - ", "5,832 ± 12 -3 - "))
    assert encodable(text, "utf-8") == encodable(text, None) == text


def test_commands_say_what_they_do_when_they_are_called_alone() -> None:
    groups = {
        (): cli,
        ("list",): list_group,
        ("train",): cli.commands["train"],
        ("config",): cli.commands["config"],
    }
    for arguments, group in groups.items():
        done = CliRunner().invoke(cli, arguments)
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.startswith("Usage: ")
        assert "..." not in done.stdout.split("Commands:")[1]
        context = click.Context(group)
        for name in group.list_commands(context):
            assert f"\n  {name} " in done.stdout
    refused = CliRunner().invoke(cli, ["list", "nothing"])
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)


def test_overlap_of_small_menus_is_a_table(shown: Shown, tmp_path: Path) -> None:
    tables = shown("run", "pulser", "--offline", "--frames", 30, "--out", tmp_path / "run")
    (overlap,) = [each for each in tables if each.title.startswith("overlap")]
    check([overlap])
    result = trigemu.read_result(tmp_path / "run")
    counts = result.summary["overlap"]
    names = overlap.column("line")
    assert sorted(names) == sorted(counts["lines"])
    assert [column.name for column in overlap.columns] == ["line", *names]
    for a in names:
        shared = dict(zip(counts["lines"], counts["counts"][counts["lines"].index(a)], strict=True))
        assert overlap.column(a) == [shared[b] for b in names]
        assert shared[a] == result.summary["lines"][a]["accepted"] > 0
    assert overlap_table(load_setup("belle2"), result.summary) is None
    assert overlap_table(result.setup, {**result.summary, "overlap": None}) is None
