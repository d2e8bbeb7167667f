"""Tracks and clusters of a fast simulation: those of level 3, and those that reconstruction would give.

Both look at the same hits: where both are able to, they find the same tracks, and their clusters are the same
showers.  The errors of their fits are independent: offline ones are those of the vertex detector, or of all hits with
their full calibration.
"""

from __future__ import annotations

from dataclasses import replace

from trigemu.collider.response.beam_photons import beam_photons, beside, own_rows
from trigemu.collider.response.config import Photons, Tracking
from trigemu.collider.response.offline import Offline, tracks_and_clusters
from trigemu.collider.response.tracking import FIT
from trigemu.experiments.babar.purposes import BabarPurpose
from trigemu.experiments.babar.response.config import Response
from trigemu.experiments.babar.response.detector import detector
from trigemu.physics.particles import Particles

_L3_FIT = int(BabarPurpose.L3_TRACK)


def _found(
    particles: Particles,
    config: Response,
    tracking: Tracking,
    photons: Photons,
    fit: int,
    seed: int,
    frame: int,
) -> Offline:
    extra = beam_photons(particles.events, config.beam_photons, seed, frame)
    everything = beside(particles, extra, config.beam_photons.readout_ns)
    found = tracks_and_clusters(
        everything, detector(config), config.dch, tracking, photons, config.background, seed, frame, fit
    )
    mine = own_rows(particles, everything)
    return replace(found, found=found.found[mine], cluster=found.cluster[mine])


def reconstructed(particles: Particles, config: Response, seed: int, frame: int) -> Offline:
    """Return what offline reconstruction finds: the columns of sources ``tracks`` and ``clusters``, and of what.

    Parameters
    ----------
    particles
        The events of the frame, in order; times in ns since the collision.
    config
        Detector response; photons of the beams' background come on top and have no row in what is returned.
    seed, frame
        Address of the random numbers.
    """
    return _found(particles, config, config.tracking, config.photons, FIT, seed, frame)


def level3(particles: Particles, config: Response, seed: int, frame: int) -> Offline:
    """Return what level 3 finds, as `reconstructed`: sources ``l3_tracks`` and ``l3_clusters``."""
    return _found(particles, config, config.l3_tracking, config.l3_photons, _L3_FIT, seed, frame)
