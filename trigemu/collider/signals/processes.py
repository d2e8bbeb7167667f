"""Process tables that experiments at colliders share: Standard Model processes that fill a run."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.collider.signals.base import USABLE, Degrees, FileInput, LheInput, Source
from trigemu.config.model import FileName
from trigemu.config.rules import Rule, bounds, values, within
from trigemu.physics.constants import MUON, mass

_TWO_MUONS = 2.0 * mass(MUON)

Nanobarn = Annotated[float, Field(ge=0, le=1e9)]

PROCESS_FILE = "trigemu.collider.signals.file_sampler:ProcessFile"
"""Samples a process's events from a file."""


class Process(Source):
    """A process that fills a run."""

    process: str = ""
    """Which process."""
    cross_section_nb: Nanobarn | None = None
    """Its cross-section: its rate is luminosity x this [nb]; not given, the process's own, see each."""
    rate_hz: Annotated[float, Field(ge=0, le=1e7)] | None = None
    """Its rate instead [Hz]."""


class ClosedForm(Process):
    """A process that formulas can make."""

    events: FileName | None = None
    """HepMC3 file in the folder ``input.path``: where that folder is given, events come from this file instead, with
    its cross-section."""

    @property
    def reads_events(self) -> bool:
        """Whether its events may come from a file."""
        return self.events is not None


class PairProcess(ClosedForm):
    """e+e- -> two photons, electrons, muons or taus (which decay natively, spins uncorrelated).

    The cross-section is the one published for the collider, scaled as the Born form to other angles, or the Born
    cross-section.
    """

    pair: ClassVar[Literal["photons", "bhabha", "muons", "taus"]]

    theta_star: tuple[Degrees, Degrees] = (10.0, 170.0)
    """Range of the angle to the e- beam in the CM of the beams, of both particles of the pair [deg].  Source:
    chosen."""
    isr: bool = True
    """Whether the beams radiate; it changes where events are, not the cross-section."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [
            *super().schema_rules(),
            values(
                theta_star=bounds(
                    {"minimum": 0.1, "exclusiveMaximum": 90}, {"exclusiveMinimum": 90, "maximum": 179.9}
                )
            ),
        ]

    @model_validator(mode="after")
    def _rises(self) -> PairProcess:
        if not 0.1 <= self.theta_star[0] < 90.0 < self.theta_star[1] <= 179.9:
            raise ValueError("theta_star must rise, between 0.1 and 179.9 degrees, and hold 90")
        return self


class RadiativeProcess(ClosedForm):
    """2 -> 3 at lowest order, exact (muons with their mass, electrons massless): three photons, mu mu or e e photon.

    Without ``cross_section_nb`` the lowest-order one is computed, the same in every run, to 0.1-0.3 % for cuts like the
    default ones.
    """

    radiative: ClassVar[Literal["gammagammagamma", "mumugamma", "eegamma"]]

    photon_energy: Annotated[float, Field(ge=0.05, le=5)] = 0.5
    """Every photon is above this in the CM [GeV].  Source: chosen."""
    lepton_energy: Annotated[float, Field(ge=0.05, le=5)] = 0.15
    """Charged particles are above this in the CM [GeV].  Source: chosen."""
    pair_mass: Annotated[float, Field(ge=0.2, le=5)] = 0.3
    """Every pair has an invariant mass above this, which keeps the collinear poles away [GeV].  Source: chosen."""
    theta_star: tuple[Degrees, Degrees] = (15.0, 165.0)
    """Range of the angles of all particles in the CM [deg].  Source: chosen."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), values(theta_star=bounds(within(5, 175), within(5, 175)))]

    @model_validator(mode="after")
    def _possible(self) -> RadiativeProcess:
        if not 5.0 <= self.theta_star[0] < self.theta_star[1] <= 175.0:
            raise ValueError("theta_star must rise, between 5 and 175 degrees")
        # At most three equal masses of pairs, three equal photons, a photon beside the lightest pair, or two equal
        # leptons beside the softest photon.
        top, photon = self.collider.sqrt_s, self.photon_energy
        self.check_below("pair_mass", self.pair_mass, top / 3.0**0.5)
        if self.radiative == "gammagammagamma":
            self.check_below("photon_energy", photon, top / 3.0)
        else:
            pair, why = self.pair_mass, f"pair_mass = {self.pair_mass:.5g}"
            if self.radiative == "mumugamma" and pair < _TWO_MUONS:
                pair, why = _TWO_MUONS, "two muons"
            self.check_below("photon_energy", photon, 0.5 * top * (1.0 - (pair / top) ** 2), why)
            most = 0.5 * (top - photon)
            self.check_below("lepton_energy", self.lepton_energy, most, f"photon_energy = {photon:.5g}")
        return self


class EEMuMu(ClosedForm):
    """e+e- -> (e+e-) mu mu by two quasi-real photons along the beams; for rates.

    The electrons leave in the beam pipe.  The cross-section is that of the equivalent-photon approximation times the
    collider's correction to it.
    """

    mass_min: Annotated[float, Field(ge=0.3, le=5)] = 0.5
    """Least mass of the muon pair [GeV].  Source: chosen."""

    @model_validator(mode="after")
    def _possible(self) -> EEMuMu:
        self.check_below("mass_min", self.mass_min, USABLE * self.collider.sqrt_s)
        return self


class FileProcess(FileInput, Process):
    """Events of a file; its cross-section if it has one."""


class Hepmc(FileProcess):
    """Events of a HepMC3 ascii file in the collider's laboratory; its cross-section if it has one."""

    process: Literal["hepmc"] = "hepmc"
    """Events of a HepMC3 file."""
    optional: bool = False
    """Whether it is left out of a run without ``input.path``, the folder of event files."""


class Lhe(LheInput, FileProcess):
    """Events of a Les Houches file, undecayed taus and hadrons as they are; its cross-section."""
