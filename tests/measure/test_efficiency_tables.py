"""What stands below the efficiencies of a run's signals."""

import numpy as np
from support.measured_run import toy_setup, toy_totals

from trigemu.measure.efficiencies import Efficiencies
from trigemu.measure.summary import summarise
from trigemu.measure.tables.efficiency import SIGNED, run_efficiency_table
from trigemu.measure.tables.lines import lines_table
from trigemu.measure.tables.shown import efficiencies_html

INTERVALS = "Intervals: Clopper-Pearson, 68.27 %."


def test_values_of_negative_weights_have_no_interval() -> None:
    setup = toy_setup()
    summary = summarise(setup, toy_totals())
    assert run_efficiency_table(setup, summary).notes == (INTERVALS,)
    labels = list(summary["acceptance"])
    summary["acceptance"][labels[0]]["negative"] = 1
    assert run_efficiency_table(setup, summary).notes == (INTERVALS, SIGNED)
    for label in labels:
        summary["acceptance"][label]["negative"] = 1
    assert run_efficiency_table(setup, summary).notes == (SIGNED,)


def test_a_total_says_which_lines_count_there() -> None:
    setup = toy_setup()
    shown = run_efficiency_table(setup, summarise(setup, toy_totals()))
    (total,) = [column for column in shown.columns if column.name == "any l1, unprescaled"]
    assert "Prescaled lines do not count" in total.meaning


def test_weighted_signals_are_named_where_they_count() -> None:
    setup = toy_setup()
    summary = summarise(setup, toy_totals())
    assert not any("biased" in note for note in lines_table(setup, summary).notes)
    assert "effective" not in Efficiencies.of(summary).columns
    first, *others = list(summary["acceptance"])
    for got in (summary["acceptance"][first], *summary["efficiency"][first].values()):
        got |= {"effective": 12.5, "weight_passed": 1.5, "weight_total": 6.0}
    shown = run_efficiency_table(setup, summary)
    whose = f" of {first}" if others else ""
    said = f"Events{whose} are weighted: values are ratios of sums of weights"
    assert any(note.startswith(said) for note in shown.notes)
    place = [column.name for column in shown.columns].index("effective")
    assert shown.rows[0][place].value == 12.5
    assert any(
        f"events of {first} are weighted, but each counts as one" in note
        for note in lines_table(setup, summary).notes
    )
    table = Efficiencies.of(summary)
    assert table.columns[-3:] == ("effective", "weight_passed", "weight_total")
    mine = table["signal"] == first
    assert (table["weight_total"][mine] == 6.0).all()
    assert np.isnan(table["weight_total"][~mine]).all()
    assert said in efficiencies_html(table)
