"""CHOKE: thresholds, delays and requests, across frames."""

from __future__ import annotations

from support.sequencing import DEAD, NA62_TICK_NS, RECORDED, candidates, sequencer, simple, states

from trigemu.menu.schema import Choke
from trigemu.setup.data import Clock


def test_choke_at_the_firmwares_numbers() -> None:
    """Above 8000 words on, below 7500 off; refused from 3 clocks after on to one latency after off."""
    clock = Clock(NA62_TICK_NS, 256, 256 * 256 * 160)
    under_test = sequencer(clock, None, Choke(restart=1000))
    load = [0] * 160
    load[0], load[1] = 256 + 8000, 256 + 1  # 8000: not yet; 8001: on, at the end of step 1
    on = 2 * 256
    off = 4 * 256  # 8001 -> 7745 -> 7489 at the end of step 3
    edges = [(on + 3) * 256 - 1, (on + 3) * 256, (off + 1000) * 256 - 1, (off + 1000) * 256]
    assert states(under_test.step(0, candidates([(t, 1, 1) for t in edges], load))) == [
        RECORDED,
        DEAD,
        DEAD,
        RECORDED,
    ]
    assert under_test.choke_log == [(on, True), (off, False)]
    assert under_test.dead_ticks == (off + 1000 - on - 3) * 256


def test_choke_requests_across_frames() -> None:
    """A detector asks from period 90 to 120; frames have 100 periods."""
    under_test = sequencer(Clock(1.0, 10, 1000), None, Choke(requests=((90, 120),), delay=3, restart=5))
    assert states(under_test.step(0, simple([929, 930, 999]))) == [RECORDED, DEAD, DEAD]
    assert states(under_test.step(1, simple([0, 249, 250]))) == [DEAD, DEAD, RECORDED]
    assert under_test.choke_log == [(90, True), (120, False)]
    assert (under_test.dead_ticks, under_test.live_ticks) == (320, 1680)


def test_disabled_choke_refuses_nothing() -> None:
    under_test = sequencer(
        Clock(1.0, 10, 1000), None, Choke(enabled=False, requests=((0, 50),), high=1, low=0)
    )
    assert (
        states(under_test.step(0, candidates([(t, 1, 1) for t in (0, 300)], [65535] * 10))) == [RECORDED] * 2
    )
    assert under_test.choke_log == []
