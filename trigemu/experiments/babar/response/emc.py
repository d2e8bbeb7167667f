"""Digis of the calorimeter (EMC): energies in crystals and when their light pulses begin."""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.arrays import F64, floats
from trigemu.collider.response import crystals as collider
from trigemu.collider.response.beam_photons import beam_photons, beside
from trigemu.collider.response.crystals import Crystals
from trigemu.collider.response.helix import perigees
from trigemu.collider.response.readout import Window, read_out
from trigemu.collider.response.showers import envelope, settings
from trigemu.experiments.babar.clock import COUNT_NS, COUNTS_PER_TICK, TICKS
from trigemu.experiments.babar.dct.geometry import FIELD_T
from trigemu.experiments.babar.emt.geometry import CRYSTALS, crystal_rings
from trigemu.experiments.babar.purposes import BabarPurpose
from trigemu.experiments.babar.response.config import Response
from trigemu.experiments.babar.response.detector import COLLISION_COUNT
from trigemu.experiments.babar.sources import MOST_ENERGY
from trigemu.frames.columns import Array
from trigemu.physics.particles import Particles

_PURPOSES = (int(BabarPurpose.EMC_CRYSTAL), int(BabarPurpose.EMC_NOISE), int(BabarPurpose.EMC_NOISE_COUNT))

WINDOW = Window(float(TICKS * COUNTS_PER_TICK), COUNT_NS, COLLISION_COUNT * COUNT_NS)
"""The event's own axis."""

GEV_PER_COUNT = 1e-4
"""Energies are stored in 0.1 MeV."""


@cache
def _most() -> F64:
    return floats(np.full(CRYSTALS, MOST_ENERGY * GEV_PER_COUNT))


def crystal_energies(particles: Particles, config: Response, seed: int, frame: int) -> Crystals:
    """Return what particles leave in the crystals (see `collider.response.crystals`), before any electronics.

    The energies of an event depend on (seed, frame, number of the event) alone.
    """
    c = config.emc
    tracks = perigees(particles, FIELD_T)
    rings = crystal_rings(c.edges)
    return collider.crystal_energies(particles, tracks, envelope(c), rings, settings(c), seed, frame)


def emc_hits(particles: Particles, config: Response, seed: int, frame: int) -> dict[str, Array]:
    """Return the digis of the calorimeter in a frame's events: the columns of source ``emc``.

    Parameters
    ----------
    particles
        The events of the frame, in order; times in ns since the collision's sample began.
    config
        Detector response; photons of the beams' background come on top.
    seed, frame
        Address of the random numbers; an event's digis depend on these and its number in the frame alone.

    Returns
    -------
    dict
        ``channel`` uint16[k], ``energy`` uint32[k] in 0.1 MeV, ``time`` int16[k] in counts of 1.05 ns on the event's
        axis, ``offsets`` int64[n + 1].  A crystal once in an event: those with a shower in the order of their numbers,
        then noise.
    """
    photons = beam_photons(particles.events, config.beam_photons, seed, frame)
    found = crystal_energies(beside(particles, photons), config, seed, frame)
    digis = read_out(found, config.emc, WINDOW, _most(), _PURPOSES, seed, frame)
    return {
        "channel": digis.crystal.astype(np.uint16),
        "energy": np.rint(digis.energy / GEV_PER_COUNT).astype(np.uint32),
        "time": digis.time.astype(np.int16),
        "offsets": digis.offsets,
    }
