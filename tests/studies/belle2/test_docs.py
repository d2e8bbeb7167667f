"""The page on Belle II: its snippets run, and its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
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


def test_snippets_run_and_find_what_they_are_made_of(page):
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        exec(compile(block, "docs/belle2.md", "exec"), names)
    assert len(names["tracks"].phi0) == 1
    assert names["time"].found.tolist() == [1]
    assert names["neuro"].found.tolist() == [1]
    np.testing.assert_array_equal(names["fixed"].z_cm, names["neuro"].z_cm)
    assert abs(names["single"].z_cm[0] - names["fixed"].z_cm[0]) < 1.0
    assert names["bits"].shape == (1, 96)
    assert names["bits"][0, 48] == 1  # ehigh: 4.1 GeV in all
    assert {"t2_0", "cdcklm_0", "klm_hit"} <= set(names["fired"])
    assert names["decisions"].tolist() == [[True, False], [False, True]]


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
