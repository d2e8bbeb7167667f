"""The ``[[signal]]`` tables that experiments at colliders share; each registers its own subclasses of them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.collider.signals.base import USABLE, Degrees, FileInput, LheInput, Signal
from trigemu.config.model import FieldError, FileName
from trigemu.physics import constants

MUON_MASS, TAU_MASS = constants.mass(constants.MUON), 1.77693
B_PLUS_MASS, B_ZERO_MASS = 5.27941, 5.27972
KAON_MASS, K_STAR_MASS = constants.mass(constants.KAON), 0.89556


class GammaAprime(Signal):
    """e+e- -> photon A', A' invisible.

    ``mass`` of the A'.  The photon's angle in the CM lies in ``theta_star``; ``isr`` adds
    radiation of the beams, down to a photon of ``minimum_energy`` (GeV, in the system after radiation).
    Accepted: the photon is in the calorimeter, outside its gaps.
    """

    mass: Annotated[float, Field(ge=0, le=1e3)] = 1.0
    theta_star: tuple[Degrees, Degrees] = (10.0, 170.0)
    isr: bool = True
    minimum_energy: Annotated[float, Field(gt=0.0, le=2.0)] = 0.1

    @model_validator(mode="after")
    def _possible(self) -> GammaAprime:
        if not 1.0 <= self.theta_star[0] < self.theta_star[1] <= 179.0:
            raise ValueError("theta_star must rise, between 1 and 179 degrees")
        top, energy = self.collider.sqrt_s, self.minimum_energy
        self.check_below("minimum_energy", energy, 0.5 * top)
        # The photon has this energy where the A' has sqrt(top (top - 2 energy)).
        limit = (top * (top - 2.0 * energy)) ** 0.5
        self.check_below("mass", self.mass, limit, f"minimum_energy = {energy:.5g}")
        return self


class MuMuZprime(Signal):
    """e+e- -> mu+ mu- Z', Z' invisible; vector coupling to the muon.

    Accepted: both muons in the tracker.
    """

    mass: Annotated[float, Field(ge=0.01, le=1e3)] = 1.0
    isr: bool = True

    @model_validator(mode="after")
    def _possible(self) -> MuMuZprime:
        self.check_below("mass", self.mass, USABLE * self.collider.sqrt_s - 2.0 * MUON_MASS, "two muons")
        return self


class MuMuTauTau(MuMuZprime):
    """e+e- -> mu+ mu- X, X -> tau+ tau-.

    ``coupling`` of X to leptons: vector, scalar or pseudoscalar (an axion-like particle).  Accepted: exactly
    four charged particles, all in the tracker (both taus decay to one charged particle).
    """

    mass: Annotated[float, Field(gt=2 * TAU_MASS, le=1e3)] = 5.0
    coupling: Literal["vector", "scalar", "pseudoscalar"] = "vector"


class BtoKS(Signal):
    """Upsilon(4S) -> B B, one B -> K S or K*0 S with a long-lived scalar S.

    ``mass`` and ``ctau`` of S are independent.  ``other_b``: HepMC3 file of B pairs (B+B- for K+ S, B0 B0bar
    for K*0 S): one B of each event is replaced.  Without it the other B is absent: all that the event has is
    the signal B.  Accepted: both daughters of S in the tracker and S decays at a transverse distance
    below ``radius_max`` (mm; guess: the inner half of the drift chamber).
    """

    parent: ClassVar[int]
    heavy: ClassVar[float]
    kaon: ClassVar[float]
    final: ClassVar[int]

    mass: Annotated[float, Field(gt=0, le=1e3)] = 0.5
    ctau: Annotated[float, Field(ge=0, le=1e5)] = 10.0
    other_b: FileName | None = None
    radius_max: Annotated[float, Field(gt=0, le=3000)] = 600.0

    @model_validator(mode="after")
    def _possible(self) -> BtoKS:
        lowest, highest = 2.0 * constants.mass(self.final), self.heavy - self.kaon
        if not lowest < self.mass < highest:
            sentence = f"mass must be between {lowest:.6g} and {highest:.6g} GeV, not {self.mass:.6g}"
            raise FieldError("mass", sentence)
        return self


class TauToLeptonAlpha(Signal):
    """e+e- -> tau+ tau-, one tau -> lepton alpha (invisible), two-body and isotropic.

    ``tag``: the other tau decays to three charged particles, or as taus do.  Accepted: the lepton and
    all charged particles of the other tau in the tracker.
    """

    lepton: ClassVar[int]

    mass: Annotated[float, Field(ge=0, le=1.6)] = 0.0
    tag: Literal["3-prong", "generic"] = "3-prong"
    isr: bool = True


class AprimeHiggs(Signal):
    """Dark Higgsstrahlung e+e- -> A' h', A' -> mu+ mu-, h' invisible.

    ``mass`` of the A', ``higgs_mass`` of the h'.  Accepted: both muons in the tracker.
    """

    mass: Annotated[float, Field(gt=2 * MUON_MASS, le=1e3)] = 5.0
    higgs_mass: Annotated[float, Field(ge=0, le=1e3)] = 1.0
    isr: bool = True

    @model_validator(mode="after")
    def _possible(self) -> AprimeHiggs:
        self.check_below("mass + higgs_mass", self.mass + self.higgs_mass, USABLE * self.collider.sqrt_s)
        return self


class FileSignal(FileInput, Signal):
    """Events of a HepMC3 ascii file, in the collider's laboratory.

    Accepted: ``all`` events, those with two charged particles in the tracker (``tracks``), or with a photon
    in the calorimeter (``photon``).  ``displaced``: PDG code of a long-lived particle whose transverse flight
    goes to truth.
    """

    acceptance: Literal["all", "tracks", "photon"] = "all"
    displaced: Annotated[int, Field(gt=-(2**31), lt=2**31)] | None = None


class LheSignal(LheInput, FileSignal):
    """Events of a Les Houches file (``.lhe`` or ``.lhe.gz``); keys as for ``hepmc-signal``."""
