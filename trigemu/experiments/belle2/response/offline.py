"""What offline reconstruction would give the software trigger: tracks with muon-detector layers, and clusters."""

from __future__ import annotations

from trigemu.collider.response.offline import tracks_and_clusters
from trigemu.experiments.belle2.response.config import Response
from trigemu.experiments.belle2.response.detector import detector
from trigemu.experiments.belle2.response.klm import simulate
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
        Address of the random numbers; KLM layers are those of `klm.klm_hits` at the same address.

    Returns
    -------
    tracks, clusters
        Columns and units as in `sources.SCHEMAS`; tracks in the order of the particles.  Tracks without hits in the
        chamber (silicon only) have first and last layer 255.
    """
    made = tracks_and_clusters(
        particles,
        detector(),
        config.cdc,
        config.tracking,
        config.photons,
        config.background,
        seed,
        frame,
    )
    layers = simulate(particles, config, seed, frame)[1][made.found]
    return {**made.tracks, "klm_layers": layers}, made.clusters
