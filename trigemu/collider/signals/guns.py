"""Guns: single particles of chosen momentum and direction, for turn-on curves."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.collider.signals.base import Degrees, Milli, Signal
from trigemu.config.rules import Rule

Momentum = Annotated[float, Field(gt=0, le=20)]


class Gun(Signal):
    """One particle per event.

    Accepted: the direction is in the tracker, for photons in the calorimeter.
    """

    pdg: ClassVar[int]

    beam_spot_mm: tuple[Milli, Milli, Milli] = (0.0, 0.0, 0.0)
    """Standard deviations of the starting point in x, y and z [mm].  Source: chosen, none."""
    p: Momentum = 1.0
    """Momentum [GeV].  Source: chosen."""
    p_max: Momentum | None = None
    """Momentum is uniform up to this [GeV]."""
    pt: Momentum | None = None
    """Transverse momentum, which counts instead of ``p`` where it is given [GeV]."""
    pt_max: Momentum | None = None
    """Transverse momentum is uniform up to this [GeV]."""
    theta: Degrees = 90.0
    """Polar angle [deg].  Source: chosen."""
    theta_max: Degrees | None = None
    """Polar angle is uniform in its cosine up to this [deg]."""
    phi: Annotated[float, Field(ge=-360, le=360)] | None = None
    """Azimuth; uniform all around if it is not given [deg]."""
    z: Annotated[float, Field(ge=-3000, le=3000)] = 0.0
    """Where it starts along the beam, added to the collision point [mm].  Source: chosen."""
    z_max: Annotated[float, Field(ge=-3000, le=3000)] | None = None
    """z is uniform up to this [mm]."""
    charge: Literal[-1, 0, 1] = 0
    """Charge in units of e, 0 for both alike (photons have none).  Source: chosen."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), {"dependentRequired": {"pt_max": ["pt"]}}]

    @model_validator(mode="after")
    def _ranges(self) -> Gun:
        for low, high in (("p", "p_max"), ("pt", "pt_max"), ("theta", "theta_max"), ("z", "z_max")):
            start, end = getattr(self, low), getattr(self, high)
            if end is not None and (start is None or end < start):
                raise ValueError(f"{high} must be at least {low}")
        if self.pt is not None and (self.theta < 1.0 or (self.theta_max or self.theta) > 179.0):
            raise ValueError("with pt, theta must be between 1 and 179 degrees")
        return self
