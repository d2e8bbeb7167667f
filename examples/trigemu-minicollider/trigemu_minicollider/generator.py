"""Fragments: events of `trigemu.collider` and what the two detectors make of them."""

from collections.abc import Sequence

import numpy as np

from trigemu.collider.events import EventSource
from trigemu.collider.generator import Columns, CrossingGenerator
from trigemu.collider.response import showers
from trigemu.collider.response.crystals import crystal_energies
from trigemu.collider.response.detector import Detector
from trigemu.collider.response.helix import perigees
from trigemu.collider.response.hits import chamber_hits
from trigemu.collider.signals.registration import sampled_processes
from trigemu.physics.addressed import Draws
from trigemu.physics.particles import Particles
from trigemu.setup.experiment import Setup
from trigemu_minicollider import detector as mini
from trigemu_minicollider.experiment import Minicollider

CRYSTAL_NOISE = 1000  # what the experiment's own random numbers are for (`trigemu.physics.purpose.Purpose`)


class MiniGenerator(CrossingGenerator):
    """Makes the fragments of the sources: a pure function of (seed, frame, source)."""

    def __init__(self, setup: Setup[Minicollider], sources: Sequence[str]) -> None:
        section, seed = setup.section, setup.config.run.seed
        processes = sampled_processes(section.process, mini.PROCESSES)
        source = EventSource.of(setup, mini.COLLIDER, processes, luminosity=section.luminosity)
        faces, numbers = showers.envelope(section.showers), showers.settings(section.showers)
        detector = Detector(mini.FIELD_T, mini.WIRES, mini.TDC, faces)

        def chamber(particles: Particles, frame: int) -> Columns:
            return chamber_hits(particles, detector, section.cells, section.background, seed, frame)

        def calorimeter(particles: Particles, frame: int) -> Columns:
            tracks = perigees(particles, mini.FIELD_T)
            found = crystal_energies(particles, tracks, faces, mini.CRYSTALS, numbers, seed, frame)
            crystal = found.crystal.astype(np.int64)
            event = np.repeat(np.arange(particles.events), np.diff(found.offsets))
            # Only crystals that a particle reached have noise.
            noise = section.noise_mev * Draws(seed, frame, CRYSTAL_NOISE).normal(event, crystal)[:, 0]
            value = np.rint(1e3 * found.energy + noise)
            kept = value >= section.readout_mev
            channel, value = crystal[kept].astype(np.uint16), value[kept].astype(np.uint16)
            offsets = np.concatenate([[0], np.cumsum(kept)])[found.offsets]
            return {"channel": channel, "value": value, "offsets": offsets}

        super().__init__(source, {mini.CHAMBER: chamber, mini.CALORIMETER: calorimeter})
