"""The one table of generated particles: what generators and event files give and detector responses take.

Axes at colliders: z along the solenoid's field, towards the electron beam's direction (forward); x horizontal, away
from the ring's centre, both beams have p_x >= 0; y up.  In NA62 z is the beam's direction.  Azimuth
phi = atan2(y, x); polar angle theta from +z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from trigemu.arrays import F64, I8, I32, I64, Bool
from trigemu.physics.pdg import charge_of, charges

Four: TypeAlias = tuple[F64, F64, F64, F64]

PX, PY, PZ, ENERGY, X, Y, Z, TIME, MASS, CHARGE = range(10)
"""Columns of `Particles.rows`."""


@dataclass(frozen=True, eq=False)
class Particles:
    """Particles of n events where they start, one row each.

    In a finished table the rows of one event stand together and events rise; `merge` puts the parts together that a
    generator makes.  Columns and rows for kernels are made when they are first asked for, once per table.

    Attributes
    ----------
    weight
        float64[n], weight of each event, 1 where events are unweighted.
    event
        int64[m], number of the event (0 to n - 1) that each row belongs to; it does not fall.
    pdg
        int32[m], PDG code (e, mu, pi, K, p, n, K_L, gamma, neutrinos and new invisible particles).
    charge
        int8[m], in units of e.
    mother
        int32[m], what it comes from as far as selections on truth need it: PDG code of the mother, 0 if primary.
    mass
        float64[m], GeV.
    momentum
        float64[m, 4], px, py, pz and E in the laboratory (or where a generator works) in GeV.
    point
        float64[m, 4], x, y, z in mm and t in ns after the collision (NA62: after the time of the event).
    """

    weight: F64
    event: I64
    pdg: I32
    charge: I8
    mother: I32
    mass: F64
    momentum: F64
    point: F64

    def __len__(self) -> int:
        return len(self.event)

    @property
    def events(self) -> int:
        """How many events there are, those without particles included."""
        return len(self.weight)

    @cached_property
    def offsets(self) -> I64:
        """int64[n + 1]; rows of event i are ``offsets[i]:offsets[i + 1]`` (events may be empty)."""
        return _offsets(np.bincount(self.event, minlength=self.events))

    @cached_property
    def _momenta(self) -> Four:
        return _columns(self.momentum)

    @cached_property
    def _points(self) -> Four:
        return _columns(self.point)

    @property
    def px(self) -> F64:
        """float64[m], contiguous, GeV."""
        return self._momenta[0]

    @property
    def py(self) -> F64:
        """float64[m], contiguous, GeV."""
        return self._momenta[1]

    @property
    def pz(self) -> F64:
        """float64[m], contiguous, GeV."""
        return self._momenta[2]

    @property
    def energy(self) -> F64:
        """float64[m], contiguous, GeV."""
        return self._momenta[3]

    @property
    def p(self) -> F64:
        """float64[m], absolute momentum in GeV."""
        px, py, pz, _ = self.momentum.T
        return np.asarray(np.sqrt(px**2 + py**2 + pz**2))

    @property
    def x(self) -> F64:
        """float64[m], contiguous, mm."""
        return self._points[0]

    @property
    def y(self) -> F64:
        """float64[m], contiguous, mm."""
        return self._points[1]

    @property
    def z(self) -> F64:
        """float64[m], contiguous, mm."""
        return self._points[2]

    @property
    def time_ns(self) -> F64:
        """float64[m], contiguous, ns."""
        return self._points[3]

    @cached_property
    def rows(self) -> F64:
        """float64[m, 10], a row per particle for kernels that follow one at a time: columns `PX` to `CHARGE`."""
        rows = np.empty((len(self), 10))
        rows[:, PX : ENERGY + 1] = self.momentum
        rows[:, X : TIME + 1] = self.point
        rows[:, MASS] = self.mass
        rows[:, CHARGE] = self.charge
        return rows

    def select(self, rows: Bool | I64 | slice) -> Particles:
        """Return the chosen rows (a mask, rising indices or a slice) of the same events."""
        return Particles(self.weight, *(getattr(self, name)[rows] for name in _ROWS))

    def take(self, events: I64) -> Particles:
        """Return the events with these numbers, in this order (numbers may repeat), numbered from 0."""
        counts = np.diff(self.offsets)[events]
        offsets = _offsets(counts)
        rows = np.arange(offsets[-1]) + np.repeat(self.offsets[events] - offsets[:-1], counts)
        return Particles(
            self.weight[events],
            np.repeat(np.arange(len(events)), counts),
            *(getattr(self, name)[rows] for name in _ROWS[1:]),
        )

    def moved(self, origin: F64) -> Particles:
        """Return the particles with a shift of their starting points by event, float64[n, 4]."""
        return replace(self, point=self.point + origin[self.event])


_ROWS = tuple(f.name for f in fields(Particles)[1:])


def _offsets(counts: I64) -> I64:
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _columns(vectors: F64) -> Four:
    columns = np.ascontiguousarray(vectors.T)
    columns.flags.writeable = vectors.flags.writeable
    first, second, third, fourth = columns
    return first, second, third, fourth


def _filled(value: Any, dtype: type[np.generic], n: int) -> Any:
    """Return a column from an array, or from a number for all rows."""
    if isinstance(value, np.ndarray):
        return np.asarray(value, dtype)
    return np.full(n, value, dtype)


def make_particles(
    event: I64,
    pdg: I64 | I32 | int,
    mass: F64 | float,
    momentum: F64,
    point: F64 | None = None,
    mother: I64 | I32 | int = 0,
    weight: F64 | None = None,
) -> Particles:
    """Return particles; numbers count for all rows.

    Parameters
    ----------
    event
        int64[m], does not fall.
    pdg, mass, mother
        Column or number; the charge is that of the code.
    momentum, point
        float64[m, 4]; points are the origin if absent.
    weight
        float64[n], one per event; if absent 1, for events up to the last that has a row here.
    """
    n = len(event)
    if weight is None:
        weight = np.ones(int(event[-1]) + 1 if n else 0)
    return Particles(
        weight,
        np.asarray(event, np.int64),
        _filled(pdg, np.int32, n),
        charges(pdg) if isinstance(pdg, np.ndarray) else np.full(n, charge_of(int(pdg)), np.int8),
        _filled(mother, np.int32, n),
        _filled(mass, np.float64, n),
        momentum,
        np.zeros((n, 4)) if point is None else point,
    )


def from_columns(
    offsets: I64,
    pdg: I32,
    charge: I8,
    mass: F64,
    px: F64,
    py: F64,
    pz: F64,
    x: F64,
    y: F64,
    z: F64,
    time_ns: F64,
    mother: I32,
) -> Particles:
    """Return particles from columns, float64[m] each where `Particles` has no other type; events of weight 1.

    Energies are those of the mass.
    """
    energy = np.sqrt(px**2 + py**2 + pz**2 + mass**2)
    return Particles(
        np.ones(len(offsets) - 1),
        np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)),
        np.asarray(pdg, np.int32),
        np.asarray(charge, np.int8),
        np.asarray(mother, np.int32),
        np.asarray(mass, np.float64),
        np.stack([px, py, pz, energy], axis=1),
        np.stack([x, y, z, time_ns], axis=1),
    )


def no_particles(events: int) -> Particles:
    """Return so many events without particles."""
    none = np.zeros(0, np.int64)
    return make_particles(none, none, np.zeros(0), np.zeros((0, 4)), mother=none, weight=np.ones(events))


def merge(parts: Sequence[Particles], events: int) -> Particles:
    """Return so many events of weight 1 from parts of them: inside an event in the order of the parts."""
    if not parts:
        return no_particles(events)
    event = np.concatenate([part.event for part in parts])
    order = np.argsort(event, kind="stable")
    columns = (np.concatenate([getattr(part, name) for part in parts])[order] for name in _ROWS[1:])
    return Particles(np.ones(events), event[order], *columns)


def join(samples: Sequence[Particles]) -> Particles:
    """Return the events of several samples, one sample after the other (at least one)."""
    starts = np.cumsum([0, *(sample.events for sample in samples[:-1])])
    event = np.concatenate([sample.event + start for sample, start in zip(samples, starts, strict=True)])
    columns = (np.concatenate([getattr(sample, name) for sample in samples]) for name in _ROWS[1:])
    return Particles(np.concatenate([sample.weight for sample in samples]), event, *columns)


def read_only(particles: Particles) -> Particles:
    """Return the same table; its arrays cannot be changed any more."""
    for name in (*_ROWS, "weight"):
        getattr(particles, name).setflags(write=False)
    return particles
