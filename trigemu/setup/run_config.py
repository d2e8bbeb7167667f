"""The schema of a run configuration: everything but the experiment's own section."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from trigemu.config.model import MAX_TABLES, FileName, Model
from trigemu.config.rules import Rule, at_least_one
from trigemu.menu.schema import Menu

MAX_FRAMES = 2**32 - 1
"""Frames in a run."""

_Tables = Annotated[tuple[dict[str, Any], ...], Field(max_length=MAX_TABLES)]


class Run(Model):
    """Which run, how long, from which seed."""

    number: Annotated[int, Field(ge=0, lt=2**32)] = 1
    """Number of the run, which its records carry."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Seed of all random numbers: the same seed and configuration make the same decisions."""

    frames: Annotated[int, Field(ge=1, le=MAX_FRAMES)] | None = None
    """Length of the run [time frames]; wins over `duration_s`, and one of the two is needed."""

    duration_s: Annotated[float, Field(gt=0, le=1e7)] | None = None
    """Length of the run in time of the detector [s]."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), at_least_one("frames", "duration_s")]

    @model_validator(mode="after")
    def _has_length(self) -> Run:
        if self.frames is None and self.duration_s is None:
            raise ValueError("give frames or duration_s")
        return self


class Streaming(Model):
    """Processes and flow control."""

    producers: tuple[tuple[str, ...], ...] | None = None
    """Names of sources in groups: each group has a producer process of its own, and sources in no group share one
    (absent: each source has its own)."""

    workers: Annotated[int, Field(ge=1, le=256)] = 2
    """Trigger processes."""

    credits: Annotated[int, Field(ge=1, le=1024)] = 16
    """How many frames a worker may hold."""

    policy: Literal["lossless", "realtime"] = "lossless"
    """What producers do when no worker has credit: wait (lossless), or inhibit and count dead time (realtime)."""

    speed: Annotated[float, Field(ge=1e-6, le=1e6)] = 1.0
    """Pace of `realtime`: 1 is the beam's, 0.1 a tenth of it."""

    checksum: bool = True
    """Whether each message carries a checksum."""

    heartbeat_s: Annotated[float, Field(ge=0.01, le=60)] = 1.0
    """Time between two signs of life of a role [s]."""

    lives: Annotated[int, Field(ge=2, le=1000)] = 5
    """So many times `heartbeat_s` without a sign of life, and a role counts as dead."""

    stall_s: Annotated[float, Field(ge=0, le=86400)] = 60.0
    """A role that lives but does not get on for so long is replaced, and a run in which nothing moves fails [s].
    0: never; a trigger may take less than this for one frame."""

    control_grace_s: Annotated[float, Field(ge=0.1, le=3600)] = 5.0
    """Roles end so long after control has died [s]."""

    max_restarts: Annotated[int, Field(ge=0, le=10**6)] = 10
    """How often in a run a role that died or stalled is started again."""


class Record(Model):
    """What the recorder keeps."""

    mode: Literal["accepted", "all"] = "accepted"
    """What is recorded: the read-out windows (or crossings) of accepted triggers, or all fragments."""

    segment_mib: Annotated[int, Field(ge=1, le=4096)] = 64
    """Size at which the recorder begins the next file of a run [MiB]."""

    monitor_every: Annotated[int, Field(ge=1, lt=2**32)] = 16
    """One in so many frames is looked at for the monitoring histograms."""


class Input(Model):
    """A file with events, generated (HepMC3) or of a detector, where the experiment's generator takes one."""

    path: FileName | None = None
    """The file, or a folder of files.  "": one is needed and not given yet (``--set input.path=FILE``)."""

    once: bool = False
    """Whether every event of the file is taken exactly once, in its order, and nothing else; the run ends with the last
    one, and ``signal`` tables are left out."""

    reading: dict[str, Any] = Field(default_factory=dict)
    """With ``once``: keys of the ``[[signal]]`` table of event files (``hepmc-signal``, ``lhe-signal``) that say how
    the file is read, ``weight`` or ``acceptance`` for instance."""

    events: Annotated[int, Field(ge=1, lt=2**32)] | None = None
    """With ``once``: how many events the file holds; it is filled in when the configuration is loaded."""


class RunConfig(Model):
    """A resolved run configuration."""

    experiment: str
    """Name of an installed experiment."""

    title: str = ""
    """Heading of reports."""

    run: Run
    """Which run, how long, from which seed."""

    menu: Menu
    """The trigger menu: its tables, or ``file``, a TOML file that holds them."""

    streaming: Streaming = Streaming()
    """Processes and flow control."""

    record: Record = Record()
    """What the recorder keeps."""

    input: Input = Input()
    """A file with events, where the experiment's generator takes one."""

    signal: _Tables = ()
    """Signals that are mixed in: one table each, whose key ``signal`` says which one it is."""

    algorithm: _Tables = ()
    """Trigger algorithms that are added: one table each, whose key ``name`` says which one it is."""

    section: dict[str, Any] = Field(default_factory=dict)
    """The experiment's own table; in a file it carries the experiment's name."""
