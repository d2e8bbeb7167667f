"""Whole runs with real processes: the decisions are the same, however the frames are streamed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.runs import same_decisions, totals_of

from trigemu import streaming
from trigemu.decision.rows import READOUT, SCHEMAS, VERDICTS, decode_rows
from trigemu.errors import InputError
from trigemu.frames.rundir import RunReader
from trigemu.frames.wire import decode
from trigemu.measure.summary import summarise
from trigemu.report.advice import overload
from trigemu.report.tables import run_tables
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.totals import RunTotals, Snapshot
from trigemu.streaming.planning import Job, make_plan


def summary_text(setup: Setup[Any], totals: RunTotals) -> str:
    shown = run_tables(setup, summarise(setup, totals))
    return "\n".join(each if isinstance(each, str) else " ".join(each.notes) for each in shown)


def check(setup: Setup[Any], totals: RunTotals, frames: int) -> None:
    sources = len(setup.schemas)
    assert totals.closed
    assert totals.frames["planned"] == frames
    assert totals.fragments["expected"] == totals.fragments["built"] == frames * sources
    assert totals.triggers["candidates"] == totals.decisions > frames


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_decisions_do_not_depend_on_the_workers(pulser, tmp_path: Path, workers: int) -> None:
    setup = pulser(f"streaming.workers={workers}")
    offline = streaming.run(setup, tmp_path / "offline", offline=True)
    live = streaming.run(setup, tmp_path / "live")
    check(setup, offline, 300)
    check(setup, live, 300)
    same_decisions(live, offline)
    assert live.quality == offline.quality == "good"
    assert RunReader(tmp_path / "live").closed
    assert not (tmp_path / "live" / "processes.json").exists()
    stored = totals_of(tmp_path / "live")
    same_decisions(stored, live)
    assert stored.latency["total"].count == 300
    assert not live.throughput["open_loop"]


def test_another_seed_decides_otherwise(pulser, tmp_path: Path) -> None:
    one = streaming.run(pulser("run.frames=20"), tmp_path / "one", offline=True)
    other = streaming.run(pulser("run.frames=20", "run.seed=2"), tmp_path / "other", offline=True)
    assert one.decisions_sha256 != other.decisions_sha256


def test_two_runs_do_not_leak(pulser, tmp_path: Path) -> None:
    setup = pulser("run.frames=60")
    first = streaming.run(setup, tmp_path / "first")
    second = streaming.run(setup, tmp_path / "second")
    same_decisions(first, second)
    assert first.run_id != second.run_id
    assert second.fragments["duplicate"] == second.fragments["unexpected"] == 0


def test_snapshots_tell_how_far_the_run_is(pulser, tmp_path: Path) -> None:
    seen: list[Snapshot] = []
    totals = streaming.run(pulser(), tmp_path / "run", on_snapshot=seen.append)
    assert seen[-1].frames_done == seen[-1].frames_total == 300
    assert [each.frames_done for each in seen] == sorted(each.frames_done for each in seen)
    assert seen[-1].state == "stopped"
    # A short run ends before the recorder's first heartbeat: the last view shows what it delivered.
    last = seen[-1]
    assert (last.fired, last.accepted) == (tuple(totals.fired), tuple(totals.accepted))
    assert (last.live_s, last.fragments["built"]) == (totals.live_s, totals.fragments["built"])
    assert set(last.latency_us) == {"generate", "build", "decide", "record", "total"}
    assert {"recorder", "worker-0", "worker-1", "producer-0"} <= set(seen[-1].memory_mib)


def test_what_is_recorded_is_what_was_decided(pulser, tmp_path: Path) -> None:
    setup = pulser("run.frames=40")
    totals = streaming.run(setup, tmp_path / "run")
    reader = RunReader(tmp_path / "run")
    rows = [
        row for record in reader.records(VERDICTS) for row in decode_rows(decode(record.parts, SCHEMAS), ())
    ]
    assert [row.frame for row in rows] == list(range(40))
    states = np.concatenate([row.state for row in rows])
    assert np.bincount(states, minlength=4).tolist() == [
        totals.triggers[name] for name in ("recorded", "prescaled", "dead_time", "vetoed")
    ]
    # One piece per recorded trigger in the read-out of every detector.
    schemas = {name: schema.with_offsets() for name, schema in setup.schemas.items()}
    pieces = [
        len(message.block["offsets"]) - 1
        for message in (decode(record.parts, schemas) for record in reader.records(READOUT))
        if message.fields["source"] == "p0" and message.block is not None
    ]
    assert sum(pieces) == totals.triggers["recorded"]


@pytest.mark.parametrize("offline", [False, True])
def test_replay_of_all_fragments_decides_the_same(pulser, tmp_path: Path, offline: bool) -> None:
    setup = pulser("run.frames=80", "record.mode=all")
    original = streaming.run(setup, tmp_path / "original")
    again = streaming.replay(tmp_path / "original", setup, tmp_path / "again", offline=offline)
    same_decisions(original, again)
    decisions = original.decisions
    assert again.replay == {"compared": decisions, "same": decisions, "different": 0, "first": None}
    assert (again.quality, again.missing) == ("good", None)
    # A replay that keeps all fragments can be replayed as well: they are recorded verbatim.
    third = streaming.replay(tmp_path / "again", setup, tmp_path / "third", offline=True)
    same_decisions(original, third)


@pytest.mark.parametrize("offline", [False, True])
def test_replay_of_accepted_triggers_fires_the_same_lines(pulser, tmp_path: Path, offline: bool) -> None:
    setup = pulser("run.frames=80")
    original = streaming.run(setup, tmp_path / "original")
    again = streaming.replay(tmp_path / "original", setup, tmp_path / "again", offline=offline)
    recorded = original.triggers["recorded"]
    assert recorded > 100
    assert again.replay == {"compared": recorded, "same": recorded, "different": 0, "first": None}
    assert again.quality == "good"
    assert again.closed
    # What was not recorded is not there to be counted.
    lines = summarise(setup, again)["lines"].values()
    assert original.selected is False
    assert [
        value for line in lines for name, value in line.items() if name.endswith("_hz") and value is not None
    ] == []
    assert "No rates" in summary_text(setup, again)


def test_replay_with_another_menu_says_what_differs(pulser, configs: Path, tmp_path: Path) -> None:
    streaming.run(pulser("run.frames=40"), tmp_path / "original", offline=True)
    changed = pulser("run.frames=40")
    data = changed.to_dict()
    data["menu"]["line"][1]["when"] = "many and odd"
    setup = build_setup(data)
    again = streaming.replay(tmp_path / "original", setup, tmp_path / "again", offline=True)
    assert again.quality == "tainted"
    assert again.replay is not None
    assert again.replay["different"] > 0
    frame, time, expected, got = again.replay["first"]
    name = setup.menu.names[1]
    assert name in expected
    assert name not in got
    assert 0 <= frame < 40
    assert time >= 0


def test_realtime_inhibits_what_it_cannot_take_and_still_closes(pulser, tmp_path: Path) -> None:
    setup = pulser(
        "streaming.policy=realtime", "streaming.speed=100", "streaming.credits=2", "streaming.workers=1"
    )
    totals = streaming.run(setup, tmp_path / "run")
    assert totals.closed
    assert totals.frames["lost"] > 0
    assert totals.fragments["dropped"] == totals.frames["lost"] * len(setup.schemas)
    assert totals.dead_s >= totals.frames["lost"] * setup.clock.frame_s * 0.999
    assert totals.live_s + totals.dead_s == pytest.approx(300 * setup.clock.frame_s)
    assert totals.throughput["open_loop"]
    assert totals.quality == "overloaded"
    # Rates are those of the frames that somebody looked at.
    assert totals.observed_s == pytest.approx((300 - totals.frames["lost"]) * setup.clock.frame_s)
    for line in summarise(setup, totals)["lines"].values():
        assert line["raw_rate_hz"] == pytest.approx(line["fired"] / totals.observed_s)
    hint = overload(summarise(setup, totals))
    assert "came faster than this machine takes them" in hint
    assert 0 < float(hint.partition("--speed ")[2].partition(",")[0]) < 100


def test_an_output_directory_that_is_taken_is_refused(pulser, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="not empty"):
        streaming.run(pulser(), tmp_path)


def test_sources_that_no_producer_names_share_one_more(pulser, tmp_path: Path) -> None:
    setup = pulser('streaming.producers=[["p0"]]')
    plan = make_plan(Job.of(setup, tmp_path / "run"))
    named, rest = plan.producers
    assert (named, set(rest)) == (("p0",), set(setup.schemas) - {"p0"})
    with pytest.raises(InputError, match="there twice"):
        pulser('streaming.producers=[["p0"],["p0"]]')


def test_replay_of_something_else_is_refused(pulser, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        streaming.replay(tmp_path, pulser(), tmp_path / "out")
