"""What an experiment gives to the framework, and a run configuration checked against its experiment.

An experiment is one folder and one entry point in the group ``trigemu.experiments``.  It knows no socket; the
framework knows no detector.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numpy as np
from pydantic import BaseModel

from trigemu.activity import doing
from trigemu.arrays import F64, I64, U64, read_only
from trigemu.errors import InputError
from trigemu.frames.columns import Schema
from trigemu.frames.drawn import weighted, with_drawn
from trigemu.frames.frame import TRUTH, TimeFrame
from trigemu.menu.compile import CompiledMenu
from trigemu.menu.schema import MAX_LINES
from trigemu.setup.bound_algorithm import BoundAlgorithm
from trigemu.setup.comparison import ComparisonSpec
from trigemu.setup.data import (
    BitMeaning,
    Clock,
    HardwareLatency,
    HistogramSpec,
    Scan,
    SignalSpec,
)
from trigemu.setup.events_once import EachEvent
from trigemu.setup.menu_files import MenuFiles
from trigemu.setup.offline import Selections
from trigemu.setup.protocols import Generator, Trigger
from trigemu.setup.reference import resolve
from trigemu.setup.run_config import RunConfig

if TYPE_CHECKING:
    from trigemu.physics.particles import Particles

Section = TypeVar("Section", bound=BaseModel)
"""pydantic model of the configuration section that carries the experiment's name."""


