"""Generated events: what generators and event files give and the detector response takes.

Axes: z along the solenoid's field, towards the electron beam's direction (forward); x horizontal, away from the
ring's centre, both beams have p_x > 0; y up.  Azimuth phi = atan2(y, x); polar angle theta from +z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64


@dataclass(frozen=True, slots=True, eq=False)
class Particles:
    """Final-state particles of n events at the points where they start; rows of one event together, in order.

    Attributes
    ----------
    offsets
        int64[n + 1]; rows of event i are ``offsets[i]:offsets[i + 1]`` (events may be empty).
    pdg
        int32[m], PDG code (e, mu, pi, K, p, n, K_L, gamma, neutrinos and new invisible particles).
    charge
        int8[m], in units of e.
    mass
        float64[m], GeV.
    px, py, pz
        float64[m], momentum in the laboratory in GeV.
    x, y, z
        float64[m], starting point in mm.
    time_ns
        float64[m], time at the starting point after the collision.
    mother
        int32[m], what it comes from as far as selections on truth need it: PDG code of the mother, 0 if primary.
    """

    offsets: NDArray[np.int64]
    pdg: NDArray[np.int32]
    charge: NDArray[np.int8]
    mass: F64
    px: F64
    py: F64
    pz: F64
    x: F64
    y: F64
    z: F64
    time_ns: F64
    mother: NDArray[np.int32]

    @property
    def events(self) -> int:
        """How many events there are."""
        return len(self.offsets) - 1

    @property
    def event(self) -> NDArray[np.int64]:
        """int64[m], number of the event that each row belongs to."""
        return np.repeat(np.arange(self.events), np.diff(self.offsets))

    def take(self, events: NDArray[np.int64]) -> Particles:
        """Return the events with these numbers, in this order (numbers may repeat)."""
        counts = np.diff(self.offsets)[events]
        offsets = np.zeros(len(events) + 1, np.int64)
        np.cumsum(counts, out=offsets[1:])
        rows = np.arange(offsets[-1]) + np.repeat(self.offsets[events] - offsets[:-1], counts)
        return Particles(offsets, *(getattr(self, f.name)[rows] for f in fields(self)[1:]))


def join(parts: Sequence[Particles]) -> Particles:
    """Return the events of several samples, one sample after the other (at least one)."""
    starts = np.cumsum([0, *(part.offsets[-1] for part in parts[:-1])])
    offsets = np.concatenate(
        [[0], *(part.offsets[1:] + start for part, start in zip(parts, starts, strict=True))]
    )
    columns = (np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Particles)[1:])
    return Particles(offsets.astype(np.int64), *columns)
