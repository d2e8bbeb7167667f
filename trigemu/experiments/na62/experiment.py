"""NA62 as the framework sees it.

Only light modules are imported here: a worker that decides frames must not wait for the generators'
compiler, so what makes events is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trigemu.experiments.na62.bits import ENTRIES, bit_names
from trigemu.experiments.na62.clock import LSB_NS, TIMESTAMP_LSB
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.sources import SCHEMAS
from trigemu.frames.columns import Schema
from trigemu.setup.data import Clock, HardwareLatency, HistogramSpec, SignalSpec
from trigemu.setup.experiment import Generator, Trigger

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup

MATCH_NS = 10.0
"""A trigger this near to an event is its own: wider than a cluster (6.24 ns), narrower than a split."""

L0_BUDGET_US = 1000.0
"""Longest latency of L0 (na62_facts 1, abstract of arXiv:1802.06548)."""

SCAN_EVERY_NS = 1000.0
"""Distance of events in an efficiency scan: beyond dead time, splits and the windows of every detector."""


class NA62Experiment:
    """NA62 in beam-dump mode (see `trigemu.setup.experiment.Experiment`)."""

    name = "na62"
    config_model = NA62
    max_lines = 64
    """Enabled lines that fit: the kernels hold a state's lines in one word."""

    def clock(self, section: NA62) -> Clock:
        """Return the clock: TDC counts of 97 ps, timestamps of 25 ns."""
        return Clock(LSB_NS, TIMESTAMP_LSB, section.frame_timestamps * TIMESTAMP_LSB)

    def hardware_latency(self, section: NA62) -> Mapping[str, HardwareLatency]:
        """Return when L0 reads its alignment memory, against what the detectors' buffers allow."""
        used = section.l0.read_latency_timestamps * TIMESTAMP_LSB * LSB_NS * 1e-3
        return {"L0": HardwareLatency(used, L0_BUDGET_US, "read latency: guess; budget: arXiv:1802.06548")}

    def bits(self, section: NA62) -> Sequence[str]:
        """Return the names of the 112 bits of the L0 state word."""
        return bit_names(section.l0)

    def crossings(self) -> str | None:
        """Return None: data are continuous."""
        return None

    def entries(self) -> Sequence[str]:
        """Return the two kinds of entry: reference and control detector."""
        return ENTRIES

    def selections(self) -> Sequence[str]:
        """Return the online selections: ``ee`` vetoes on LAV and ANTI0."""
        return ("ee",)

    def sources(self, section: NA62) -> Mapping[str, Schema]:
        """Return every source with its schema."""
        return SCHEMAS

    def signals(self) -> Sequence[SignalSpec]:
        """Return the signals."""
        from trigemu.experiments.na62.aprime import SIGNALS

        return SIGNALS

    def histograms(self, section: NA62) -> Mapping[str, HistogramSpec]:
        """Return the monitoring histograms."""
        from trigemu.experiments.na62.monitor import HISTOGRAMS

        return HISTOGRAMS

    def generator(self, setup: Setup, sources: Sequence[str]) -> Generator:
        """Return what makes fragments."""
        from trigemu.experiments.na62.generator import NA62Generator

        return NA62Generator(setup, sources)

    def trigger(self, setup: Setup) -> Trigger:
        """Return what decides frames."""
        from trigemu.experiments.na62.trigger import NA62Trigger

        return NA62Trigger(setup)

    def match_window(self, section: NA62) -> int:
        """Return `MATCH_NS` in TDC counts."""
        return round(MATCH_NS / LSB_NS)

    def warm_up(self, setup: Setup) -> None:
        """Compile what makes fragments."""
        from trigemu.experiments.na62.generator import warm_up

        warm_up(setup)

    def signal_only(self, data: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
        """Return a resolved configuration with one signal at regular distances and no background.

        Parameters
        ----------
        data
            The configuration to start from (`Setup.to_dict`).
        table
            The ``[[signal]]`` table; without ``every_ns`` events come every `SCAN_EVERY_NS`.
        """
        section = dict(data["section"])
        section["halo"] = {**section.get("halo", {}), "rate_hz": 0.0, "neutral_rate_hz": 0.0}
        signal = {**table, "every_ns": table.get("every_ns") or SCAN_EVERY_NS}
        return {**data, "section": section, "signal": [signal]}
