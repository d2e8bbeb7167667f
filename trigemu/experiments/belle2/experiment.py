"""Belle II, declared."""

from __future__ import annotations

from trigemu.collider.once import each_event
from trigemu.experiments.belle2.bits import BITS
from trigemu.experiments.belle2.clock import (
    DATA_CLOCK_TICKS,
    REVOLUTION_TICKS,
    TICK_NS,
    TIMING_CLOCK_TICKS,
)
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.hlt.bits import HLT_BITS
from trigemu.experiments.belle2.purposes import Belle2Purpose
from trigemu.experiments.belle2.sources import SCHEMAS, TIMING
from trigemu.setup.data import Clock, HardwareLatency, Scan
from trigemu.setup.experiment import ExperimentSpec


def _latency(section: Belle2) -> dict[str, HardwareLatency]:
    """Return the latency of level 1: fixed, because its data flow through a pipeline."""
    used = section.latency_clocks * TIMING_CLOCK_TICKS * TICK_NS * 1e-3
    source = "611 clocks: belle2_facts 1 (read in the experiment's software); budget recalled"
    return {"level 1": HardwareLatency(used, section.latency_budget_us, source)}


_EXTERNAL = {"random_hz": 0.0, "poisson_hz": 0.0, "injection": {"rate_hz": 0.0}}
_QUIET = {"process": [], "external": _EXTERNAL}

EXPERIMENT = ExperimentSpec(
    name="belle2",
    config_model=Belle2,
    # RF periods of 1.965 ns, data clocks of 16 of them.
    clock=lambda section: Clock(TICK_NS, DATA_CLOCK_TICKS, section.frame_revolutions * REVOLUTION_TICKS),
    sources=SCHEMAS,
    bits=BITS,
    meanings="trigemu.experiments.belle2.meanings:MEANINGS",
    signals="trigemu.experiments.belle2.signals:SIGNALS",
    generator="trigemu.experiments.belle2.generator:Belle2Generator",
    trigger="trigemu.experiments.belle2.trigger:Belle2Trigger",
    histograms="trigemu.experiments.belle2.monitor:HISTOGRAMS",
    entries=("crossing",),
    crossings=TIMING,
    hardware_latency=_latency,
    # About one event a turn, so that a frame holds several hundred; beam background stays on: every event has it.
    scan=Scan(every_ns=10_000.0, quiet=_QUIET),
    each_event=each_event(_QUIET),
    menu_files="trigemu.experiments.belle2.gdl.ftdl_table:MENU_FILES",
    schema="trigemu.experiments.belle2.gdl.ftdl_schema:with_ftdl",
    purposes=Belle2Purpose,
    software_bits=frozenset(HLT_BITS),
)
"""What the entry point of the experiment names."""
