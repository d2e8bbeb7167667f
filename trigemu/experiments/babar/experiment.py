"""BaBar, declared."""

from __future__ import annotations

from trigemu.collider.once import each_event
from trigemu.experiments.babar.bits import BITS
from trigemu.experiments.babar.clock import LATENCY_US, SAMPLE_NS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.l3.bits import L3_BITS
from trigemu.experiments.babar.purposes import BabarPurpose
from trigemu.experiments.babar.selection.config import SELECTIONS
from trigemu.experiments.babar.signals import signals, withheld
from trigemu.experiments.babar.sources import SCHEMAS, TIMING
from trigemu.setup.data import Clock, HardwareLatency, Scan
from trigemu.setup.experiment import ExperimentSpec


def _latency(section: Babar) -> dict[str, HardwareLatency]:
    """Return the latency of level 1: fixed, because its data flow through a pipeline."""
    source = "12 us: besiii_babar_facts B3.3 (recalled)"
    return {"level 1": HardwareLatency(LATENCY_US, section.latency_budget_us, source)}


_QUIET = {"process": [], "random_hz": 0.0}

EXPERIMENT = ExperimentSpec(
    name="babar",
    config_model=Babar,
    clock=lambda section: Clock(SAMPLE_NS, 1, section.frame_samples),
    sources=SCHEMAS,
    bits=BITS,
    signals=signals,
    signals_follow=("sqrt_s",),
    withheld=withheld,
    generator="trigemu.experiments.babar.generator:BabarGenerator",
    trigger="trigemu.experiments.babar.trigger:BabarTrigger",
    histograms="trigemu.experiments.babar.monitor:HISTOGRAMS",
    entries=("crossing",),
    selections=SELECTIONS,
    crossings=TIMING,
    hardware_latency=_latency,
    # Far beyond the detectors' windows; beam background stays on: every event has it.
    scan=Scan(every_ns=50_000.0, quiet=_QUIET),
    each_event=each_event(_QUIET),
    purposes=BabarPurpose,
    software_bits=frozenset(L3_BITS),
    meanings="trigemu.experiments.babar.meanings:meanings",
)
"""What the entry point of the experiment names."""
