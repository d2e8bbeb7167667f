"""``[na62.halo]``: muons and neutral particles with the TAX closed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trigemu.config.model import Model
from trigemu.config.rules import Rule, ordered


class Halo(Model):
    """Muons that reach the detectors with the TAX closed.

    The flux is not public.  Momentum, position, extra tiles and LKr showers are a model: guesses that make the recalled
    18 kHz of H2 and 4 kHz of LKr control come out, and so never a prediction of them.  Position and angle at z = 102 m
    are Gaussian; with an event file, momentum, charge and direction come from its pions and kaons.
    """

    rate_hz: Annotated[float, Field(ge=0, le=1e9)] = 0.28e6
    """Muons that cross a NewCHOD tile, per second of beam [Hz].
    Source: inferred from a recalled rate of the Q1/20 line (14 kHz); the flux is not public."""

    mean_momentum_gev: Annotated[float, Field(gt=0, le=400)] = 35.0
    """Mean momentum of muons, which fall exponentially from the minimum [GeV].
    Source: slope of muons within 5 mrad in a toy dump, before sweeping."""

    minimum_momentum_gev: Annotated[float, Field(ge=1, lt=400)] = 5.0
    """Least momentum of muons [GeV].  Source: guess."""

    sweep_gev: Annotated[float, Field(gt=0, le=1e3)] = 30.0
    """With an event file: sweeping fields let 1 - exp(-(p / sweep)^2) of the muons through [GeV].
    Source: guess."""

    width_mm: Annotated[float, Field(gt=0, le=1e4)] = 700.0
    """Standard deviation of x and y at z = 102 m [mm].  Source: guess."""

    angle_mrad: Annotated[float, Field(ge=0, le=100)] = 2.0
    """Standard deviation of the two slopes at z = 102 m [mrad].  Source: guess."""

    positive_fraction: Annotated[float, Field(ge=0, le=1)] = 0.6
    """Part of the muons that is positive.  Source: toy dump, mu+/mu- of 1.3 to 2."""

    extra_tile_probability: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Probability that a muon fires a second, neighbouring NewCHOD tile.
    Source: guess that makes the recalled 18 kHz of H2 come out."""

    shower_probability: Annotated[float, Field(ge=0, le=1)] = 0.001
    """Probability that a muon showers in NewCHOD.
    Source: guess that makes the recalled 18 kHz of H2 come out."""

    lkr_shower_probability: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Probability that a muon showers in the LKr.
    Source: guess that makes the recalled 4 kHz of LKr control come out."""

    neutral_rate_hz: Annotated[float, Field(ge=0, le=1e9)] = 2.0e3
    """Neutral showers in the LKr per second of beam [Hz].
    Source: guess that makes the recalled 4 kHz of LKr control come out."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), *ordered("minimum_momentum_gev", "mean_momentum_gev", (5.0, 35.0))]

    @model_validator(mode="after")
    def _rises(self) -> Halo:
        if self.mean_momentum_gev <= self.minimum_momentum_gev:
            raise ValueError("mean_momentum_gev must be above minimum_momentum_gev")
        return self
