from __future__ import annotations

import trigemu
from trigemu.measure.pytest_plugin import assert_same_decisions


def test_decisions_of_frames_do_not_depend_on_how_they_are_asked_for():
    setup = trigemu.load_setup("na62-dump", ["na62.frame_timestamps=2560", "na62.halo.rate_hz=2e6"])
    forward = trigemu.decide(setup, 6)
    assert len(forward) > 100
    assert_same_decisions(forward, trigemu.decide(setup, range(6)))
    late = trigemu.decide(setup, [4, 5])
    keep = forward.frame >= 4
    assert late == trigemu.Decisions(
        forward.lines, forward.frame[keep], forward.time[keep], forward.fired[keep], forward.passed[keep]
    )


def test_another_seed_decides_otherwise():
    short = ["na62.frame_timestamps=2560"]
    one = trigemu.decide(trigemu.load_setup("na62-dump", short), 5)
    two = trigemu.decide(trigemu.load_setup("na62-dump", [*short, "run.seed=99"]), 5)
    assert one != two


def test_no_frames_no_decisions():
    nothing = trigemu.decide("na62-dump", [])
    assert len(nothing) == 0
    assert nothing.lines == trigemu.load_setup("na62-dump").menu.names
