"""Selection factors of NA62's searches from Python."""

from __future__ import annotations

import pytest

from trigemu.errors import InputError
from trigemu.measure.efficiency import efficiency
from trigemu.studies.na62.factors import GUESSES, selection_factor


def test_factor_is_the_last_step_of_the_flow():
    found = selection_factor("aprime-mumu", 0.3, events=1000)
    flow = efficiency(
        "na62-dump", "aprime-mumu", {"mass": 0.3}, events=1000, seed=62, lines="H2", selection="mumu"
    ).flow
    counts = {row.step: row.count for row in flow}
    assert found.value == counts["selected"] / counts["triggered"]
    assert 0.8 < found.low < found.value < found.high < 1.0
    assert (found.guess, found.selection, found.line) == (GUESSES["mumu"], "mumu", "H2")


def test_parameters_of_the_signal_are_taken():
    soft = selection_factor("aprime-ee", 0.05, events=500, line="Q1", p_min=150.0)
    assert soft.selection == "ee"
    assert soft.value != selection_factor("aprime-ee", 0.05, events=500, line="Q1").value


def test_signals_without_a_selection_are_refused():
    with pytest.raises(InputError, match="hepmc-signal has no offline selection"):
        selection_factor("hepmc-signal", 0.3)
    with pytest.raises(InputError, match="no signal"):
        selection_factor("aprime", 0.3)
