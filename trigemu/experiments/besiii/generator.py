"""BESIII's fragments of simulated events: events and detector response, frame by frame.

See `trigemu.collider.generator`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trigemu.arrays import U8
from trigemu.collider.each_event import frame_events
from trigemu.collider.events import Events, FrameEvents
from trigemu.collider.generator import (
    Columns,
    CrossingGenerator,
    bunches,
    check_background,
    energies,
    later,
)
from trigemu.collider.response.occupancy import wire_hits
from trigemu.collider.signals.registration import sampled_processes
from trigemu.experiments.besiii.clock import BUNCHES_PER_TICK, TICK_NS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.purposes import BesiiiPurpose
from trigemu.experiments.besiii.response.detector import detector
from trigemu.experiments.besiii.response.emc import emc_hits
from trigemu.experiments.besiii.response.mdc import mdc_hits
from trigemu.experiments.besiii.response.offline import offline
from trigemu.experiments.besiii.response.tof import tof_hits
from trigemu.experiments.besiii.signals import besiii, processes
from trigemu.experiments.besiii.sources import CLUSTERS, EMC, MDC, TOF, TRACKS
from trigemu.physics.particles import Particles
from trigemu.setup.experiment import Setup

BUNCH_NS = TICK_NS / BUNCHES_PER_TICK


def event_source(setup: Setup[Besiii]) -> FrameEvents:
    """Return what makes the events of any frame.

    Raises
    ------
    InputError
        An event file cannot be read, or a process has neither rate nor cross-section.
    """
    section = setup.section
    return frame_events(
        setup,
        besiii(section.sqrt_s),
        sampled_processes(section.process, processes(section.sqrt_s)),
        luminosity=section.luminosity,
        empty={"besiii.random_hz": section.random_hz},
    )


def _check_background(section: Besiii, crossings: float, frame_s: float) -> None:
    """Refuse background that makes frames too large."""
    response = section.response
    found = detector(response)
    per_crossing = {
        "response.background.wire_rate_khz": wire_hits(response.background, found.chamber, found.tdc),
        "response.background.clusters": response.background.clusters,
        "response.tof.barrel_singles": response.tof.barrel_singles,
        "response.tof.endcap_singles": response.tof.endcap_singles,
        "response.emc.noise_crystals": response.emc.noise_crystals,
    }
    check_background("besiii", per_crossing, crossings, frame_s)


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
            return {
                "phase": phases(seed, frame, len(events.time)),
                "random": (events.empty == 0).astype(np.uint8),
                "energy": energies(events, section.sqrt_s).astype(np.uint16),
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
