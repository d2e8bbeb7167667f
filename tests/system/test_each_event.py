"""Runs that take each event of a file once: streamed, replayed and exported, their rows are those of ``decide``."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
from support.calling import call
from support.own_events import CONFIGS, FROM_TARGET, own_events, write_hepmc
from support.runs import same_decisions

import trigemu
from trigemu.frames.frame import TRUTH
from trigemu.measure.deciding import decide_events
from trigemu.measure.offline import make_frames
from trigemu.setup.build import load_setup

EVENTS = 110
STREAMED = ("belle2", "na62")
"""Experiments, one of each kind of data, whose runs are streamed here; the others' are in the slow tests."""

CASES = [
    pytest.param(
        experiment, configs[0], offline, marks=[] if offline != (experiment in STREAMED) else pytest.mark.slow
    )
    for experiment, configs in CONFIGS.items()
    for offline in (False, True)
]


def exported(run, file):
    """Return the table of a run's decisions."""
    call("export", run, "--to", "parquet", file)
    return pq.read_table(file).to_pydict()


@pytest.mark.parametrize(("experiment", "config", "offline"), CASES)
def test_runs_replays_and_exports_take_each_event_once(experiment, config, offline, tmp_path):
    na62 = experiment == "na62"
    weights = [1.0 + event % 3 for event in range(EVENTS)]
    file = write_hepmc(tmp_path / "events.hepmc3", own_events(config, EVENTS), weights, na62=na62)
    reading = [FROM_TARGET] if na62 else []
    changes = [*reading, f"input.path={file}", "input.once=true", "record.mode=all"]
    sources = list(load_setup(config, changes).schemas)
    setup = load_setup(config, [*changes, "streaming.workers=2", f"streaming.producers=[{sources}]"])
    run = trigemu.run(setup, tmp_path / "run", offline=offline)
    # What is recorded needs the file no more.
    file.rename(tmp_path / "away.hepmc3")
    same_decisions(trigemu.replay(tmp_path / "run", out=tmp_path / "again", offline=True).totals, run.totals)

    found = decide_events(config, tmp_path / "away.hepmc3", overrides=reading)
    (counted,) = run.summary["efficiency"].values()
    level = found.summary.levels["l1"]
    for value in ("value", "low", "high"):
        # Sums of a run count weights in small units.
        assert counted["any l1"][value] == pytest.approx(getattr(level, value), abs=1e-8)
    table = exported(tmp_path / "run", tmp_path / "run.parquet")
    event = np.array(event_of(setup, table, tmp_path / "away.hepmc3", file))
    for bit, line in enumerate(found.lines):
        word, place = divmod(bit, 64)
        for what, rows in (("fired", found.fired_by(line)), ("passed", found.passed_by(line))):
            name = what if word == 0 else f"{what}_{word}"
            set_there = np.array([value >> place & 1 for value in table[name]], bool)
            seen = np.zeros(EVENTS, bool)
            seen[event[set_there]] = True
            level = found.menu[bit].level
            if what == "fired" or level == "l1":
                assert np.array_equal(seen, rows), (what, line)
            else:
                assert np.array_equal(seen & found.l1, rows & found.l1), (what, line)


def event_of(setup, table, now, before):
    """Return the event that each decision of a run belongs to, by the truth at its time."""
    now.rename(before)
    truth = {frame.number: frame[TRUTH] for frame in make_frames(setup, range(setup.frames))}
    before.rename(now)
    found = []
    for number, time in zip(table["frame"], table["time"], strict=True):
        times = truth[number]["time"]
        near = np.argmin(np.abs(times - time))
        assert abs(times[near] - time) <= setup.match_window
        found.append(truth[number]["event"][near])
    return found


def test_events_of_negative_weight_count_against_the_others(tmp_path):
    weights = [-0.5 if event % 4 == 0 else 2.0 for event in range(40)]
    file = write_hepmc(tmp_path / "events.hepmc3", own_events("na62-dump", 40), weights, na62=True)
    setup = load_setup("na62-dump", [FROM_TARGET, f"input.path={file}", "input.once=true"])
    run = trigemu.run(setup, tmp_path / "run", offline=True)
    assert run.summary["closed"]
    (counted,) = run.summary["efficiency"].values()
    found = decide_events("na62-dump", file, overrides=[FROM_TARGET])
    signs = np.sign(found.weight)
    assert counted["any l1"]["value"] == pytest.approx(signs[found.l1].sum() / signs.sum())
    assert counted["any l1"]["negative"] == 10
