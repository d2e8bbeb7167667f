"""What the ``[[signal]]`` tables of particles that are made in the dump and decay in the volume have in common."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from trigemu.config.model import Model
from trigemu.config.rules import Rule
from trigemu.experiments.na62.signals.final_states import FinalState
from trigemu.physics.heavy_flavour import Source

LOWEST_MOMENTUM_GEV = 10.0
"""Two charged particles of more than 5 GeV each, which the searches ask for, need a parent of more than this."""


class LongLived(Model):
    """A particle of one mass from the dump that decays in the volume."""

    label: str = ""
    """Name in reports; without one it is named by its signal and keys."""

    mass: Annotated[float, Field(gt=0, le=5.0)]
    """Mass of the particle [GeV]."""

    rate_hz: Annotated[float, Field(ge=0, le=1e9)] = 1000.0
    """Decays per second of detector time that are mixed into a run [Hz].  Source: chosen, no prediction."""

    every_ns: Annotated[float, Field(ge=200, le=1e9)] | None = None
    """Decays come at this regular distance instead [ns]; for efficiency scans."""

    p_min: Annotated[float, Field(ge=1, lt=400)] = LOWEST_MOMENTUM_GEV
    """Slower particles are not generated [GeV].
    Source: chosen, two charged particles of more than 5 GeV each, which the searches ask for."""

    forward: bool | None = None
    """Whether decays that may reach the detectors are made more often, and count less for it: the same acceptance and
    efficiencies with smaller errors.  In a run rates of lines and dead time count each decay as one, so that they are
    those of the biased mix and not of ``rate_hz``.  Without it in efficiency scans alone.  Source: chosen."""

    @property
    def weighted(self) -> bool:
        """Whether its decays count differently: those that may reach the detectors are made more often."""
        return bool(self.forward)


class FromHeavyFlavour(LongLived):
    """One that comes from decays of charm, taus and beauty, and whose lifetime may be given as such."""

    noun: ClassVar[str] = "particle"
    keys_of_lifetime: ClassVar[tuple[str, ...]] = ()

    ctau: Annotated[float, Field(gt=0, le=1e18)] | None = None
    """Lifetime times the speed of light [mm], in place of what a coupling gives; with neither of them the long-lived
    limit, in which vertices are uniform in z and faster particles decay more rarely as 1/p."""

    @property
    def lifetime(self) -> float:
        """Lifetime times c, mm; infinite for the long-lived limit."""
        raise NotImplementedError

    @property
    def sources(self) -> list[Source]:
        """Where it comes from, with numbers per proton on target and squared coupling."""
        raise NotImplementedError

    @property
    def final_states(self) -> list[FinalState]:
        """What it decays to, and how often."""
        raise NotImplementedError

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        given: list[Rule] = [{"not": {"required": ["ctau", key]}} for key in cls.keys_of_lifetime]
        return [*super().schema_rules(), *given]

    @model_validator(mode="after")
    def _lifetime_once(self) -> FromHeavyFlavour:
        for key in self.keys_of_lifetime:
            if self.ctau is not None and getattr(self, key) is not None:
                raise ValueError(f"give either {key} or ctau, which both set the lifetime")
        return self
