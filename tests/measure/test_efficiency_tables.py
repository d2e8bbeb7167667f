"""What stands below the efficiencies of a run's signals."""

from support.measured_run import toy_setup, toy_totals

from trigemu.measure.summary import summarise
from trigemu.measure.tables.efficiency import WEIGHTED, run_efficiency_table

INTERVALS = "Intervals: Clopper-Pearson, 68.27 %."


def test_values_of_negative_weights_have_no_interval() -> None:
    setup = toy_setup()
    summary = summarise(setup, toy_totals())
    assert run_efficiency_table(setup, summary).notes == (INTERVALS,)
    labels = list(summary["acceptance"])
    summary["acceptance"][labels[0]]["negative"] = 1
    assert run_efficiency_table(setup, summary).notes == (INTERVALS, WEIGHTED)
    for label in labels:
        summary["acceptance"][label]["negative"] = 1
    assert run_efficiency_table(setup, summary).notes == (WEIGHTED,)


def test_a_total_says_which_lines_count_there() -> None:
    setup = toy_setup()
    shown = run_efficiency_table(setup, summarise(setup, toy_totals()))
    (total,) = [column for column in shown.columns if column.name == "any l1, unprescaled"]
    assert "Prescaled lines do not count" in total.meaning
