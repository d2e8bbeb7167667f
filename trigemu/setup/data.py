"""Plain data that experiments and the framework exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, Field, create_model

from trigemu.arrays import F64, I64, U8, U16, U64

WORD_BITS = 64
"""Bits in a trigger word."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Clock:
    """Time of an experiment in integers.

    Attributes
    ----------
    tick_ns
        Length of one TDC least count in ns.
    clock_ticks
        TDC counts in one period of the trigger clock (a timestamp, or a crossing).
    frame_ticks
        TDC counts in one time frame.
    """

    tick_ns: float
    clock_ticks: int
    frame_ticks: int

    @property
    def frame_s(self) -> float:
        """Length of a frame in seconds."""
        return self.frame_ticks * self.tick_ns * 1e-9


def _no_load() -> U16:
    return np.zeros(0, np.uint16)


@dataclass(frozen=True, slots=True, eq=False)
class TriggerWords(Generic[Found]):
    """What a trigger says of a frame: its bits at each entry, before any menu.

    Attributes
    ----------
    time
        int64[n], TDC counts since the start of the frame, rising (strictly, unless the trigger combines entries
        itself: `trigemu.setup.protocols.CombinesEntries`).
    bits
        uint64[n, words]: the trigger bits, in the order of `trigemu.setup.experiment.ExperimentSpec.bits`.
    kinds
        uint8[n], kinds of each entry (bit k: kind k of `trigemu.setup.experiment.ExperimentSpec.entries`).
    load
        uint16[k], words that entered the trigger processor's merged input queue in each of the frame's k equal
        time steps (empty where the experiment has no such queue); the sequencer's CHOKE model reads it.
    found
        What the trigger found on the way, for its own `monitor`; valid until its next frame.
    """

    time: I64
    bits: U64
    kinds: U8
    load: U16 = field(default_factory=_no_load)
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class HistogramSpec:
    """A monitoring histogram: regular bins; two axes make a map.

    Attributes
    ----------
    title, xlabel, ylabel
        For plots.
    shape
        Bins per axis (one or two).
    low, high
        Range per axis, in the units of the labels.
    """

    title: str
    xlabel: str
    ylabel: str
    shape: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def count(self, *values: ArrayLike) -> I64:
        """Return how many of the values fall into each bin.

        Parameters
        ----------
        values
            One array per axis, of equal lengths.

        Returns
        -------
        int64[shape]
            Values outside the range are not counted; the last bin of an axis has its upper edge.
        """
        if len(self.shape) == 1:
            return _count(np.asarray(values[0]), self.shape[0], float(self.low[0]), float(self.high[0]))
        edges = list(zip(self.low, self.high, strict=True))
        return np.histogramdd(np.column_stack(values), self.shape, edges)[0].astype(np.int64)


def _count(values: NDArray[Any], bins: int, low: float, high: float) -> I64:
    if values.dtype.kind in "iu" and low.is_integer() and ((high - low) / bins).is_integer():
        return _count_whole(values, bins, int(low), int(high))
    # What numpy.histogram does for regular bins, without its checks, which cost more than the counting.
    inside = values[(values >= low) & (values <= high)]
    edges = _edges(bins, low, high)
    place = ((inside - low) / (high - low) * bins).astype(np.int64)
    np.minimum(place, bins - 1, out=place)
    # Rounding may have moved a value across an edge.
    place -= inside < edges[place]
    place += (inside >= edges[place + 1]) & (place != bins - 1)
    return np.bincount(place, minlength=bins)


