"""BaBar's fragments: events and detector response, frame by frame (see `trigemu.collider.generator`)."""

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
from trigemu.collider.recoil_tag.simulation import beside_tags
from trigemu.collider.response.beam_photons import mean_photons
from trigemu.collider.response.occupancy import wire_hits
from trigemu.collider.signals.registration import sampled_processes
from trigemu.experiments.babar.clock import BUNCH_NS, BUNCHES_PER_SAMPLE
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.purposes import BabarPurpose
from trigemu.experiments.babar.response.dch import dch_hits
from trigemu.experiments.babar.response.detector import detector
from trigemu.experiments.babar.response.emc import emc_hits
from trigemu.experiments.babar.response.ifr import ifr_hits, mean_background
from trigemu.experiments.babar.response.reconstruction import level3, reconstructed
from trigemu.experiments.babar.signals import babar, processes
from trigemu.experiments.babar.sources import CLUSTERS, DCH, EMC, IFR, L3_CLUSTERS, L3_TRACKS, TAGS, TRACKS
from trigemu.physics.constants import DARK_FERMION
from trigemu.physics.particles import Particles
from trigemu.setup.experiment import Setup


def event_source(setup: Setup[Babar]) -> FrameEvents:
    """Return what makes the events of any frame.

    Raises
    ------
    InputError
        An event file cannot be read, or a process has neither rate nor cross-section.
    """
    section = setup.section
    return frame_events(
        setup,
        babar(section.sqrt_s),
        sampled_processes(section.process, processes(section.sqrt_s)),
        luminosity=section.luminosity,
        empty={"babar.random_hz": section.random_hz},
    )


def phases(seed: int, frame: int, n: int) -> U8:
    """Return uint8[n]: which bunch of its sample collided in each crossing of a frame."""
    return bunches(seed, frame, int(BabarPurpose.PHASE), n, BUNCHES_PER_SAMPLE)


def _check_background(section: Babar, crossings: float, frame_s: float) -> None:
    """Refuse background that makes frames too large."""
    response, found = section.response, detector(section.response)
    per_crossing = {
        "response.background.wire_rate_khz": wire_hits(response.background, found.chamber, found.tdc),
        "response.background.clusters": response.background.clusters,
        "response.beam_photons.rate_khz": mean_photons(response.beam_photons),
        "response.emc.noise_crystals": response.emc.noise_crystals,
        "response.ifr.noise_khz": mean_background(response.ifr),
    }
    check_background("babar", per_crossing, crossings, frame_s)


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
        response = section.response

        def timing(events: Events, frame: int) -> Columns:
            return {
                "phase": phases(seed, frame, len(events.time)),
                "random": (events.empty == 0).astype(np.uint8),
                "energy": energies(events, section.sqrt_s).astype(np.uint32),
            }

        def late(particles: Particles, frame: int) -> Particles:
            """Return particles whose times count from the beginning of the sample that the collision is in."""
            return later(particles, BUNCH_NS * phases(seed, frame, particles.events).astype(np.float64))

        def offline(particles: Particles, frame: int) -> tuple[Columns, Columns, Columns]:
            found = reconstructed(particles, response, seed, frame)
            beams, address = babar(section.sqrt_s).beams, (seed, frame)
            return beside_tags(particles, found, section.selection.tag, beams, DARK_FERMION, address)

        def online(particles: Particles, frame: int) -> tuple[Columns, Columns]:
            found = level3(particles, response, seed, frame)
            return found.tracks, found.clusters

        source = event_source(setup)
        _check_background(section, source.expected, setup.clock.frame_s)
        super().__init__(
            source,
            {
                DCH: lambda particles, frame: dch_hits(late(particles, frame), response, seed, frame),
                EMC: lambda particles, frame: emc_hits(late(particles, frame), response, seed, frame),
                IFR: lambda particles, frame: ifr_hits(late(particles, frame), response, seed, frame),
            },
            products={(L3_TRACKS, L3_CLUSTERS): online, (TRACKS, CLUSTERS, TAGS): offline},
            timing=timing,
        )
