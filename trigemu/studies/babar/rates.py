"""Rates of BaBar's level 1 as emulated, beside the experiment's own formula."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from trigemu.arrays import F64, U64
from trigemu.measure.inputs import cache_by_folder, event_file
from trigemu.measure.offline import make_frames
from trigemu.measure.validate import Measured
from trigemu.setup.build import load_setup
from trigemu.setup.experiment import Setup
from trigemu.studies.babar.samples import FILES, SEED

FRAMES = 8
"""Frames of 54 ms that are counted."""


def _setup(config: str, luminosity: float) -> Setup[Any]:
    folder = event_file(FILES["tautau"]).parent
    changes = ["signal=[]", f"input.path={folder}", f"babar.luminosity={luminosity}", f"run.seed={SEED}"]
    return load_setup(config, changes)


def passing(setup: Setup[Any], words: U64) -> F64:
    """Return float64[n]: how probable it is that a crossing passes any level-1 line, with its prescale.

    Lines that scale down by n take a crossing with a probability of 1 / n, each for itself.
    """
    menu = setup.menu
    fired = menu.evaluate(words, np.ones(len(words), np.uint8)) & ~menu.hlt_mask
    refused = np.ones(len(words))
    for number, line in enumerate(menu.lines):
        mine = fired[:, number // 64] >> np.uint64(number % 64) & np.uint64(1)
        factor = line.scale.factor
        refused *= np.where((mine != 0) & (factor > 0), 1.0 - 1.0 / max(factor, 1), 1.0)
    return 1.0 - refused


@cache_by_folder
def level1_parts(config: str, luminosity: float) -> Mapping[str, tuple[float, float]]:
    """Return what a shipped configuration's processes bring to level 1: label -> rate and its error in Hz.

    Signals are left out; ``luminosity`` in 1/(cm2 s).
    """
    setup = _setup(config, luminosity)
    trigger = setup.make_trigger()
    tables = setup.section.process
    names = [getattr(table, "label", "") or table.process for table in tables]
    sums = {name: np.zeros(2) for name in (*names, "random")}
    for frame in make_frames(setup, list(range(FRAMES))):
        chance = passing(setup, trigger.words(frame).bits)
        process = np.asarray(frame["truth"]["process"], np.int64)
        for number, name in enumerate(sums):
            mine = chance[process == number] if number < len(names) else chance[process >= len(names)]
            sums[name] += (mine.sum(), (mine * mine).sum())
    seconds = FRAMES * setup.clock.frame_s
    return {
        name: (float(total) / seconds, math.sqrt(square) / seconds) for name, (total, square) in sums.items()
    }


def level1_rate(config: str, luminosity: float) -> Measured:
    """Return the rate of level 1 in Hz with a shipped configuration, without its signals."""
    parts = level1_parts(config, luminosity)
    return sum(rate for rate, _ in parts.values()), math.hypot(*(error for _, error in parts.values()))
