"""The schema of a run configuration: everything but the experiment's own section."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from trigemu.config.model import MAX_TABLES, FileName, Model
from trigemu.menu.schema import Menu

MAX_FRAMES = 2**32 - 1
"""Frames in a run."""

_Tables = Annotated[tuple[dict[str, Any], ...], Field(max_length=MAX_TABLES)]


class Run(Model):
    """Which run, how long, from which seed (``frames`` wins over ``duration_s`` of detector time)."""

    number: Annotated[int, Field(ge=0, lt=2**32)] = 1
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    frames: Annotated[int, Field(ge=1, le=MAX_FRAMES)] | None = None
    duration_s: Annotated[float, Field(gt=0, le=1e7)] | None = None

    @model_validator(mode="after")
    def _has_length(self) -> Run:
        if self.frames is None and self.duration_s is None:
            raise ValueError("give frames or duration_s")
        return self


class Streaming(Model):
    """Processes and flow control.

    ``producers`` groups the sources, one producer process per group (default: one per source).
    ``credits`` is how many frames a worker may hold.  ``policy``: out of credit, ``lossless`` waits,
    ``realtime`` inhibits and counts dead time.  ``speed`` scales the pace of ``realtime`` (1 = beam time).
    ``stall_s``: a role that lives but does not get on for so long is replaced, and a run in which nothing moves
    fails (0: never; a trigger may take less than this for one frame).  ``control_grace_s``: roles end so long after
    control has died.
    """

    producers: tuple[tuple[str, ...], ...] | None = None
    workers: Annotated[int, Field(ge=1, le=256)] = 2
    credits: Annotated[int, Field(ge=1, le=1024)] = 16
    policy: Literal["lossless", "realtime"] = "lossless"
    speed: Annotated[float, Field(ge=1e-6, le=1e6)] = 1.0
    checksum: bool = True
    heartbeat_s: Annotated[float, Field(ge=0.01, le=60)] = 1.0
    lives: Annotated[int, Field(ge=2, le=1000)] = 5
    stall_s: Annotated[float, Field(ge=0, le=86400)] = 60.0
    control_grace_s: Annotated[float, Field(ge=0.1, le=3600)] = 5.0
    max_restarts: Annotated[int, Field(ge=0, le=10**6)] = 10


class Record(Model):
    """What the recorder keeps: read-out windows of ``accepted`` triggers, or ``all`` fragments."""

    mode: Literal["accepted", "all"] = "accepted"
    segment_mib: Annotated[int, Field(ge=1, le=4096)] = 64
    monitor_every: Annotated[int, Field(ge=1, lt=2**32)] = 16


class Input(Model):
    """A file with events, generated (HepMC3) or of a detector, where the experiment's generator takes one."""

    path: FileName | None = None


class RunConfig(Model):
    """A resolved run configuration.

    ``section`` is the experiment's own table (validated by its ``config_model``), ``signal`` the tables of
    the signals to mix in (each validated by the `SignalSpec` that its ``signal`` key names), ``algorithm``
    the tables of added trigger algorithms.
    """

    experiment: str
    title: str = ""
    run: Run
    menu: Menu
    streaming: Streaming = Streaming()
    record: Record = Record()
    input: Input = Input()
    signal: _Tables = ()
    algorithm: _Tables = ()
    section: dict[str, Any] = Field(default_factory=dict)
