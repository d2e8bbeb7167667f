"""The page on BaBar: its tables name what there is (tests/docs runs its snippets)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.l3.bits import L3_BITS
from trigemu.experiments.babar.selection.config import LAMBDA_FEATURES, SELECTIONS
from trigemu.experiments.babar.signals import processes, signals
from trigemu.experiments.babar.sources import SCHEMAS
from trigemu.studies.babar.pictures import NO_EVENTS, draw_page, write_tables

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def page():
    """Text of the page."""
    return (DOCS / "babar.md").read_text(encoding="utf-8")


def test_tables_name_every_signal_process_bit_column_and_feature(page):
    for spec in signals(Babar.of("2001")):
        assert f"`{spec.name}`" in page or spec.name.endswith("-gun"), spec.name
    for spec in processes(10.579):
        assert re.search(rf"\b{spec.name}\b", page), spec.name
    for name in (*L3_BITS, *SELECTIONS, *LAMBDA_FEATURES):
        assert f"`{name}`" in page, name
    for source, schema in SCHEMAS.items():
        rows = re.findall(rf"^.*`{source}`(.*\n?.*)$", page, re.MULTILINE)
        words = {word for row in rows for word in re.findall(r"[a-z0-9_]+", row)}
        assert {column.name for column in schema.columns} - {"offsets"} <= words, source


def test_page_shows_what_is_made(page):
    shown = re.findall(r"_pictures/([a-z0-9-]+)\.(?:svg|md)", page)
    text = Path(draw_page.__code__.co_filename).read_text(encoding="utf-8")
    made = set(re.findall(r'"(babar-[a-z0-9-]+)": ', text))
    assert len(shown) == 8
    assert set(shown) == made


def test_tables_without_event_files_say_so(tmp_path):
    for path in write_tables(tmp_path):
        assert path.read_text(encoding="utf-8") == NO_EVENTS
