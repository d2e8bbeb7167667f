"""The page of a scan: a picture per parameter, the table, and how to make it again."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.measured_run import toy_setup
from support.pages import read, too_wide

from trigemu.cli import cli
from trigemu.measure.table import EfficiencyRow, EfficiencyTable
from trigemu.report.against import SERIES
from trigemu.report.scan import render


def scan(lines: int = 2, **grid: list[float]) -> EfficiencyTable:
    """Return a scan whose efficiencies follow from point and line."""
    names = (*(f"line{i}" for i in range(lines)), "any l1")
    points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]

    def row(number: int, point: dict[str, float], line: int) -> EfficiencyRow:
        value = 0.5 + 0.4 * number / max(len(points), 1)
        return EfficiencyRow(
            *(point, "zprime", names[line], 100, 80, 0.8, 0.75, 0.85),
            *(40, 80, value, value - 0.05, value + 0.05, 80, 80.0, 100.0, 80.0, 40.0),
        )

    rows = [row(n, point, line) for n, point in enumerate(points) for line in range(len(names))]
    groups = dict.fromkeys(names[:-1], "l1")
    units = {"mass": "GeV", "ctau": "mm"}
    return EfficiencyTable(
        "toy", "zprime", "Z' <b>", tuple(grid), names, 0.6827, 3, "c" * 64, tuple(rows), groups, units
    )


def captions(document: str) -> list[str]:
    return re.findall(r"<figcaption>(.*?)</figcaption>", document)


def test_one_parameter_has_one_picture_with_all_lines() -> None:
    document = render(scan(mass=[0.1, 0.2, 0.3]), toy_setup(), "trigemu efficiency toy --signal zprime")
    page = read(document)
    assert too_wide(document) == []
    assert captions(document) == ["Z&#x27; &lt;b&gt;"]
    assert "mass (GeV)" in page.text
    assert ["0.2", "100"] in [row[:2] for row in page.rows]
    assert "trigemu efficiency toy --signal zprime" in page.text
    assert "c" * 64 in page.text


def test_lines_never_share_a_mark() -> None:
    document = render(scan(14, mass=[0.1, 0.2, 0.3]), toy_setup(), most=12)
    (svg,) = re.findall(r"<svg.*?</svg>", document, re.S)
    drawn = re.findall(r'<path d="M[^"]*" (stroke="#[^>]* stroke-width="1.4"[^>]*)fill="none"/>', svg)
    dashes = [re.findall(r'stroke(?:-dasharray)?="([^"]*)"', each) for each in drawn]
    assert len(dashes) == 13  # acceptance, the total and eleven lines
    assert len(set(map(tuple, dashes))) == 13


def test_few_values_of_another_parameter_have_a_picture_each() -> None:
    document = render(scan(mass=[0.1, 0.2, 0.3], ctau=[1.0, 100.0]), toy_setup())
    assert captions(document) == [
        "Z&#x27; &lt;b&gt;, ctau = 1 mm",
        "Z&#x27; &lt;b&gt;, ctau = 100 mm",
        *(f"Z&#x27; &lt;b&gt;, mass = {mass} GeV" for mass in (0.1, 0.2, 0.3)),
    ]


def test_many_values_of_another_parameter_are_curves_of_a_picture_per_line() -> None:
    document = render(scan(mass=[0.1, 0.2], ctau=[10.0**i for i in range(20)]), toy_setup())
    heads = captions(document)
    assert "Z&#x27; &lt;b&gt;: any l1, unprescaled" in heads
    against_mass = heads.index("Z&#x27; &lt;b&gt;: any l1, unprescaled")
    svg = re.findall(r"<svg.*?</svg>", document, re.S)[against_mass]
    assert svg.count(">ctau = ") == SERIES
    assert f"{20 - SERIES} more values are in the table." in document


def test_one_point_is_shown_line_by_line() -> None:
    document = render(scan(), toy_setup())
    assert captions(document) == []
    rows = read(document).rows
    assert ["line", "efficiency"] in rows
    assert ["line1", "0.500 +0.050−0.050"] in rows
    assert "Against the parameters" not in document


@pytest.mark.parametrize("count", [1, 7])
def test_a_scan_that_ended_early_has_a_page(count: int) -> None:
    whole = scan(mass=[float(i) for i in range(1, 8)])
    part = EfficiencyTable(
        *(whole.experiment, whole.signal, whole.title, whole.keys, whole.lines, whole.cl, whole.seed),
        *(whole.config_hash, whole.rows[: 3 * count], whole.groups, whole.units),
    )
    assert len(captions(render(part, toy_setup()))) == (count > 1)


def test_the_command_writes_it_with_what_was_typed(tmp_path: Path) -> None:
    out = tmp_path / "scan"
    typed = ["efficiency", "pulser", "--signal", "burst", "--events", "20", "--set", "pulser.pulses=4"]
    done = CliRunner().invoke(cli, [*typed, "--out", str(out)])
    assert done.exit_code == 0, done.stderr
    assert "report.html" in done.stdout
    page = read((out / "report.html").read_text())
    assert "trigemu efficiency pulser --signal burst --events 20 --set pulser.pulses=4" in page.text
