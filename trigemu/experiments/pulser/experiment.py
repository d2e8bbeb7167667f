"""The pulser, declared."""

from __future__ import annotations

from trigemu.experiments.pulser.config import Burst, Pulser
from trigemu.experiments.pulser.generator import ALONE, PulseGenerator, schemas
from trigemu.experiments.pulser.trigger import BITS, MEANINGS, PulserTrigger, histograms
from trigemu.setup.data import Clock, Scan, signal
from trigemu.setup.experiment import ExperimentSpec

EXPERIMENT = ExperimentSpec(
    name="pulser",
    config_model=Pulser,
    clock=lambda section: Clock(tick_ns=1.0, clock_ticks=25, frame_ticks=section.frame_ticks),
    sources=schemas,
    bits=BITS,
    meanings=MEANINGS,
    signals=(signal("burst", "bursts", Burst, offline="alone"),),
    generator=PulseGenerator,
    trigger=PulserTrigger,
    histograms=histograms,
    entries=("pulse",),
    selections=("odd",),
    offline={"alone": ALONE},
    # A cell begins before the burst in it.
    match_window=lambda section: 2 * section.coincidence_ticks,
    scan=Scan(),
)
"""What the entry point of the experiment names."""
