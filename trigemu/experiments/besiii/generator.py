"""BESIII's fragments of simulated events: events and detector response, frame by frame.

See `trigemu.collider.generator`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trigemu.arrays import U8
from trigemu.collider.events import Events, EventSource
from trigemu.collider.generator import Columns, CrossingGenerator, bunches, later
from trigemu.collider.signals.registration import sampled_processes
from trigemu.experiments.besiii.clock import BUNCHES_PER_TICK, TICK_NS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.mdc.geometry import SUPERLAYER, WIRES
from trigemu.experiments.besiii.purposes import BesiiiPurpose
from trigemu.experiments.besiii.response.detector import MDC_COUNT_NS
from trigemu.experiments.besiii.response.emc import emc_hits
from trigemu.experiments.besiii.response.mdc import mdc_hits
from trigemu.experiments.besiii.response.offline import offline
from trigemu.experiments.besiii.response.tof import tof_hits
from trigemu.experiments.besiii.signals import besiii, processes
from trigemu.experiments.besiii.sources import CLUSTERS, EMC, MDC, TOF, TRACKS
from trigemu.physics.particles import Particles
from trigemu.setup.amounts import check_amounts
from trigemu.setup.experiment import Setup

BUNCH_NS = TICK_NS / BUNCHES_PER_TICK

ENERGY_PER_GEV = 1e4
"""The column ``energy`` counts 0.1 MeV."""


def event_source(setup: Setup[Besiii]) -> EventSource:
    """Return what makes the events of any frame.

    Raises
    ------
    InputError
        An event file cannot be read, or a process has neither rate nor cross-section.
    """
    section = setup.section
    return EventSource.of(
        setup,
        besiii(section.sqrt_s),
        sampled_processes(section.process, processes(section.sqrt_s)),
        luminosity=section.luminosity,
        empty=(section.random_hz,),
    )


MAX_BACKGROUND = 1e7
"""Hits of noise and beam background in a frame."""


def _check_background(section: Besiii, events: float, frame_s: float) -> None:
    """Refuse background that makes frames too large: it comes with every crossing that is read out."""
    response = section.response
    first, last = response.background.wire_window
    window_ns = (last - first + 1) * MDC_COUNT_NS
    rates = np.array(response.background.wire_rate_khz)[SUPERLAYER - 1]
    per_event = {
        "response.background.wire_rate_khz": 1e-6 * window_ns * float((WIRES * rates).sum()),
        "response.background.clusters": response.background.clusters,
        "response.tof.barrel_singles": response.tof.barrel_singles,
        "response.tof.endcap_singles": response.tof.endcap_singles,
        "response.emc.noise_crystals": response.emc.noise_crystals,
    }
    # A crossing's own hits must fit, however rare crossings are.
    expected = {f"besiii.{key}": max(1.0, events) * count for key, count in per_event.items()}
    check_amounts("hits of noise and beam background", expected, MAX_BACKGROUND, frame_s)


def phases(seed: int, frame: int, n: int) -> U8:
    """Return uint8[n]: which bunch of its tick collided in each crossing of a frame."""
    return bunches(seed, frame, int(BesiiiPurpose.PHASE), n, BUNCHES_PER_TICK)


class BesiiiGenerator(CrossingGenerator):
    """Makes BESIII fragments: a pure function of (seed, frame, source), in any order.

    Parameters
    ----------
    setup
        Signals, processes, response, seed.
    sources
        The sources that will be asked for (each is made when it is).
    """

    def __init__(self, setup: Setup[Besiii], sources: Sequence[str]) -> None:
        section, seed = setup.section, setup.config.run.seed
        response, endcap, inner = section.response, section.tof.endcap, section.mdc.inner_chamber

        def timing(events: Events, frame: int) -> Columns:
            n = len(events.time)
            energy = np.full(n, section.sqrt_s) if events.sqrt_s is None else events.sqrt_s
            return {
                "phase": phases(seed, frame, n),
                "random": (events.empty == 0).astype(np.uint8),
                "energy": np.rint(energy * ENERGY_PER_GEV).astype(np.uint16),
            }

        def late(particles: Particles, frame: int) -> Particles:
            """Return particles whose times count from the beginning of the tick that the collision is in."""
            return later(particles, BUNCH_NS * phases(seed, frame, particles.events).astype(np.float64))

        source = event_source(setup)
        _check_background(section, source.expected, setup.clock.frame_s)
        super().__init__(
            source,
            {
                MDC: lambda particles, frame: mdc_hits(
                    late(particles, frame), response, seed, frame, inner_chamber=inner
                ),
                TOF: lambda particles, frame: tof_hits(
                    late(particles, frame), response, seed, frame, endcap=endcap
                ),
                EMC: lambda particles, frame: emc_hits(late(particles, frame), response, seed, frame),
            },
            products={(TRACKS, CLUSTERS): lambda particles, frame: offline(particles, response, seed, frame)},
            timing=timing,
        )
