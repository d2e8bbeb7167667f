"""What the response needs to know of one experiment's detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from trigemu.collider.response.layers import DriftChamber
from trigemu.collider.response.rings import Envelope


class Tdc(NamedTuple):
    """How drift times become counts: ``t0`` counts at the collision, ``count_ns`` ns in one.

    ``count_ns`` is negative where larger counts are earlier.
    """

    t0: float
    count_ns: float


@dataclass(frozen=True, eq=False)
class Detector:
    """A solenoid with a drift chamber and a calorimeter, perhaps a vertex detector.

    Attributes
    ----------
    field_t
        The solenoid's field along +z in T.
    chamber, tdc
        The drift chamber and its clock.
    surface
        Front faces of the calorimeter, as offline clusters see them.
    vertex_rad
        Lowest and highest polar angle of the vertex detector in rad.  Where there is none, ``vertex_efficiency`` of
        the tracking is 0.
    """

    field_t: float
    chamber: DriftChamber
    tdc: Tdc
    surface: Envelope
    vertex_rad: tuple[float, float] = (0.0, 0.0)
