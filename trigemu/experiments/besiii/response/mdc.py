"""Wire hits of the main drift chamber (MDC)."""

from __future__ import annotations

import numpy as np

from trigemu.collider.response.hits import chamber_hits
from trigemu.experiments.besiii.mdc.geometry import CHANNEL_FIRST, INNER_LAYERS
from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.response.detector import detector
from trigemu.frames.columns import Array
from trigemu.physics.particles import Particles


def mdc_hits(
    particles: Particles, config: Response, seed: int, frame: int, *, inner_chamber: bool = True
) -> dict[str, Array]:
    """Return the wire hits of a frame's events: the columns of source ``mdc`` (see `collider.response.hits`).

    Parameters
    ----------
    particles
        The events of the frame, in order.
    config
        Detector response.
    seed, frame
        Address of the random numbers; an event's hits depend on these and its number in the frame alone.
    inner_chamber
        Whether the first eight layers are there (until 2024).

    Returns
    -------
    dict
        ``channel`` uint16[k], ``time`` int32[k] in 0.09375 ns since the read-out window began, ``offsets`` int64[n +
        1].  What lies before the window is lost; a wire may have several hits.
    """
    hits = chamber_hits(particles, detector(config), config.mdc, config.background, seed, frame)
    channel, time, offsets = hits["channel"], hits["tdc"], hits["offsets"]
    kept = time >= 0
    if not inner_chamber:
        kept &= channel >= CHANNEL_FIRST[INNER_LAYERS]
    before = np.concatenate([[0], np.cumsum(kept)])
    return {
        "channel": channel[kept],
        "time": time[kept].astype(np.int32),
        "offsets": before[offsets].astype(np.int64),
    }
