"""The ``[[signal]]`` table of a dark scalar: data only, see `catalogue`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.config.rules import Rule, values, when
from trigemu.experiments.na62.signals.final_states import FinalState
from trigemu.experiments.na62.signals.long_lived import FromHeavyFlavour
from trigemu.physics import dark_scalar
from trigemu.physics.constants import ELECTRON, KAON, MUON, PION, mass
from trigemu.physics.heavy_flavour import Source

CHANNELS = {
    "ee": ("ee", ELECTRON, 1.0),
    "mumu": ("mumu", MUON, 1.0),
    "pipi": ("pipi", PION, 2.0 / 3.0),
    "kk": ("KK", KAON, 1.0 / 2.0),
}
"""Name of each channel in `trigemu.physics.dark_scalar`, its daughter, and the share of it that is charged."""


class DarkScalar(FromHeavyFlavour):
    """A scalar S of one mass that mixes with the Higgs boson, from beauty, decaying to two charged particles."""

    noun: ClassVar[str] = "dark scalar"
    keys_of_lifetime: ClassVar[tuple[str, ...]] = ("theta",)

    mass: Annotated[float, Field(ge=dark_scalar.MASS_RANGE[0], lt=dark_scalar.MASS_RANGE[1])]
    """Mass of S [GeV]; above that of what it decays to."""

    theta: Annotated[float, Field(gt=0, le=1)] | None = None
    """Sine of the mixing angle, which sets the lifetime; without it the long-lived limit."""

    channel: Literal["visible", "ee", "mumu", "pipi", "kk"] = "visible"
    """What S decays to: all of these pairs that are open, by their branching fractions (``visible``), or one of them.
    Pairs of mesons are charged ones, and open below 2 GeV alone.  Source: chosen."""

    hadrons: dark_scalar.Model = "table"
    """Widths to mesons below 2 GeV, which are known to factors of 2 to 10: those of chiral perturbation theory
    (``chpt``), the same scaled to a dispersive calculation (``table``), or none (``leptons``).  Source: chosen."""

    @property
    def lifetime(self) -> float:
        """Lifetime times c, mm; infinite for the long-lived limit."""
        if self.ctau is not None:
            return self.ctau
        return dark_scalar.ctau(self.mass, (self.theta or 0.0) ** 2, model=self.hadrons)

    @property
    def sources(self) -> list[Source]:
        """Where S come from, for full mixing."""
        return dark_scalar.production(self.mass, 1.0)

    @property
    def final_states(self) -> list[FinalState]:
        """What S decays to, of the chosen pairs those that are open; shares are widths for full mixing (GeV)."""
        found = dark_scalar.widths(self.mass, 1.0, model=self.hadrons)
        names = CHANNELS if self.channel == "visible" else (self.channel,)
        named = (CHANNELS[name] for name in names)
        return [
            FinalState((pdg, -pdg), charged * found[name]) for name, pdg, charged in named if name in found
        ]

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        mesons = [name for name, (_, daughter, _) in CHANNELS.items() if daughter in (PION, KAON)]
        none = when("hadrons", "leptons", values(channel={"not": {"enum": mesons}}))
        return [*super().schema_rules(), *(_range(name) for name in CHANNELS), none]

    @model_validator(mode="after")
    def _possible(self) -> DarkScalar:
        if self.channel != "visible":
            lowest = 2.0 * mass(CHANNELS[self.channel][1])
            if self.mass <= lowest:
                raise ValueError(f"mass must be above {lowest:.6g} GeV for channel {self.channel!r}")
        if not self.final_states:
            how = "at 2 GeV and above" if self.mass >= 2.0 else f"with hadrons = {self.hadrons!r}"
            raise ValueError(f"channel {self.channel!r} has no width {how}")
        if not self.sources:
            raise ValueError("mass is beyond what decays of beauty give")
        return self


def _range(name: str) -> Rule:
    limits = {"exclusiveMinimum": 2.0 * mass(CHANNELS[name][1])}
    if name in ("pipi", "kk"):
        limits["exclusiveMaximum"] = 2.0
    return when("channel", name, values(mass=limits))