def _count_whole(values: NDArray[Any], bins: int, low: int, high: int) -> I64:
    # Whole numbers in bins of whole width: no edges to compare with.
    place = np.subtract(values, low, dtype=np.int64)
    # Below the range is far above it in unsigned numbers.
    inside = place[place.view(np.uint64) <= np.uint64(high - low)]
    step = (high - low) // bins
    counts = np.bincount(inside // step if step > 1 else inside, minlength=bins + 1)
    counts[bins - 1] += counts[bins]
    return counts[:bins]


@cache
def _edges(bins: int, low: float, high: float) -> F64:
    return np.linspace(low, high, bins + 1)


@dataclass(frozen=True, slots=True)
class BitMeaning:
    """What a trigger bit says.

    Attributes
    ----------
    meaning
        One sentence in the field's terms, with the threshold's key of the configuration where it has one.
    block
        The part of the trigger that sets it ("NewCHOD", "GRL", "ECL", "level 3").
    source
        Where the definition comes from, and how sure it is.
    """

    meaning: str
    block: str
    source: str


@dataclass(frozen=True, slots=True)
class HardwareLatency:
    """How long a hardware level takes, as modelled in its own clock, and how long it may take.

    Attributes
    ----------
    modelled_us, budget_us
        Microseconds from the event to the decision; what the detectors' buffers allow.
    source
        Where the two numbers come from.
    """

    modelled_us: float
    budget_us: float
    source: str


def words_of(names: Sequence[str], count: int) -> tuple[str, ...]:
    """Return names of trigger bits filled up with empty ones (unused bits) to ``count`` words of 64 bits."""
    return (*names, *("",) * (count * WORD_BITS - len(names)))


@dataclass(frozen=True, slots=True)
class Scan:
    """How an efficiency scan makes events of one signal alone.

    Attributes
    ----------
    every_ns
        Distance of events where the signal's table names none: beyond dead time and all windows of the detectors.
        None: events come as in any run.
    quiet
        Values of the experiment's section with which nothing but signals is generated; tables are merged into the
        configured ones.
    usual
        Values for keys of the signal's table where that leaves them at None (keys it does not have are left out).
    """

    every_ns: float | None = None
    quiet: Mapping[str, Any] = field(default_factory=dict)
    usual: Mapping[str, Any] = field(default_factory=dict)

    def configuration(self, data: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
        """Return a resolved configuration with one signal, at regular distances, and no other events.

        Parameters
        ----------
        data
            The configuration to start from (`trigemu.setup.experiment.Setup.to_dict`).
        table
            The ``[[signal]]`` table.
        """
        every = {} if self.every_ns is None else {"every_ns": table.get("every_ns") or self.every_ns}
        usual = {key: value for key, value in self.usual.items() if key in table and table[key] is None}
        signal = {**table, **every, **usual}
        return {**data, "section": merged(data["section"], self.quiet), "signal": [signal]}


def merged(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with other values for some keys; tables in it are merged likewise, an empty one replaces."""
    found = dict(table)
    for key, value in changes.items():
        inside = found.get(key)
        found[key] = merged(inside, value) if isinstance(inside, Mapping) and value else value
    return found


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """A process that ``trigemu efficiency --signal NAME`` can generate (made by `signal`).

    Attributes
    ----------
    name
        For instance ``aprime-mumu``.
    title
        For plots, for instance ``A' -> mu+ mu-``.
    model
        pydantic model of the ``[[signal]]`` table: its fields are the keys of ``--grid``.
    sampler
        What the experiment's generator makes events of a table with, or a reference to it
        (`trigemu.setup.reference`); None where the generator knows by itself.
    offline
        The offline selection that belongs to it (`trigemu.setup.experiment.ExperimentSpec.offline`), "" if none does.
    """

    name: str
    title: str
    model: type[BaseModel]
    sampler: Any = None
    offline: str = ""


def signal(
    name: str,
    title: str,
    model: type[BaseModel],
    sampler: Any = None,
    /,
    *,
    offline: str = "",
    **fixed: Any,
) -> SignalSpec:
    """Register a signal: its table and what makes its events, in one place.

    Parameters
    ----------
    name, title, model, sampler
        See `SignalSpec`.  One model may serve several signals: each gets a subclass of it, whose ``signal`` key can
        only be ``name`` (a model whose key is ``Literal[name]`` already is taken as it is).
    offline
        See `SignalSpec`; no field of a model can be fixed under this name.
    fixed
        What sets this signal apart: class variables of the model get this value, its fields this default (`Sourced`
        where it comes from somewhere).

    Raises
    ------
    TypeError
        The model has neither a class variable nor a field of such a name.
    """
    return SignalSpec(name, title, named_model(model, "signal", name, fixed), sampler, offline)


@dataclass(frozen=True, slots=True)
class Sourced:
    """A default of a signal or process (``value``), and where it comes from, as docstrings of fields say it."""

    value: Any
    source: str


def named_model(model: type[BaseModel], key: str, name: str, fixed: Mapping[str, Any]) -> type[BaseModel]:
    """Return a subclass of a model whose ``key`` can only be ``name``, with class variables and defaults set."""
    own = model.model_fields.get(key)
    if not fixed and own is not None and get_args(own.annotation) == (name,):
        return model
    fields: dict[str, Any] = {key: (Literal[name], Field(name, description=f"Which {key} the table is."))}
    variables = {}
    for attribute, value in fixed.items():
        if attribute in model.model_fields:
            field = model.model_fields[attribute]
            # Bounds and validators are metadata of the field: they stay, only the default is another.
            bounded = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
            default = value.value if isinstance(value, Sourced) else value
            source = f"Source: {value.source}" if isinstance(value, Sourced) else None
            fields[attribute] = (bounded, Field(default=default, description=source))
        elif attribute in model.__class_vars__:
            variables[attribute] = value
        else:
            raise TypeError(f"{model.__name__} has no class variable or field {attribute!r}")
    made = create_model(model.__name__, __base__=model, __module__=model.__module__, **fields)
    made.__doc__ = model.__doc__
    for attribute, value in variables.items():
        setattr(made, attribute, value)
    return made
