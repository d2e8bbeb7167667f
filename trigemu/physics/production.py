"""Unweighted A' from all sources at once, each momentum with its chance to decay inside the volume.

Plan.  The ways to make an A' are cut into cells: a slice in z of bremsstrahlung, a bin in (xF, pT) of a
meson spectrum and decay channel, or one meson of an event file.  Each cell has an upper bound of what it
yields (rate times probability to decay in the volume).  A cell is picked from an alias table of the bounds,
a point is drawn inside it, and accepted with the ratio of truth to bound; else all starts again with the
next random numbers of the same address.  Bounds are tight, so few points are lost whatever the lifetime.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics import bremsstrahlung as brem
from trigemu.physics import mesons
from trigemu.physics.alias import alias_table
from trigemu.physics.constants import PHOTON, mass
from trigemu.physics.flight import Flight
from trigemu.physics.kinematics import two_body_momentum
from trigemu.physics.particles import Particles

BREM, SPECTRUM, POOL = 0, 1, 2
"""Kinds of cell.  Their four numbers: z low, z high, -, -; xF and pT low and high; px, py, pz, -."""

_Z_CELLS = 160
_Z_PROBES = 9
_HEADROOM = 1.01


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Ways to make an A', before or after they are joined.

    Attributes
    ----------
    limits
        float64[n, 4], see `BREM`, `SPECTRUM`, `POOL`.
    channel
        int64[n], row of ``channels``.
    channels
        float64[k, 3]: kind, mass of the parent and of its other daughter (GeV).
    bound
        float64[n], largest value of the acceptance numerator in the cell.
    weight
        float64[n], A' per proton on target and eps^2, times decay probability: never too small.
    """

    limits: F64
    channel: I64
    channels: F64
    bound: F64
    weight: F64


def join(parts: list[Cells]) -> Cells:
    """Put cells of several sources together; those that cannot yield anything are left out."""
    first = np.cumsum([0, *(len(part.channels) for part in parts[:-1])])
    channel = np.concatenate([part.channel + start for part, start in zip(parts, first, strict=True)])
    weight = np.concatenate([part.weight for part in parts])
    alive = weight > 0.0
    return Cells(
        np.concatenate([part.limits for part in parts])[alive],
        channel[alive],
        np.concatenate([part.channels for part in parts]),
        np.concatenate([part.bound for part in parts])[alive],
        weight[alive],
    )


def brem_cells(
    flight: Flight,
    p_min: float,
    *,
    z_range: tuple[float, float],
    pt_max: float,
    form_factor: bool,
    cutoff: float | None,
) -> Cells:
    """Return cells of proton bremsstrahlung (arguments as in `bremsstrahlung.production`; GeV)."""
    edges = np.linspace(*z_range, _Z_CELLS + 1)
    low, high = edges[:-1], edges[1:]
    z = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, _Z_PROBES)
    m = flight.mass
    a, p2 = brem.virtuality(z, m), pt_max * pt_max
    # The splitting function times H is convex in 1/H, so its maximum is at one end of the pT range.
    peak = np.maximum(
        brem.splitting(z, np.zeros_like(z), m) * a, brem.splitting(z, np.full_like(z, p2), m) * (a + p2)
    )
    peak *= np.log((a + p2) / a) * brem.sigma_ratio(z)
    if cutoff is not None:
        peak *= brem.off_shell_factor(z, np.zeros_like(z), m, cutoff)
    momentum = np.sqrt(np.maximum((z * brem.BEAM_GEV) ** 2 - m * m, 0.0))
    chance = np.where(momentum >= p_min, flight.weight(np.maximum(momentum, p_min)), 0.0)
    # A cell that p_min cuts keeps the largest chance that its upper part may have.
    straddle = flight.largest(np.maximum(momentum[:, 0], p_min), np.maximum(momentum[:, -1], p_min))
    chance_max = np.where(momentum[:, -1] >= p_min, np.maximum(chance.max(axis=1), straddle), 0.0)
    bound = _HEADROOM * peak.max(axis=1) * chance_max
    factor = brem.time_like_factor(m) if form_factor else 1.0
    limits = np.stack([low, high, np.zeros_like(low), np.zeros_like(low)], axis=1)
    channels = np.array([[float(BREM), 0.0, 0.0]])
    return Cells(limits, np.zeros(len(low), np.int64), channels, bound, bound * (high - low) * factor)


