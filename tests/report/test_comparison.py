"""The page of a comparison."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.calling import call
from support.pages import read, too_wide


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    for name, options in {"a": [], "b": ["--set", "menu.line.pair.prescale=2"]}.items():
        call("run", "pulser", "--offline", "--frames", 20, *options, "--out", folder / name)
    for name, seed in (("s", 1), ("t", 2)):
        options = ["--signal", "aprime-mumu", "--grid", "mass=0.3:0.5:0.1", "--events", 40]
        call("efficiency", "na62-dump", *options, "--seed", seed, "--out", folder / name)
    return folder


def test_two_runs(made: Path) -> None:
    said = call("compare", made / "a", made / "b", "--out", made / "page", code=1).stdout
    assert str(made / "page" / "comparison.html") in said
    document = (made / "page" / "comparison.html").read_text()
    page = read(document)
    assert too_wide(document) == []
    assert page.links == []
    for text in ("menu.line.pair.prescale", "events that differ", "A and B differ", "Rates"):
        assert text in page.text
    data = json.loads((made / "page" / "comparison.json").read_text())
    assert data == json.loads(call("compare", made / "a", made / "b", "--json", code=1).stdout)
    assert "exists already" in call("compare", made / "a", made / "b", "--out", made / "page", code=2).stderr


def test_two_scans_have_curves(made: Path) -> None:
    call("compare", made / "s", made / "t", "--out", made / "curves", code=1)
    document = (made / "curves" / "comparison.html").read_text()
    page = read(document)
    assert too_wide(document) == []
    assert page.tags.count("svg") >= 1
    assert "in A and B against mass" in document


def test_nothing_is_left_of_bad_input(made: Path) -> None:
    call("compare", made / "a", made / "s", "--out", made / "none", code=2)
    assert not (made / "none").exists()
