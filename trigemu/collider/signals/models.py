"""The ``[[signal]]`` tables of Belle II.

Data only: a worker reads these without starting the compiler; `trigemu.collider.signals.sampling`
gives them life.  Masses in GeV, ctau in mm, angles in degrees.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.collider.signals.base import SQRT_S, Degrees, FileInput, LheOptions, Mass, Signal
from trigemu.collider.signals.guns import ElectronGun, KaonGun, MuonGun, PhotonGun, PionGun, ProtonGun
from trigemu.physics import constants
from trigemu.setup.data import SignalSpec

_MU, _TAU = constants.mass(constants.MUON), 1.77693
_B_PLUS, _B_ZERO = 5.27941, 5.27972
_KAON, _K_STAR = constants.mass(constants.KAON), 0.89556


class GammaAprime(Signal):
    """e+e- -> photon A', A' invisible.

    ``mass`` of the A'.  The photon's angle in the CM lies in ``theta_star``; ``isr`` adds
    radiation of the beams, down to a photon of ``minimum_energy`` (GeV, in the system after radiation).
    Accepted: the photon is in the calorimeter, 12.4-155.1 degrees without the two gaps.
    """

    signal: Literal["gamma-aprime"] = "gamma-aprime"
    mass: Annotated[float, Field(ge=0, le=10.4)] = 1.0
    theta_star: tuple[Degrees, Degrees] = (10.0, 170.0)
    isr: bool = True
    minimum_energy: Annotated[float, Field(gt=0.0, le=2.0)] = 0.1

    @model_validator(mode="after")
    def _possible(self) -> GammaAprime:
        if not 1.0 <= self.theta_star[0] < self.theta_star[1] <= 179.0:
            raise ValueError("theta_star must rise, between 1 and 179 degrees")
        lowest_s = self.minimum_energy + (self.minimum_energy**2 + self.mass**2) ** 0.5
        if lowest_s >= SQRT_S:
            raise ValueError("mass is too near the energy of the collision for minimum_energy")
        return self


class MuMuZprime(Signal):
    """e+e- -> mu+ mu- Z', Z' invisible; vector coupling to the muon.

    Accepted: both muons in the drift chamber, 17-150 degrees.
    """

    signal: Literal["mumu-zprime"] = "mumu-zprime"
    mass: Annotated[float, Field(ge=0.01, le=10.3)] = 1.0
    isr: bool = True


class MuMuTauTau(Signal):
    """e+e- -> mu+ mu- X, X -> tau+ tau-.

    ``coupling`` of X to leptons: vector, scalar or pseudoscalar (an axion-like particle).  Accepted: exactly
    four charged particles, all in 17-150 degrees (both taus decay to one charged particle).
    """

    signal: Literal["mumu-tautau"] = "mumu-tautau"
    mass: Annotated[float, Field(gt=2 * _TAU, le=10.3)] = 5.0
    coupling: Literal["vector", "scalar", "pseudoscalar"] = "vector"
    isr: bool = True


class BtoKS(Signal):
    """Upsilon(4S) -> B B, one B -> K S with a long-lived scalar S.

    ``mass`` and ``ctau`` of S are independent.  ``other_b``: HepMC3 file of B pairs (B+B- for K+ S, B0 B0bar
    for K*0 S): one B of each event is replaced.  Without it the other B is absent: all that the event has is
    the signal B.  Accepted: both daughters of S within 17-150 degrees and S decays at a transverse distance
    below ``radius_max`` (mm; guess: the inner half of the drift chamber).
    """

    parent: ClassVar[int]
    heavy: ClassVar[float]
    kaon: ClassVar[float]
    final: ClassVar[int]

    mass: Annotated[float, Field(gt=0, le=4.79)] = 0.5
    ctau: Annotated[float, Field(ge=0, le=1e5)] = 10.0
    other_b: str | None = None
    radius_max: Annotated[float, Field(gt=0, le=3000)] = 600.0

    @model_validator(mode="after")
    def _possible(self) -> BtoKS:
        lowest, highest = 2.0 * constants.mass(self.final), self.heavy - self.kaon
        if not lowest < self.mass < highest:
            raise ValueError(f"mass must be between {lowest:.6g} and {highest:.6g} GeV")
        return self


class _ToKaon(BtoKS):
    parent = 521
    heavy = _B_PLUS
    kaon = _KAON


class _ToKstar(BtoKS):
    parent = 511
    heavy = _B_ZERO
    kaon = _K_STAR


class BtoKEE(_ToKaon):
    """B+ -> K+ S, S -> e+ e-."""

    final = constants.ELECTRON
    signal: Literal["b-ks-ee"] = "b-ks-ee"


class BtoKMuMu(_ToKaon):
    """B+ -> K+ S, S -> mu+ mu-."""

    final = constants.MUON
    signal: Literal["b-ks-mumu"] = "b-ks-mumu"


class BtoKPiPi(_ToKaon):
    """B+ -> K+ S, S -> pi+ pi-."""

    final = constants.PION
    signal: Literal["b-ks-pipi"] = "b-ks-pipi"


class BtoKKK(_ToKaon):
    """B+ -> K+ S, S -> K+ K-."""

    final = constants.KAON
    signal: Literal["b-ks-kk"] = "b-ks-kk"
    mass: Annotated[float, Field(gt=0, le=4.79)] = 1.5


class BtoKstarEE(_ToKstar):
    """B0 -> K*0 S, S -> e+ e-."""

    final = constants.ELECTRON
    signal: Literal["b-kstar-ee"] = "b-kstar-ee"


class BtoKstarMuMu(_ToKstar):
    """B0 -> K*0 S, S -> mu+ mu-."""

    final = constants.MUON
    signal: Literal["b-kstar-mumu"] = "b-kstar-mumu"


class BtoKstarPiPi(_ToKstar):
    """B0 -> K*0 S, S -> pi+ pi-."""

    final = constants.PION
    signal: Literal["b-kstar-pipi"] = "b-kstar-pipi"


class BtoKstarKK(_ToKstar):
    """B0 -> K*0 S, S -> K+ K-."""

    final = constants.KAON
    signal: Literal["b-kstar-kk"] = "b-kstar-kk"
    mass: Annotated[float, Field(gt=0, le=4.79)] = 1.5


class TauToLeptonAlpha(Signal):
    """e+e- -> tau+ tau-, one tau -> lepton alpha (invisible), two-body and isotropic.

    ``tag``: the other tau decays to three charged particles, or as taus do.  Accepted: the lepton and
    all charged particles of the other tau within 17-150 degrees.
    """

    lepton: ClassVar[int]

    mass: Annotated[float, Field(ge=0, le=1.6)] = 0.0
    tag: Literal["3-prong", "generic"] = "3-prong"
    isr: bool = True


class TauToEAlpha(TauToLeptonAlpha):
    """tau -> e alpha."""

    lepton = constants.ELECTRON
    signal: Literal["tau-ealpha"] = "tau-ealpha"


class TauToMuAlpha(TauToLeptonAlpha):
    """tau -> mu alpha."""

    lepton = constants.MUON
    signal: Literal["tau-mualpha"] = "tau-mualpha"


class AprimeHiggs(Signal):
    """Dark Higgsstrahlung e+e- -> A' h', A' -> mu+ mu-, h' invisible.

    ``mass`` of the A', ``higgs_mass`` of the h'.  Accepted: both muons within 17-150 degrees.
    """

    signal: Literal["aprime-higgs"] = "aprime-higgs"
    mass: Annotated[float, Field(gt=2 * _MU, le=10.4)] = 5.0
    higgs_mass: Mass = 1.0
    isr: bool = True

    @model_validator(mode="after")
    def _possible(self) -> AprimeHiggs:
        if self.mass + self.higgs_mass >= 10.5:
            raise ValueError("mass + higgs_mass must be below 10.5 GeV")
        return self


class HepmcSignal(FileInput, Signal):
    """Events of a HepMC3 ascii file, in Belle II's laboratory.

    Accepted: ``all`` events, those with two charged particles in 17-150 degrees (``tracks``), or with a photon
    in the calorimeter (``photon``).  ``displaced``: PDG code of a long-lived particle whose transverse flight
    goes to truth.
    """

    signal: Literal["hepmc-signal"] = "hepmc-signal"
    acceptance: Literal["all", "tracks", "photon"] = "all"
    displaced: int | None = None


class LheSignal(LheOptions, FileInput, Signal):
    """Events of a Les Houches file (``.lhe`` or ``.lhe.gz``); keys as for ``hepmc-signal``."""

    signal: Literal["lhe-signal"] = "lhe-signal"
    acceptance: Literal["all", "tracks", "photon"] = "all"
    displaced: int | None = None


SIGNALS: tuple[SignalSpec, ...] = (
    SignalSpec("gamma-aprime", "e+e- -> photon A', A' invisible", GammaAprime),
    SignalSpec("mumu-zprime", "e+e- -> mu mu Z', Z' invisible", MuMuZprime),
    SignalSpec("mumu-tautau", "e+e- -> mu mu X, X -> tau tau", MuMuTauTau),
    SignalSpec("b-ks-ee", "B+ -> K+ S, S -> ee", BtoKEE),
    SignalSpec("b-ks-mumu", "B+ -> K+ S, S -> mu mu", BtoKMuMu),
    SignalSpec("b-ks-pipi", "B+ -> K+ S, S -> pi pi", BtoKPiPi),
    SignalSpec("b-ks-kk", "B+ -> K+ S, S -> KK", BtoKKK),
    SignalSpec("b-kstar-ee", "B0 -> K*0 S, S -> ee", BtoKstarEE),
    SignalSpec("b-kstar-mumu", "B0 -> K*0 S, S -> mu mu", BtoKstarMuMu),
    SignalSpec("b-kstar-pipi", "B0 -> K*0 S, S -> pi pi", BtoKstarPiPi),
    SignalSpec("b-kstar-kk", "B0 -> K*0 S, S -> KK", BtoKstarKK),
    SignalSpec("tau-ealpha", "tau -> e alpha, alpha invisible", TauToEAlpha),
    SignalSpec("tau-mualpha", "tau -> mu alpha, alpha invisible", TauToMuAlpha),
    SignalSpec("aprime-higgs", "e+e- -> A' h', A' -> mu mu", AprimeHiggs),
    SignalSpec("hepmc-signal", "events of a HepMC3 file", HepmcSignal),
    SignalSpec("lhe-signal", "events of a Les Houches file", LheSignal),
    SignalSpec("electron-gun", "single electrons", ElectronGun),
    SignalSpec("muon-gun", "single muons", MuonGun),
    SignalSpec("pion-gun", "single pions", PionGun),
    SignalSpec("kaon-gun", "single kaons", KaonGun),
    SignalSpec("proton-gun", "single protons", ProtonGun),
    SignalSpec("photon-gun", "single photons", PhotonGun),
)
"""The signals that Belle II can generate."""
