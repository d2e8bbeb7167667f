"""The ``[pulser]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trigemu.config.model import Model


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


class Burst(Model):
    """The ``[[signal]]`` table of bursts: it has nothing to choose."""

    signal: Literal["burst"] = "burst"
    label: str = "bursts"