def _meson_bound(flight: Flight, p_min: float, parent: int, companion: int, low: F64, high: F64) -> F64:
    """Return the largest decay weight of A' from mesons with energies between ``low`` and ``high`` (GeV)."""
    top, m = mass(parent), flight.mass
    star = two_body_momentum(top, m, 0.0 if companion == PHOTON else mass(companion))
    energy = math.sqrt(star * star + m * m)
    p_low, p_high = (np.sqrt(np.maximum(e * e - top * top, 0.0)) for e in (low, high))
    e_max = (high * energy + p_high * star) / top
    e_min = np.minimum(low * energy - p_low * star, high * energy - p_high * star) / top
    # Between the two energies the A' may even be at rest.
    turn = top * energy / m
    e_min = np.where((low < turn) & (turn < high), m, np.maximum(e_min, m))
    fastest = np.sqrt(np.maximum(e_max**2 - m * m, 0.0)) * (1.0 + 1e-9)
    slowest = np.maximum(np.sqrt(np.maximum(e_min**2 - m * m, 0.0)) * (1.0 - 1e-9), p_min)
    bound = flight.largest(slowest, np.maximum(fastest, slowest))
    return np.where(fastest >= p_min, bound, 0.0)


def _channels(m: float, parents: tuple[int, ...]) -> list[tuple[int, int, float]]:
    """Return the open decay channels: parent, companion, branching ratio / eps^2."""
    rows = ((p, c, mesons.branching_ratio(p, c, m)) for p, c in mesons.CHANNELS if p in parents)
    return [row for row in rows if row[2] > 0.0]


def _channel_row(kind: int, parent: int, companion: int) -> F64:
    return np.array([[float(kind), mass(parent), 0.0 if companion == PHOTON else mass(companion)]])


def spectrum_cells(flight: Flight, p_min: float, parents: tuple[int, ...], yields: str) -> list[Cells]:
    """Return cells of the closed-form meson spectra, one element per open channel."""
    numbers = dict(zip(mesons.SPECIES, mesons.YIELDS[yields], strict=True))
    parts = []
    for parent, companion, ratio in _channels(flight.mass, parents):
        table = mesons.spectrum_table(parent)
        x0, x1, t0, t1 = table.cells.T
        corners = [mesons.lab_momentum(parent, x, t)[1] for x in (x0, x1) for t in (t0, t1)]
        bound = _meson_bound(flight, p_min, parent, companion, np.min(corners, 0), np.max(corners, 0))
        weight = table.weight * bound * ratio * numbers[parent]
        row = _channel_row(SPECTRUM, parent, companion)
        parts.append(Cells(table.cells, np.zeros(len(weight), np.int64), row, bound, weight))
    return parts


def pool_cells(flight: Flight, p_min: float, parents: tuple[int, ...], sample: Particles) -> list[Cells]:
    """Return cells of the mesons of an event file, one element per open channel; pole masses are used."""
    parts = []
    for parent, companion, ratio in _channels(flight.mass, parents):
        own = sample.select(sample.pdg == parent)
        limits = np.stack([own.px, own.py, own.pz, np.zeros(len(own))], axis=1)
        energy = np.sqrt(own.px**2 + own.py**2 + own.pz**2 + mass(parent) ** 2)
        bound = _meson_bound(flight, p_min, parent, companion, energy, energy)
        weight = bound * ratio * own.weight[own.event] / sample.events
        row = _channel_row(POOL, parent, companion)
        parts.append(Cells(limits, np.zeros(len(weight), np.int64), row, bound, weight))
    return parts


@dataclass(frozen=True, slots=True, eq=False)
class Producer:
    """Everything that `draw.draw_momentum` needs, as arrays and numbers that a kernel takes.

    Attributes
    ----------
    cells
        The joined cells.
    keep, other
        The alias table of their weights.
    constants
        float64[6]: A' mass, near, far (mm), decay length over momentum (mm/GeV), p_min (GeV), pT max (GeV).
    cutoff
        Off-shell cut-off of bremsstrahlung in GeV, 0 for none.
    """

    cells: Cells
    keep: F64
    other: I64
    constants: F64
    cutoff: float

    @property
    def tables(self) -> tuple[F64, I64, F64, F64, F64, I64, F64, float]:
        """The arguments of `draw.draw_momentum` that follow the address."""
        c = self.cells
        return c.limits, c.channel, c.channels, c.bound, self.keep, self.other, self.constants, self.cutoff

    @classmethod
    def build(
        cls, flight: Flight, parts: list[Cells], p_min: float, pt_max: float, cutoff: float | None
    ) -> Producer:
        """Join the parts; ValueError if none of them can yield an A' that decays in the volume."""
        cells = join(parts)
        keep, other = alias_table(cells.weight)
        constants = np.array([flight.mass, flight.near, flight.far, flight.slope, p_min, pt_max])
        return cls(cells, keep, other, constants, cutoff or 0.0)
