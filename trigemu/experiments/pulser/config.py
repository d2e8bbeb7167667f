"""The ``[pulser]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model

MAX_PULSES = 10**6
MAX_KIB = 1 << 18
"""What all sources may send in a frame."""


class Pulser(Model):
    """What the pulser sends.

    ``sources`` detectors send ``pulses`` random pulses per frame each, and ``bursts`` per frame are sent by
    all at once; the trigger fires where enough of them agree.  With ``ready_made_kib`` a source sends one
    block of that size over and over, in which the trigger finds nothing.  A frame is ``frame_ticks`` ticks of
    1 ns.
    """

    sources: Annotated[int, Field(ge=1, le=64)] = 3
    pulses: Annotated[int, Field(ge=0, le=10**6)] = 40
    bursts: Annotated[int, Field(ge=0, le=10**4)] = 4
    frame_ticks: Annotated[int, Field(ge=1000, le=2**40)] = 1_000_000
    coincidence_ticks: Annotated[int, Field(ge=1, le=100)] = 5
    ready_made_kib: Annotated[int, Field(ge=0, le=16384)] = 0
    truth: bool = True

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
    label: str = "bursts"
