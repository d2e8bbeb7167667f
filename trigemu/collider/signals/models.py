"""The ``[[signal]]`` tables that experiments at colliders share; each registers its own subclasses of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.collider.collider import Collider
from trigemu.collider.signals.base import USABLE, Degrees, FileInput, LheInput, Signal
from trigemu.config.model import FieldError
from trigemu.config.rules import Rule, absent, bounds, values, within
from trigemu.physics import constants

MUON_MASS, TAU_MASS = constants.mass(constants.MUON), constants.mass(constants.TAU)
FINALS = {"ee": constants.ELECTRON, "mumu": constants.MUON, "pipi": constants.PION}
"""What an A' decays to; of each one code."""

LAMBDA_C_MASS = constants.mass(constants.LAMBDA_C)
LAMBDA_C_ROOM = 0.005
"""GeV above the threshold of Lambda_c pairs that the energy spread of the beams needs."""


class GammaAprime(Signal):
    """e+e- -> photon A', A' invisible.

    Accepted: the photon is in the calorimeter, outside its gaps.
    """

    mass: Annotated[float, Field(ge=0, le=1e3)] = 1.0
    """Mass of the A' [GeV].  Source: chosen."""
    theta_star: tuple[Degrees, Degrees] = (10.0, 170.0)
    """Range of the photon's polar angle in the CM [deg].  Source: chosen."""
    isr: bool = True
    """Whether the beams radiate."""
    minimum_energy: Annotated[float, Field(gt=0.0, le=2.0)] = 0.1
    """Least energy of the photon in the system after radiation [GeV].  Source: chosen."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), values(theta_star=bounds(within(1, 179), within(1, 179)))]

    @classmethod
    def section_rules(cls) -> list[Rule]:
        """Return what the collider's energy allows, as JSON schema."""
        return [
            values(
                mass={"exclusiveMaximum": cls.top()}, minimum_energy={"exclusiveMaximum": 0.5 * cls.top()}
            ),
            absent("minimum_energy", values(mass={"exclusiveMaximum": heaviest(cls.top(), 0.1)})),
        ]

    @classmethod
    def top(cls) -> float:
        """Return the highest energy (GeV in the CM) that its events can have."""
        return cls.collider.sqrt_s

    @model_validator(mode="after")
    def _possible(self) -> GammaAprime:
        if not 1.0 <= self.theta_star[0] < self.theta_star[1] <= 179.0:
            raise ValueError("theta_star must rise, between 1 and 179 degrees")
        top, energy = self.highest.sqrt_s, self.minimum_energy
        self.check_below("minimum_energy", energy, 0.5 * top)
        self.check_below("mass", self.mass, self.heaviest(top), f"minimum_energy = {energy:.5g}")
        return self

    def heaviest(self, sqrt_s: float) -> float:
        """Return the mass (GeV) beside which the photon has ``minimum_energy``; 0 where it never has."""
        return heaviest(sqrt_s, self.minimum_energy)


def heaviest(sqrt_s: float, energy: float) -> float:
    """Return the mass (GeV) beside which a photon has this energy; 0 where it never has."""
    return math.sqrt(max(sqrt_s * (sqrt_s - 2.0 * energy), 0.0))


class Darkonium(GammaAprime):
    """e+e- -> photon Upsilon_D, Upsilon_D -> A' A' A', each A' -> e+e-, mu+mu- or pi+pi-.

    The photon's angle is that beside an A' of this mass.  Spins are left out.  Accepted: all six charged particles in
    the tracker, and every A' decays within ``radius_max``.
    """

    mass: Annotated[float, Field(gt=0, le=1e3)] = 3.0
    """Mass of the Upsilon_D, a bound state of dark fermions [GeV].  Source: chosen."""
    aprime_mass: Annotated[float, Field(gt=2 * constants.mass(constants.ELECTRON), le=3.5)] = 0.5
    """Mass of the A', below two taus [GeV].  Source: chosen."""
    ctau: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    """Proper decay length of the A', independent of its mass (0: prompt) [mm].  Source: chosen."""
    final: Literal["any", "ee", "mumu", "pipi"] = "any"
    """What every A' decays to; ``any``: each for itself, in proportion to its widths to the three, other hadrons
    left out.  Source: chosen."""
    radius_max: Annotated[float, Field(gt=0, le=3000)] = 600.0
    """Accepted are events in which every A' decays at a transverse distance below this [mm].  Source: guess, as for
    B -> K S."""

    @model_validator(mode="after")
    def _decays(self) -> Darkonium:
        found, most, least = self.aprime_mass, self.mass / 3.0, 0.0
        if self.final != "any":
            least = 2.0 * constants.mass(FINALS[self.final])
        # A rounding below a third leaves no room for phase space.
        if not least < found < (1.0 - 1e-9) * most:
            sentence = f"aprime_mass must be between {least:.6g} and {most:.6g} GeV, a third of mass, not {found:.6g}"
            raise FieldError("aprime_mass", sentence)
        return self


