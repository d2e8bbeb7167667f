"""The ``[[signal]]`` tables of one B meson that decays to something new."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.collider.signals.base import Signal
from trigemu.config.model import FieldError, FileName
from trigemu.physics import constants

B_PLUS_MASS, B_ZERO_MASS = 5.27941, 5.27972
KAON_MASS, K_STAR_MASS = constants.mass(constants.KAON), 0.89556

Ctau = Annotated[float, Field(ge=0, le=1e5)]
Radius = Annotated[float, Field(gt=0, le=3000)]


class BSignal(Signal):
    """Upsilon(4S) -> B B, one B -> something known and a new particle.

    ``mass`` of the new particle.  ``other_b``: HepMC3 file of B pairs (B+B- or B0 B0bar, as the signal B is charged or
    neutral): one B of each event is replaced.  Without it the other B is absent: all that the event has is the
    signal B.
    """

    parent: ClassVar[int]
    heavy: ClassVar[float]
    beside: ClassVar[float]
    """Mass (GeV) of what comes beside the new particle."""

    mass: Annotated[float, Field(gt=0, le=1e3)] = 1.0
    other_b: FileName | None = None

    @property
    def lightest(self) -> float:
        """The least mass (GeV) with which the new particle decays as it must."""
        return 0.0

    @model_validator(mode="after")
    def _possible(self) -> BSignal:
        lowest, highest = self.lightest, self.heavy - self.beside
        if not lowest < self.mass < highest:
            sentence = f"mass must be between {lowest:.6g} and {highest:.6g} GeV, not {self.mass:.6g}"
            raise FieldError("mass", sentence)
        return self


class BtoKS(BSignal):
    """Upsilon(4S) -> B B, one B -> K S or K*0 S with a long-lived scalar S.

    ``mass`` and ``ctau`` of S are independent.  ``other_b``: HepMC3 file of B pairs (B+B- for K+ S, B0 B0bar
    for K*0 S): one B of each event is replaced.  Without it the other B is absent: all that the event has is
    the signal B.  Accepted: both daughters of S in the tracker and S decays at a transverse distance
    below ``radius_max`` (mm; guess: the inner half of the drift chamber).
    """

    final: ClassVar[int]

    mass: Annotated[float, Field(gt=0, le=1e3)] = 0.5
    ctau: Ctau = 10.0
    radius_max: Radius = 600.0

    @property
    def lightest(self) -> float:
        """The least mass (GeV) with which S decays as it must."""
        return 2.0 * constants.mass(self.final)


class BtoKAxion(BSignal):
    """Upsilon(4S) -> B+ B-, one B -> K a, a -> photon photon.

    ``mass`` and ``ctau`` of a (0: prompt) are independent.  ``other_b`` as for B -> K S (B+B-).  Accepted: the kaon in
    the tracker, the directions of both photons in the calorimeter, outside its gaps, and a decays at a transverse
    distance below ``radius_max`` (mm; guess: as for B -> K S).
    """

    ctau: Ctau = 0.0
    radius_max: Radius = 600.0


class BtoProtonDark(BSignal):
    """Upsilon(4S) -> B+ B-, one B -> p psi_D with an invisible dark fermion psi_D.

    ``mass`` of psi_D.  ``other_b`` as for B -> K S (B+B-).  Accepted: the proton in the tracker.
    """


class BtoLambdaDark(BSignal):
    """Upsilon(4S) -> B0 B0bar, one B -> Lambda psi_D with an invisible dark fermion psi_D.

    ``mass`` of psi_D.  ``lambda_decay``: ``"p pi"`` decays every Lambda to p pi, so that rates and efficiencies are to
    be multiplied by 0.641; ``"all"`` decays it to n pi0 as well.  Spins are left out.  ``other_b`` as for B -> K S
    (B0 B0bar).  Accepted: proton and pion of the Lambda in the tracker, which decays at a transverse distance below
    ``radius_max`` (mm; guess: as for B -> K S).
    """

    lambda_decay: Literal["p pi", "all"] = "p pi"
    radius_max: Radius = 600.0
