"""Decisions on events as tables: which lines are listed, and what is said below."""

from dataclasses import replace

import numpy as np
import pytest

from trigemu.measure.deciding.summary import Summary, summed
from trigemu.measure.tables.decided import SILENT, decided_tables
from trigemu.menu.schema import Line

MENU = [Line(name=f"l{i}", when="a") for i in range(15)]


def counted(weights: list[float], fired: int = 14) -> Summary:
    """Return 4 events of which line i < ``fired`` passes the first i + 1, at most all."""
    places = np.arange(4)
    lines = {f"l{i}": ((places <= i) & (i < fired),) * 2 for i in range(15)}
    whole = np.ones(4, np.bool_)
    return summed(np.array(weights), whole, None, {"l1": whole if fired else ~whole}, lines)


def test_of_many_lines_the_most_efficient_ones_are_listed() -> None:
    _, lines = decided_tables(counted([1.0] * 4), MENU, "t", 1)
    assert lines.column("line") == [f"l{i}" for i in range(2, 14)]
    assert lines.notes[0].startswith("12 of 15 lines are shown; 2 more passed and 1 never passed.")
    _, every = decided_tables(counted([1.0] * 4), MENU, "t", 1, every=True)
    assert len(every) == 15


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([1.0, 1.0, 1.0, -0.5], "1 event has a negative weight: efficiencies are ratios of sums of weights"),
        (
            [1.0, 1.0, -1.0, -0.5],
            "2 events have negative weights: efficiencies are ratios of sums of weights",
        ),
    ],
)
def test_negative_weights_have_no_interval(weights: list[float], said: str) -> None:
    levels, lines = decided_tables(counted(weights), MENU, "t", 1)
    assert any(note.startswith(said) for note in levels.notes)
    assert not any("Clopper-Pearson" in note for note in (*levels.notes, *lines.notes))


def test_intervals_are_there_where_weights_are_positive() -> None:
    _, lines = decided_tables(counted([1.0, 2.0, 1.0, 0.5]), MENU, "t", 1)
    assert "Intervals: Clopper-Pearson, 68.27 %." in lines.notes


def test_why_nothing_fired() -> None:
    none = counted([1.0] * 4, fired=0)
    levels, _ = decided_tables(none, MENU, "t", 1, unseen="All is absorbed.")
    assert levels.notes[-1] == f"{SILENT} All is absorbed."
    for found, unseen in ((none, None), (replace(none, events=0), "All is absorbed.")):
        levels, _ = decided_tables(found, MENU, "t", 1, unseen=unseen)
        assert not any(SILENT in note for note in levels.notes)