Energy = Annotated[float, Field(ge=0.5, le=1e3)]
Luminosity = Annotated[float, Field(gt=0, le=1e9)]


class ScannedAprime(GammaAprime):
    """e+e- -> photon A', A' invisible, from a list of energies."""

    collider_at: ClassVar[Callable[[float], Collider]]
    energy_range: ClassVar[tuple[float, float]]
    """Energies (GeV) at which the experiment can run."""

    energies: Annotated[tuple[tuple[Energy, Luminosity], ...], Field(max_length=256)] = ()
    """Pairs of the energy in the CM [GeV] and the luminosity taken there [1/pb]: an event is from each in proportion
    to luminosity x lowest-order cross-section for the photon in ``theta_star``, from none whose photon would be
    below ``minimum_energy``.  Without the list all are at the run's energy."""

    @classmethod
    def top(cls) -> float:
        """Return the highest energy (GeV in the CM) that its events can have."""
        return cls.energy_range[1]

    @classmethod
    def section_rules(cls) -> list[Rule]:
        """Return what the collider's energy allows, as JSON schema."""
        here: Rule = values(mass={"exclusiveMaximum": cls.collider.sqrt_s})
        return [*super().section_rules(), absent("energies", here)]

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [
            *super().schema_rules(),
            values(energies={"items": bounds(within(*cls.energy_range))}),
        ]

    @model_validator(mode="after")
    def _in_range(self) -> ScannedAprime:
        low, high = type(self).energy_range
        for number, (energy, _) in enumerate(self.energies):
            if not low <= energy <= high:
                sentence = f"energy {number} must be {low:g}-{high:g} GeV, not {energy:g}"
                raise FieldError("energies", sentence)
        return self

    @property
    def highest(self) -> Collider:
        """The collider at the highest energy of the list."""
        if not self.energies:
            return self.collider
        return type(self).collider_at(max(energy for energy, _ in self.energies))


class RadiativeScalar(Signal):
    """e+e- -> vector resonance -> photon A0, A0 -> mu+ mu-; the scalar decays isotropically.

    The collider stands at the resonance; no radiation of the beams.  Accepted: both muons in the tracker, the photon in
    the calorimeter, outside its gaps.
    """

    resonance: ClassVar[str]
    pole: ClassVar[float]

    mass: Annotated[float, Field(gt=2 * MUON_MASS, le=1e3)] = 1.0
    """Mass of the A0 [GeV].  Source: chosen."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), values(mass={"exclusiveMaximum": USABLE * cls.pole})]

    @model_validator(mode="after")
    def _at_the_resonance(self) -> RadiativeScalar:
        check_resonance(self, self.resonance, self.pole)
        self.check_below("mass", self.mass, USABLE * self.pole)
        return self


NEAR = 0.005
"""GeV that the energy may be off a resonance's mass."""


def check_resonance(table: Signal, name: str, pole: float) -> None:
    """Raise `FieldError` unless the collider stands at a resonance of this mass (GeV)."""
    found = table.collider.sqrt_s
    if abs(found - pole) > NEAR:
        sentence = f"is made at the {name}: sqrt_s must be {pole:.4f} GeV within {NEAR} GeV, not {found:.5g}"
        raise FieldError("signal", sentence)


