"""The pulser as an experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel

from trigemu.experiments.pulser.config import Burst, Pulser
from trigemu.experiments.pulser.generator import PulseGenerator, schemas
from trigemu.experiments.pulser.trigger import BITS, PulserTrigger, histograms
from trigemu.frames.columns import Schema
from trigemu.setup.data import Clock, HistogramSpec, SignalSpec

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup


class PulserExperiment:
    """See `trigemu.setup.experiment.Experiment`."""

    name = "pulser"
    config_model: type[BaseModel] = Pulser

    def clock(self, section: Pulser) -> Clock:
        """Ticks of 1 ns; triggers every 25."""
        return Clock(tick_ns=1.0, clock_ticks=25, frame_ticks=section.frame_ticks)

    def bits(self, section: Pulser) -> Sequence[str]:
        """Return the names of the trigger bits."""
        return BITS

    def crossings(self) -> str | None:
        """Return None: data are continuous."""
        return None

    def entries(self) -> Sequence[str]:
        """Return the one kind of entry."""
        return ("pulse",)

    def selections(self) -> Sequence[str]:
        """Return the one online selection."""
        return ("odd",)

    def sources(self, section: Pulser) -> Mapping[str, Schema]:
        """Return every source with its schema."""
        return schemas(section)

    def signals(self) -> Sequence[SignalSpec]:
        """Return the bursts."""
        return (SignalSpec("burst", "bursts", Burst),)

    def histograms(self, section: Pulser) -> Mapping[str, HistogramSpec]:
        """Return the monitoring histograms."""
        return histograms(section)

    def generator(self, setup: Setup, sources: Sequence[str]) -> PulseGenerator:
        """Return what makes the fragments."""
        return PulseGenerator(_section(setup), setup.config.run.seed)

    def trigger(self, setup: Setup) -> PulserTrigger:
        """Return what decides frames."""
        return PulserTrigger(setup, _section(setup))

    def match_window(self, section: Pulser) -> int:
        """Return how far a cell's begin may be from the burst in it."""
        return 2 * section.coincidence_ticks

    def warm_up(self, setup: Setup) -> None:
        """Nothing is compiled."""


def _section(setup: Setup) -> Pulser:
    section = setup.section
    if not isinstance(section, Pulser):
        raise TypeError("the pulser needs a setup of its own")
    return section


EXPERIMENT = PulserExperiment()
