"""Every TOML block of the docs loads: as a configuration, a part of one, a menu, or a table of published numbers."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.documents import Block, all_blocks, left_out

from trigemu.config.check import validate
from trigemu.errors import InputError
from trigemu.measure.published import PublishedTable
from trigemu.setup.build import load_setup
from trigemu.setup.load import shipped_configs

BLOCKS = [
    block for block in all_blocks() if block.language == "toml" and not left_out(block.page, block.first)
]
GROUPS = {"trigemu.experiments", "trigemu.studies", "trigemu.triggers"}


def written(data: Mapping[str, Any]) -> str:
    """Return plain data as TOML: a line per key, everything else inline."""
    return "\n".join(f"{json.dumps(key)} = {inline(value)}" for key, value in data.items())


def inline(value: Any) -> str:
    """Return a value as TOML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def merged(base: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables with what a part changes; lists are replaced."""
    result = dict(base)
    for key, value in part.items():
        below = result.get(key)
        result[key] = (
            merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
        )
    return result


def loads(part: Mapping[str, Any], folder: Path) -> list[str]:
    """Try a part within every shipped configuration; return the errors if it fits into none."""
    errors = []
    for name, file in shipped_configs().items():
        base = tomllib.loads(file.read_text(encoding="utf-8"))
        draft = folder / f"{name}-with-part.toml"
        draft.write_text(written(merged(base, part)), encoding="utf-8")
        try:
            load_setup(draft)
        except InputError as error:
            errors.append(str(error))
        else:
            return []
        finally:
            draft.unlink()
    return errors


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_block_loads(block: Block, scratch: Path) -> None:
    data = tomllib.loads(block.text)
    folder = scratch / "configs"
    for other in all_blocks():
        if other.page == block.page and other.file:
            (folder / other.file).write_text(other.text, encoding="utf-8")
    if "ftdl" in data.get("menu", {}) and not list((folder / "menus").glob("gdl_v36.*")):
        pytest.skip("the experiment's menu files are not here")
    if "project" in data:
        assert set(data["project"]["entry-points"]) <= GROUPS
    elif "row" in data:
        validate(PublishedTable, data, block.place)
    elif "experiment" in data:
        draft = folder / "whole.toml"
        draft.write_text(block.text, encoding="utf-8")
        load_setup(draft)
    else:
        part = {"menu": data} if "line" in data else data
        assert loads(part, folder) == []


def test_a_block_with_a_mistake_does_not_load(scratch: Path) -> None:
    errors = loads({"menu": {"line": [{"name": "Q1", "when": "q1", "prescal": 2}]}}, scratch / "configs")
    assert len(errors) == len(shipped_configs())
    assert any("prescal" in error for error in errors)
