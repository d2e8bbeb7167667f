"""Guns: single particles of chosen momentum and direction, for turn-on curves."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.collider.signals.base import Degrees, Milli, Signal

Momentum = Annotated[float, Field(gt=0, le=20)]


class Gun(Signal):
    """One particle per event.

    ``p`` (or ``pt``, which then counts) in GeV, uniform up to ``p_max`` (``pt_max``) if that is given;
    ``theta`` in degrees, uniform in its cosine up to ``theta_max`` if given; ``phi`` in degrees, uniform all
    around if absent; ``z`` of the starting point in mm, uniform up to ``z_max`` if given, added to the
    collision point, which has no spread if nothing is given.  ``charge``: 1, -1 or 0 for both alike (photons have
    none).  Accepted: the direction is in the tracker, for photons in the calorimeter.
    """

    pdg: ClassVar[int]

    beam_spot_mm: tuple[Milli, Milli, Milli] = (0.0, 0.0, 0.0)
    p: Momentum = 1.0
    p_max: Momentum | None = None
    pt: Momentum | None = None
    pt_max: Momentum | None = None
    theta: Degrees = 90.0
    theta_max: Degrees | None = None
    phi: Annotated[float, Field(ge=-360, le=360)] | None = None
    z: Annotated[float, Field(ge=-3000, le=3000)] = 0.0
    z_max: Annotated[float, Field(ge=-3000, le=3000)] | None = None
    charge: Literal[-1, 0, 1] = 0

    @model_validator(mode="after")
    def _ranges(self) -> Gun:
        for low, high in (("p", "p_max"), ("pt", "pt_max"), ("theta", "theta_max"), ("z", "z_max")):
            start, end = getattr(self, low), getattr(self, high)
            if end is not None and (start is None or end < start):
                raise ValueError(f"{high} must be at least {low}")
        if self.pt is not None and (self.theta < 1.0 or (self.theta_max or self.theta) > 179.0):
            raise ValueError("with pt, theta must be between 1 and 179 degrees")
        return self
