"""The page on Belle II: its tables name what there is (tests/docs runs its snippets)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trigemu.experiments.belle2.bits import EXTERNAL
from trigemu.experiments.belle2.signals import SIGNALS
from trigemu.experiments.belle2.sources import SCHEMAS
from trigemu.studies.belle2.pictures import draw_page

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def page():
    """Text of the page."""
    return (DOCS / "belle2.md").read_text(encoding="utf-8")


def test_tables_name_every_signal_and_column(page):
    for spec in SIGNALS:
        first, _, last = spec.name.rpartition("-")
        assert spec.name in page or (f"{first}-" in page and f"-{last}" in page), spec.name
    for source, schema in SCHEMAS.items():
        row = re.search(rf"^\| `{source}` \|(.*)$", page, re.MULTILINE)
        assert row, source
        words = set(re.findall(r"[a-z0-9_]+", row[1]))
        assert {column.name for column in schema.columns} - {"offsets"} <= words, source
    assert f"`{' '.join(EXTERNAL)}`" in page


def test_page_shows_the_pictures_that_are_made(page):
    shown = re.findall(r"_pictures/([a-z0-9-]+)\.svg", page)
    made = re.findall(
        r'"(belle2-[a-z0-9]+)"', Path(draw_page.__code__.co_filename).read_text(encoding="utf-8")
    )
    assert len(shown) == 7
    assert sorted(shown) == sorted(made)


def test_commands_name_configurations_that_exist(page):
    configs = re.findall(r"trigemu run (configs/[a-z0-9-]+\.toml)", page)
    assert len(configs) >= 4
    for name in configs:
        assert (DOCS.parent / name).is_file(), name
