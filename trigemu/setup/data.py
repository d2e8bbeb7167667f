"""Plain data that experiments and the framework exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, create_model


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
    """

    name: str
    title: str
    model: type[BaseModel]
    sampler: Any = None


def signal(name: str, title: str, model: type[BaseModel], sampler: Any = None, /, **fixed: Any) -> SignalSpec:
    """Register a signal: its table and what makes its events, in one place.

    Parameters
    ----------
    name, title, model, sampler
        See `SignalSpec`.  One model may serve several signals: each gets a subclass of it, whose ``signal`` key can
        only be ``name``.
    fixed
        What sets this signal apart: class variables of the model get this value, its fields this default.

    Raises
    ------
    TypeError
        The model has neither a class variable nor a field of such a name.
    """
    return SignalSpec(name, title, named_model(model, "signal", name, fixed), sampler)


def named_model(model: type[BaseModel], key: str, name: str, fixed: Mapping[str, Any]) -> type[BaseModel]:
    """Return a subclass of a model whose ``key`` can only be ``name``, with class variables and defaults set."""
    fields: dict[str, Any] = {key: (Literal[name], name)}
    variables = {}
    for attribute, value in fixed.items():
        if attribute in model.model_fields:
            field = model.model_fields[attribute]
            # Bounds and validators are metadata of the field: they stay, only the default is another.
            fields[attribute] = (Annotated[field.annotation, *field.metadata], value)
        elif attribute in model.__class_vars__:
            variables[attribute] = value
        else:
            raise TypeError(f"{model.__name__} has no class variable or field {attribute!r}")
    made = create_model(model.__name__, __base__=model, __module__=model.__module__, **fields)
    made.__doc__ = model.__doc__
    for attribute, value in variables.items():
        setattr(made, attribute, value)
    return made
