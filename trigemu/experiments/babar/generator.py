"""BaBar's fragments: events and detector response, frame by frame (see `trigemu.collider.generator`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trigemu.arrays import U8
from trigemu.collider.events import Events, EventSource
from trigemu.collider.generator import Columns, CrossingGenerator, bunches
from trigemu.collider.signals.registration import sampled_processes
from trigemu.experiments.babar.clock import BUNCHES_PER_SAMPLE
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.purposes import BabarPurpose
from trigemu.experiments.babar.signals import babar, processes
from trigemu.setup.experiment import Setup

ENERGY_PER_GEV = 1e4
"""The column ``energy`` of ``timing`` counts 0.1 MeV."""


def event_source(setup: Setup[Babar]) -> EventSource:
    """Return what makes the events of any frame.

    Raises
    ------
    InputError
        An event file cannot be read, or a process has neither rate nor cross-section.
    """
    section = setup.section
    return EventSource.of(
        setup,
        babar(section.sqrt_s),
        sampled_processes(section.process, processes(section.sqrt_s)),
        luminosity=section.luminosity,
        empty=(section.random_hz,),
    )


def phases(seed: int, frame: int, n: int) -> U8:
    """Return uint8[n]: which bunch of its sample collided in each crossing of a frame."""
    return bunches(seed, frame, int(BabarPurpose.PHASE), n, BUNCHES_PER_SAMPLE)


class BabarGenerator(CrossingGenerator):
    """Makes BaBar fragments: a pure function of (seed, frame, source), in any order.

    Parameters
    ----------
    setup
        Signals, processes, response, seed.
    sources
        The sources that will be asked for (each is made when it is).
    """

    def __init__(self, setup: Setup[Babar], sources: Sequence[str]) -> None:
        section, seed = setup.section, setup.config.run.seed

        def timing(events: Events, frame: int) -> Columns:
            n = len(events.time)
            energy = np.full(n, section.sqrt_s) if events.sqrt_s is None else events.sqrt_s
            return {
                "phase": phases(seed, frame, n),
                "random": (events.empty == 0).astype(np.uint8),
                "energy": np.rint(energy * ENERGY_PER_GEV).astype(np.uint32),
            }

        super().__init__(event_source(setup), {}, timing=timing)
