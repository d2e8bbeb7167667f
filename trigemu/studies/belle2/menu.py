"""How much of what collisions bring Belle II's shipped menu takes."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu.collider.events import NB_PER_CM2
from trigemu.experiments.belle2.clock import REVOLUTION_TICKS, TICK_NS
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.generator import Belle2Generator
from trigemu.experiments.belle2.trigger import Belle2Trigger
from trigemu.frames.frame import TimeFrame
from trigemu.measure.validate import Measured, count
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.experiment import Setup
from trigemu.studies.belle2.samples import LEVEL1_SOURCES

REVOLUTIONS = 4096
"""Turns in a frame: 41 ms."""


@cache
def kept(frames: int = 6) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64], float]:
    """Return what level 1 takes of each process of the shipped configuration, after prescale.

    Returns
    -------
    tuple
        Names of the processes; sums of their events' chances to be kept and of the chances' squares,
        float64[processes]; nb per event.
    """
    data = load_setup("belle2").to_dict()
    section = {**data["section"], "external": {}, "frame_revolutions": REVOLUTIONS}
    setup: Setup[Belle2] = build_setup({**data, "section": section, "signal": []}, "validation")
    generator, trigger = Belle2Generator(setup, LEVEL1_SOURCES), Belle2Trigger(setup)
    # The chance that a line that fires does not keep the event; lines of the software trigger keep none here.
    factors = [line.scale.factor if line.level == "l1" else 0 for line in setup.menu.lines]
    lost = np.array([1.0 - 1.0 / factor if factor else 1.0 for factor in factors])
    names = tuple(process.process for process in setup.section.process)
    sums, squares = np.zeros(len(names)), np.zeros(len(names))
    for number in range(frames):
        fragments = {source: generator.fragment(source, number) for source in LEVEL1_SOURCES}
        words = trigger.level1(TimeFrame(0, number, fragments)).words
        fired = setup.menu.evaluate(words, np.ones(len(words), np.uint8))
        on = np.unpackbits(np.ascontiguousarray(fired).view(np.uint8), axis=1, bitorder="little")
        chance = 1.0 - np.prod(np.where(on[:, : len(lost)] == 1, lost, 1.0), axis=1)
        process = generator.events(number).process
        sums += np.bincount(process, chance, len(names))
        squares += np.bincount(process, chance * chance, len(names))
    seconds = frames * REVOLUTIONS * REVOLUTION_TICKS * TICK_NS * 1e-9
    inverse = 1.0 / (seconds * setup.section.luminosity * NB_PER_CM2)
    return names, sums, squares, inverse


def accepted(process: str | None = None) -> Measured:
    """Return the cross-section (nb) that level 1 takes of one process, or of all."""
    names, sums, squares, unit = kept()
    chosen = [process in (None, name) for name in names]
    total, square = float(sums[chosen].sum()), float(squares[chosen].sum())
    # Of nothing, what would be seen are events that are sure to be kept.
    return count(total, unit, square / total if total else 1.0)
