"""What is read from ``totals.json`` is what a run counts, or is refused in a sentence."""

from __future__ import annotations

import copy
import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.measured_run import toy_setup, toy_totals
from support.spoiling import ODD, places

from trigemu.decision.by_intensity import ByIntensity
from trigemu.errors import InputError
from trigemu.measure.summary import summarise
from trigemu.report import run as report
from trigemu.streaming.core.latency import HdrHistogram
from trigemu.streaming.core.totals import RunTotals

MISSING = {"frames": 1, "records": 2, "bytes": 3, "segments": 0, "closed": True, "said": "some are missing"}


def small() -> RunTotals:
    """Return totals with everything in them, and few numbers."""
    latency = HdrHistogram()
    latency.record_many(np.array([5_000, 90_000, 90_001]))
    sums = np.zeros((3, 4, 7))
    sums[:, :, :2] = 4.0
    return toy_totals(
        quality="overloaded",
        frames={"planned": 1000, "accepted": 400, "rejected": 599, "lost": 1},
        latency={"decide": latency},
        weighted=sums,
        monitor={"empty": np.arange(5)},
        comparisons={"words": np.arange(8).reshape(2, 4)},
        before_prescale=np.array([2000, 400, 0]),
        unique=np.array([90, 390, 0]),
        overlap=np.array([[100, 10, 0], [10, 400, 0], [0, 0, 0]]),
        levels={"l1": {"fired": 2300, "before_prescale": 2300, "sent": 520, "accepted": 490}},
        fired=np.array([2000, 500, 0]),
        intensity=by_intensity(),
        throughput={"open_loop": True, "offered_frames_per_s": 200.0, "frames_per_s": 123.4, "bytes": 7},
        replay={"compared": 5, "same": 4, "different": 1, "first": [3, 17, ["Q1"], [], "fired"]},
        missing={**MISSING, "before": {"quality": "good", "missing": None}},
    )


def by_intensity() -> ByIntensity:
    """Return two bins that add up to what `small` counts."""
    return ByIntensity(
        edges=np.array([0.5, 1.0, 1.5]),
        sums=np.array([[300 << 20, 250 << 20], [799 << 20, 900 << 20]]),
        frames=np.array([399, 600]),
        lost=np.array([1, 0]),
        dead=np.array([10_000_000, 180_000_000]),
        states=np.array([[100, 600, 10, 10], [400, 1200, 50, 30]]),
        several=np.array([30, 70]),
        fired=np.array([[500, 100, 0], [1500, 400, 0]]),
        kept=np.array([[27, 80, 0], [83, 340, 0]]),
        accepted=np.array([[25, 75, 0], [75, 325, 0]]),
    )


def as_read(totals: RunTotals) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(totals.to_dict()))
    return data


def refused(data: dict[str, Any]) -> str:
    with pytest.raises(InputError) as error:
        RunTotals.from_dict(data)
    return str(error.value)


def test_totals_are_read_as_they_were_written() -> None:
    data = as_read(small())
    assert json.dumps(RunTotals.from_dict(data).to_dict()) == json.dumps(data)
    assert json.dumps(RunTotals.from_dict({**data, "later": [1]}).to_dict()) == json.dumps(data)


def test_totals_of_older_runs_are_read() -> None:
    data = as_read(small())
    gone = ("kept", "observed_s", "selected", "weighted", "missing", "replay", "comparisons")
    for name in (*gone, "before_prescale", "unique", "overlap", "levels"):
        del data[name]
    old = RunTotals.from_dict(data)
    assert (len(old.before_prescale), len(old.unique), old.overlap.shape, old.levels) == (0, 0, (0, 0), {})
    summary = summarise(toy_setup(), old)
    line = summary["lines"]["Q1"]
    assert (line["before_prescale"], line["unique"], line["unique_rate_hz"]) == (2000, None, None)
    assert summary["overlap"] is summary["levels"] is None
    assert old.kept.tolist() == [110, 420, 0]
    assert (old.observed_s, old.missing, old.replay, len(old.weighted)) == (pytest.approx(1.0), None, None, 0)


def test_whatever_stands_in_them_they_can_be_summed_up_or_are_refused() -> None:
    setup = toy_setup(speed=2.0)
    data = as_read(small())
    taken = said = 0
    for *head, last in places(data):
        # Cells of a table are alike.
        if isinstance(last, int) and last > 2:
            continue
        for value in ODD:
            spoilt = copy.deepcopy(data)
            table: Any = spoilt
            for key in head:
                table = table[key]
            table[last] = value
            totals = None
            with suppress(InputError):
                totals = RunTotals.from_dict(spoilt)
            if totals is None:
                assert len(refused(spoilt)) < 300
                said += 1
                continue
            if totals.tally.shape == (3, 7) and totals.weighted.shape == (3, 4, 7) and len(totals.fired) == 3:
                taken += 1
                summary = summarise(setup, totals)
                json.dumps(summary, allow_nan=False)
                report.render(setup, totals, summary)
                assert math.isfinite(sum(totals.frames.values()))
    assert taken > 200
    assert said > 1000


