from __future__ import annotations

import pytest

import trigemu
from trigemu.errors import InputError
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


@pytest.mark.parametrize("frames", [1.5, "a", True, -1, [1.5], ["a"], [-1]])
def test_frames_are_whole_numbers(frames):
    with pytest.raises(InputError, match="frame"):
        trigemu.decide("pulser", frames)


@pytest.mark.parametrize("overrides", [3, [3], {"run.seed": 2}])
def test_overrides_are_texts(overrides):
    with pytest.raises(InputError, match="overrides: texts KEY=VALUE are wanted"):
        trigemu.load_setup("pulser", overrides)


def test_one_override_may_be_a_bare_text():
    assert trigemu.load_setup("pulser", "run.seed=2").config.run.seed == 2
