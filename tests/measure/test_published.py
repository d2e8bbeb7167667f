"""Tables of published numbers: what the loader refuses, and an installed package that brings its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.measure.published import load_rows, select
from trigemu.measure.studies import Studies, all_studies, check_not_broken

ROW = """# Cells and pads.

[[row]]
id = "R.cells"
quantity = "cells of the ring"
value = 100
tolerance = 0.5
source = "drawing 4711"
certainty = "read"
role = "prediction"
function = "ring.count"
arguments = { kind = "cell" }
"""
INIT = """from trigemu.measure.studies import Studies

STUDIES = Studies(package="ring_studies", published="published.toml")
"""
COMPUTE = """from functools import cache

made = []


@cache
def sample():
    made.append(1)
    return {"cell": 100.25, "pad": 4.0}


def count(kind):
    return sample()[kind], 0.125
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Studies]]:
    """Return what installs a package with studies of the experiment ring, given its table."""
    package = tmp_path / "ring_studies"
    info = tmp_path / "ring_studies-1.0.dist-info"
    for folder in (package, info):
        folder.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ring-studies\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[trigemu.studies]\nring = ring_studies:STUDIES\n")
    (package / "__init__.py").write_text(INIT)
    (package / "ring.py").write_text(COMPUTE)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("ring_studies", "ring_studies.ring"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    all_studies.cache_clear()

    def install(table: str) -> Studies:
        (package / "published.toml").write_text(table)
        return all_studies()["ring"]

    yield install
    all_studies.cache_clear()


def test_a_package_brings_its_own_numbers(plugin) -> None:
    pads = ROW.replace("R.cells", "R.pads").replace("100", "5").replace("cell", "pad")
    plugin(ROW + pads.replace('{ kind = "pad" }', '["pad"]'))
    done = CliRunner().invoke(cli, ["validate", "ring", "--json"])
    assert done.exit_code == 1, done.output
    cells, pad = json.loads(done.stdout)
    assert (cells["id"], cells["published"], cells["emulated"], cells["error"]) == (
        "R.cells",
        100.0,
        100.25,
        0.125,
    )
    assert (cells["unit"], cells["certainty"], cells["verdict"]) == ("", "read", "pass")
    assert (pad["emulated"], pad["verdict"]) == (4.0, "FAIL")
    # Rows that share a sample make it once.
    import ring_studies.ring

    assert ring_studies.ring.made == [1]
    assert {row.id for row in select(only=["R.cells", "E5"])} == {"R.cells", "E5"}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (
            'source = "drawing 4711"\n',
            'sauce = "drawing 4711"\n',
            8,
            "unknown key 'sauce'; did you mean 'source'",
        ),
        ('source = "drawing 4711"\n', "", 3, "key 'source' is missing"),
        ('"drawing 4711"', '""', 8, "source"),
        ("value = 100", "value = nan", 6, "finite"),
        ("tolerance = 0.5", "tolerance = -0.5", 7, "at least 0"),
        ('"read"', '"sure"', 9, "must be 'read', 'inferred' or 'unverified'"),
        ('"prediction"', '"guess"', 10, "must be 'input', 'prediction' or 'comparison'"),
        ("ring.count", "count", 11, "must be 'module.function', a module of ring_studies"),
        ("ring.count", "rang.count", 11, "ring_studies has no module 'rang'"),
        ("ring.count", "ring.counts", 11, "has no function 'counts'; did you mean 'count'"),
        ("kind =", "sort =", 11, "row 'R.cells': ring.count: "),
        ('{ kind = "cell" }', "[[1]]", 12, "arguments"),
        ("[[row]]", "[[rows]]", 3, "unknown key 'rows'; did you mean 'row'"),
        ("value = 100", "value =", 6, "not valid TOML"),
    ],
)
def test_a_bad_table_is_one_sentence_with_file_and_line(
    plugin, old: str, new: str, line: int, words: str
) -> None:
    assert old in ROW
    studies = plugin(ROW.replace(old, new))
    with pytest.raises(InputError) as caught:
        load_rows(studies)
    assert f"published.toml, line {line}" in str(caught.value)
    assert words in str(caught.value)


def test_two_rows_of_one_id_are_refused(plugin) -> None:
    with pytest.raises(InputError, match=r"line 15: duplicate row id 'R.cells'; the first is at .*, line 4"):
        load_rows(plugin(ROW + ROW.removeprefix("# Cells and pads.\n")))


def test_what_a_module_lacks_is_not_the_tables_mistake(plugin, tmp_path: Path) -> None:
    studies = plugin(ROW.replace("ring.count", "broken.count"))
    (tmp_path / "ring_studies" / "broken.py").write_text("import no_such_package\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        load_rows(studies)


def test_all_shipped_tables_are_sound() -> None:
    rows = [(name, row) for name in ("belle2", "na62") for row in select(name)]
    assert len(rows) == len({(name, row.id) for name, row in rows}) >= 160
    assert all(row.source and callable(row.compute) for _, row in rows)
    assert len(select()) >= len(rows)


def test_an_entry_point_that_names_something_else_is_refused(plugin, tmp_path: Path) -> None:
    (tmp_path / "ring_studies" / "__init__.py").write_text("STUDIES = 1\n")
    with pytest.raises(
        InputError,
        match=r"'ring' of trigemu\.studies .* type int; it must be a trigemu\.measure\.studies\.Studies",
    ):
        check_not_broken("ring")


def test_a_function_that_gives_no_error_is_named(plugin, tmp_path: Path) -> None:
    plugin(ROW)
    (tmp_path / "ring_studies" / "ring.py").write_text("def count(kind):\n    return 100.0\n")
    done = CliRunner().invoke(cli, ["validate", "ring"])
    assert done.exit_code == 2
    assert "ring.count returned 100.0; it must return (value, error)" in done.stderr
    assert "published.toml, line " in done.stderr
