"""Compiled menus against Python's own evaluation, row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.menu import evaluate_line, evaluate_menu
from support.sequencing import masks_of

from trigemu.errors import InputError
from trigemu.menu.compile import CompiledMenu, bit_index, compile_menu
from trigemu.menu.planes import pack_lines, unpack_lines
from trigemu.menu.schema import Menu

BITS = ["newchod|q1", "h2", "muv3", "", "lav", *[""] * 58, "last0", "first1", "my.close", *[""] * 100, "far"]
NAMES = ["newchod", "q1", "H2", "muv3", "LAV", "last0", "first1", "my.close", "far"]
ENTRIES = ("reference", "control")


def build(*lines: dict[str, Any], **options: Any) -> CompiledMenu:
    defaults = {"bits": BITS, "entries": ENTRIES, "selections": ("ee", "mumu"), "where": "test.toml"}
    return compile_menu(Menu(line=lines), **{**defaults, **options})


expressions = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(
        inner.map(lambda a: f"not {a}" if " " not in a else f"not ({a})"),
        st.tuples(inner, st.sampled_from([" and ", " or ", " AND ", " Or "]), inner).map("".join),
        inner.map(lambda a: f"({a})"),
    ),
    max_leaves=8,
)


def all_settings() -> list[list[int]]:
    rows = []
    for setting in range(256):
        row = [0] * -(-len(BITS) // 64)
        for k, index in enumerate(sorted(set(bit_index(BITS).values()))):
            row[index // 64] |= (setting >> k & 1) << (index % 64)
        rows.append(row)
    return rows


ALL_SETTINGS = all_settings()


def random_rows(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose named bits are all fair coins; every other bit as well."""
    rng = np.random.default_rng(seed)
    width = -(-len(BITS) // 64)
    words = rng.integers(0, 2**64, (count, width), dtype=np.uint64, endpoint=False)
    return words, rng.integers(0, 4, count).astype(np.uint8)


@settings(max_examples=100, deadline=None)
@given(
    lines=st.lists(st.tuples(expressions, st.sampled_from([None, *ENTRIES])), min_size=1, max_size=6),
    seed=st.integers(0, 2**32),
    rows=st.sampled_from([1, 40, 64, 65, 130]),
)
def test_kernel_equals_python(lines: list[tuple[str, str | None]], seed: int, rows: int) -> None:
    tables = [{"name": f"L{i}", "when": when, "on": on} for i, (when, on) in enumerate(lines)]
    words, entry = random_rows(seed, rows)
    kinds = [2 if on == "control" else 1 for _, on in lines]
    expected = evaluate_menu(
        [(when, kind) for (when, _), kind in zip(lines, kinds, strict=True)],
        BITS,
        words.tolist(),
        entry.tolist(),
    )
    never = [i for i in range(len(lines)) if not any_row_fires(lines[i][0])]
    if never:
        with pytest.raises(InputError, match="can never be true"):
            build(*tables)
        return
    assert masks_of(build(*tables).evaluate(words, entry)) == expected


def any_row_fires(when: str) -> bool:
    """Try all settings of the eight distinct bits until one fires."""
    return any(evaluate_line(when, BITS, row) for row in ALL_SETTINGS)


def test_lines_are_bits_and_disabled_lines_are_left_out() -> None:
    menu = build(
        {"name": "A", "when": "h2"},
        {"name": "off", "when": "h2", "enabled": False},
        {"name": "B", "when": "q1", "select": "ee"},
        {"name": "C", "when": "not h2", "on": "control", "select": "ee"},
    )
    assert menu.names == ("A", "B", "C")
    assert [line.name for line in menu.lines] == ["A", "B", "C"]
    assert (menu.selection_mask("ee").tolist(), menu.selection_mask("mumu").tolist()) == ([0b110], [0])
    words = np.zeros((4, 3), np.uint64)
    words[:, 0] = [2, 3, 0, 0]
    assert menu.evaluate(words, np.array([1, 1, 2, 1], np.uint8)).tolist() == [[0b001], [0b011], [0b100], [0]]


def test_no_rows_and_read_only_rows() -> None:
    menu = build({"name": "A", "when": "q1 or not q1"})
    assert len(menu.evaluate(np.zeros((0, 3), np.uint64), np.zeros(0, np.uint8))) == 0
    words = np.zeros((2, 3), np.uint64)
    entry = np.ones(2, np.uint8)
    words.setflags(write=False)
    entry.setflags(write=False)
    assert menu.evaluate(words, entry).tolist() == [[1], [1]]
    assert menu.evaluate(np.zeros((4, 3), np.uint64)[::2], entry).tolist() == [[1], [1]]


def test_sixty_four_lines() -> None:
    menu = build(*({"name": f"L{i}", "when": "h2"} for i in range(64)))
    assert menu.evaluate(np.array([[2, 0, 0]], np.uint64), np.ones(1, np.uint8)).tolist() == [[2**64 - 1]]


def test_lines_go_on_in_further_words() -> None:
    tables = [{"name": f"L{i}", "when": "h2" if i % 3 else "muv3"} for i in range(200)]
    menu = build(*tables, {"name": "soft", "when": "lav", "level": "hlt", "select": "ee", "prescale": 0})
    assert menu.words == 4
    words, entry = random_rows(4, 200)
    fired = menu.evaluate(words, np.ones_like(entry))
    expected = np.column_stack(
        [words[:, 0] >> np.uint64(1 if i % 3 else 2) & np.uint64(1) for i in range(200)]
    )
    lines = unpack_lines(fired, 201)
    assert np.array_equal(lines[:, :200], expected != 0)
    assert np.array_equal(pack_lines(lines), fired)
    assert masks_of(menu.l1_mask[None]) == [2**200 - 1]
    assert masks_of(menu.hlt_mask[None]) == masks_of(menu.selection_mask("ee")[None]) == [1 << 200]
    assert masks_of(menu.on_mask[None]) == [2**200 - 1]
    assert menu.makes_candidate(fired).tolist() == lines[:, :200].any(axis=1).tolist()
    assert not menu.can_be_recorded(fired).any()


def test_a_menu_needs_a_line_of_the_hardware_trigger() -> None:
    with pytest.raises(InputError, match="no line with level = 'l1' is enabled"):
        build({"name": "A", "when": "h2", "level": "hlt"})


@pytest.mark.parametrize("rows", [64, 65, 511, 512, 513, 1100])
def test_many_rows_at_once_are_what_they_are_one_by_one(rows: int) -> None:
    menu = build(
        {"name": "A", "when": "h2 and not muv3 or far and lav"},
        {"name": "B", "when": "q1 or my.close", "on": "control"},
        {"name": "C", "when": "true", "on": "control"},
        *({"name": f"L{i}", "when": "not far"} for i in range(70)),
    )
    words, entry = random_rows(9, rows)
    one_by_one = [menu.evaluate(words[i : i + 1], entry[i : i + 1]) for i in range(rows)]
    assert np.array_equal(menu.evaluate(words, entry), np.concatenate(one_by_one))


def test_constants() -> None:
    words, entry = random_rows(5, 30)
    menu = build(
        {"name": "A", "when": "True"},
        {"name": "B", "when": "h2 and FALSE"},
        {"name": "C", "when": "not false and h2"},
        {"name": "D", "when": "h2"},
    )
    fired = unpack_lines(menu.evaluate(words, np.ones_like(entry)), 4)
    assert fired[:, 0].all()
    assert not fired[:, 1].any()
    assert np.array_equal(fired[:, 2], fired[:, 3])


def test_without_entry_kinds_lines_are_always_evaluated() -> None:
    menu = build({"name": "A", "when": "h2"}, entries=())
    assert menu.evaluate(np.array([[2, 0, 0]], np.uint64), np.ones(1, np.uint8)).tolist() == [[1]]


@pytest.mark.parametrize("shape", [(2, 2), (1, 3), (6,)])
def test_wrong_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not fit a menu over 192 bits"):
        build({"name": "A", "when": "h2"}).evaluate(np.zeros(shape, np.uint64), np.ones(2, np.uint8))


def test_masks() -> None:
    menu = build({"name": "A", "when": "h2 and not lav"}, {"name": "B", "when": "h2 or lav"})
    mask, none = menu.masks
    assert none is None
    assert mask is not None
    everything = 2**192 - 1
    assert mask.dontcare == everything & ~0b10010
    assert mask.required == everything & ~0b10000


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            [{"name": "A", "when": "h2 and muv4"}],
            "test.toml: line 'A': when = 'h2 and muv4': column 8: unknown bit 'muv4'; did you mean 'muv3'? "
            "allowed: newchod, q1, h2, muv3, lav, last0, first1, my.close, far",
        ),
        (
            [{"name": "A", "when": "h2 and"}],
            "test.toml: line 'A': when = 'h2 and': column 7: a bit name, 'not' or '(' is missing at the end",
        ),
        (
            [{"name": "A", "when": "h2", "on": "contrl"}],
            "test.toml: line 'A': unknown kind of entry 'contrl'; did you mean 'control'? "
            "allowed: reference, control",
        ),
        (
            [{"name": "A", "when": "h2", "select": "xx"}],
            "test.toml: line 'A': unknown selection 'xx'; allowed: ee, mumu",
        ),
        (
            [{"name": "A", "when": "h2"}, {"name": "a", "when": "q1"}],
            "test.toml: line 'a' is there twice (first: test.toml); names must differ by more than case",
        ),
        (
            [{"name": "A", "when": "h2 and not h2"}],
            "test.toml: line 'A': when = 'h2 and not h2' can never be true",
        ),
        (
            [{"name": "A", "when": "h2", "enabled": False}],
            "test.toml: no line is enabled; set enabled = true in at least one",
        ),
    ],
)
def test_mistakes_are_one_sentence(lines: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        build(*lines)
    assert str(error.value) == sentence


@pytest.mark.parametrize("when", ["y" * 9_000, "h2 " + "y" * 9_000, "h2 or " + "?" * 9_000])
def test_mistakes_in_long_texts_are_short_sentences(when: str) -> None:
    with pytest.raises(InputError) as error:
        build({"name": "A", "when": when})
    assert len(str(error.value)) < 600


def test_two_bits_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match=r"^test.toml: two trigger bits are called 'x'$"):
        build({"name": "A", "when": "x"}, bits=["x", "y|X"])