class LambdaCToProton(Signal):
    """e+e- -> Lambda_c+ Lambda_c-, one of them -> p gamma' with an invisible gamma', isotropically.

    The other Lambda_c decays by phase space to a short list of hadronic modes.  Accepted: all charged particles in the
    tracker.
    """

    mass: Annotated[float, Field(ge=0, le=1.3)] = 0.0
    """Mass of the gamma' [GeV].  Source: chosen."""
    polarisation: Annotated[float, Field(ge=-1, le=1)] = -0.2
    """Angle of the pair in the CM: 1 + this x cos^2.  Source: recalled, measured near the threshold, at 4.60 GeV."""

    @model_validator(mode="after")
    def _above_threshold(self) -> LambdaCToProton:
        least, found = 2.0 * LAMBDA_C_MASS, self.collider.sqrt_s
        if found < least + LAMBDA_C_ROOM:
            raise FieldError(
                "signal", f"needs sqrt_s of at least {least + LAMBDA_C_ROOM:.4f} GeV, not {found:.5g}"
            )
        return self


class MuMuZprime(Signal):
    """e+e- -> mu+ mu- Z', Z' invisible; vector coupling to the muon.

    Accepted: both muons in the tracker.
    """

    mass: Annotated[float, Field(ge=0.01, le=1e3)] = 1.0
    """Mass of the Z' [GeV].  Source: chosen."""
    isr: bool = True
    """Whether the beams radiate."""

    @classmethod
    def section_rules(cls) -> list[Rule]:
        """Return what the collider's energy allows, as JSON schema."""
        return [values(mass={"exclusiveMaximum": USABLE * cls.collider.sqrt_s - 2.0 * MUON_MASS})]

    @model_validator(mode="after")
    def _possible(self) -> MuMuZprime:
        self.check_below("mass", self.mass, USABLE * self.collider.sqrt_s - 2.0 * MUON_MASS, "two muons")
        return self


class MuMuTauTau(MuMuZprime):
    """e+e- -> mu+ mu- X, X -> tau+ tau-.

    Accepted: exactly four charged particles, all in the tracker (both taus decay to one charged particle).
    """

    mass: Annotated[float, Field(gt=2 * TAU_MASS, le=1e3)] = 5.0
    """Mass of X [GeV].  Source: chosen."""
    coupling: Literal["vector", "scalar", "pseudoscalar"] = "vector"
    """Coupling of X to leptons (``pseudoscalar``: an axion-like particle).  Source: chosen."""


class AprimeHiggs(Signal):
    """Dark Higgsstrahlung e+e- -> A' h', A' -> mu+ mu-, h' invisible.

    Accepted: both muons in the tracker.
    """

    mass: Annotated[float, Field(gt=2 * MUON_MASS, le=1e3)] = 5.0
    """Mass of the A' [GeV].  Source: chosen."""
    higgs_mass: Annotated[float, Field(ge=0, le=1e3)] = 1.0
    """Mass of the h' [GeV].  Source: chosen."""
    isr: bool = True
    """Whether the beams radiate."""

    @classmethod
    def section_rules(cls) -> list[Rule]:
        """Return what the collider's energy allows, as JSON schema."""
        top: Rule = {"exclusiveMaximum": USABLE * cls.collider.sqrt_s}
        return [values(mass=top, higgs_mass=top)]

    @model_validator(mode="after")
    def _possible(self) -> AprimeHiggs:
        self.check_below("mass + higgs_mass", self.mass + self.higgs_mass, USABLE * self.collider.sqrt_s)
        return self


class FileSignal(FileInput, Signal):
    """Events of a HepMC3 ascii file, in the collider's laboratory."""

    acceptance: Literal["all", "tracks", "photon"] = "all"
    """Accepted are ``all`` events, those with two charged particles in the tracker (``tracks``), or with a photon in
    the calorimeter (``photon``).  Source: chosen."""
    displaced: Annotated[int, Field(gt=-(2**31), lt=2**31)] | None = None
    """PDG code of a long-lived particle whose transverse flight goes to truth."""


class LheSignal(LheInput, FileSignal):
    """Events of a Les Houches file (``.lhe`` or ``.lhe.gz``); keys as for ``hepmc-signal``."""
