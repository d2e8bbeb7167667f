"""Cells of particles from decays of parents: of spectra in (xF, pT), or of the mesons of an event file."""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64
from trigemu.physics import mesons
from trigemu.physics.constants import PHOTON, mass
from trigemu.physics.flight import Flight
from trigemu.physics.kinematics import two_body_momentum
from trigemu.physics.particles import Particles
from trigemu.physics.production import CHAIN, POOL, SPECTRUM, Cells

Range = tuple[F64, F64]
"""Low and high energies, float64[n] each, GeV."""


def daughter_energies(
    parent: float, first: float, second: float, energy: Range, cosine: Range | None = None
) -> Range:
    """Return between which energies a decay's first daughter is.

    Parameters
    ----------
    parent, first, second
        Masses of the parent and both daughters, GeV.
    energy
        Between which energies the parent is.
    cosine
        Lowest and highest cosine of the daughter's angle to the parent's direction, in its frame; any if None.
    """
    least, most = cosine or (np.array(-1.0), np.array(1.0))
    star = two_body_momentum(parent, first, second)
    rest = math.sqrt(star * star + first * first)

    def at(e: F64, c: F64) -> F64:
        return np.asarray((e * rest + np.sqrt(np.maximum(e * e - parent * parent, 0.0)) * star * c) / parent)

    low, high = energy
    # Backwards the energy first falls with the parent's, then rises.
    turn = parent / np.sqrt(1.0 - (star / rest * np.minimum(least, 0.0)) ** 2)
    lowest = np.minimum(np.minimum(at(low, least), at(high, least)), at(np.clip(turn, low, high), least))
    return np.maximum(lowest, first), np.maximum(at(low, most), at(high, most))


def largest_chance(flight: Flight, p_min: float, energy: Range) -> F64:
    """Return the largest decay weight between two energies; 0 where all are slower than ``p_min``."""
    m = flight.mass
    low, high = energy
    fastest = np.sqrt(np.maximum(high**2 - m * m, 0.0)) * (1.0 + 1e-9)
    slowest = np.maximum(np.sqrt(np.maximum(low**2 - m * m, 0.0)) * (1.0 - 1e-9), p_min)
    bound = flight.largest(slowest, np.maximum(fastest, slowest))
    return np.where(fastest >= p_min, bound, 0.0)


def _channels(m: float, parents: tuple[int, ...]) -> list[tuple[int, int, float]]:
    """Return the open decay channels: parent, companion, branching ratio / eps^2."""
    rows = ((p, c, mesons.branching_ratio(p, c, m)) for p, c in mesons.CHANNELS if p in parents)
    return [row for row in rows if row[2] > 0.0]


def source_cells(
    flight: Flight,
    p_min: float,
    table: mesons.SpectrumTable,
    parent: float,
    companion: float,
    number: float,
    chain: tuple[float, float] | None = None,
) -> Cells:
    """Return cells of one decay of parents with a spectrum.

    Parameters
    ----------
    flight
        Mass of the particle, its lifetime, the volume.
    p_min
        Slower particles are not made (GeV).
    table
        The parents' spectrum.
    parent, companion
        Masses of the parent and of what it decays to besides (GeV).
    number
        Particles per proton on target.
    chain
        Where the parent decays to the particle by way of a second one: the mass of that, and of what it decays to
        besides (GeV); ``companion`` is then beside the second parent.

    Raises
    ------
    ValueError
        A decay is beyond the kinematic limit.
    """
    x0, x1, t0, t1 = table.cells.T
    corners = [mesons.lab_of_mass(parent, x, t)[1] for x in (x0, x1) for t in (t0, t1)]
    energy = (np.min(corners, 0), np.max(corners, 0))
    if chain is None:
        row = np.array([SPECTRUM, parent, companion])
        steps = [(parent, flight.mass, companion)]
    else:
        row = np.array([CHAIN, parent, companion, *chain])
        steps = [(parent, chain[0], companion), (chain[0], flight.mass, chain[1])]
    for above, first, second in steps:
        if above <= first + second:
            raise ValueError(f"{above} GeV does not decay to {first} and {second} GeV")
        energy = daughter_energies(above, first, second, energy)
    bound = largest_chance(flight, p_min, energy)
    return Cells.of_channel(table.cells, row, bound, table.weight * bound * number)


def _companion_mass(companion: int) -> float:
    return 0.0 if companion == PHOTON else mass(companion)


def spectrum_cells(flight: Flight, p_min: float, parents: tuple[int, ...], yields: str) -> list[Cells]:
    """Return cells of A' from the closed-form meson spectra, one element per open channel."""
    numbers = dict(zip(mesons.SPECIES, mesons.YIELDS[yields], strict=True))
    parts = []
    for parent, companion, ratio in _channels(flight.mass, parents):
        masses = mass(parent), _companion_mass(companion)
        table = mesons.spectrum_table(parent)
        parts.append(source_cells(flight, p_min, table, *masses, ratio * numbers[parent]))
    return parts


def pool_cells(flight: Flight, p_min: float, parents: tuple[int, ...], sample: Particles) -> list[Cells]:
    """Return cells of A' from the mesons of an event file, one element per open channel; pole masses are used."""
    parts = []
    for parent, companion, ratio in _channels(flight.mass, parents):
        own = sample.select(sample.pdg == parent)
        limits = np.stack([own.px, own.py, own.pz], axis=1)
        energy = np.sqrt(own.px**2 + own.py**2 + own.pz**2 + mass(parent) ** 2)
        masses = mass(parent), _companion_mass(companion)
        reached = daughter_energies(masses[0], flight.mass, masses[1], (energy, energy))
        bound = largest_chance(flight, p_min, reached)
        weight = bound * ratio * own.weight[own.event] / sample.events
        parts.append(Cells.of_channel(limits, np.array([POOL, *masses]), bound, weight))
    return parts
