"""A fast simulation of the reconstructed other B: its four-momentum, the tracks and clusters that it takes."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, U8, Bool
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.recoil_tag.config import RecoilTag
from trigemu.collider.recoil_tag.truth import signal_side
from trigemu.collider.response.offline import Columns, Offline
from trigemu.physics.beams import Beams
from trigemu.physics.particles import Particles
from trigemu.physics.rng import normals, uniforms

_PURPOSE = int(ColliderPurpose.RECOIL_TAG)


def beside_tags(
    particles: Particles,
    made: Offline,
    config: RecoilTag,
    beams: Beams,
    invisible: int,
    address: tuple[int, int],
) -> tuple[Columns, Columns, Columns]:
    """Return tracks and clusters of a frame's events with what a reconstructed B takes of them, and these B mesons.

    Parameters
    ----------
    particles, made
        The events of the frame, and what is reconstructed of them.
    config
        How well and how often the other B is reconstructed.
    beams
        Their sum less the signal B is the other B, whether its particles are there or not; the spread of their energy
        is part of ``energy_mev``.
    invisible
        PDG code of the particle beside which a B is looked for.
    address
        Seed and frame of the random numbers.

    Returns
    -------
    tracks, clusters
        As in ``made``, and uint8[k] ``tagged``: 1 where the reconstructed B takes it.
    tags
        float32[k] ``px``, ``py``, ``pz``, ``energy`` (laboratory, GeV), int64[n + 1] ``offsets``; at most one in an
        event.
    """
    side = signal_side(particles, invisible)
    there = np.zeros(particles.events, np.bool_)
    there[particles.event[side]] = True
    there &= uniforms(*address, _PURPOSE, particles.events)[:, 0] < config.probability
    momentum = measured_other(particles, side, config, beams, address)[there].astype(np.float32)
    tags = {name: np.ascontiguousarray(momentum[:, k]) for k, name in enumerate(("px", "py", "pz", "energy"))}
    tags["offsets"] = np.concatenate([[0], np.cumsum(there)]).astype(np.int64)
    taken = ~side & there[particles.event]
    tracks = {**made.tracks, "tagged": taken[made.found].astype(np.uint8)}
    return tracks, {**made.clusters, "tagged": _clusters(particles, made, taken)}, tags


def measured_other(
    particles: Particles, side: Bool, config: RecoilTag, beams: Beams, address: tuple[int, int]
) -> F64:
    """Return float64[n, 4], the measured other B of each event (laboratory, GeV) from the rows of the signal B."""
    n = particles.events
    event = particles.event[side]
    signal = np.stack([np.bincount(event, column[side], n) for column in particles.momentum.T], axis=1)
    other = beams.to_cm(beams.total - signal)
    errors = np.hstack([normals(*address, _PURPOSE, n, block) for block in (1, 2)])
    other[:, :3] += 1e-3 * config.momentum_mev * errors[:, :3]
    other[:, 3] += 1e-3 * config.energy_mev * errors[:, 3]
    return beams.to_lab(other)


def _clusters(particles: Particles, made: Offline, taken: Bool) -> U8:
    """Return uint8[k]: 1 at clusters to which a taken particle has given energy."""
    offsets = made.clusters["offsets"]
    tagged = np.zeros(int(offsets[-1]), np.uint8)
    mine = taken & (made.cluster >= 0)
    tagged[offsets[particles.event[mine]] + made.cluster[mine]] = 1
    return tagged
