"""Cut flows as tables, pictures and files."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.cutting import CUTS, empty, events, flow

import trigemu
from trigemu.errors import InputError
from trigemu.measure.cut_counting import CutCounter
from trigemu.measure.cutflow import COLUMNS
from trigemu.measure.cutflow_plots import drawn_cuts, upright
from trigemu.measure.scan_file import read_scan
from trigemu.measure.table import EfficiencyTable
from trigemu.measure.tables.cutflow import flow_tables


@pytest.fixture(scope="module")
def table() -> EfficiencyTable:
    return trigemu.efficiency("pulser", "burst", events=400, seed=7, selection="alone", lines="triple")


def test_a_flow_is_tabular(table: EfficiencyTable) -> None:
    found = table.flow
    assert found is not None
    assert repr(found) == "CutFlow(pulser, burst, alone: 1 point, 2 cuts, 6 rows)"
    assert found.steps == ("generated", "accepted", "triggered", "inside", "apart", "selected")
    assert list(found.to_pandas().columns) == list(COLUMNS)
    assert found.step("SELECTED")["of_triggered"].shape == (1,)
    html = found._repr_html_()
    assert "No other burst of the frame" in html
    assert "fails alone" in html
    with pytest.raises(InputError, match="there is no step 'vertex'"):
        found.step("vertex")


def test_pictures_have_a_curve_per_cut_or_the_steps_of_one_point() -> None:
    axes = flow(mass=[0.2, 0.3, 0.4], ctau=[1.0, 100.0]).plot(x="mass")
    names = [f"{cut.name}, ctau = {ctau} mm" for cut in CUTS for ctau in (1, 100)]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == names
    assert axes.get_xlabel() == "mass (GeV)"
    assert axes.get_ylabel() == "fraction of triggered events"
    alone = flow().plot()
    assert [text.get_text() for text in alone.get_xticklabels()] == ["triggered", *(cut.name for cut in CUTS)]


def test_cuts_that_lose_nothing_are_not_drawn() -> None:
    whole = flow(mass=[0.2, 0.3])
    assert drawn_cuts(whole) == ([cut.name for cut in CUTS], [])
    counter = CutCounter(50, empty(CUTS[:3]), 2)
    passes = np.ones((50, 3), bool)
    passes[:5, 1] = False
    counter.add(events(np.ones(50), np.ones(50), np.ones(50)), passes)
    few = replace(empty(CUTS[:3]), rows=tuple(counter.finish({})))
    assert drawn_cuts(few) == (["vertex z", "CDA to beam"], ["momentum"])
    # 0.9 of 50 events: the error goes below 0.9, and the axis down to the tenth below it.
    assert upright(few) == (0.8, 1.0)
    assert upright(empty()) == (0.0, 1.0)


def test_what_is_not_quite_all_does_not_look_so() -> None:
    counter = CutCounter(100_000, empty(CUTS[:1]), 2)
    passes = np.ones((100_000, 1), bool)
    passes[0] = False
    counter.add(events(*np.ones((3, 100_000))), passes)
    (table,) = flow_tables(replace(empty(CUTS[:1]), rows=tuple(counter.finish({}))))
    column = [each.name for each in table.columns].index("of step before")
    assert [row[column].text for row in table.rows] == ["1", "1", "1", "0.99999", "1"]


def test_the_files_hold_it(table: EfficiencyTable, tmp_path: Path) -> None:
    assert table.flow is not None
    data = table.to_dict()
    (tmp_path / "efficiency.json").write_text(json.dumps(data, allow_nan=False))
    assert data["cutflow"]["selection"] == "alone"
    assert data["cutflow"]["cuts"][0]["source"] == "chosen"
    assert data["cutflow"]["rows"][0]["of_triggered"] is None
    assert read_scan(tmp_path).to_dict() == data
    rows = list(csv.DictReader(io.StringIO(table.flow.to_csv())))
    assert [row["step"] for row in rows] == list(table.flow.steps)
    assert float(rows[-1]["of_triggered"]) == table.flow.rows[-1].of_triggered


@pytest.mark.parametrize("what", ["rises", "missing", "named", "endless", "twice"])
def test_an_edited_flow_is_refused(table: EfficiencyTable, tmp_path: Path, what: str) -> None:
    data = table.to_dict()
    rows = data["cutflow"]["rows"]
    if what == "rises":
        rows[4]["count"] = rows[0]["count"] + 1
    elif what == "missing":
        del rows[3]
    elif what == "named":
        data["cutflow"]["cuts"][0]["name"] = "selected"
    elif what == "endless":
        rows[4]["of_triggered"] = math.inf
    else:
        rows += rows
    (tmp_path / "efficiency.json").write_text(json.dumps(data))
    with pytest.raises(InputError, match="the steps of cutflow are none; make it again"):
        read_scan(tmp_path)
