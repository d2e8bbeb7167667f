"""Runs whose counts are no rates (replays of recorded triggers, each event once), and runs that ended early."""

from dataclasses import replace

from support.measured_run import toy_setup, toy_totals
from support.pages import read

from trigemu.measure.summary import summarise
from trigemu.render.numbers import number
from trigemu.render.table import Table
from trigemu.report.run import render
from trigemu.report.tables import run_tables
from trigemu.setup.run_config import Input

REPLAY = {"compared": 5, "same": 4, "different": 1, "first": None}


def titles(setup, summary) -> list[str]:
    return [each.title for each in run_tables(setup, summary) if isinstance(each, Table)]


def test_a_replay_of_triggers_says_what_it_is_and_has_no_counts_after_prescale() -> None:
    setup = toy_setup()
    totals = toy_totals(selected=True, replay=REPLAY, replay_of="runs/a")
    summary = summarise(setup, totals)
    assert summary["replay"] == {"of": "runs/a", "triggers_only": True, **REPLAY}
    assert titles(setup, summary)[0] == "trigger lines of a replay of recorded triggers"
    assert not {"levels", "signal efficiency (accepted events, before prescale and dead time)"} & set(
        titles(setup, summary)
    )
    columns = [column.name for column in run_tables(setup, summary)[0].columns]
    assert "fired" in columns
    assert not {"accepted", "rate", "unique"} & set(columns)
    said = str(run_tables(setup, summary)[-1])
    document = render(setup, totals, summary)
    for text in (said, read(document).text):
        assert "This is a replay of runs/a: 4 of 5 decisions are as recorded." in text
        assert "counts after prescale are not those of the recorded run" in text
    assert "<h1>Replay: " in document
    for absent in ("recorded rate", "Overlap of the lines", "Signal efficiency"):
        assert absent not in document


def test_a_replay_of_all_fragments_has_its_rates() -> None:
    setup = toy_setup()
    totals = toy_totals(replay=REPLAY)
    summary = summarise(setup, totals)
    assert summary["lines"]["H2"]["rate_hz"] == 500.0
    text = read(render(setup, totals, summary)).text
    assert "This is a replay: 4 of 5 decisions are as recorded." in text
    assert "second time" not in text


def test_a_run_that_takes_each_event_once_has_no_rates() -> None:
    setup = toy_setup()
    once = replace(setup, config=setup.config.model_copy(update={"input": Input(once=True)}))
    summary = summarise(once, toy_totals())
    assert {line["rate_hz"] for line in summary["lines"].values()} == {None}
    assert {line["raw_rate_hz"] for line in summary["lines"].values()} == {None}
    (note,) = run_tables(once, summary)[0].notes
    assert note.startswith("No rates: each event of the file was taken once (input.once)")
    document = render(once, toy_totals(), summary)
    assert "recorded rate" not in document
    assert "Rates of the lines" not in document


def test_a_run_that_ended_early_says_of_how_many_frames() -> None:
    setup = toy_setup()
    asked = setup.frames
    totals = toy_totals(
        quality="interrupted", frames={"planned": asked - 1, "accepted": 5, "rejected": asked - 6, "lost": 0}
    )
    summary = summarise(setup, totals)
    assert (summary["frames"]["asked"], summary["frames"]["planned"]) == (asked, asked - 1)
    assert f"interrupted, {number(asked - 1)} of {number(asked)} frames, " in str(
        run_tables(setup, summary)[-1]
    )
    assert f"{number(asked - 1)} of {number(asked)}" in read(render(setup, totals, summary)).text
