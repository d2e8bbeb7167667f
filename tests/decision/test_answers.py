"""What a trigger answers wrongly is one sentence that names it, not a number somewhere or an exception of numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from trigemu.decision.decide import Decider
from trigemu.decision.verdicts import RowMaker
from trigemu.errors import InputError
from trigemu.experiments.pulser.trigger import PulserTrigger
from trigemu.frames.frame import TimeFrame
from trigemu.setup.build import load_setup
from trigemu.setup.data import TriggerWords

TIME = np.array([5], np.int64)
BITS = np.ones((1, 1), np.uint64)
KINDS = np.ones(1, np.uint8)


def decide(monkeypatch: pytest.MonkeyPatch, method: str, answer: Callable[..., Any]) -> None:
    setup = load_setup("pulser", ["record.monitor_every=1"])
    generator = setup.make_generator(tuple(setup.schemas))
    fragments = {source: generator.fragment(source, 0) for source in setup.schemas}
    monkeypatch.setattr(PulserTrigger, method, answer)
    Decider(setup).decide(TimeFrame(1, 0, fragments))


@pytest.mark.parametrize(
    ("method", "answer", "words"),
    [
        ("words", None, "words: returned None, not TriggerWords"),
        ("words", (TIME, BITS, KINDS), "words: returned of type tuple"),
        ("words", TriggerWords([5], BITS, KINDS), "time is of type list, not int64[n]"),
        ("words", TriggerWords(TIME.astype(np.int32), BITS, KINDS), "time is int32[1], not int64[n]"),
        ("words", TriggerWords(TIME, BITS[0], KINDS), "bits is uint64[1], not uint64[n, words]"),
        ("words", TriggerWords(TIME, np.ones((1, 2), np.uint64), KINDS), "bits has 2 words"),
        ("words", TriggerWords(TIME, np.ones((2, 1), np.uint64), KINDS), "bits has 2 entries, time has 1"),
        ("words", TriggerWords(TIME, BITS, np.ones(2, np.uint8)), "kinds has 2 entries"),
        ("words", TriggerWords(TIME, BITS, KINDS.astype(int)), "kinds is int64[1]"),
        ("select", None, "select: returned None for 'odd', not bool["),
        ("select", np.ones(1, int), "select: returned int64[1]"),
        ("windows", None, "windows: returned None, not (start, stop)"),
        ("windows", (TIME, TIME.astype(float)), "windows: start is int64[1], not int64["),
        ("monitor", None, "monitor: returned None, not a mapping"),
        ("monitor", {"tiem": np.zeros(50, int)}, "histogram 'tiem' is not declared; did you mean 'time'?"),
        ("monitor", {"time": np.zeros(49, int)}, "histogram 'time' is int64[49], not int64[50]"),
        ("monitor", {"time": np.zeros(50)}, "histogram 'time' is float64[50]"),
    ],
)
def test_a_wrong_answer_names_the_trigger_and_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, method: str, answer: Any, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        decide(monkeypatch, method, lambda *_: answer)
    assert str(caught.value).startswith(f"experiment 'pulser': PulserTrigger.{method}: ")
    assert words in str(caught.value)


def test_a_wrong_answer_is_found_before_the_first_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PulserTrigger, "words", lambda *_: None)
    with pytest.raises(InputError, match="returned None"):
        RowMaker(load_setup("pulser"))
