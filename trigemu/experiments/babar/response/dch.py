"""Wire hits of the drift chamber (DCH)."""

from __future__ import annotations

from trigemu.collider.response.hits import chamber_hits
from trigemu.experiments.babar.response.config import Response
from trigemu.experiments.babar.response.detector import detector
from trigemu.frames.columns import Array
from trigemu.physics.particles import Particles


def dch_hits(particles: Particles, config: Response, seed: int, frame: int) -> dict[str, Array]:
    """Return the wire hits of a frame's events: the columns of source ``dch`` (see `collider.response.hits`).

    Parameters
    ----------
    particles
        The events of the frame, in order; times in ns since the collision's sample began.
    config
        Detector response.
    seed, frame
        Address of the random numbers; an event's hits depend on these and its number in the frame alone.

    Returns
    -------
    dict
        ``channel`` uint16[k], ``time`` int16[k] in counts of 1.05 ns on the event's axis, ``offsets`` int64[n + 1].  A
        wire may have several hits.
    """
    hits = chamber_hits(particles, detector(config), config.dch, config.background, seed, frame)
    return {"channel": hits["channel"], "time": hits["tdc"], "offsets": hits["offsets"]}
