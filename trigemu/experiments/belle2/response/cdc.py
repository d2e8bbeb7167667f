"""Wire hits of the central drift chamber (CDC)."""

from __future__ import annotations

from trigemu.collider.response.hits import chamber_hits
from trigemu.experiments.belle2.response.config import Response
from trigemu.experiments.belle2.response.detector import detector
from trigemu.frames.columns import Array
from trigemu.physics.particles import Particles


def cdc_hits(particles: Particles, config: Response, seed: int, frame: int) -> dict[str, Array]:
    """Return the wire hits of a frame's events: the columns of source ``cdc`` (see `collider.response.hits`).

    Parameters
    ----------
    particles
        The events of the frame, in order.
    config
        Detector response.
    seed, frame
        Address of the random numbers; an event's hits depend on these and its number in the frame alone.
    """
    return chamber_hits(particles, detector(), config.cdc, config.background, seed, frame)
