"""The ``[belle2.neuro]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FileName, Model

Bits = Annotated[int, Field(ge=1, le=20)]

EventTimeOption = Literal["fastestpriority", "etf_or_fastestpriority", "etf", "etf_or_zero", "zero"]


class Precision(Model):
    """Bits after the point of the fixed-point arithmetic (belle2_facts 5.3).

    ``angle``: azimuth and crossing angles; ``scale``: segments per rad; ``reference``: reference ids; ``node``:
    inputs and activations; ``weight``; ``table``: address of the activation table, at most node + weight bits.
    """

    angle: Bits = 12
    scale: Bits = 8
    reference: Bits = 8
    node: Bits = 12
    weight: Bits = 10
    table: Annotated[int, Field(ge=1, le=16)] = 10

    @model_validator(mode="after")
    def _table_fits(self) -> Precision:
        if self.table > self.node + self.weight:
            raise ValueError("table has more bits than node and weight together, it must not have more")
        if self.reference > self.angle + self.scale:
            raise ValueError("reference has more bits than angle and scale together, it must not have more")
        return self


class Neuro(Model):
    """Neural z trigger.

    Attributes
    ----------
    network
        File of a network: .npz, the experiment's .root or .onnx; none: the one that comes with the package.
    arithmetic
        ``fixed`` as in the hardware, or ``float`` as the networks were trained.
    event_time
        What drift times are counted from: the earliest priority time of the track's axial segments, the event time,
        or the start of the time window; ``etf_or_...`` says what holds without an event time.  The experiment's
        default is ``etf_or_fastestpriority`` (belle2_facts 5.1).
    incomplete
        Tracks without hits in two or more stereo superlayers: ``drop`` them, or ``expert0`` asks the first expert,
        as the experiment does when it runs on neural tracks again (belle2_facts 5.2).
    """

    network: FileName | None = None
    arithmetic: Literal["fixed", "float"] = "fixed"
    event_time: EventTimeOption = "etf_or_fastestpriority"
    incomplete: Literal["drop", "expert0"] = "drop"
    precision: Precision = Precision()
