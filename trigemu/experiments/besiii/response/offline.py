"""What offline reconstruction would give the event filter: tracks and clusters."""

from __future__ import annotations

from trigemu.collider.response.offline import tracks_and_clusters
from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.response.detector import detector
from trigemu.frames.columns import Array
from trigemu.physics.particles import Particles


def offline(
    particles: Particles, config: Response, seed: int, frame: int
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return tracks and clusters of a frame's events: the columns of sources ``tracks`` and ``clusters``.

    Parameters
    ----------
    particles
        The events of the frame, in order.
    config
        Detector response.
    seed, frame
        Address of the random numbers.

    Returns
    -------
    tracks, clusters
        Columns and units as in `sources.OFFLINE`; tracks in the order of the particles.
    """
    made = tracks_and_clusters(
        particles,
        detector(config),
        config.mdc,
        config.tracking,
        config.photons,
        config.background,
        seed,
        frame,
    )
    return made.tracks, made.clusters
