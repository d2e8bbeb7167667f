"""Cut flows: made-up ones, and an experiment that gets a selection for a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from trigemu.arrays import Bool
from trigemu.decision.tally import Judged
from trigemu.frames.frame import TRUTH
from trigemu.measure.cut_counting import CutCounter
from trigemu.measure.cutflow import CutFlow
from trigemu.setup import build
from trigemu.setup.offline import Cut
from trigemu.setup.registry import find_experiment

CUTS = tuple(
    Cut(name, f"The {name} is small enough [mm]", "recalled, <b>")
    for name in ("momentum", "vertex z", "CDA to beam", "LAV veto", "ANTI0 veto")
)


def empty(cuts: Sequence[Cut] = CUTS, keys: tuple[str, ...] = ()) -> CutFlow:
    """Return a flow without rows of a selection ``mumu``."""
    units = {"mass": "GeV", "ctau": "mm"}
    return CutFlow("toy", "zprime", "Z' <b>", "mumu", "any l1", tuple(cuts), keys, 0.6826894921, (), units)


def events(*flags: Any, event: Any = None, weight: Any = None) -> Judged:
    """Return events of one signal, all of the rows of their truth: flags are generated, accepted, triggered."""
    n = len(flags[0])
    columns = np.column_stack([np.asarray(each, bool) for each in flags])
    event = None if event is None else np.asarray(event, np.int64)
    weight = None if weight is None else np.asarray(weight, np.float64)
    share = None if weight is None else np.zeros(n)
    return Judged(np.zeros(n, np.int64), columns, event, weight, share, np.arange(n), n)


def flow(n: int = 2000, **grid: Sequence[float]) -> CutFlow:
    """Return a flow of random events against a grid."""
    random, rows = np.random.default_rng(1), []
    whole = empty(keys=tuple(grid))
    for number, values in enumerate(product(*grid.values())):
        counter = CutCounter(n, whole, 2)
        accepted = random.random(n) < 0.2 + 0.01 * number
        made = events(np.ones(n), accepted, accepted & (random.random(n) < 0.9))
        counter.add(made, random.random((n, len(CUTS))) < 0.9)
        rows += counter.finish(dict(zip(grid, values, strict=True)))
    return replace(whole, rows=tuple(rows))


class Bare:
    """A generator that makes frames and nothing else."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def fragment(self, source: str, frame: int) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._whole.fragment(source, frame)
        return found


class Odd(Bare):
    """One whose selection ``half`` takes every second event of a frame, and of three the last two."""

    def offline(self, name: str, frame: int) -> Bool:
        place = np.arange(len(self.fragment(TRUTH, frame)["time"]))
        return np.column_stack([place % 2 == 1, place % 3 > 0])


def with_selection(monkeypatch: pytest.MonkeyPatch, name: str, kind: type[Bare] = Odd) -> None:
    """Give an experiment the selection ``half`` for the rest of a test, and a generator of this kind."""
    spec = find_experiment(name)
    make = spec.part("generator")
    given = replace(
        spec,
        generator=lambda setup, sources: kind(make(setup, sources)),
        signals=lambda section: [replace(each, offline="") for each in spec.signal_specs(section)],
        offline={
            "half": (
                Cut("odd", "Second, fourth ...", "chosen"),
                Cut("two", "Of three the last two", "chosen"),
            )
        },
    )
    monkeypatch.setattr(build, "find_experiment", lambda wanted: given if wanted == name else spec)
