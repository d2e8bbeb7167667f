"""Wire hits: charged particles through the drift chamber, and beam background.

Material is left out: no scattering, no energy loss, no decay in flight (what decays does so in the generator).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.collider.response.cells import WIRES, drift_cells, row6, wires
from trigemu.collider.response.helix import perigees
from trigemu.collider.response.occupancy import background_hits, wire_chances
from trigemu.collider.response.passage import MAX_HITS, settings, track_hits
from trigemu.experiments.belle2.response.config import Response
from trigemu.frames.columns import Array
from trigemu.jit import kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int

_ROOM = 90
"""Hits to make room for, per charged particle; more is asked for if that is too few."""


@kernel
def _hits(
    offsets: I64,
    tracks: F64,
    pt: F64,
    mass: F64,
    time: F64,
    charge: NDArray[np.int8],
    layers: F64,
    all_wires: F64,
    cells: tuple[float, ...],
    half_turns: int,
    chances: F64,
    group: float,
    window: tuple[int, int],
    seed: Int,
    frame: Int,
    out: I64,
    channels: NDArray[np.uint16],
    counts: NDArray[np.int16],
) -> int:
    n = 0
    for event in range(len(offsets) - 1):
        out[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            if charge[i] != 0:
                address = (seed, frame, event, (i - offsets[event]) * MAX_HITS)
                n = track_hits(
                    row6(tracks, i),
                    pt[i],
                    mass[i],
                    time[i],
                    layers,
                    all_wires,
                    cells,
                    half_turns,
                    address,
                    channels,
                    counts,
                    n,
                )
        n = background_hits(layers, chances, group, window, seed, frame, event, channels, counts, n)
    out[len(offsets) - 1] = n
    return n


def cdc_hits(particles: Particles, config: Response, seed: int, frame: int) -> dict[str, Array]:
    """Return the wire hits of a frame's events: the columns of source ``cdc``.

    Parameters
    ----------
    particles
        The events of the frame, in order.
    config
        Detector response.
    seed, frame
        Address of the random numbers; an event's hits depend on these and its number in the frame alone.

    Returns
    -------
    dict
        ``channel`` uint16[k], ``tdc`` int16[k] (raw counts, `T0_TDC` at the collision), ``offsets`` int64[n + 1].
        Per event particle by particle along their flight, then background; a wire may have several hits.
    """
    layers = drift_cells()
    chances = wire_chances(config.background, layers[:, WIRES])
    room = _ROOM * int(np.count_nonzero(particles.charge)) + int(2.0 * chances[-1] * particles.events) + 1024
    offsets = np.empty(particles.events + 1, np.int64)
    pt = np.maximum(np.hypot(particles.px, particles.py), 1e-9)
    arguments = (
        particles.offsets,
        perigees(particles),
        pt,
        particles.mass,
        particles.time_ns,
        particles.charge,
        layers,
        wires(),
        settings(config.cdc),
        config.cdc.half_turns,
        chances,
        config.background.bunch_fraction,
        config.background.wire_window,
        np.uint64(seed),
        frame,
        offsets,
    )
    while True:
        channels, counts = np.empty(room, np.uint16), np.empty(room, np.int16)
        n = _hits(*arguments, channels, counts)
        if n <= room:
            return {"channel": channels[:n], "tdc": counts[:n], "offsets": offsets}
        room = n
