from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.calling import call

import trigemu
from trigemu.errors import InputError
from trigemu.measure.comparison.significance import binomial_difference
from trigemu.measure.table import EfficiencyTable
from trigemu.measure.tables.differences import efficiencies_table


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    for name, options in {
        "a": [],
        "same": [],
        "seed": ["--seed", 5],
        "cut": ["--set", "pulser.coincidence_ticks=2"],
    }.items():
        call("efficiency", "pulser", "--signal", "burst", "--events", 200, *options, "--out", folder / name)
    return folder


def test_the_same_scan_is_the_same(scans: Path) -> None:
    found = trigemu.compare(scans / "a", scans / "same")
    assert found.same
    assert found.shared
    assert found.kind == "scans"
    call("compare", scans / "a", scans / "same" / "efficiency.json")


def test_scans_of_one_seed_have_no_significance(scans: Path) -> None:
    found = trigemu.compare(scans / "a", scans / "cut")
    assert not found.same
    assert all(each.significance is None for each in found.efficiencies)
    said = call("compare", scans / "a", scans / "cut", code=1).stdout
    assert "not independent" in said
    assert "only a hash of them" in said


def test_independent_scans_have_one(scans: Path) -> None:
    table = trigemu.efficiency("pulser", "burst", events=200)
    found = trigemu.compare(table, scans / "seed")
    got = next(each for each in found.efficiencies if each.line == "triple")
    assert got.a is not None
    assert got.b is not None
    assert got.a.passed == next(row.passed for row in table.rows if row.line == "triple")
    assert got.significance == pytest.approx(binomial_difference(got.a.passed, 200, got.b.passed, 200))
    assert got.difference == pytest.approx((got.b.passed - got.a.passed) / 200)


def test_scans_without_common_grid_points(scans: Path) -> None:
    scan = trigemu.efficiency("pulser", "burst", events=20)

    def at(*masses: float) -> EfficiencyTable:
        return replace(
            scan,
            keys=("mass",),
            rows=tuple(replace(row, point={"mass": mass}) for mass in masses for row in scan.rows),
        )

    tables = [at(2.0, 3.0), at(3.0, 4.0), at(5.0)]
    some = trigemu.compare(tables[0], tables[1])
    assert "A alone has 1 and B alone 1 grid points; 1 are common." in some.notes
    assert not some.same
    table = efficiencies_table(some)
    assert len(table) == 0
    assert table.notes == ("all are the same.",)
    with pytest.raises(InputError, match=r"A \(grid of mass\) and B .* have no common grid points: there is"):
        trigemu.compare(tables[0], tables[2])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.pop("rows"), "is not the table of a scan"),
        (lambda data: data["rows"][0].update(passed=10**6), "rows are not one per grid point"),
        (lambda data: data["rows"].pop(), "rows are not one per grid point"),
        (lambda data: data["rows"][0].update(line=5), "rows.0.line"),
    ],
    ids=["no rows", "too many", "too few", "no name"],
)
def test_what_is_no_scan(scans: Path, tmp_path: Path, change, said: str) -> None:
    data = json.loads((scans / "a" / "efficiency.json").read_text())
    change(data)
    (tmp_path / "efficiency.json").write_text(json.dumps(data))
    with pytest.raises(InputError, match=said):
        trigemu.compare(tmp_path, scans / "a")
    assert said in call("show", tmp_path, code=2).stderr
