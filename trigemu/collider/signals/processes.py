"""The ``[[belle2.process]]`` tables: Standard Model processes that fill a run.

Cross-sections in nb; those that are published were remembered from the Belle II Physics Book (arXiv:1808.10567),
not read: a remark, not a truth (signals_published B1).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.collider.signals.base import Degrees, FileInput, LheOptions, Source

Nanobarn = Annotated[float, Field(ge=0, le=1e9)]


class Process(Source):
    """A process.

    Its rate is luminosity x ``cross_section_nb`` (absent: the process's own, see each) or ``rate_hz``.
    """

    cross_section_nb: Nanobarn | None = None
    rate_hz: Annotated[float, Field(ge=0, le=1e7)] | None = None


class _ClosedForm(Process):
    """A process that formulas can make.

    ``events`` names a HepMC3 file in the folder ``input.path``: where that folder is given, events come from
    this file instead, with its cross-section.
    """

    events: str | None = None


class _Angles(_ClosedForm):
    """``theta_star``: range of the angle to the e- beam in the CM of the beams, of both particles of the pair.

    ``isr``: radiation of the beams; it changes where events are, not the cross-section.
    """

    theta_star: tuple[Degrees, Degrees] = (10.0, 170.0)
    isr: bool = True

    @model_validator(mode="after")
    def _rises(self) -> _Angles:
        if not 0.1 <= self.theta_star[0] < 90.0 < self.theta_star[1] <= 179.9:
            raise ValueError("theta_star must rise, between 0.1 and 179.9 degrees, and hold 90")
        return self


class GammaGamma(_Angles):
    """e+e- -> photon photon; 4.99 nb in 10-170 degrees (recalled), scaled as the Born form elsewhere."""

    process: Literal["gammagamma"] = "gammagamma"


class Bhabha(_Angles):
    """e+e- -> e+e-; 300 nb in 10-170 degrees (recalled), scaled as the Born form elsewhere."""

    process: Literal["bhabha"] = "bhabha"


class MuMu(_Angles):
    """e+e- -> mu mu; 1.148 nb in all (recalled), scaled as the Born form elsewhere."""

    process: Literal["mumu"] = "mumu"
    theta_star: tuple[Degrees, Degrees] = (0.1, 179.9)


class TauTau(_Angles):
    """e+e- -> tau tau, 0.919 nb (recalled); taus decay natively, spins uncorrelated."""

    process: Literal["tautau"] = "tautau"
    theta_star: tuple[Degrees, Degrees] = (0.1, 179.9)


class _Radiative(_ClosedForm):
    """2 -> 3 at lowest order, exact massless matrix element.

    Cuts in the CM: every photon above ``photon_energy`` (GeV) and in ``theta_star``; charged particles above
    ``lepton_energy`` and in ``theta_star``; every pair has an invariant mass above ``pair_mass`` (GeV), which
    keeps the collinear poles away.  Without ``cross_section_nb`` the lowest-order one is computed.
    """

    photon_energy: Annotated[float, Field(ge=0.05, le=5)] = 0.5
    lepton_energy: Annotated[float, Field(ge=0.05, le=5)] = 0.15
    pair_mass: Annotated[float, Field(ge=0.2, le=5)] = 0.3
    theta_star: tuple[Degrees, Degrees] = (15.0, 165.0)

    @model_validator(mode="after")
    def _rises(self) -> _Radiative:
        if not 5.0 <= self.theta_star[0] < self.theta_star[1] <= 175.0:
            raise ValueError("theta_star must rise, between 5 and 175 degrees")
        return self


class GammaGammaGamma(_Radiative):
    """e+e- -> three photons."""

    process: Literal["gammagammagamma"] = "gammagammagamma"


class MuMuGamma(_Radiative):
    """e+e- -> mu mu photon."""

    process: Literal["mumugamma"] = "mumugamma"


class EEGamma(_Radiative):
    """e+e- -> e e photon, both electrons visible."""

    process: Literal["eegamma"] = "eegamma"


class EEMuMu(_ClosedForm):
    """e+e- -> (e+e-) mu mu by two quasi-real photons along the beams; for rates.

    18.9 nb above 0.5 GeV, scaled as the equivalent-photon approximation elsewhere (which is 16 % too high
    there, signals_facts 2.2).  ``mass_min``: least mass of the muon pair.  The electrons leave in the beam
    pipe.
    """

    process: Literal["eemumu"] = "eemumu"
    mass_min: Annotated[float, Field(ge=0.3, le=5)] = 0.5


class Hepmc(FileInput, Process):
    """Events of a HepMC3 ascii file in Belle II's laboratory; its cross-section if it has one.

    ``optional``: left out of a run without ``input.path``, the folder of event files.
    """

    process: Literal["hepmc"] = "hepmc"
    optional: bool = False


class Lhe(LheOptions, FileInput, Process):
    """Events of a Les Houches file, undecayed taus and hadrons as they are; its cross-section."""

    process: Literal["lhe"] = "lhe"


AnyProcess = Annotated[
    GammaGamma | Bhabha | MuMu | TauTau | GammaGammaGamma | MuMuGamma | EEGamma | EEMuMu | Hepmc | Lhe,
    Field(discriminator="process"),
]
"""Any of the processes, told apart by ``process``."""
