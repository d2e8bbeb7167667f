"""The ``[[signal]]`` tables of NA62.

Data only: a worker reads these without starting the compiler; `SignalSource` builds the sampler from them.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.config.model import Model
from trigemu.physics import constants, mesons
from trigemu.setup.data import signal

LOWEST_MOMENTUM_GEV = 10.0
"""Two leptons of more than 5 GeV each, which the searches ask for, need an A' of more than this."""

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


class Aprime(Model):
    """An A' of one mass that decays to two leptons.

    ``mass`` in GeV.  ``rate_hz`` is how many decays per second of detector time are mixed into a run: it is
    chosen, no prediction; with ``every_ns`` decays come at that regular distance instead (efficiency scans).
    ``production``: proton bremsstrahlung, mesons (from the event file if the run has
    one, else from closed-form spectra and the ``yields`` set), both, or one meson species.  ``epsilon``:
    kinetic mixing; without it the long-lived limit, in which vertices are uniform in z and faster A' decay
    more rarely as 1/p.  ``form_factor``: time-like proton form factor (raises bremsstrahlung against
    mesons); ``cutoff``: off-shell cut-off in GeV, none without it; ``z_min``, ``z_max``, ``pt_max`` (GeV)
    limit bremsstrahlung. ``p_min`` in GeV: slower A' are not generated.  Above 0.6 GeV bremsstrahlung is
    uncertain by more than a factor 3; above 1 GeV ``extrapolate`` must be set.
    """

    lepton: ClassVar[int]

    label: str = ""
    mass: Annotated[float, Field(gt=0, le=3.0)]
    rate_hz: Annotated[float, Field(ge=0, le=1e9)] = 1000.0
    every_ns: Annotated[float, Field(ge=200, le=1e9)] | None = None
    production: Literal["brem", "mesons", "all", "pi0", "eta", "etap", "rho0", "omega", "phi"] = "brem"
    yields: mesons.YieldSet = "sps"
    epsilon: Annotated[float, Field(gt=0, le=1)] | None = None
    form_factor: bool = False
    cutoff: Annotated[float, Field(gt=0.1, le=100)] | None = None
    z_min: Annotated[float, Field(ge=0.03, lt=1)] = 0.1
    z_max: Annotated[float, Field(gt=0.03, lt=1)] = 0.9
    pt_max: Annotated[float, Field(gt=0, le=5)] = 1.0
    p_min: Annotated[float, Field(ge=1, lt=400)] = LOWEST_MOMENTUM_GEV
    extrapolate: bool = False

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


_SAMPLER = "trigemu.experiments.na62.signals:SignalSource"

SIGNALS = (
    signal("aprime-mumu", "A' -> mu+ mu-", Aprime, _SAMPLER, lepton=constants.MUON),
    signal("aprime-ee", "A' -> e+ e-", Aprime, _SAMPLER, lepton=constants.ELECTRON),
)
"""The signals that NA62 can generate; a sampler is called with the table, ``input.path``, the seed and the number."""
