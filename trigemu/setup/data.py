"""Plain data that experiments and the framework exchange."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel


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
    """A process that ``trigemu efficiency --signal NAME`` can generate.

    Attributes
    ----------
    name
        For instance ``aprime-mumu``.
    title
        For plots, for instance ``A' -> mu+ mu-``.
    model
        pydantic model of the ``[[signal]]`` table: its fields are the keys of ``--grid``.
    """

    name: str
    title: str
    model: type[BaseModel]
