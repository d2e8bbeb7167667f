"""Particles on their way through NA62: what generators give and the detector response takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64

EVENT_PLANE_MM = 238131.5
"""z of the plane that defines an event's time, the centre of NewCHOD (NA62 framework).

The time of an event is when a particle of it that flies along z at the speed of light crosses this plane.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """Particles at the points where they start; one row each, rows of one event together and in order.

    Attributes
    ----------
    event
        int64[n], index of the event, not falling.
    pdg
        int32[n], PDG code.
    charge
        int8[n], in units of e.
    mass
        float64[n], GeV.
    x, y, z
        float64[n], starting point in mm.
    px, py, pz
        float64[n], momentum there in GeV.
    time_ns
        float64[n], time at the starting point relative to the event's time (see `EVENT_PLANE_MM`):
        -(EVENT_PLANE_MM - z) / c for a particle that flies along z at the speed of light.
    """

    event: NDArray[np.int64]
    pdg: NDArray[np.int32]
    charge: NDArray[np.int8]
    mass: F64
    x: F64
    y: F64
    z: F64
    px: F64
    py: F64
    pz: F64
    time_ns: F64

    def __len__(self) -> int:
        return len(self.event)

    @property
    def momentum(self) -> F64:
        """float64[n], GeV."""
        return np.sqrt(self.px**2 + self.py**2 + self.pz**2)

    @property
    def energy(self) -> F64:
        """float64[n], GeV."""
        return np.sqrt(self.px**2 + self.py**2 + self.pz**2 + self.mass**2)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64] | slice) -> Tracks:
        """Return the chosen rows (a mask, indices or a slice)."""
        return Tracks(*(getattr(self, f.name)[rows] for f in fields(self)))

    @classmethod
    def allocate(cls, n: int) -> Tracks:
        """Return n rows of zeros, to be filled in place by a kernel."""
        return cls(
            np.zeros(n, np.int64),
            np.zeros(n, np.int32),
            np.zeros(n, np.int8),
            *(np.zeros(n) for _ in range(8)),
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Tracks]) -> Tracks:
        """Return all rows of several sets, in order (the caller sees to the event indices)."""
        if not parts:
            return cls.allocate(0)
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))
