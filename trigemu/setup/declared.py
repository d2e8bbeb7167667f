"""What an experiment declares, looked at when it is loaded: what is wrong names the declaration, not a frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NoReturn

from pydantic import BaseModel

from trigemu.errors import InputError
from trigemu.frames.schema import Schema
from trigemu.physics.purpose import Purpose
from trigemu.plain import short
from trigemu.setup.comparison import ComparisonSpec
from trigemu.setup.data import Clock, HistogramSpec, Scan, SignalSpec
from trigemu.setup.experiment import ExperimentSpec
from trigemu.setup.offline import problem_of

MAX_ENTRIES = 8
"""Kinds of trigger entry: a byte has one bit for each."""

_PURPOSES = range(1, 1 << 16)


def check_declaration(spec: ExperimentSpec[Any], place: str) -> None:
    """Check what does not depend on a configuration.

    Raises
    ------
    InputError
        The sentence names ``place`` and what is wrong.
    """

    def refuse(what: str) -> NoReturn:
        raise InputError(f"{place}: {what}")

    model: Any = spec.config_model
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        refuse("config_model is no pydantic model")
    for name in ("entries", "selections"):
        given = getattr(spec, name)
        if not isinstance(given, tuple) or not all(isinstance(each, str) and each for each in given):
            refuse(f"{name} must be a tuple of names, not {short(repr(given))}")
        if twice := [each for each, count in Counter(given).items() if count > 1]:
            refuse(f"{name} has {twice[0]!r} twice")
    if len(spec.entries) > MAX_ENTRIES:
        refuse(f"{len(spec.entries)} kinds of entry are declared; there can be {MAX_ENTRIES}")
    if spec.scan is not None and not isinstance(spec.scan, Scan):
        refuse(f"scan must be a Scan, not of type {type(spec.scan).__name__}")
    if spec.scan is not None and spec.scan.every_ns is not None and not spec.scan.every_ns > 0:
        refuse(f"scan: every_ns must be positive, not {spec.scan.every_ns!r}")
    if spec.purposes is not None:
        _check_purposes(spec.purposes, refuse)


def _check_purposes(purposes: Any, refuse: Any) -> None:
    if not (isinstance(purposes, type) and issubclass(purposes, IntEnum)):
        refuse("purposes must be an IntEnum")
    # Two names of one value are one member of an enumeration: look at what was written.
    owners: dict[int, str] = {int(each): f"Purpose.{each.name}" for each in Purpose}
    for name, member in purposes.__members__.items():
        value = int(member)
        if value not in _PURPOSES:
            refuse(f"purposes: {name} = {value} is not in 1-65535")
        if value in owners:
            refuse(f"purposes: {name} = {value} would draw the random numbers of {owners[value]}")
        owners[value] = f"{purposes.__name__}.{name}"


def check_section(spec: ExperimentSpec[Any], section: Any) -> None:
    """Check what may depend on the experiment's section: clock, sources, histograms, signals.

    Raises
    ------
    InputError
        The sentence names the experiment and what is wrong.
    """

    def refuse(what: str) -> NoReturn:
        raise InputError(f"experiment {spec.name!r}: {what}")

    clock = spec.part_for("clock", section)
    if not isinstance(clock, Clock):
        refuse(f"clock must be a Clock, not of type {type(clock).__name__}")
    if not (clock.tick_ns > 0 and clock.clock_ticks >= 1 and clock.frame_ticks >= 1):
        refuse(f"clock: all three numbers must be positive, not {clock}")
    schemas: Any = spec.schemas(section)
    if not isinstance(schemas, Mapping) or not schemas:
        refuse("sources must be a mapping of source names to schemas")
    for name, schema in schemas.items():
        if not isinstance(schema, Schema):
            refuse(f"sources: {name!r} is of type {type(schema).__name__}, not a Schema")
        if schema.source != name:
            refuse(f"sources: {name!r} has the schema of {schema.source!r}")
    if spec.crossings is not None and spec.crossings not in schemas:
        refuse(f"crossings: there is no source {spec.crossings!r}; there are {', '.join(schemas)}")
    for name, histogram in spec.part_for("histograms", section).items():
        if not isinstance(histogram, HistogramSpec):
            refuse(f"histograms: {name!r} is of type {type(histogram).__name__}, not a HistogramSpec")
        axes = (histogram.shape, histogram.low, histogram.high)
        if not 1 <= len(histogram.shape) <= 2 or len(set(map(len, axes))) != 1 or min(histogram.shape) < 1:
            refuse(f"histograms: {name!r} needs one or two axes, each with bins, low and high")
        if any(not low < high for low, high in zip(histogram.low, histogram.high, strict=True)):
            refuse(f"histograms: {name!r} has an axis whose range does not rise")
    for name, comparison in spec.part_for("comparisons", section).items():
        if not isinstance(comparison, ComparisonSpec):
            refuse(f"comparisons: {name!r} is of type {type(comparison).__name__}, not a ComparisonSpec")
        if not comparison.rows or len(set(comparison.rows)) < len(comparison.rows):
            refuse(f"comparisons: {name!r} needs rows, all with different names")
    offline = spec.part_for("offline", section)
    if wrong := problem_of(offline):
        refuse(f"offline: {wrong}")
    seen: set[str] = set()
    for signal in spec.signal_specs(section):
        if not isinstance(signal, SignalSpec):
            refuse(
                f"signals: one is of type {type(signal).__name__}, not a SignalSpec (see trigemu.setup.data.signal)"
            )
        if signal.name in seen:
            refuse(f"signals: {signal.name!r} is there twice")
        if signal.offline and signal.offline not in offline:
            refuse(
                f"signals: {signal.name!r} names the offline selection {signal.offline!r}, which is not declared"
            )
        seen.add(signal.name)
