"""Wire hits of a drift chamber: charged particles and beam background.

Material is left out: no scattering, no energy loss, no decay in flight (what decays does so in the generator).
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I8, I16, I64, U16
from trigemu.collider.response import occupancy, passage
from trigemu.collider.response.config import Background, Cells
from trigemu.collider.response.detector import Detector
from trigemu.collider.response.helix import perigees, track_at
from trigemu.collider.response.occupancy import Occupancy, background_hits, wire_chances
from trigemu.collider.response.passage import MAX_HITS, CellNumbers, track_hits
from trigemu.frames.columns import Array, grown
from trigemu.jit import kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int

HITS = 1.6
"""Hits per charged particle and layer to allocate first; more where that is too few."""


@kernel
def _hits(
    offsets: I64,
    tracks: F64,
    pt: F64,
    mass: F64,
    time: F64,
    charge: I8,
    table: F64,
    lines: F64,
    numbers: tuple[float, ...],
    half_turns: int,
    chances: F64,
    background: tuple[float, int, int, float],
    seed: Int,
    frame: Int,
    out: I64,
    channels: U16,
    counts: I16,
) -> int:
    n = 0
    cells, occupied = CellNumbers(*numbers), Occupancy(*background)
    for event in range(len(offsets) - 1):
        out[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            if charge[i] != 0:
                address = (seed, frame, event, (i - offsets[event]) * MAX_HITS)
                n = track_hits(
                    track_at(tracks, i),
                    pt[i],
                    mass[i],
                    time[i],
                    table,
                    lines,
                    cells,
                    half_turns,
                    address,
                    channels,
                    counts,
                    n,
                )
        n = background_hits(table, chances, occupied, seed, frame, event, channels, counts, n)
    out[len(offsets) - 1] = n
    return n


def chamber_hits(
    particles: Particles,
    detector: Detector,
    cells: Cells,
    background: Background,
    seed: int,
    frame: int,
) -> dict[str, Array]:
    """Return the wire hits of a frame's events.

    Parameters
    ----------
    particles
        The events of the frame, in order.
    detector
        Field, geometry and clock of the chamber.
    cells, background
        Response of a drift cell; beam background.
    seed, frame
        Address of the random numbers; an event's hits depend on these and its number in the frame alone.

    Returns
    -------
    dict
        ``channel`` uint16[k], ``tdc`` int16[k] (counts, ``t0`` of the `Tdc` at the collision; what does not fit is
        lost), ``offsets`` int64[n + 1].  Per event particle by particle along their flight, then background; a wire may
        have several hits.
    """
    p, chamber, tdc = particles, detector.chamber, detector.tdc
    chances = wire_chances(background, chamber, tdc)
    groups, first, last, delay = occupancy.settings(background, tdc)
    offsets = np.empty(p.events + 1, np.int64)
    arguments = (
        p.offsets,
        perigees(p, detector.field_t),
        np.maximum(np.hypot(p.px, p.py), 1e-9),
        p.mass,
        p.time_ns,
        p.charge,
        chamber.table,
        chamber.lines,
        tuple(passage.settings(cells, tdc)),
        cells.half_turns,
        chances,
        (groups, first, last, delay),
        np.uint64(seed),
        frame,
        offsets,
    )

    def fill(rows: int) -> tuple[int, tuple[U16, I16]]:
        channels, counts = np.empty(rows, np.uint16), np.empty(rows, np.int16)
        return _hits(*arguments, channels, counts), (channels, counts)

    expected = HITS * chamber.layers * int(np.count_nonzero(p.charge)) + 2.0 * chances[-1] * p.events
    n, (channels, counts) = grown(fill, int(expected) + 1024)
    return {"channel": channels[:n], "tdc": counts[:n], "offsets": offsets}
