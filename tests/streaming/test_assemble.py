"""How good a run is, from what was counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.measured_run import toy_setup

from trigemu.decision.rows import CORRUPT, INCOMPLETE, LOST, Row
from trigemu.streaming.core.account import Account
from trigemu.streaming.core.assemble import assemble
from trigemu.streaming.core.totals import RunTotals


def run_of(*lost: Row, frames: int = 5, **how: Any) -> RunTotals:
    """Return the totals of a run of quiet frames, of which some were lost."""
    account = Account(toy_setup(), 3)
    by_frame = {row.frame: row for row in lost}
    for frame in range(frames):
        account.take(by_frame.get(frame, Row(frame)))
    values: dict[str, Any] = {
        "copies": {},
        "wall_s": 2.0,
        "open_loop": True,
        "offered_per_s": 10.0,
        "memory": {},
    }
    return assemble(account.totals(), planned=frames, identity={}, **{**values, **how})


@pytest.mark.parametrize(
    ("lost", "how", "quality"),
    [
        ((), {}, "good"),
        ((), {"restarts": 1}, "degraded"),
        ((Row(2, lost=LOST),), {}, "overloaded"),
        ((Row(2, lost=LOST),), {"restarts": 1}, "overloaded"),
        ((Row(4, lost=INCOMPLETE, missing=2),), {}, "overloaded"),
        ((Row(4, lost=CORRUPT, missing=1), Row(2, lost=LOST)), {}, "incomplete"),
        ((Row(2, lost=LOST),), {"interrupted": True}, "interrupted"),
        ((Row(2, lost=LOST),), {"aborted": True}, "aborted"),
    ],
)
def test_frames_that_nobody_looked_at_make_a_run_overloaded(
    lost: tuple[Row, ...], how: dict[str, Any], quality: str
) -> None:
    totals = run_of(*lost, **how)
    assert totals.closed
    assert totals.quality == quality
    assert totals.frames["lost"] == len(lost)
    assert totals.observed_s == pytest.approx((5 - len(lost)) * 1e-3)
    assert totals.live_s + totals.dead_s == pytest.approx(5e-3)
    assert totals.throughput["offered_frames_per_s"] == 10.0
    assert totals.throughput["frames_per_s"] == (5 - len(lost)) / 2.0


def test_what_a_line_kept_is_known_for_both_levels() -> None:
    totals = run_of()
    assert totals.kept.tolist() == [0, 0, 0]
    assert RunTotals.from_dict(totals.to_dict()).kept.tolist() == [0, 0, 0]
    old = totals.to_dict()
    del old["kept"], old["observed_s"], old["selected"]
    again = RunTotals.from_dict(old)
    assert (again.kept.tolist(), again.observed_s) == ([0, 0, 0], pytest.approx(5e-3))


def test_frames_that_a_recording_lacks_do_not_make_its_replay_overloaded() -> None:
    assert run_of(Row(2, lost=LOST), open_loop=False, offered_per_s=None).quality == "good"


def test_only_replays_of_recorded_triggers_are_selected() -> None:
    assert not run_of().selected
    assert run_of(Row(3, replay=np.zeros(5, np.int64))).selected
