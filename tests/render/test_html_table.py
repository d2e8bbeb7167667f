"""Tables as HTML: every cell is there, escaped, sorted by what it means, and never wider than the view."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from shutil import which

import pytest
from support.pages import read, too_wide

from trigemu.render.html.files import ALWAYS, STEPS
from trigemu.render.html.files import read as file
from trigemu.render.html.page import page, section
from trigemu.render.html.table import show, standalone
from trigemu.render.table import Cell, Column, Table, table


def lines(rows: int = 12, **changes: str) -> Table:
    columns = [
        Column("line", kind="key"),
        Column("fired", meaning="candidates"),
        Column("rate", "Hz"),
        Column("group", kind="text"),
        Column("when", kind="code", wide=True),
        Column("source", kind="text", wide=True),
    ]
    cells = [
        [
            f"line<{i}>",
            i,
            Cell(f"{i}.5 +0.4 −0.3", i + 0.5, "−0.3", "+0.4"),
            "prescaled" if i % 3 == 2 else "l1",
            "a and b & c",
            "" if i else "talk",
        ]
        for i in sorted(range(rows), key=lambda i: i % 3 == 2)
    ]
    return table("lines & rates", columns, cells, ["a <note>"])


def test_every_cell_is_there_once_and_escaped() -> None:
    html = show(lines(3))
    got = read(html)
    assert "<0>" not in html
    assert "a &lt;note&gt;" in html
    assert got.rows == [
        ["line", "fired", "rate (Hz)"],
        ["l1"],
        ["line<0>", "0", "0.5 +0.4−0.3"],
        ["when a and b & c source talk "],
        ["line<1>", "1", "1.5 +0.4−0.3"],
        ["when a and b & c "],
        ["prescaled"],
        ["line<2>", "2", "2.5 +0.4−0.3"],
        ["when a and b & c "],
    ]
    assert got.tags.count("tbody") == 2


def test_cells_sort_by_their_values() -> None:
    nothing = table("", ["a", "b", "c"], [[1234567, None, float("nan")]])
    cells = [each for tag, each in read(show(nothing)).attributes if tag == "td"]
    assert [cell.get("data-v") for cell in cells] == ["1234567", None, None]
    assert [cell["data-l"] for cell in cells] == ["a", "b", "c"]


def test_columns_without_a_row_are_not_an_error() -> None:
    assert read(show(table("", ["a"], []))).rows == [["a"]]


def test_what_a_column_means_is_said_in_its_head_and_in_a_legend() -> None:
    got = read(show(lines()))
    assert {"scope": "col", "class": "num", "title": "candidates"} in [
        e for t, e in got.attributes if t == "th"
    ]
    assert "what the columns say" in got.text


def test_long_tables_can_be_searched_by_group_and_by_chosen_columns() -> None:
    def choices(shown: str) -> object:
        (box,) = [each for tag, each in read(shown).attributes if tag == "div"]
        return json.loads(box["data-choices"] or "") if "data-choices" in box else None

    assert choices(show(lines(3))) is None
    assert choices(show(lines(20))) == [["group", ["l1", "prescaled"]]]
    several = choices(show(lines(20), filters=("source",)))
    assert several == [["group", ["l1", "prescaled"]], ["source", ["talk", ""]]]


def test_a_table_turns_into_cards_where_it_does_not_fit() -> None:
    def width(columns: int, text: str = "12.345") -> str:
        return show(table("", [f"c{i}" for i in range(columns)], [[text] * columns])).split('"')[1]

    assert width(2) == f"fit w{STEPS[0]}"
    assert width(6) != width(12)
    assert width(40) == f"fit w{ALWAYS}"
    style = standalone(lines())
    assert style.count("@container") == len(STEPS)


def test_nothing_is_wider_than_the_view() -> None:
    assert too_wide(page("t", (), [section("a", show(lines()))])) == []
    assert too_wide(standalone(lines())) == []
    assert too_wide("<style>.a { width: 90rem }</style><table></table>") != []


@pytest.mark.skipif(which("node") is None, reason="needs node to parse scripts")
@pytest.mark.parametrize("name", ["tables.js", "page.js"])
def test_scripts_parse(tmp_path: Path, name: str) -> None:
    script = tmp_path / name
    script.write_text(file(name))
    done = subprocess.run(["node", "--check", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
