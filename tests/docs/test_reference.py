"""The configuration reference holds every key, bit, signal and line."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from trigemu.config.described import described
from trigemu.setup.catalogue.choice import choices
from trigemu.setup.named import named_setup

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_pages", DOCS / "reference_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_everything_is_on_a_page(maker: ModuleType, tmp_path: Path) -> None:
    pages = {file.stem: file.read_text() for file in maker.write_reference(tmp_path)}
    for choice in choices(None):
        experiment, text = choice.experiment, pages[choice.experiment.name]
        keys = described(experiment.config_model, experiment.name, choice.section)
        assert all(f"| `{key.name}` |" in text or f"### `{key.key}" in text for key in keys if not key.kind)
        names = [name for names in experiment.bit_names(choice.section) if names for name in names.split("|")]
        assert all(name in text for name in names)
        assert all(f"| `{spec.name}` |" in text for spec in experiment.signal_specs(choice.section))
    assert all(f"| `{line.name}` |" in pages["besiii"] for line in named_setup("besiii").menu.lines)
    assert "| `seed` |" in pages["framework"]
    assert set(pages["index"].split()) >= {*pages.keys()} - {"index"}


def test_what_markdown_would_take_for_marks(maker: ModuleType) -> None:
    assert maker.inline("a|b of `c|d` <x> $1_2$") == r"a\|b of `c\|d` \<x\> \$1\_2\$"
    assert maker.inline("an ` alone") == "an ' alone"
