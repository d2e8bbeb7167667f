"""The ``[na62]`` section as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.config.rules import Rule, values
from trigemu.experiments.na62.clock import PACKET_TIMESTAMPS, SPLIT_TIMESTAMPS
from trigemu.experiments.na62.config.halo import Halo
from trigemu.experiments.na62.config.level0 import L0
from trigemu.experiments.na62.config.losses import Losses
from trigemu.experiments.na62.config.offline import Offline
from trigemu.experiments.na62.config.response import Response
from trigemu.experiments.na62.config.selection import Selection
from trigemu.experiments.na62.config.spill import Spill


class NA62(Model):
    """The ``[na62]`` section."""

    mode: Literal["dump"] = "dump"
    """How the beam is used: only the beam dump (TAX closed) is emulated."""

    frame_timestamps: Annotated[int, Field(ge=PACKET_TIMESTAMPS, le=1 << 22)] = 40960
    """Length of a time frame, a multiple of 256 [timestamps of 24.951 ns].  Source: chosen, 1.022 ms."""

    guard_timestamps: Annotated[int, Field(ge=2 * SPLIT_TIMESTAMPS, le=PACKET_TIMESTAMPS)] = 16
    """Data of the neighbouring frames at each end of a frame, a multiple of 4 [timestamps of 24.951 ns].
    Source: chosen."""

    readout_timestamps: Annotated[int, Field(ge=8, le=64)] = 8
    """Length of what is read out around a trigger [timestamps of 24.951 ns].
    Source: read in the NA62 framework, 200 ns of primitives (na62_facts 5.3)."""

    l0: L0 = L0()
    """L0 primitive generation and trigger processor."""

    response: Response = Response()
    """Detector response."""

    losses: Losses = Losses()
    """Inefficient, dead and noisy channels of NewCHOD and MUV3."""

    halo: Halo = Halo()
    """Muons and neutral particles with the TAX closed."""

    spill: Spill = Spill()
    """Intensity of the beam against time in the spill."""

    selection: Selection = Selection()
    """Online selections of the two searches."""

    offline: Offline = Offline()
    """Offline selections of the two searches."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        frame, guard = {"multipleOf": PACKET_TIMESTAMPS}, {"multipleOf": SPLIT_TIMESTAMPS}
        return [*super().schema_rules(), values(frame_timestamps=frame, guard_timestamps=guard)]

    @model_validator(mode="after")
    def _whole_packets(self) -> NA62:
        if self.frame_timestamps % PACKET_TIMESTAMPS:
            raise ValueError(f"frame_timestamps must be a multiple of {PACKET_TIMESTAMPS}")
        if self.guard_timestamps % SPLIT_TIMESTAMPS:
            raise ValueError(f"guard_timestamps must be a multiple of {SPLIT_TIMESTAMPS}")
        return self

    @model_validator(mode="after")
    def _has_inputs(self) -> NA62:
        undriven = self.l0.undriven()
        for key in ("reference", "control"):
            if (why := undriven.get(detector := getattr(self.l0, key))) is not None:
                raise FieldError("l0", f"l0.{key} = {detector!r} would never trigger: {why}")
        return self
