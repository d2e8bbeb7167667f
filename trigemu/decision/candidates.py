"""From trigger words to candidates: the one place where the menu is evaluated.

Experiments and plug-ins turn hits into trigger words; here the words of added algorithms join them, the menu's lines
are evaluated on them, and online selections are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from trigemu._kernels.menu_sequence import find_bad
from trigemu.arrays import I64, U16, U64
from trigemu.decision.answers import Answers
from trigemu.errors import InputError, RunError
from trigemu.frames.frame import TimeFrame
from trigemu.menu.compile import CompiledMenu
from trigemu.setup.data import TriggerWords
from trigemu.setup.experiment import Setup
from trigemu.setup.protocols import AnswersMenu, CombinesEntries, Selects, Trigger


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What a frame's hits say: a pure function of the frame, before anything that depends on order.

    Attributes
    ----------
    time
        int64[n], TDC counts since the start of the frame, strictly rising, inside the frame.
    fired
        uint64[n, words], line i of the menu is bit ``i % 64`` of word ``i // 64``: the lines that fired (before
        prescale).  In each candidate at least one line of the hardware trigger did
        (`trigemu.menu.compile.CompiledMenu.makes_candidate`).
    passed
        uint64[n, words], subset of ``fired``: lines whose online selection also passed.
    load
        uint16[k], words that entered the trigger processor's merged input queue in each of the frame's k equal
        time steps (empty where the experiment has no such queue); the sequencer's CHOKE model reads it.
    """

    time: I64
    fired: U64
    passed: U64
    load: U16 = field(default_factory=lambda: np.zeros(0, np.uint16))


class CandidateFinder:
    """Finds the candidates of frames.

    Parameters
    ----------
    setup
        The run.
    trigger
        What makes its trigger words; None: the experiment's.

    Attributes
    ----------
    trigger
        The same.
    answers
        Checks what it returns.
    """

    def __init__(self, setup: Setup[Any], trigger: Trigger | None = None) -> None:
        self.trigger = setup.make_trigger() if trigger is None else trigger
        self.answers = Answers(setup, self.trigger)
        self._menu = setup.menu
        self._short = self.trigger if isinstance(self.trigger, AnswersMenu) else None
        self._user_words = setup.user_words if setup.algorithms else None
        self._combine: Callable[[TriggerWords[Any]], tuple[I64, U64]] = self._each_entry
        # Entries may fire no line of level 1; what is combined did, unless the menu has software lines.
        self._some_silent = not isinstance(self.trigger, CombinesEntries) or bool(setup.menu.hlt_mask.any())
        if isinstance(self.trigger, CombinesEntries):
            self._combine = partial(self.trigger.combine, evaluate=setup.menu.evaluate)
        none = np.zeros((0, setup.menu.words), np.uint64)
        self._nothing = Candidates(np.zeros(0, np.int64), none, none)
        masks = [(name, setup.menu.selection_mask(name)) for name in setup.experiment.selections]
        self._selections = [(name, mask) for name, mask in masks if mask.any()]
        self._select = self.trigger.select if isinstance(self.trigger, Selects) else None
        if self._selections and self._select is None:
            raise InputError(
                f"experiment {setup.experiment.name!r} offers selections, but its trigger "
                f"{type(self.trigger).__name__} has no method 'select'"
            )

    def find(self, frame: TimeFrame, *, whole: bool = True) -> tuple[TriggerWords[Any], Candidates]:
        """Return a frame's trigger words, those of added algorithms included, and its candidates.

        Parameters
        ----------
        frame
            The frame, without its truth.
        whole
            Whether somebody but the menu reads the words, or monitors them.
        """
        short = None if whole else self._short
        words = self.answers.words(self.trigger.words(frame) if short is None else short.menu_words(frame))
        if not len(words.time):
            # Most frames of a quiet stream: there is nothing to evaluate.
            return words, replace(self._nothing, load=words.load) if len(words.load) else self._nothing
        if self._user_words is not None:
            # The trigger may use the memory of its times again; what users write gets a copy to keep.
            added = self._user_words(frame, words.time.copy())
            words = replace(words, bits=np.concatenate([words.bits, added], axis=1))
        time, fired = self.answers.combined(self._combine(words))
        if self._some_silent:
            some = self._menu.makes_candidate(fired)
            time, fired = time[some], fired[some]
        passed = fired
        if self._select is not None and len(time):
            for name, lines in self._selections:
                kept = self.answers.kept(name, self._select(name, frame, words, time), len(time))
                passed = np.where(kept[:, None], passed, passed & ~lines)
        return words, Candidates(time, fired, passed, words.load)

    def candidates(self, frame: TimeFrame) -> Candidates:
        """Return a frame's candidates."""
        return self.find(frame, whole=False)[1]

    def _each_entry(self, words: TriggerWords[Any]) -> tuple[I64, U64]:
        return words.time, self._menu.evaluate(words.bits, words.kinds)


def check_candidates(frame: int, candidates: Candidates, frame_ticks: int, menu: CompiledMenu) -> None:
    """Raise `RunError` unless candidates are as `Candidates` says; the sentence names the first that is not.

    Parameters
    ----------
    frame, frame_ticks
        Number and length (TDC counts) of the frame.
    candidates
        What the trigger made of it.
    menu
        Says which lines there are.
    """
    time, fired, passed = candidates.time, candidates.fired, candidates.passed
    if not (len(time) or len(fired) or len(passed)):
        return
    if not len(time) == len(fired) == len(passed):
        raise RunError(f"frame {frame}: candidates have columns of different lengths")
    shape = (len(time), menu.words)
    if fired.shape != shape or passed.shape != shape:
        raise RunError(f"frame {frame}: candidates have {fired.shape} lines where {shape} are due")
    bad = find_bad(
        np.ascontiguousarray(time, np.int64),
        np.ascontiguousarray(fired, np.uint64),
        np.ascontiguousarray(passed, np.uint64),
        frame_ticks,
        menu.l1_mask,
        menu.hlt_mask,
    )
    if bad >= 0:
        raise RunError(
            f"frame {frame}: candidate {bad} (time {time[bad]}, fired {hexadecimal(fired[bad])}, "
            f"passed {hexadecimal(passed[bad])}) is not in order, not inside the frame or not of this menu"
        )


def hexadecimal(words: U64) -> str:
    """Return a row of lines (uint64[words]) as one number, line 0 its lowest bit."""
    return hex(int.from_bytes(np.ascontiguousarray(words, "<u8").tobytes(), "little"))