@dataclass(frozen=True, kw_only=True)
class ExperimentSpec(Generic[Section]):
    """The declaration of an experiment; what its entry point names.

    Parts that are heavy to import are given as ``"module:attribute"`` and imported where they are used
    (`trigemu.setup.reference`): a worker must not wait for the compiler of the generators.  Where a part depends on the
    configuration, it is a function of the validated section.

    Attributes
    ----------
    name
        Also the name of the configuration section.
    config_model
        pydantic model of that section.
    clock
        The clock, or a function of the section.
    sources
        Every source with its schema, ``truth`` included, or a function of the section.
    bits
        Names of the trigger bits that menu expressions may use, in word order, or a function of the section.  Bit i
        is bit ``i % 64`` of trigger word ``i // 64``; an empty name is an unused bit, ``a|b`` are two names of one.
    meanings
        What each named bit says (`trigemu.setup.data.BitMeaning`), every alias included, or a function of the section.
    undriven
        Name of a bit that no source of the configuration sets -> why, or a function of the section: a line on it is
        refused.
    complete
        Puts into a configuration, before it is checked, what follows from its input file (None: nothing does); called
        with the data of the configuration, whatever they are, and returns them, changed.
    software_bits
        Names of the bits of the software trigger, which only lines with ``level = "hlt"`` may use.
    generator
        Makes the fragments (`trigemu.setup.protocols.Generator`) in a producer: called with the setup and the names of
        the sources.
    trigger
        Decides frames (`trigemu.setup.protocols.Trigger`) in a worker: called with the setup; must start fast.
    signals, withheld
        The signals that can be generated (`trigemu.setup.data.signal`), and why others cannot with this configuration
        (name -> why), or functions of the section.
    histograms
        Monitoring histograms that `Trigger.monitor` fills, or a function of the section.
    comparisons
        What is compared with recorded words (`trigemu.setup.comparison.Compares`), or a function of the section.
    entries
        Kinds of trigger entry that a line can be evaluated ``on`` (the first is the default); none: lines are always
        evaluated.
    selections
        Names of online selections that a line may ask for with ``select`` (`trigemu.setup.protocols.Selects`).
    offline
        Offline selections of ``trigemu efficiency --selection``: name -> its cuts in the order in which they are
        applied, or a function of the section; the generator judges them (`trigemu.setup.offline.SelectsOffline`).
    crossings
        The source whose strictly rising ``time`` lists a frame's crossings; None for continuous data.  The other
        sources (the truth apart) then have ``offsets`` that partition them, one piece per crossing; a candidate has the
        time of its crossing, and what is read out is the crossing's own hits.
    match_window
        How far (TDC counts) a trigger may be from a generated event's time and still belong to it, or a function of
        the section.
    hardware_latency
        Hardware level -> its modelled latency, or a function of the section.
    intensity
        Called with the setup: returns a function of frame numbers (int64[n]) that says how intense the beam was in
        them (float64[n], not negative, 1 in the mean), or None where nothing follows one.
    scan
        How ``trigemu efficiency`` makes events of one signal alone; None: it cannot.
    each_event
        How each event of a file is taken once (``input.once``, ``trigemu decide``); None: it cannot.
    menu_files
        Keys of ``[menu]`` that name menus in the experiment's own files (`trigemu.setup.menu_files`).
    purposes
        Enumeration of what its random numbers are for (see `trigemu.physics.purpose.Purpose`), None if it has none; for
        a test that no two experiments share a value.
    max_lines
        How many lines a menu may enable.
    signals_follow
        Keys of the section that limits of signals follow from (the energy, say).
    schema
        Changes the JSON schema of a configuration file by what `complete` and `menu_files` allow besides; called with
        the schema (`trigemu.setup.file_schema`), of a menu's own file as that of the key ``menu``, and returns it.
    """

    name: str
    config_model: type[Section]
    clock: Clock | Callable[[Section], Clock] | str
    sources: Mapping[str, Schema] | Callable[[Section], Mapping[str, Schema]] | str
    bits: Sequence[str] | Callable[[Section], Sequence[str]] | str
    generator: Callable[[Setup[Section], Sequence[str]], Generator] | str
    trigger: Callable[[Setup[Section]], Trigger] | str
    signals: Sequence[SignalSpec] | Callable[[Section], Sequence[SignalSpec]] | str = ()
    histograms: Mapping[str, HistogramSpec] | Callable[[Section], Mapping[str, HistogramSpec]] | str = field(
        default_factory=dict
    )
    comparisons: Mapping[str, ComparisonSpec] | Callable[[Section], Mapping[str, ComparisonSpec]] | str = (
        field(default_factory=dict)
    )
    entries: tuple[str, ...] = ()
    selections: tuple[str, ...] = ()
    offline: Selections | Callable[[Section], Selections] | str = field(default_factory=dict)
    crossings: str | None = None
    match_window: int | Callable[[Section], int] = 0
    hardware_latency: (
        Mapping[str, HardwareLatency] | Callable[[Section], Mapping[str, HardwareLatency]] | str
    ) = field(default_factory=dict)
    intensity: Callable[[Setup[Section]], Callable[[I64], F64] | None] | str | None = None
    scan: Scan | None = None
    each_event: EachEvent | None = None
    menu_files: MenuFiles | str | None = None
    purposes: Any = None
    max_lines: int = MAX_LINES
    undriven: Mapping[str, str] | Callable[[Section], Mapping[str, str]] = field(default_factory=dict)
    software_bits: frozenset[str] = frozenset()
    meanings: Mapping[str, BitMeaning] | Callable[[Section], Mapping[str, BitMeaning]] | str = field(
        default_factory=dict
    )
    withheld: Mapping[str, str] | Callable[[Section], Mapping[str, str]] = field(default_factory=dict)
    complete: Callable[[Mapping[str, Any]], Mapping[str, Any]] | str | None = None
    signals_follow: tuple[str, ...] = ()
    schema: Callable[[Mapping[str, Any]], Mapping[str, Any]] | str | None = None

    def part(self, name: str) -> Any:
        """Return a part of the declaration, imported if it is given as a reference.

        Raises
        ------
        InputError
            The reference leads nowhere, or its module cannot be imported.
        """
        given = getattr(self, name)
        try:
            return resolve(given)
        except (ValueError, ImportError, AttributeError) as error:
            raise InputError(f"experiment {self.name!r}: {name} = {given!r}: {error}") from error

    def part_for(self, name: str, section: Section) -> Any:
        """Return a part for a section: called if it is a function of it; raises as `part`."""
        found = self.part(name)
        return found(section) if callable(found) else found

    def signal_specs(self, section: Section) -> Sequence[SignalSpec]:
        """Return `signals` for a section."""
        return cast("Sequence[SignalSpec]", self.part_for("signals", section))

    def bit_names(self, section: Section) -> Sequence[str]:
        """Return `bits` for a section."""
        return cast("Sequence[str]", self.part_for("bits", section))

    def schemas(self, section: Section) -> Mapping[str, Schema]:
        """Return `sources` for a section."""
        return cast("Mapping[str, Schema]", self.part_for("sources", section))


