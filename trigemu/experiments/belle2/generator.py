"""Belle II's fragments: events and detector response, frame by frame (see `trigemu.collider.generator`)."""

from __future__ import annotations

from collections.abc import Sequence

from trigemu.collider.each_event import frame_events
from trigemu.collider.events import Events, FrameEvents
from trigemu.collider.generator import Columns, CrossingGenerator, check_background
from trigemu.collider.response.occupancy import wire_hits
from trigemu.collider.signals.registration import sampled_processes
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.ecl.response import ecl_hits
from trigemu.experiments.belle2.external import empty_rates, external_bits, sampling_phase
from trigemu.experiments.belle2.response.cdc import cdc_hits
from trigemu.experiments.belle2.response.detector import detector
from trigemu.experiments.belle2.response.klm import klm_hits
from trigemu.experiments.belle2.response.offline import offline
from trigemu.experiments.belle2.signals import BELLE2, PROCESSES
from trigemu.experiments.belle2.sources import CDC, CLUSTERS, ECL, KLM, TRACKS
from trigemu.setup.experiment import Setup


def event_source(setup: Setup[Belle2]) -> FrameEvents:
    """Return what makes the events of any frame.

    Raises
    ------
    InputError
        An event file cannot be read, or a process has neither rate nor cross-section.
    """
    section = setup.section
    return frame_events(
        setup,
        BELLE2,
        sampled_processes(section.process, PROCESSES),
        luminosity=section.luminosity,
        empty=empty_rates(section.external),
    )


def _check_background(section: Belle2, crossings: float, frame_s: float) -> None:
    """Refuse beam background that makes frames too large."""
    background, found = section.response.background, detector()
    per_crossing = {
        "response.background.wire_rate_khz": wire_hits(background, found.chamber, found.tdc),
        "response.background.clusters": background.clusters,
        "response.klm.noise_hits": section.response.klm.noise_hits,
        "ecl.response.background_cells": section.ecl.response.background_cells,
    }
    check_background("belle2", per_crossing, crossings, frame_s)


class Belle2Generator(CrossingGenerator):
    """Makes Belle II fragments: a pure function of (seed, frame, source), in any order.

    Parameters
    ----------
    setup
        Signals, processes, response, seed.
    sources
        The sources that will be asked for (each is made when it is).
    """

    def __init__(self, setup: Setup[Belle2], sources: Sequence[str]) -> None:
        section, seed, frame_ticks = setup.section, setup.config.run.seed, setup.clock.frame_ticks

        def timing(events: Events, frame: int) -> Columns:
            external = external_bits(events, frame, frame_ticks, section.external.injection)
            return {"phase": sampling_phase(seed, frame, len(events.time)), "external": external}

        source = event_source(setup)
        _check_background(section, source.expected, setup.clock.frame_s)
        super().__init__(
            source,
            {
                CDC: lambda particles, frame: cdc_hits(particles, section.response, seed, frame),
                ECL: lambda particles, frame: ecl_hits(particles, section.ecl, seed, frame),
                KLM: lambda particles, frame: klm_hits(particles, section.response, seed, frame),
            },
            products={
                (TRACKS, CLUSTERS): lambda particles, frame: offline(particles, section.response, seed, frame)
            },
            timing=timing,
        )
