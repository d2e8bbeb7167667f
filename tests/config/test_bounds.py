"""Configurations that no one writes by hand: one sentence each, soon."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from trigemu.config.overrides import apply_override, parse_override
from trigemu.config.toml import DEEPEST, LARGEST, read_toml
from trigemu.errors import InputError

NINES = "9" * 5000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#" * (LARGEST + 1), "is larger than 1 MiB"),
        ("a = " + "[" * 100_000, "nested too deep"),
        ("a = " + "[" * 60 + "]" * 60, f"tables are nested more than {DEEPEST} deep"),
        (f"a = {NINES}", "a whole number of thousands of digits"),
        (".".join(["a"] * 200_000) + " = 1", "a dotted key has more than 32 parts"),
        (f"[{'.'.join(['a'] * 20_000)}]", "a dotted key has more than 32 parts"),
    ],
)
def test_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(InputError, match=message) as error:
        read_toml(tmp_path / "a.toml")
    assert len(str(error.value)) < 400


def test_a_long_word_is_no_dotted_key(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(f'a = "{"b" * 500_000}"\nb.c.d = "e.f.g"\n')
    assert read_toml(tmp_path / "a.toml")[0]["b"] == {"c": {"d": "e.f.g"}}


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfa = 1\nb = 2\n")
    assert read_toml(tmp_path / "a.toml") == ({"a": 1, "b": 2}, {("a",): 1, ("b",): 2})


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, message in (
        (tmp_path / "pipe", r"cannot be read \(it is a pipe"),
        (Path("/dev/zero"), r"cannot be read \(it is a device"),
        (tmp_path, r"cannot be read \(Is a directory\)"),
        (tmp_path / ("a" * 5000), "cannot be read .File name too long"),
        (tmp_path / "a\0b", "cannot be read .embedded null byte"),
    ):
        with pytest.raises(InputError, match=message):
            read_toml(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"run.seed={NINES}", "it has thousands of digits, or brackets"),
        ("run.seed=" + "[" * 5000, "it has thousands of digits, or brackets"),
        ("run.seed=" + "[" * 60 + "]" * 60, "the value is nested more than 32 deep"),
        (".".join(["a"] * 100) + "=1", "a key has at most 32 parts, not 100"),
    ],
)
def test_changes_on_the_command_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        parse_override(text)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("key", [NINES, "\u00b2"])
def test_numbers_of_elements(key: str) -> None:
    with pytest.raises(InputError, match="there is no"):
        apply_override({"line": [{"name": "a"}]}, parse_override(f"line.{key}.prescale=1"))
