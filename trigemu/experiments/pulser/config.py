"""The ``[pulser]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model

MAX_PULSES = 10**6
MAX_KIB = 1 << 18
"""What all sources may send in a frame."""


class Pulser(Model):
    """What the pulser sends; the trigger fires where enough sources agree.  All numbers are for trying things out."""

    sources: Annotated[int, Field(ge=1, le=64)] = 3
    """How many detectors there are.  Source: chosen."""

    pulses: Annotated[int, Field(ge=0, le=10**6)] = 40
    """Random pulses of each source in a frame.  Source: chosen."""

    bursts: Annotated[int, Field(ge=0, le=10**4)] = 4
    """Pulses in a frame that all sources send at once.  Source: chosen."""

    frame_ticks: Annotated[int, Field(ge=1000, le=2**40)] = 1_000_000
    """Length of a time frame [ticks of 1 ns].  Source: chosen, 1 ms."""

    coincidence_ticks: Annotated[int, Field(ge=1, le=100)] = 5
    """Pulses of a burst lie within this; the trigger looks at cells of twice the length [ticks of 1 ns].
    Source: chosen."""

    ready_made_kib: Annotated[int, Field(ge=0, le=16384)] = 0
    """Size of a block that each source sends over and over instead, in which the trigger finds nothing; 0: none [KiB].
    Source: chosen."""

    truth: bool = True
    """Whether the bursts are also written down as truth."""

    @model_validator(mode="after")
    def _fits(self) -> Pulser:
        if self.sources * (self.pulses + self.bursts) > MAX_PULSES:
            raise FieldError(
                "pulses", f"pulses: all sources together can send at most {MAX_PULSES} in a frame"
            )
        if self.sources * self.ready_made_kib > MAX_KIB:
            raise FieldError(
                "ready_made_kib", f"ready_made_kib: all sources together can send at most {MAX_KIB} KiB"
            )
        return self


class Burst(Model):
    """The ``[[signal]]`` table of bursts: it has nothing to choose."""

    signal: Literal["burst"] = "burst"
    """Which signal it is."""

    label: str = "bursts"
    """Name in reports.  Source: chosen."""
