"""The ``[[signal]]`` table of an A' that decays to two leptons: data only, see `catalogue`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.config.rules import Rule, ordered, values, when
from trigemu.experiments.na62.signals.long_lived import LongLived
from trigemu.physics import constants, mesons

PARENTS: dict[str, tuple[int, ...]] = {
    "brem": (),
    "mesons": mesons.SPECIES,
    "all": mesons.SPECIES,
    "pi0": (constants.PI0,),
    "eta": (constants.ETA,),
    "etap": (constants.ETA_PRIME,),
    "rho0": (constants.RHO0,),
    "omega": (constants.OMEGA,),
    "phi": (constants.PHI,),
}
"""Meson species whose decays each choice of ``production`` takes; PDG codes."""


class Aprime(LongLived):
    """An A' of one mass that decays to two leptons.

    Above 0.6 GeV bremsstrahlung is uncertain by more than a factor 3.
    """

    lepton: ClassVar[int]

    mass: Annotated[float, Field(gt=0, le=3.0)]
    """Mass of the A' [GeV]; above twice the lepton's."""

    production: Literal["brem", "mesons", "all", "pi0", "eta", "etap", "rho0", "omega", "phi"] = "brem"
    """What the A' comes from: proton bremsstrahlung, mesons (of the event file if the run has one, else from
    closed-form spectra), both, or one meson species.  Source: chosen."""

    yields: mesons.YieldSet = "sps"
    """Mesons per collision, where they come from closed-form spectra: SensCalc's SPS set, Pythia 8.317 (p p), NA27, or
    Pythia 8.317 Angantyr with the cascade in copper (dump).  Source: chosen; each set is cited in physics/mesons.py."""

    epsilon: Annotated[float, Field(gt=0, le=1)] | None = None
    """Kinetic mixing; without it the long-lived limit, in which vertices are uniform in z and faster A' decay more
    rarely as 1/p."""

    form_factor: bool = False
    """Whether bremsstrahlung has the time-like proton form factor, which raises it against mesons."""

    cutoff: Annotated[float, Field(gt=0.1, le=100)] | None = None
    """Off-shell cut-off of bremsstrahlung [GeV]; none without it."""

    z_min: Annotated[float, Field(ge=0.03, lt=1)] = 0.1
    """Least part of the proton's momentum that a bremsstrahlung A' takes.
    Source: the range in which the formula is good, as peers use it (signals_facts 1)."""

    z_max: Annotated[float, Field(gt=0.03, lt=1)] = 0.9
    """Largest part of the proton's momentum that a bremsstrahlung A' takes.
    Source: the range in which the formula is good, as peers use it (signals_facts 1)."""

    pt_max: Annotated[float, Field(gt=0, le=5)] = 1.0
    """Largest transverse momentum of a bremsstrahlung A' [GeV].
    Source: the range in which the formula is good, as peers use it (signals_facts 1)."""

    extrapolate: bool = False
    """Must be true above 1 GeV, where the formulas are not good."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        heavy: Rule = {"properties": {"mass": {"exclusiveMinimum": 1.0}}, "required": ["mass"]}
        extrapolated: Rule = {**values(extrapolate={"const": True}), "required": ["extrapolate"]}
        return [
            *super().schema_rules(),
            values(mass={"exclusiveMinimum": 2.0 * constants.mass(cls.lepton)}),
            {"if": heavy, "then": extrapolated},
            *ordered("z_min", "z_max", (0.1, 0.9)),
            *(
                when("production", name, values(mass={"exclusiveMaximum": _heaviest(parents)}))
                for name, parents in PARENTS.items()
                if name not in ("brem", "all")
            ),
        ]

    @model_validator(mode="after")
    def _possible(self) -> Aprime:
        lowest = 2.0 * constants.mass(self.lepton)
        if self.mass <= lowest:
            raise ValueError(f"mass must be above {lowest:.6g} GeV, twice the lepton's")
        if self.mass > 1.0 and not self.extrapolate:
            raise ValueError("above 1.0 GeV the formulas are not good: set extrapolate = true to go on")
        if self.z_min >= self.z_max:
            raise ValueError("z_min must be below z_max")
        if self.production not in ("brem", "all"):
            highest = _heaviest(PARENTS[self.production])
            if self.mass >= highest:
                raise ValueError(f"mass must be below {highest:.6g} GeV for production {self.production!r}")
        return self


def _heaviest(parents: tuple[int, ...]) -> float:
    """Return the largest A' mass (GeV) that decays of these mesons give."""
    open_channels = [(p, c) for p, c in mesons.CHANNELS if p in parents]
    return max(
        constants.mass(p) - (0.0 if c == constants.PHOTON else constants.mass(c)) for p, c in open_channels
    )
