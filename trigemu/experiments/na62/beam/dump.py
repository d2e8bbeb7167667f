"""What gets out of the dump: muons of the event, and of its pions and kaons that decay before they interact.

The chances are those of the halo that comes from an event file (`trigemu.experiments.na62.beam.halo`).  A muon is
followed from where it was made in a straight line; its energy loss, scattering and bending on the way are left out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trigemu.arrays import F64, I32, I64, Bool
from trigemu.experiments.na62.beam.parents import decay_chance
from trigemu.experiments.na62.detector.geometry import TAX_END_Z
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import KAON, MUON, PION, mass
from trigemu.physics.particles import Particles
from trigemu.physics.pdg import charges
from trigemu.physics.vectors import isotropic, two_body_decay

LONG_LIVED_HADRONS = (211, 321, 130, 310, 2112, 3122, 3112, 3222, 3312, 3322, 3334)
"""Absolute codes of hadrons that fly far enough to interact in the dump, where a generator lets them decay behind it:
what they decay to there is taken to be absorbed with them."""

DECAY_STEP, ANGLE_STEP = 1, 2
"""Steps of random numbers: whether a particle decays and its muon gets through; the decay's angles."""


def out_of_the_dump(particles: Particles, index: I64, draws: Draws, sweep_gev: float) -> Particles:
    """Return what detectors can see of events.

    Parameters
    ----------
    particles
        The events, in the experiment's axes.
    index
        int64[n], the number of each event in the address of random numbers.
    draws
        The random numbers of their table.
    sweep_gev
        Momentum below which sweeping fields take muons away.

    Returns
    -------
    Particles
        Of the same events, some perhaps empty.
    """
    inside = particles.point[:, 2] < TAX_END_Z
    stopped = np.isin(np.abs(particles.mother), LONG_LIVED_HADRONS)
    if not (inside | stopped).any():
        return particles
    # A particle's place in its event is its block.
    place = np.arange(len(particles)) - particles.offsets[particles.event]
    address = index[particles.event]
    u = draws.step(DECAY_STEP).uniform(address, place)
    kind = np.abs(particles.pdg)
    hadron = inside & np.isin(kind, (PION, KAON))
    decays = hadron & (u[:, 0] < decay_chance(particles))
    momentum, pdg = particles.momentum.copy(), particles.pdg.copy()
    if decays.any():
        axis = isotropic(draws.step(ANGLE_STEP).uniform(address[decays], place[decays]))
        parent = np.where(kind[decays] == KAON, mass(KAON), mass(PION))
        momentum[decays], _ = two_body_decay(momentum[decays], parent, mass(MUON), 0.0, axis)
        # A positive meson makes a positive muon, whose code is negative.
        pdg[decays] = np.where(particles.charge[decays] > 0, -MUON, MUON)
    muon = inside & (decays | (kind == MUON))
    swept = u[:, 1] >= _through(momentum, sweep_gev)
    return _muons(particles, momentum, pdg, decays, np.where(inside, muon & ~swept, ~stopped))


def _through(momentum: F64, sweep_gev: float) -> F64:
    square = (momentum[:, :3] ** 2).sum(axis=1)
    return np.asarray(-np.expm1(-square / sweep_gev**2))


def _muons(particles: Particles, momentum: F64, pdg: I32, decays: Bool, kept: Bool) -> Particles:
    mother = np.where(decays, particles.pdg, particles.mother).astype(np.int32)
    made = replace(
        particles,
        momentum=momentum,
        pdg=pdg,
        charge=charges(pdg),
        mother=mother,
        mass=np.where(decays, mass(MUON), particles.mass),
    )
    return made.select(kept)
