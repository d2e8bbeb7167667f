"""``[na62.spill]``: intensity of the beam against time in the spill."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import Model
from trigemu.config.rules import Rule, absent, values, within
from trigemu.experiments.na62.clock import SPILL_S

MAX_TERMS = 16
"""Sine waves of a ripple, at most."""


class Ripple(Model):
    """One sine wave of the ripple."""

    frequency_hz: Annotated[float, Field(gt=0, le=1e3)]
    """Its frequency [Hz]."""

    amplitude: Annotated[float, Field(ge=0, le=1)]
    """Its amplitude, as a part of the intensity without ripple."""

    phase_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0
    """Its phase at the begin of burst [deg].  Source: guess, nothing says how the mains and the spill are related."""


MAINS = (
    Ripple(frequency_hz=50.0, amplitude=0.10),
    Ripple(frequency_hz=100.0, amplitude=0.03),
    Ripple(frequency_hz=150.0, amplitude=0.05),
    Ripple(frequency_hz=300.0, amplitude=0.05),
)


class Spill(Model):
    """Intensity of the beam against time in the spill; halo muons and neutral particles follow it.

    No measured profile is public: all but the length of the spill are guesses.  The mean over the spill is 1 in every
    profile, so that rates of the halo are always means over a spill.  A run that is longer than a spill goes on with
    the next one at once: its time is time with beam.
    """

    profile: Literal["flat", "ripple"] = "flat"
    """Shape: ``flat`` (constant, nothing else in this table matters), or ``ripple``: edges, ripple, drift and noise.
    Source: chosen, flat as long as no profile is public."""

    length_s: Annotated[float, Field(ge=0.01, le=30)] = SPILL_S
    """Length of a spill [s].  Source: read in arXiv:2312.17188 and 2409.12981 (na62_facts 1)."""

    rise_s: Annotated[float, Field(ge=0, le=30)] = 0.1
    """Time in which the intensity rises from 0 at the begin of burst; with `fall_s` at most `length_s`, which is
    checked when the file is read [s].  Source: guess."""

    fall_s: Annotated[float, Field(ge=0, le=30)] = 0.1
    """Time in which it falls to 0 at the end, with the same limit [s].  Source: guess."""

    ripple: Annotated[tuple[Ripple, ...], Field(max_length=MAX_TERMS)] = MAINS
    """Sine waves on top of it: all amplitudes, `noise` and half of `drift` are at most 1 together, which is checked
    when the file is read.  Source: guess, harmonics of the mains that modulate by up to 23 % together."""

    drift: Annotated[float, Field(ge=-2, le=2)] = 0.0
    """Linear change from the begin to the end of the spill, as a part of the mean; limited as `ripple` says.
    Source: guess."""

    noise: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Largest random change, as a part of the mean; each run seed has its own, the same in each spill.
    Limited as `ripple` says.  Source: guess."""

    noise_s: Annotated[float, Field(ge=1e-4, le=30)] = 1e-3
    """Time from one random change to the next, straight lines between [s].  Source: guess."""

    signals_follow: bool = False
    """Whether signals with a `rate_hz` follow the intensity as well.
    Source: chosen, rates of signals are chosen for statistics."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema, where other keys have their defaults."""
        rise, fall = (float(cls.model_fields[key].default) for key in ("rise_s", "fall_s"))
        rest = 1.0 - sum(term.amplitude for term in MAINS)
        return [
            *super().schema_rules(),
            absent("rise_s", values(length_s={"minimum": rise})),
            absent("fall_s", values(length_s={"minimum": fall})),
            absent("rise_s", absent("fall_s", values(length_s={"minimum": rise + fall}))),
            absent("length_s", values(rise_s={"maximum": SPILL_S}, fall_s={"maximum": SPILL_S})),
            absent("length_s", absent("fall_s", values(rise_s={"maximum": SPILL_S - fall}))),
            absent("length_s", absent("rise_s", values(fall_s={"maximum": SPILL_S - rise}))),
            absent("ripple", values(noise={"maximum": rest}, drift=within(-2.0 * rest, 2.0 * rest))),
        ]

    @model_validator(mode="after")
    def _edges_fit(self) -> Spill:
        if self.rise_s + self.fall_s > self.length_s:
            raise ValueError(
                f"rise_s + fall_s must be at most length_s = {self.length_s:g} s, not {self.rise_s + self.fall_s:g} s"
            )
        return self

    @model_validator(mode="after")
    def _is_not_negative(self) -> Spill:
        total = sum(term.amplitude for term in self.ripple) + 0.5 * abs(self.drift) + self.noise
        if total > 1.0:
            raise ValueError(
                f"the amplitudes of ripple, noise and half the drift must be at most 1 together, not {total:g}: the "
                "intensity would be negative"
            )
        return self
