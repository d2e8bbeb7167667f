"""Small menus, candidates and sequencers for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from reference.sequencer import Rule

from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Outcome, Sequencer, TriggerState
from trigemu.menu.compile import CompiledMenu, compile_menu
from trigemu.menu.schema import Choke, DeadTime, Line, Menu, Prescale
from trigemu.setup.data import Clock

RECORDED, PRESCALED, DEAD, VETOED = TriggerState
NA62_TICK_NS = 24.951059536 / 256


def menu_of(lines: list[Rule], dead_time: DeadTime | None = None, choke: Choke | None = None) -> CompiledMenu:
    menu = Menu(
        line=tuple(
            Line(
                name=line.name,
                when="any",
                level="hlt" if line.hlt else "l1",
                prescale=Prescale(every=line.factor, mode="counter" if line.counting else "event"),
            )
            for line in lines
        ),
        dead_time=dead_time or DeadTime(),
        choke=choke or Choke(enabled=False),
    )
    return compile_menu(menu, bits=["any"], entries=(), selections=(), where="test")


def rows_of(masks: Sequence[int], words: int = 1) -> NDArray[np.uint64]:
    """Masks of any size (bit i: line i) as uint64[n, words]."""
    rows = [[mask >> 64 * word & 2**64 - 1 for word in range(words)] for mask in masks]
    return np.array(rows, np.uint64).reshape(-1, words)


def masks_of(rows: NDArray[np.uint64]) -> list[int]:
    """The other way round."""
    return [sum(word << 64 * place for place, word in enumerate(row)) for row in rows.tolist()]


def candidates(rows: list[tuple[int, int, int]], load: list[int] | None = None, words: int = 1) -> Candidates:
    time, fired, passed = zip(*rows, strict=True) if rows else ((), (), ())
    return Candidates(
        np.array(time, np.int64),
        rows_of(fired, words),
        rows_of(passed, words),
        np.array(load or [], np.uint16),
    )


def simple(times: list[int]) -> Candidates:
    return candidates([(time, 1, 1) for time in times])


def sequencer(clock: Clock, dead_time: DeadTime | None = None, choke: Choke | None = None) -> Sequencer:
    return Sequencer(menu_of([Rule("A")], dead_time, choke), clock, seed=1)


def states(outcome: Outcome) -> list[int]:
    return outcome.state.tolist()
