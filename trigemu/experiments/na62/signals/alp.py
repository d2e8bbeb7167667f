"""The ``[[signal]]`` table of an axion-like particle: data only, see `catalogue`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.config.rules import Rule, at_least_one, values, when
from trigemu.experiments.na62.signals.final_states import FinalState
from trigemu.experiments.na62.signals.long_lived import FromHeavyFlavour
from trigemu.physics import alp
from trigemu.physics.constants import ELECTRON, MUON, PHOTON, mass
from trigemu.physics.heavy_flavour import Source

CHANNELS = {"gammagamma": PHOTON, "ee": ELECTRON, "mumu": MUON}
"""What each channel has two of."""

Coupling = Annotated[float, Field(ge=1e-100, le=1e3)]
"""Bounded below where the square would be lost."""


class AxionLike(FromHeavyFlavour):
    """An axion-like particle a of one mass from B -> K a and K* a, decaying to two photons or leptons.

    Accepted are two photons that hit the LKr 100 mm apart or more with at least 1 GeV each and 3 GeV together, or two
    leptons as for A'.  Left out, for lack of a closed form: Primakoff production, mixing with pi0, eta and eta'.
    """

    noun: ClassVar[str] = "axion-like particle"
    keys_of_lifetime: ClassVar[tuple[str, ...]] = ("photon", "lepton", "w")

    mass: Annotated[float, Field(ge=alp.MASS_RANGE[0], lt=alp.MASS_RANGE[1])]
    """Mass of a [GeV]; above that of what it decays to."""

    channel: Literal["gammagamma", "ee", "mumu"] = "gammagamma"
    """What a decays to.  Source: chosen."""

    photon: Coupling | None = None
    """Coupling g to photons, -(g / 4) a F F~ [GeV^-1]."""

    lepton: Coupling | None = None
    """Coupling c / f to leptons, one for all; amplitudes are proportional to their masses [GeV^-1]."""

    w: Coupling | None = None
    """Coupling g to W, -(g / 4) a W W~, which gives one to photons too [GeV^-1].  With none of the three couplings the
    long-lived limit."""

    p_min: Annotated[float, Field(ge=1, lt=400)] = 3.0
    """Slower particles are not generated [GeV].
    Source: chosen, the energy of two photons together that is asked for (ALPINIST)."""

    @property
    def acceptance(self) -> str:
        """What counts as accepted, see `trigemu.experiments.na62.generator`."""
        return "photons" if self.channel == "gammagamma" else "pair"

    @property
    def couplings(self) -> alp.Couplings:
        """The couplings, 0 where they are not given."""
        return alp.Couplings(self.photon or 0.0, self.lepton or 0.0, self.w or 0.0)

    @property
    def sources(self) -> list[Source]:
        """Where a come from, for a coupling to s and b quarks of 1 / GeV."""
        return alp.production(self.mass, alp.Couplings(bs=1.0))

    @property
    def lifetime(self) -> float:
        """Lifetime times c, mm; infinite for the long-lived limit."""
        return alp.ctau(self.mass, self.couplings) if self.ctau is None else self.ctau

    @property
    def final_states(self) -> list[FinalState]:
        """What a decays to."""
        pdg = CHANNELS[self.channel]
        return [FinalState((pdg, pdg if pdg == PHOTON else -pdg))]

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        pairs = ((name, 2.0 * mass(pdg)) for name, pdg in CHANNELS.items() if pdg != PHOTON)
        opened = (when("channel", name, values(mass={"exclusiveMinimum": low})) for name, low in pairs)
        photons, leptons = at_least_one("photon", "w"), at_least_one("lepton")
        coupled = [
            when("channel", "gammagamma", {"if": leptons, "then": photons}, usual=True),
            *(when("channel", name, {"if": photons, "then": leptons}) for name in ("ee", "mumu")),
        ]
        return [*super().schema_rules(), *opened, *coupled]

    @model_validator(mode="after")
    def _possible(self) -> AxionLike:
        if self.channel != "gammagamma":
            lowest = 2.0 * mass(CHANNELS[self.channel])
            if self.mass <= lowest:
                raise ValueError(f"mass must be above {lowest:.6g} GeV for channel {self.channel!r}")
        if self.couplings != alp.Couplings() and self.channel not in alp.widths(self.mass, self.couplings):
            needed = "photon or w" if self.channel == "gammagamma" else "lepton"
            raise ValueError(f"channel {self.channel!r} is closed with these couplings: give {needed}")
        if not self.sources:
            raise ValueError("mass is beyond what decays of beauty give")
        return self
