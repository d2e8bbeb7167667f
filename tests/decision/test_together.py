"""Batches of outcomes are counted like single ones (test_sequencer.py has the reference)."""

from __future__ import annotations

import numpy as np
import pytest
from reference.sequencer import Rule
from support.sequencing import menu_of

from trigemu.decision import together
from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Outcome, TriggerState
from trigemu.decision.together import SharedCounter
from trigemu.menu.planes import pack_lines


@pytest.mark.parametrize("batch", [1, 7, 4096])
def test_batches_of_any_size_and_long_frames_give_the_same(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "BATCH", batch)
    rng = np.random.default_rng(4)
    menu = menu_of([Rule(f"L{i}", hlt=i > 69) for i in range(130)])
    counter = SharedCounter(menu)
    every = rng.random((500, 130)) < 0.1
    states = rng.integers(0, 4, 500).astype(np.uint8)
    recorded = states == TriggerState.RECORDED
    for first, stop in ((0, 0), (0, 300), (300, 301), (301, 500)):
        rows = pack_lines(every[first:stop])
        state = states[first:stop]
        accepted = np.where((state == TriggerState.RECORDED)[:, None], rows, np.uint64(0))
        counter.add(Candidates(np.arange(stop - first), rows, rows), Outcome(state, accepted))
    counts = counter.counts()
    table = every[recorded].astype(np.int64)
    np.testing.assert_array_equal(counts.overlap, table.T @ table)
    alone = [(table[:, :70].sum(1) == 1) @ table[:, :70], (table[:, 70:].sum(1) == 1) @ table[:, 70:]]
    np.testing.assert_array_equal(counts.unique, np.concatenate(alone))
    sent = recorded | (states == TriggerState.VETOED)
    assert counts.software.tolist() == [0] * 70 + every[sent][:, 70:].sum(0).tolist()
    assert counts.software_fired == every[:, 70:].any(1).sum()
    assert counts.software_offered == every[sent][:, 70:].any(1).sum()
    np.testing.assert_array_equal(counter.counts().overlap, counts.overlap)
