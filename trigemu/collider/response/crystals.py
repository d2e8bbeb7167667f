"""What particles leave in the crystals of a calorimeter: the input of every trigger's sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I32, I64
from trigemu.collider.response.rings import Envelope, Rings
from trigemu.collider.response.showers import SPOTS, ShowerNumbers, deposit, spots
from trigemu.physics.particles import Particles


@dataclass(frozen=True, slots=True, eq=False)
class Crystals:
    """Energies in crystals: ``offsets`` int64[n + 1]; per event by number ``crystal`` int32[m], as in `Rings`.

    ``energy`` float64[m] in GeV, without noise; ``time`` float64[m], ns after the collision.
    """

    offsets: I64
    crystal: I32
    energy: F64
    time: F64


def crystal_energies(
    particles: Particles,
    tracks: F64,
    surface: Envelope,
    rings: Rings,
    numbers: ShowerNumbers,
    seed: int,
    frame: int,
) -> Crystals:
    """Return what particles leave in the crystals.

    Photons and electrons shower; muons and charged hadrons ionise; hadrons may interact; other particles leave
    nothing.  No material in front of the calorimeter.

    Parameters
    ----------
    particles, tracks
        The events of the frame, and their `helix.perigees`.
    surface, rings
        Front faces of the calorimeter; its crystals.
    numbers
        Showers and ionisation (`showers.settings`).
    seed, frame
        Address of the random numbers; an event's energies depend on these and its number in the frame alone.
    """
    p = particles
    n, m = p.events, len(p.pdg)
    offsets = np.zeros(n + 1, np.int64)
    crystal, energy, time = np.empty(m * SPOTS, np.int32), np.empty(m * SPOTS), np.empty(m * SPOTS)
    deposit(
        np.uint64(seed),
        frame,
        p.offsets,
        p.pdg,
        p.mass,
        np.sqrt(p.px**2 + p.py**2 + p.pz**2),
        p.time_ns,
        tracks,
        tuple(surface),
        tuple(numbers),
        spots(),
        rings.look_up,
        rings.rows,
        np.zeros((rings.total, 2)),
        np.empty(rings.total, np.int32),
        offsets,
        crystal,
        energy,
        time,
    )
    rows = int(offsets[-1])
    return Crystals(offsets, crystal[:rows], energy[:rows], time[:rows])
