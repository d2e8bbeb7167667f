"""BESIII, declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from trigemu.collider.once import each_event
from trigemu.experiments.besiii.bits import BITS, MUC_CONDITIONS
from trigemu.experiments.besiii.clock import TICK_NS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.filter.bits import FILTER_BITS
from trigemu.experiments.besiii.purposes import BesiiiPurpose
from trigemu.experiments.besiii.raw.comparison import comparisons
from trigemu.experiments.besiii.raw.sources import RAW
from trigemu.experiments.besiii.signals import signals, withheld
from trigemu.experiments.besiii.sources import SIMULATED, TIMING
from trigemu.setup.data import Clock, HardwareLatency, Scan, SignalSpec
from trigemu.setup.experiment import ExperimentSpec, Setup
from trigemu.setup.protocols import Generator
from trigemu.setup.reference import resolve


def _latency(section: Besiii) -> dict[str, HardwareLatency]:
    """Return the latency of level 1: fixed, because its data flow through a pipeline."""
    used = section.gtl.latency_ticks * TICK_NS * 1e-3
    source = "267 ticks of 24 ns: besiii_babar_facts A3.4"
    return {"level 1": HardwareLatency(used, section.latency_budget_us, source)}


def _generator(setup: Setup[Besiii], sources: Sequence[str]) -> Generator:
    """Return what makes the fragments: of simulated events, or of a raw data file."""
    kind = "raw.generator:RawGenerator" if setup.section.events == "raw" else "generator:BesiiiGenerator"
    return cast(Generator, resolve(f"trigemu.experiments.besiii.{kind}")(setup, sources))


def _signals(section: Besiii) -> Sequence[SignalSpec]:
    """Return the signals at the section's energy; a raw data file holds what it holds."""
    return () if section.events == "raw" else signals(section)


def _withheld(section: Besiii) -> Mapping[str, str]:
    """Return why signals are not there: a raw data file, or too low an energy."""
    if section.events == "raw":
        return {spec.name: "a raw data file holds its own events" for spec in signals(section)}
    return withheld(section)


_QUIET = {"process": [], "random_hz": 0.0}

EXPERIMENT = ExperimentSpec(
    name="besiii",
    config_model=Besiii,
    clock=lambda section: Clock(TICK_NS, 1, section.frame_ticks),
    sources=lambda section: RAW if section.events == "raw" else SIMULATED,
    bits=BITS,
    meanings="trigemu.experiments.besiii.meanings:meanings",
    undriven=dict.fromkeys(
        MUC_CONDITIONS, "the muon counters are no part of level 1 here (nor were they in 2009)"
    ),
    signals=_signals,
    withheld=_withheld,
    generator=_generator,
    trigger="trigemu.experiments.besiii.trigger:BesiiiTrigger",
    histograms="trigemu.experiments.besiii.monitor:HISTOGRAMS",
    comparisons=comparisons,
    complete="trigemu.experiments.besiii.raw.complete:complete",
    schema="trigemu.experiments.besiii.raw.schema:with_raw",
    signals_follow=("sqrt_s",),
    entries=("crossing",),
    crossings=TIMING,
    hardware_latency=_latency,
    # Far beyond the detectors' windows; beam background stays on: every event has it.
    scan=Scan(every_ns=50_000.0, quiet=_QUIET),
    each_event=each_event(_QUIET),
    purposes=BesiiiPurpose,
    software_bits=frozenset(FILTER_BITS),
)
"""What the entry point of the experiment names."""
