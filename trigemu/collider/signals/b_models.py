"""The ``[[signal]]`` tables of one B meson that decays to something new."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.collider.signals.base import Signal
from trigemu.config.model import FieldError, FileName
from trigemu.config.rules import Rule, values
from trigemu.physics import constants

B_PLUS_MASS, B_ZERO_MASS = 5.27941, 5.27972
KAON_MASS, K_STAR_MASS = constants.mass(constants.KAON), 0.89556

Ctau = Annotated[float, Field(ge=0, le=1e5)]
Radius = Annotated[float, Field(gt=0, le=3000)]


class BSignal(Signal):
    """Upsilon(4S) -> B B, one B -> something known and a new particle."""

    parent: ClassVar[int]
    heavy: ClassVar[float]
    beside: ClassVar[float]
    """Mass (GeV) of what comes beside the new particle."""

    mass: Annotated[float, Field(gt=0, le=1e3)] = 1.0
    """Mass of the new particle [GeV].  Source: chosen."""
    other_b: FileName | None = None
    """HepMC3 file of B pairs (B+B- or B0 B0bar, as the signal B is charged or neutral): one B of each event is
    replaced.  Without it the other B is absent: all that the event has is the signal B."""

    @property
    def lightest(self) -> float:
        """The least mass (GeV) with which the new particle decays as it must."""
        return 0.0

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), values(mass={"exclusiveMaximum": cls.heavy - cls.beside})]

    @model_validator(mode="after")
    def _possible(self) -> BSignal:
        lowest, highest = self.lightest, self.heavy - self.beside
        if not lowest < self.mass < highest:
            sentence = f"mass must be between {lowest:.6g} and {highest:.6g} GeV, not {self.mass:.6g}"
            raise FieldError("mass", sentence)
        return self


class BtoKS(BSignal):
    """Upsilon(4S) -> B B, one B -> K S or K*0 S with a long-lived scalar S.

    Accepted: both daughters of S in the tracker, and S decays within ``radius_max``.
    """

    final: ClassVar[int]

    mass: Annotated[float, Field(gt=0, le=1e3)] = 0.5
    """Mass of S [GeV].  Source: chosen."""
    ctau: Ctau = 10.0
    """Proper decay length of S, independent of its mass [mm].  Source: chosen."""
    radius_max: Radius = 600.0
    """Accepted are decays at a transverse distance below this [mm].  Source: guess, the inner half of the drift
    chamber."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [
            *super().schema_rules(),
            values(mass={"exclusiveMinimum": 2.0 * constants.mass(cls.final)}),
        ]

    @property
    def lightest(self) -> float:
        """The least mass (GeV) with which S decays as it must."""
        return 2.0 * constants.mass(self.final)


class BtoKAxion(BSignal):
    """Upsilon(4S) -> B+ B-, one B -> K a, a -> photon photon.

    Accepted: the kaon in the tracker, the directions of both photons in the calorimeter, outside its gaps, and a decays
    within ``radius_max``.
    """

    ctau: Ctau = 0.0
    """Proper decay length of a, independent of its mass (0: prompt) [mm].  Source: chosen."""
    radius_max: Radius = 600.0
    """Accepted are decays at a transverse distance below this [mm].  Source: guess, the inner half of the drift
    chamber."""


class BtoProtonDark(BSignal):
    """Upsilon(4S) -> B+ B-, one B -> p psi_D with an invisible dark fermion psi_D.

    ``mass`` of psi_D.  ``other_b`` as for B -> K S (B+B-).  Accepted: the proton in the tracker.
    """


class BtoLambdaDark(BSignal):
    """Upsilon(4S) -> B0 B0bar, one B -> Lambda psi_D with an invisible dark fermion psi_D.

    Spins are left out.  Accepted: proton and pion of the Lambda in the tracker, which decays within ``radius_max``.
    """

    lambda_decay: Literal["p pi", "all"] = "p pi"
    """What the Lambda decays to: ``p pi`` every one, so that rates and efficiencies are to be multiplied by 0.641;
    ``all`` n pi0 as well.  Source: chosen."""
    radius_max: Radius = 600.0
    """Accepted are decays at a transverse distance below this [mm].  Source: guess, the inner half of the drift
    chamber."""
