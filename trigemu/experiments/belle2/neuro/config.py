"""The ``[belle2.neuro]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FileName, Model

Bits = Annotated[int, Field(ge=1, le=20)]

EventTimeOption = Literal["fastestpriority", "etf_or_fastestpriority", "etf", "etf_or_zero", "zero"]


class Precision(Model):
    """Bits after the point of the fixed-point arithmetic (belle2_facts 5.3)."""

    angle: Bits = 12
    """Of azimuth and crossing angles in rad [bits].  Source: belle2_facts 5.3, read in the experiment's simulation."""
    scale: Bits = 8
    """Of the number of segments per rad [bits].  Source: belle2_facts 5.3, read in the experiment's simulation."""
    reference: Bits = 8
    """Of reference ids [bits].  Source: belle2_facts 5.3, read in the experiment's simulation."""
    node: Bits = 12
    """Of inputs and activations of the network [bits].  Source: belle2_facts 5.3, read in the experiment's
    simulation."""
    weight: Bits = 10
    """Of the weights [bits].  Source: belle2_facts 5.3, read in the experiment's simulation."""
    table: Annotated[int, Field(ge=1, le=16)] = 10
    """Of the address of the activation table; at most node and weight together [bits].  Source: belle2_facts 5.3, read
    in the experiment's simulation."""

    @model_validator(mode="after")
    def _table_fits(self) -> Precision:
        if self.table > self.node + self.weight:
            raise ValueError("table has more bits than node and weight together, it must not have more")
        if self.reference > self.angle + self.scale:
            raise ValueError("reference has more bits than angle and scale together, it must not have more")
        return self


class Neuro(Model):
    """Neural z trigger."""

    network: FileName | None = None
    """File of a network: .npz, the experiment's .root or .onnx; none: the one that comes with the package."""
    arithmetic: Literal["fixed", "float"] = "fixed"
    """``fixed`` as in the hardware, or ``float`` as the networks were trained.  Source: chosen, as in the hardware."""
    event_time: EventTimeOption = "etf_or_fastestpriority"
    """What drift times are counted from: the earliest priority time of the track's axial segments, the event time, or
    the start of the time window; ``etf_or_...`` says what holds without an event time.  Source: belle2_facts 5.1, the
    experiment's default."""
    incomplete: Literal["drop", "expert0"] = "drop"
    """Tracks without hits in two or more stereo superlayers: ``drop`` them, or ``expert0`` asks the first expert.
    Source: belle2_facts 5.2; the experiment asks it when it runs on neural tracks again."""
    precision: Precision = Precision()
    """Bits of the fixed-point arithmetic."""
