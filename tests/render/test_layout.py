"""Tables as text: nothing of a label or a number is ever cut, whatever the width."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tables import WIDTHS, check_table

from trigemu.render.layout import laid_out, sentences
from trigemu.render.numbers import number
from trigemu.render.size import console_on
from trigemu.render.table import Cell, Column, Table, from_rows, table
from trigemu.render.terminal import as_text, width_for
from trigemu.render.words import width_of, wrapped

KINDS = ("key", "number", "text", "code")

LINES = table(
    "lines",
    (Column("line", kind="key"), Column("rate", "Hz"), "fired", Column("source", kind="text")),
    [
        ["a_long_name_of_a_line", Cell("14 134 ± 204", 14134.0), 5832, "what somebody wrote about it"],
        ["b", Cell("< 89", 0.0), 0, ""],
    ],
    ["A note."],
)


def words() -> st.SearchStrategy[str]:
    letters = st.sampled_from("abz_.()&é中")
    return st.lists(st.text(letters, min_size=1, max_size=12), min_size=1, max_size=5).map(" ".join)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
    columns = [Column(f"c{place} {draw(words())}", kind=kind) for place, kind in enumerate(kinds)]  # type: ignore[arg-type]
    rows = draw(st.integers(1, 5))

    def cell(kind: str, row: int) -> Cell:
        if kind == "number":
            value = draw(st.floats(-1e9, 1e9))
            return Cell(f"{number(value)} ± {number(abs(value) / 7, 2)}", value)
        return Cell(f"r{row} {draw(words())}" if kind == "key" else draw(words()))

    return table(draw(words()), columns, [[cell(kind, row) for kind in kinds] for row in range(rows)])


@settings(max_examples=150)
@given(tables(), st.sampled_from((20, 27, *WIDTHS)))
def test_labels_and_numbers_are_whole(any_table: Table, width: int | None) -> None:
    check_table(any_table, width)


def test_a_table_that_fits_is_one_part() -> None:
    assert as_text(LINES).split("\n") == [
        "lines",
        "line                       rate (Hz)   fired   source",
        "─" * 75,
        "a_long_name_of_a_line   14 134 ± 204   5\u2009832   what somebody wrote about it",
        "b                               < 89       0",
        "A note.",
    ]
    assert as_text(LINES, 75) == as_text(LINES)


def test_text_wraps_before_columns_go_below() -> None:
    lines = as_text(LINES, 66).split("\n")
    assert "(part" not in lines[0]
    assert max(map(width_of, lines)) <= 66
    assert lines[3].endswith("what somebody wrote")
    assert lines[4].strip() == "about it"


def test_what_does_not_fit_comes_below_with_the_labels() -> None:
    many = table(
        "counts",
        (Column("line", kind="key"), *map("n{}".format, range(8))),
        [[f"line_{i}", *range(8)] for i in range(12)],
    )
    text = as_text(many, 25)
    assert [line for line in text.split("\n") if "part" in line] == [
        "counts (part 1 of 3)",
        "counts (part 2 of 3)",
        "counts (part 3 of 3)",
    ]
    assert text.count("line_4 ") == 3
    assert as_text(replace(many, title="counts of what was seen"), 25).split("\n")[:2] == [
        "counts of what was seen",
        "(part 1 of 3)",
    ]


def test_few_rows_of_many_columns_become_records() -> None:
    account = table("fragments", ["expected", "built", "missing"], [[140, 139, 1]])
    assert as_text(account, 20).split("\n") == [
        "fragments",
        "  expected: 140",
        "  built: 139",
        "  missing: 1",
    ]
    narrow = as_text(LINES, 25).split("\n")
    assert narrow[:4] == ["lines", "line:", "    a_long_name_of_a_line", "  rate (Hz): 14 134 ± 204"]


def test_headings_wrap_before_columns_go_below() -> None:
    wide_head = table("t", (Column("line", kind="key"), Column("before prescale", "Hz")), [["a", 1.0]] * 3)
    assert [line.text for line in laid_out(wide_head, 18)][1:4] == [
        "         before",
        "       prescale",
        "line       (Hz)",
    ]


def test_wide_columns_and_empty_tables() -> None:
    with_wide = table("t", (Column("a", kind="key"), Column("b", kind="text", wide=True)), [["x", "unseen"]])
    assert "unseen" not in as_text(with_wide)
    assert with_wide.column("b") == ["unseen"]
    assert as_text(from_rows("things", [])) == "things\nnone"


def test_rows_of_plain_data() -> None:
    shown = from_rows("costs", [{"name": "x", "bits": 12, "loss": 0.00012345, "note": "n", "hard": True}])
    assert [column.kind for column in shown.columns] == ["key", "number", "number", "text", "text"]
    assert [cell.text for cell in shown.rows[0]] == ["x", "12", "0.0001234", "n", "yes"]
    assert shown.column("loss") == [0.00012345]


def test_words_are_wrapped_at_plain_blanks_only() -> None:
    assert wrapped("of 12\u2009345 events in all", 10) == ["of 12\u2009345", "events in", "all"]
    assert wrapped("a_word_that_is_long", 10) == ["a_word_that_is_long"]
    assert wrapped("a_word_that_is_long", 10, fold=True) == ["a_word_tha", "t_is_long"]
    assert width_of("中") == 2


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1516.3, 4, "1\u2009516"),
        (999.96, 3, "1\u2009000"),
        (99.7, 2, "100"),
        (12345.6, 3, "12\u2009346"),
        (1234.56, 6, "1\u2009234.56"),
        (0.02038, 4, "0.02038"),
        (1e-7, 4, "1e-07"),
        (2.5, 4, "2.5"),
        (-1516.3, 4, "-1\u2009516"),
        (float("nan"), 4, "–"),
    ],
)
def test_numbers_have_thousands_apart_and_few_exponents(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_width_of_a_pipe_and_of_columns(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    with (tmp_path / "file").open("w") as pipe:
        monkeypatch.delenv("COLUMNS", raising=False)
        assert width_for(pipe) is None
        monkeypatch.setenv("COLUMNS", "64")
        assert width_for(pipe) == 64
        for given in ("wide", "0", "-3", "²", "٣", "", "9" * 5000):
            monkeypatch.setenv("COLUMNS", given)
            assert width_for(pipe) is None


@pytest.mark.parametrize("given", ["0", "²", "wide"])
def test_what_is_no_size_is_as_if_it_were_not_set(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    for variable in ("COLUMNS", "LINES"):
        monkeypatch.delenv(variable, raising=False)
    usual = console_on(io.StringIO()).size
    for variable in ("COLUMNS", "LINES"):
        monkeypatch.setenv(variable, given)
        console = console_on(io.StringIO())
        assert console.size == usual
        console.print("text")
        assert console.file.getvalue() == "text\n"  # type: ignore[attr-defined]
    monkeypatch.setenv("COLUMNS", "64")
    assert console_on(io.StringIO()).width == 64


def test_sentences_break_what_is_wider_than_a_line() -> None:
    lines = [line.text for line in sentences(f"733 decisions, sha256 {'ab' * 32}", 40)]
    assert max(map(len, lines)) <= 40
    assert lines[0] == "733 decisions, sha256"
    assert "".join(lines[1:]) == "ab" * 32
