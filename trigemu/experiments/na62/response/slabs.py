"""Deposits in the slabs of the CHOD."""

from __future__ import annotations

from trigemu.arrays import F64
from trigemu.experiments.na62.detector.slabs import (
    HORIZONTAL_Z,
    LENGTHS,
    VERTICAL_Z,
    chod_channel,
    slab_at,
)
from trigemu.experiments.na62.detector.transport import crossing
from trigemu.experiments.na62.purposes import NA62Purpose
from trigemu.experiments.na62.response.deposits import BLOCKS, Pair, Pulse, deposit
from trigemu.experiments.na62.response.digitiser import Columns
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import CHARGE
from trigemu.physics.rng import Int

CHOD_LOSS = (3.6, 0.17)
"""Most probable energy and width of the energy loss in 20 mm of scintillator, MeV: as for NewCHOD, two thirds thick."""

CHOD_PURPOSE = int(NA62Purpose.CHOD)


@inlined
def light_delay(across: float, along: float, ns_per_m: float) -> float:
    """Return how much later (ns) light comes to a slab's end than from its middle, where its time is aligned."""
    length: float = LENGTHS[slab_at(across, along)]
    return ns_per_m * 1e-3 * (0.5 * length - along)


@kernel
def chod(
    rows: F64,
    t0: F64,
    seed: Int,
    frame: Int,
    loss: Pair,
    pulse: Pulse,
    efficiency: float,
    ns_per_m: float,
    out: Columns,
) -> int:
    """Fill CHOD deposits of charged particles, at most one per plane, and return how many.

    ``loss``, ``pulse`` and ``efficiency`` are as in `trigemu.experiments.na62.response.deposits.newchod`; ``ns_per_m``
    is how long light takes for a metre of a slab.  Blocks of a particle: `BLOCKS` each for the two planes.
    """
    n = 0
    for i in range(len(rows)):
        if rows[i, CHARGE] == 0.0:
            continue
        for plane in range(2):
            x, y, t = crossing(rows[i], VERTICAL_Z if plane == 0 else HORIZONTAL_Z)
            channel = chod_channel(x, y, plane)
            if channel < 0:
                continue
            across, along = (abs(x), abs(y)) if plane == 0 else (abs(y), abs(x))
            late = t + t0[i] + light_delay(across, along, ns_per_m)
            address = (seed, frame, CHOD_PURPOSE, i)
            n = deposit(n, late, channel, loss, pulse, efficiency, address, plane * BLOCKS, out)
    return n