BINS: dict[str, Any] = as_read(small())["intensity"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("frames", 1.5, "frames: input should be a valid dictionary"),
        ("frames", {"planned": 1, "accepted": 1, "rejected": {}, "lost": 0}, "frames.rejected: "),
        ("frames", {"planned": 1}, "frames: planned, accepted, rejected or lost is missing"),
        ("frames", {"planned": 9, "accepted": True, "rejected": 0, "lost": 0}, "frames.accepted: "),
        (
            "frames",
            {"planned": 9, "accepted": 9, "rejected": 0, "lost": 0},
            "overloaded, but no frame was lost",
        ),
        ("run_id", 5, "run_id: input should be a valid string"),
        ("quality", "fine", "quality: "),
        ("line_names", ["a", "b"], "not one per line"),
        ("accepted", [111, 0, 0], "accepted more often than it was kept"),
        ("unique", [101, 0, 0], "alone more often than it was accepted"),
        ("before_prescale", [1], "not one per line"),
        ("overlap", {"lines": [0, 1], "counts": [100, 10, 401]}, "its diagonal is not what lines accepted"),
        ("overlap", {"lines": [0, 1], "counts": [100, 101, 400]}, "lines share more than they have"),
        ("overlap", {"lines": [1, 0], "counts": [400, 10, 100]}, "overlap: rows are not in order"),
        ("overlap", {"lines": [0, 1], "counts": [100]}, "overlap: the counts are not a triangle"),
        ("levels", {"l3": {}}, "levels.l3"),
        ("intensity", {}, "intensity.edges: "),
        ("intensity", {**BINS, "edges": [0.5, 0.5, 1.0]}, "intensity: edges do not rise"),
        ("intensity", {**BINS, "edges": [0.5, 1.0]}, "intensity: there are not as many counts as bins"),
        ("intensity", {**BINS, "several": [30, 7000]}, "more candidates on which several lines fired than"),
        (
            "intensity",
            {**BINS, "fired": [[501, 100, 0], [1500, 400, 0]]},
            "the bins do not add up to the run",
        ),
        ("intensity", {**BINS, "fired": [[500, 100], [1500, 400]]}, "the bins do not add up to the run"),
        (
            "intensity",
            {**BINS, "accepted": [[75, 75, 0], [25, 325, 0]]},
            "accepted more often than it was kept",
        ),
        ("intensity", {**BINS, "states": [[1, 2, 3], [1, 2, 3]]}, "intensity.states.0: "),
        ("live_s", float("nan"), "live_s: input should be a finite number"),
        ("live_s", 1e-300, "live_s: is too small"),
        ("tally", {"shape": [3, 7], "counts": [1]}, "tally: the counts are not of its shape"),
        ("tally", {"shape": [1, 3], "counts": [1, 2, 0]}, "more events passed than there were"),
        ("tally", {"shape": [-1, -7], "counts": [0] * 7}, "tally.shape.0: "),
        ("weighted", {"shape": [3, 1, 1], "counts": [1.0, -1.0, 0.0]}, "a sum of squares is negative"),
        ("weighted", {"shape": [3], "counts": [1.0, 1.0, 0.0]}, "come in three tables"),
        ("weighted", {"shape": [3, 1, 2], "counts": [2, -1, 2, 2, 0, 0]}, "is negative, but no weight is"),
        ("latency", {"total": {"max": 1, "bucket": [-1], "count": [1]}}, "latency.total.bucket.0: "),
        ("latency", {"total": {"max": 1, "bucket": [1], "count": []}}, "do not belong together"),
        ("memory", {"a": 5}, "memory.a: "),
        ("replay", {"compared": 5, "same": 5, "different": 1, "first": None}, "not all that was compared"),
        ("replay", {"compared": 1, "same": 0, "different": 1, "first": [1, 2, "a", []]}, "replay.recorded: "),
        ("missing", {**MISSING, "before": {"quality": "good"}}, "missing.before.missing: "),
        ("missing", {**MISSING, "frames": -1}, "missing.frames: "),
    ],
)
def test_what_is_refused(name: str, value: Any, expected: str) -> None:
    assert expected in refused({**as_read(small()), name: value})


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    data = as_read(small())
    del data["decisions"]
    assert refused(data) == "decisions: field required"
