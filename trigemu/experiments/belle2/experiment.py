"""Belle II as the framework sees it.

Only light modules are imported here: a worker that decides frames must not wait for the generators'
compiler, so what makes events is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trigemu.experiments.belle2.bits import BITS
from trigemu.experiments.belle2.clock import DATA_CLOCK_TICKS, REVOLUTION_TICKS, TICK_NS, TIMING_CLOCK_TICKS
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.sources import SCHEMAS, TIMING
from trigemu.frames.columns import Schema
from trigemu.setup.data import Clock, HardwareLatency, HistogramSpec, SignalSpec
from trigemu.setup.experiment import Generator, Trigger

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup

SCAN_EVERY_NS = 10_000.0
"""Distance of events in an efficiency scan: about one turn, so that a frame holds several hundred."""


class Belle2Experiment:
    """Belle II (see `trigemu.setup.experiment.Experiment`)."""

    name = "belle2"
    config_model = Belle2

    def clock(self, section: Belle2) -> Clock:
        """Return the clock: RF periods of 1.965 ns, data clocks of 16 of them."""
        return Clock(TICK_NS, DATA_CLOCK_TICKS, section.frame_revolutions * REVOLUTION_TICKS)

    def crossings(self) -> str | None:
        """Return the source that lists the crossings."""
        return TIMING

    def hardware_latency(self, section: Belle2) -> Mapping[str, HardwareLatency]:
        """Return the latency of level 1: fixed, because its data flow through a pipeline."""
        used = section.latency_clocks * TIMING_CLOCK_TICKS * TICK_NS * 1e-3
        source = "611 clocks: belle2_facts 1 (read in the experiment's software); budget recalled"
        return {"level 1": HardwareLatency(used, section.latency_budget_us, source)}

    def bits(self, section: Belle2) -> Sequence[str]:
        """Return the names of the trigger bits."""
        return BITS

    def entries(self) -> Sequence[str]:
        """Return the one kind of entry."""
        return ("crossing",)

    def selections(self) -> Sequence[str]:
        """Return no selections: the software trigger has lines of its own."""
        return ()

    def sources(self, section: Belle2) -> Mapping[str, Schema]:
        """Return every source with its schema."""
        return SCHEMAS

    def signals(self) -> Sequence[SignalSpec]:
        """Return the signals."""
        from trigemu.collider.signals.models import SIGNALS

        return SIGNALS

    def histograms(self, section: Belle2) -> Mapping[str, HistogramSpec]:
        """Return the monitoring histograms."""
        from trigemu.experiments.belle2.monitor import HISTOGRAMS

        return HISTOGRAMS

    def generator(self, setup: Setup, sources: Sequence[str]) -> Generator:
        """Return what makes fragments."""
        from trigemu.experiments.belle2.generator import Belle2Generator

        return Belle2Generator(setup, sources)

    def trigger(self, setup: Setup) -> Trigger:
        """Return what decides frames."""
        from trigemu.experiments.belle2.trigger import Belle2Trigger

        return Belle2Trigger(setup)

    def match_window(self, section: Belle2) -> int:
        """Return 0: a trigger has the time of its crossing."""
        return 0

    def warm_up(self, setup: Setup) -> None:
        """Compile what makes fragments."""
        from trigemu.experiments.belle2.generator import warm_up

        warm_up(setup)

    def signal_only(self, data: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
        """Return a resolved configuration with one signal at regular distances and no other events.

        Beam background stays on: it is part of every event.

        Parameters
        ----------
        data
            The configuration to start from (`Setup.to_dict`).
        table
            The ``[[signal]]`` table; without ``every_ns`` events come every `SCAN_EVERY_NS`.
        """
        section = {**data["section"], "process": [], "external": {}}
        signal = {**table, "every_ns": table.get("every_ns") or SCAN_EVERY_NS}
        return {**data, "section": section, "signal": [signal]}


EXPERIMENT = Belle2Experiment()
"""What the entry point of the experiment names."""