@dataclass(frozen=True)
class Setup(Generic[Section]):
    """All that a role, an offline scan or a notebook needs to make or decide frames.

    Attributes
    ----------
    config
        The resolved run configuration.
    experiment
        The experiment it names.
    section
        The experiment's validated section (an instance of ``experiment.config_model``).
    signals
        The validated ``[[signal]]`` tables, in order.
    algorithms
        Trigger algorithms that the configuration adds to the experiment's own.
    menu
        The compiled menu.
    particles
        Events made in Python, which stand in place of those of a file (``input.once``); None: there are none.
    """

    config: RunConfig
    experiment: ExperimentSpec[Section]
    section: Section
    signals: tuple[BaseModel, ...]
    algorithms: tuple[BoundAlgorithm, ...]
    menu: CompiledMenu
    particles: Particles | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the resolved configuration as plain data: what travels and is stored."""
        data = self.config.model_dump(mode="json")
        data["section"] = self.section.model_dump(mode="json")
        data["signal"] = [signal.model_dump(mode="json") for signal in self.signals]
        return data

    @cached_property
    def digest(self) -> str:
        """Hash of all that decides what is generated and what is decided (not of how it is streamed)."""
        data = {k: v for k, v in self.to_dict().items() if k not in ("streaming", "record", "title")}
        # What an algorithm's file holds matters, not where it lies.
        data["algorithm"] = [
            {key: value for key, value in table.items() if key != "file"} for table in data["algorithm"]
        ]
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()

    def user_words(self, frame: TimeFrame, time: I64) -> U64:
        """Return the words (uint64[n, algorithms]) that the added algorithms set at ``time`` (int64[n])."""
        words = np.zeros((len(time), len(self.algorithms)), np.uint64)
        # What users write sees the hits and cannot change them, in every driver.
        kept = {
            source: {name: read_only(column) for name, column in columns.items()}
            for source, columns in frame.fragments.items()
        }
        frame = TimeFrame(frame.run, frame.number, kept)
        for index, bound in enumerate(self.algorithms):
            words[:, index] = bound.words(frame, time)
        return words

    def make_generator(self, sources: Sequence[str]) -> Generator:
        """Return what makes the fragments of these sources (in a producer)."""
        with doing("setting up what makes frames"):
            return cast(Generator, self.experiment.part("generator")(self, sources))

    def make_trigger(self) -> Trigger:
        """Return what decides frames (in a worker); one instance serves one thread."""
        with doing("setting up the trigger"):
            return cast(Trigger, self.experiment.part("trigger")(self))

    def warm_up(self) -> None:
        """Compile what makes fragments on first use, so that the producers find it cached."""
        sources = tuple(self.schemas)
        generator = self.make_generator(sources)
        # The second frame also looks back at the first.
        with doing("making the first frames"):
            for frame in range(2):
                for source in sources:
                    generator.fragment(source, frame)

    def sampled_signals(self) -> list[tuple[BaseModel, SignalSpec]]:
        """Return the ``[[signal]]`` tables, in order, each with its registration."""
        specs = {spec.name: spec for spec in self.experiment.signal_specs(self.section)}
        return [(table, specs[getattr(table, "signal")]) for table in self.signals]  # noqa: B009

    @cached_property
    def clock(self) -> Clock:
        """The experiment's clock."""
        return cast(Clock, self.experiment.part_for("clock", self.section))

    @property
    def frames(self) -> int:
        """Frames in the run."""
        run = self.config.run
        return run.frames or max(1, round((run.duration_s or 0.0) / self.clock.frame_s))

    @property
    def crossings(self) -> str | None:
        """The source that lists a frame's crossings; None for continuous data."""
        return self.experiment.crossings

    @cached_property
    def bits(self) -> Sequence[str]:
        """Names of the experiment's own trigger bits, in word order."""
        return self.experiment.bit_names(self.section)

    @cached_property
    def weighted(self) -> bool:
        """Whether events of a signal, or of a table of the section, count differently (`trigemu.frames.drawn`)."""
        lists = [value for _, value in self.section if isinstance(value, tuple | list)]
        return weighted([*self.signals, *(table for tables in lists for table in tables)])

    @cached_property
    def schemas(self) -> Mapping[str, Schema]:
        """Schema of every source, ``truth`` included."""
        schemas = self.experiment.schemas(self.section)
        if self.weighted and TRUTH in schemas:
            return {**schemas, TRUTH: with_drawn(schemas[TRUTH])}
        return schemas

    @cached_property
    def histograms(self) -> Mapping[str, HistogramSpec]:
        """The monitoring histograms."""
        return cast("Mapping[str, HistogramSpec]", self.experiment.part_for("histograms", self.section))

    @cached_property
    def comparisons(self) -> Mapping[str, ComparisonSpec]:
        """What is compared with recorded words."""
        return cast("Mapping[str, ComparisonSpec]", self.experiment.part_for("comparisons", self.section))

    @cached_property
    def offline(self) -> Selections:
        """The offline selections: name -> cuts in order."""
        return cast(Selections, self.experiment.part_for("offline", self.section))

    @property
    def match_window(self) -> int:
        """How far (TDC counts) a trigger may be from a generated event's time and still belong to it."""
        return int(self.experiment.part_for("match_window", self.section))

    @property
    def hardware_latency(self) -> Mapping[str, HardwareLatency]:
        """Modelled latency of each hardware level; empty where none is."""
        return cast(
            "Mapping[str, HardwareLatency]", self.experiment.part_for("hardware_latency", self.section)
        )
