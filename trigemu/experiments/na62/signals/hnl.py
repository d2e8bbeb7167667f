"""The ``[[signal]]`` table of a heavy neutral lepton: data only, see `catalogue`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.config.rules import Rule, above_zero, values, when
from trigemu.experiments.na62.signals.final_states import NEUTRINO, FinalState
from trigemu.experiments.na62.signals.long_lived import FromHeavyFlavour
from trigemu.physics import hnl
from trigemu.physics.constants import ELECTRON, KAON, MUON, PION, TAU, mass
from trigemu.physics.heavy_flavour import Source
from trigemu.physics.weak import SIN2_THETA_W

CHANNELS = {
    "mu-pi": ("mupi", (MUON, PION)),
    "e-pi": ("epi", (ELECTRON, PION)),
    "mu-k": ("muK", (MUON, KAON)),
    "e-k": ("eK", (ELECTRON, KAON)),
    "nu-e-e": ("nuee", (ELECTRON, -ELECTRON)),
    "nu-mu-mu": ("numumu", (MUON, -MUON)),
    "nu-e-mu": ("nuemu", (ELECTRON, -MUON)),
}
"""Name of each channel in `trigemu.physics.hnl`, and its charged daughters."""


def group(source: Source) -> str:
    """Return which ``production`` a source belongs to."""
    if source.parent == TAU:
        return "tau"
    return "charm" if source.parent < 500 else "beauty"


def threshold(channel: str) -> float:
    """Return the mass (GeV) above which a channel is open."""
    return sum(mass(pdg) for pdg in CHANNELS[channel][1])


class HeavyNeutralLepton(FromHeavyFlavour):
    """A heavy neutral lepton N of one mass from charm, taus and beauty that decays to two charged particles.

    N and its antiparticle are equally frequent: both combinations of charges are.  What is counted of production and
    widths is in `trigemu.physics.hnl`; channels with rho mesons or pi0 are left out.
    """

    noun: ClassVar[str] = "heavy neutral lepton"
    keys_of_lifetime: ClassVar[tuple[str, ...]] = ("coupling",)

    mass: Annotated[float, Field(ge=hnl.MASS_RANGE[0], le=hnl.MASS_RANGE[1])]
    """Mass of N [GeV]; above that of what it decays to."""

    coupling: Annotated[float, Field(gt=0, le=1)] | None = None
    """Sum of the squared mixings, |Ue|^2 + |Umu|^2 + |Utau|^2, which sets the lifetime; without it the long-lived
    limit."""

    ue2: Annotated[float, Field(ge=0, le=1)] = 0.0
    """|Ue|^2; of the three mixings only the ratios count.  Source: chosen, mixing with muon neutrinos alone."""

    umu2: Annotated[float, Field(ge=0, le=1)] = 1.0
    """|Umu|^2, likewise.  Source: chosen, mixing with muon neutrinos alone."""

    utau2: Annotated[float, Field(ge=0, le=1)] = 0.0
    """|Utau|^2, likewise.  Source: chosen, mixing with muon neutrinos alone."""

    majorana: bool = False
    """Whether N is its own antiparticle, which doubles its widths.  Source: chosen, Dirac as in the formulas."""

    channel: Literal["visible", "mu-pi", "e-pi", "mu-k", "e-k", "nu-e-e", "nu-mu-mu", "nu-e-mu"] = "visible"
    """What N decays to: all of these channels that are open, by their branching fractions (``visible``), or one.
    Source: chosen."""

    production: Literal["all", "charm", "tau", "beauty"] = "all"
    """What N comes from: two-body decays of charmed mesons, of beauty mesons, decays of taus from charm, or all.
    Source: chosen."""

    @property
    def pattern(self) -> hnl.Couplings:
        """The mixings, scaled to a sum of 1."""
        total = self.ue2 + self.umu2 + self.utau2
        return self.ue2 / total, self.umu2 / total, self.utau2 / total

    @property
    def lifetime(self) -> float:
        """Lifetime times c, mm; infinite for the long-lived limit."""
        if self.ctau is not None:
            return self.ctau
        electron, muon, tau = ((self.coupling or 0.0) * share for share in self.pattern)
        return hnl.ctau(self.mass, (electron, muon, tau), majorana=self.majorana)

    @property
    def sources(self) -> list[Source]:
        """Where N come from, for a sum of squared mixings of 1."""
        return _sources(self.mass, self.pattern, self.production)

    @property
    def final_states(self) -> list[FinalState]:
        """What N decays to, of the chosen channels those that are open; shares are widths for a coupling of 1 (GeV)."""
        found = hnl.widths(self.mass, self.pattern)
        names = CHANNELS if self.channel == "visible" else (self.channel,)
        named = ((CHANNELS[name][1], found.get(CHANNELS[name][0], 0.0)) for name in names)
        return [
            state
            for charged, width in named
            if width > 0.0
            for state in _state(charged, width, self.pattern).both_charges()
        ]

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [
            *super().schema_rules(),
            *(when("channel", name, values(mass={"exclusiveMinimum": threshold(name)})) for name in CHANNELS),
            when("channel", "visible", values(mass={"exclusiveMinimum": threshold("nu-e-e")}), usual=True),
            when("production", "tau", values(mass={"exclusiveMaximum": mass(TAU) - mass(PION)})),
            *cls._mixing_rules(),
        ]

    @classmethod
    def _mixing_rules(cls) -> list[Rule]:
        mixed = [above_zero(key, cls.model_fields[key].default) for key in ("ue2", "umu2", "utau2")]
        electron, muon, tau = mixed
        needed = {"e-pi": electron, "e-k": electron, "mu-pi": muon, "mu-k": muon}
        return [
            {"anyOf": mixed},
            *(when("channel", name, rule) for name, rule in needed.items()),
            when("channel", "nu-e-mu", {"anyOf": [electron, muon]}),
            when("production", "tau", tau),
        ]

    @model_validator(mode="after")
    def _possible(self) -> HeavyNeutralLepton:
        if self.ue2 + self.umu2 + self.utau2 == 0.0:
            raise ValueError("one of ue2, umu2 and utau2 must be above 0")
        lowest = threshold("nu-e-e" if self.channel == "visible" else self.channel)
        if self.mass <= lowest:
            raise ValueError(f"mass must be above {lowest:.6g} GeV for channel {self.channel!r}")
        if not self.final_states:
            raise ValueError(f"channel {self.channel!r} is closed with these mixings: raise ue2 or umu2")
        if not self.sources:
            raise ValueError(self._no_source())
        return self

    def _no_source(self) -> str:
        light = _sources(hnl.MASS_RANGE[0], self.pattern, self.production)
        if not light:
            return f"production {self.production!r} needs utau2 above 0"
        highest = max(mass(source.parent) - source.companion_mass for source in light)
        return f"mass must be below {highest:.6g} GeV for production {self.production!r} with these mixings"


def _sources(m: float, pattern: hnl.Couplings, production: str) -> list[Source]:
    return [each for each in hnl.production(m, pattern) if production in ("all", group(each))]


def _state(charged: tuple[int, int], width: float, pattern: hnl.Couplings) -> FinalState:
    first, second = charged
    if abs(second) > TAU:
        return FinalState(charged, width)
    return FinalState((first, second, NEUTRINO), width, _element(first, -second, pattern))


def _element(first: int, second: int, pattern: hnl.Couplings) -> tuple[float, float, float]:
    """Return a, b, c of `trigemu.physics.pair_decay` for N -> first, anti-second, neutrino."""
    at = {ELECTRON: 0, MUON: 1}
    if first != second:
        # Either lepton may be the one that N turns into.
        return pattern[at[first]], pattern[at[second]], 0.0
    # The W adds to the Z where the neutrino has the leptons' flavour.
    right = SIN2_THETA_W
    left = {True: right + 0.5, False: right - 0.5}
    shares = {True: pattern[at[first]], False: 1.0 - pattern[at[first]]}
    a = sum(share * left[own] ** 2 for own, share in shares.items())
    c = sum(share * left[own] * right for own, share in shares.items())
    return a, right * right, c * mass(first) ** 2
