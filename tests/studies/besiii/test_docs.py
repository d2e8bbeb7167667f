"""The page on BESIII: its tables name what there is (tests/docs runs its snippets)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trigemu.experiments.besiii.config import section_of
from trigemu.experiments.besiii.filter.bits import FILTER_BITS
from trigemu.experiments.besiii.signals import processes, signals
from trigemu.experiments.besiii.sources import SIMULATED
from trigemu.studies.besiii.pictures import draw_page

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def page():
    """Text of the page."""
    return (DOCS / "besiii.md").read_text(encoding="utf-8")


def test_tables_name_every_signal_process_bit_and_column(page):
    for spec in (*signals(section_of()), *signals(section_of(sqrt_s=4.66))):
        assert spec.name in page or spec.name.endswith("-gun"), spec.name
    for spec in processes(4.178):
        assert re.search(rf"\b{spec.name}\b", page), spec.name
    for name in FILTER_BITS:
        assert f"`{name}`" in page, name
    for source, schema in SIMULATED.items():
        row = re.search(rf"^\| `{source}` \|(.*)$", page, re.MULTILINE)
        assert row, source
        words = set(re.findall(r"[a-z0-9_]+", row[1]))
        assert {column.name for column in schema.columns} - {"offsets"} <= words, source


def test_page_shows_the_pictures_that_are_made(page):
    shown = re.findall(r"_pictures/([a-z0-9-]+)\.svg", page)
    text = Path(draw_page.__code__.co_filename).read_text(encoding="utf-8")
    made = set(re.findall(r'"(besiii-[a-z0-9-]+)": ', text))
    assert len(shown) == 4
    assert set(shown) == made
