"""Dead time: exact edges, and the golden number."""

from __future__ import annotations

import numpy as np
import pytest
from support.sequencing import DEAD, NA62_TICK_NS, RECORDED, sequencer, simple, states

from trigemu.decision.candidates import Candidates
from trigemu.menu.schema import Bucket, DeadTime
from trigemu.setup.data import Clock


@pytest.mark.parametrize("setting", [0, 1, 2, 3, 10])
def test_minimum_distance_exact(setting: int) -> None:
    """Refused unless more than setting + 1 clock periods after the last sent, whatever the fine time."""
    clock = Clock(NA62_TICK_NS, 256, 256 * 64)
    for first in (0, 1, 255):
        for second in range(first + 1, 256 * (setting + 4)):
            under_test = sequencer(clock, DeadTime(minimum_distance=setting))
            found = states(under_test.step(0, simple([first, second])))
            assert found == [RECORDED, RECORDED if second // 256 > setting + 1 else DEAD]


def test_minimum_distance_across_frames() -> None:
    """The last trigger of frame 0 at timestamp 62 of 64; setting 1: timestamps up to 64 are refused."""
    under_test = sequencer(Clock(NA62_TICK_NS, 256, 256 * 64), DeadTime(minimum_distance=1))
    assert states(under_test.step(0, simple([62 * 256 + 200]))) == [RECORDED]
    assert under_test.dead_ticks == 256 * 64 - (62 * 256 + 201)
    assert states(under_test.step(1, simple([0, 255, 256]))) == [DEAD, DEAD, RECORDED]


def test_fixed_dead_time_does_not_extend() -> None:
    under_test = sequencer(Clock(1.0, 1, 1000), DeadTime(fixed_ns=100))
    found = states(under_test.step(0, simple([0, 60, 99, 100, 199, 200])))
    assert found == [RECORDED, DEAD, DEAD, RECORDED, DEAD, RECORDED]
    assert under_test.dead_ticks == 3 * 99


def test_leaky_bucket_exact() -> None:
    """Three triggers fill it; the first leaks out 100 after it came, and so on."""
    under_test = sequencer(Clock(1.0, 1, 10_000), DeadTime(bucket=Bucket(size=3, leak_ns=100)))
    found = states(under_test.step(0, simple([0, 1, 2, 3, 99, 100, 101, 199, 200, 400, 401, 402, 403])))
    assert found == [
        *[RECORDED] * 3,  # full at 2
        *[DEAD] * 2,
        RECORDED,  # 100: the one that leaked made room
        *[DEAD] * 2,
        RECORDED,  # 200
        *[RECORDED] * 2,  # 400: it leaked at 300 and at 400
        *[DEAD] * 2,
    ]


def test_dead_time_of_75_ns_at_1_mhz_loses_7_percent() -> None:
    """Golden number: r d with r = 1 MHz / (1 + 0.075), that is 6.98 %, within 0.2 % absolute."""
    rng = np.random.default_rng(75)
    frames, frame_ticks = 100, 10_485_760  # 1.02 ms
    under_test = sequencer(Clock(NA62_TICK_NS, 256, frame_ticks), DeadTime(fixed_ns=75.0))
    for frame in range(frames):
        count = rng.poisson(1e6 * frame_ticks * NA62_TICK_NS * 1e-9)
        time = np.unique(rng.integers(0, frame_ticks, count))
        lines = np.ones((len(time), 1), np.uint64)
        under_test.step(frame, Candidates(time, lines, lines))
    lost = under_test.states[DEAD] / under_test.decisions
    seconds = frames * frame_ticks * NA62_TICK_NS * 1e-9
    rate = under_test.states[RECORDED] / seconds
    assert under_test.decisions > 100_000
    assert lost == pytest.approx(0.0698, abs=0.002)
    assert lost == pytest.approx(rate * 75e-9, abs=0.002)
    assert under_test.dead_ticks / (frames * frame_ticks) == pytest.approx(rate * 75e-9, rel=0.002)
