"""New particles from all sources at once, each momentum with its chance to decay inside the volume.

Plan.  The ways to make an A' (or another particle) are cut into cells: a slice in z of bremsstrahlung, a bin in
(xF, pT) of a parent's spectrum and decay channel, or one meson of an event file.  Each cell has an upper bound of
what it yields (rate times probability to decay in the volume).  A cell is picked from an alias table of the bounds,
a point is drawn inside it, and accepted with the ratio of truth to bound; else all starts again with the
next random numbers of the same address.  Bounds are tight, so few points are lost whatever the lifetime.

Cells may be picked more often than that, or less (``bias``): what an event counts makes up for it, and nothing
inside a cell changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics import bremsstrahlung as brem
from trigemu.physics.alias import alias_table
from trigemu.physics.flight import Flight
from trigemu.physics.steered import Steered, Steering, free

BREM, SPECTRUM, POOL, CHAIN = 0, 1, 2, 3
"""Kinds of cell.  Their four numbers: z low, z high, -, -; xF and pT low and high; px, py, pz, -; as `SPECTRUM`.

In a chain the parent decays to a second parent, and that to the particle: Ds -> tau nu, tau -> pi N.
"""

CHANNEL_NUMBERS, LIMITS = 5, 8
"""Numbers of a row of `Cells.channels`, and of `Cells.limits`."""

BOUND, COUNT, CHANNEL, KEEP, OTHER, ROW = 8, 9, 10, 11, 12, 16
"""Places in a row of `Producer.tables`, behind the limits, and its length: two lines of a processor's cache."""

_Z_CELLS = 160
_Z_PROBES = 9
_HEADROOM = 1.01


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Ways to make an A', before or after they are joined.

    Attributes
    ----------
    limits
        float64[n, 8]: four numbers, see `BREM`, `SPECTRUM`, `POOL`, `CHAIN`; and where decays are aimed
        (`trigemu.physics.aim`) the ring of directions, else zeros.
    channel
        int64[n], row of ``channels``.
    channels
        float64[k, 5]: kind, mass of the parent and of its other daughter; in a `CHAIN` also mass of the second
        parent, which is the first one's daughter, and of its other daughter (GeV).
    bound
        float64[n], largest value of the acceptance numerator in the cell.
    weight
        float64[n], particles per proton on target (A': and eps^2), times decay probability: never too small.
    bias
        float64[n], positive: how much more often than by its weight the cell is picked; 1 in all for unweighted events.
    """

    limits: F64
    channel: I64
    channels: F64
    bound: F64
    weight: F64
    bias: F64

    @classmethod
    def of_channel(cls, limits: F64, channel: F64, bound: F64, weight: F64) -> Cells:
        """Return unbiased cells of one channel: a row of ``channels``, from its kind on as far as it goes."""
        limits = np.hstack([limits, np.zeros((len(limits), LIMITS - limits.shape[1]))])
        row = np.zeros((1, CHANNEL_NUMBERS))
        row[0, : len(channel)] = channel
        return cls(limits, np.zeros(len(weight), np.int64), row, bound, weight, np.ones(len(weight)))


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
        np.concatenate([part.bias for part in parts])[alive],
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
    limits = np.stack([low, high], axis=1)
    return Cells.of_channel(limits, np.array([float(BREM)]), bound, bound * (high - low) * factor)


Bias = Callable[[Cells, Flight, float, F64, float], tuple[Cells, Steered]]

Tables = tuple[F64, F64, F64, float]


@dataclass(frozen=True, slots=True, eq=False)
class Producer:
    """Everything that `draw.draw_momentum` needs, as arrays and numbers that a kernel takes.

    Attributes
    ----------
    cells
        The joined cells.
    rows
        float64[n, 16]: of each cell the limits, the bound, what an event counts (1 / bias over the largest of all),
        the channel, and the two columns of an alias table of weight x bias.
    constants
        float64[6]: A' mass, near, far (mm), decay length over momentum (mm/GeV), p_min (GeV), pT max (GeV).
    cutoff
        Off-shell cut-off of bremsstrahlung in GeV, 0 for none.
    decays
        Where decays are made more often, and which way daughters fly.
    """

    cells: Cells
    rows: F64
    constants: F64
    cutoff: float
    decays: Steered

    @property
    def tables(self) -> Tables:
        """The arguments of `draw.draw_momentum` that follow the address."""
        return self.rows, self.cells.channels, self.constants, self.cutoff

    @property
    def steering(self) -> Steering:
        """The arguments of `steered.steer` that follow the momentum."""
        return self.decays.tables

    @property
    def weighted(self) -> bool:
        """Whether events count differently."""
        return bool((self.rows[:, COUNT] != 1.0).any()) or self.decays.least < 1.0

    @property
    def drawn_weight(self) -> float:
        """What all points that are drawn amount to in the unit of `Cells.weight`, over the mean that an event counts.

        Times the share of points that are accepted, and the mean of what accepted ones count, it is the number of
        particles that decay in the volume, per proton on target.
        """
        c = self.cells
        return float((c.weight * c.bias).sum() / c.bias.min()) / self.decays.least

    @classmethod
    def build(
        cls,
        flight: Flight,
        parts: list[Cells],
        p_min: float,
        pt_max: float,
        cutoff: float | None,
        bias: Bias | None = None,
    ) -> Producer:
        """Join the parts; ValueError if none of them can yield a particle that decays in the volume.

        ``bias`` returns the cells with a bias, and that of decays (`trigemu.physics.forward.biased` with a cone).
        """
        cells = join(parts)
        constants = np.array([flight.mass, flight.near, flight.far, flight.slope, p_min, pt_max])
        decays = free()
        if bias is not None:
            cells, decays = bias(cells, flight, p_min, constants, cutoff or 0.0)
        rows = np.zeros((len(cells.weight), ROW))
        rows[:, :LIMITS], rows[:, BOUND], rows[:, CHANNEL] = cells.limits, cells.bound, cells.channel
        rows[:, COUNT] = cells.bias.min() / cells.bias
        rows[:, KEEP], rows[:, OTHER] = alias_table(cells.weight * cells.bias)
        return cls(cells, rows, constants, cutoff or 0.0, decays)
