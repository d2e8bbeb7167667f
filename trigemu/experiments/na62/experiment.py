"""NA62 in beam-dump mode, declared."""

from __future__ import annotations

from trigemu.experiments.na62.bits import ENTRIES, bit_names
from trigemu.experiments.na62.clock import LSB_NS, PACKET_TIMESTAMPS, SPLIT_TIMESTAMPS, TIMESTAMP_LSB
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.purposes import NA62Purpose
from trigemu.experiments.na62.sources import schemas
from trigemu.setup.data import Clock, HardwareLatency, Scan
from trigemu.setup.events_once import HEPMC, EachEvent
from trigemu.setup.experiment import ExperimentSpec

MATCH_NS = 10.0
"""A trigger this near to an event is its own: wider than a cluster (6.24 ns), narrower than a split."""

L0_BUDGET_US = 1000.0
"""Longest latency of L0 (na62_facts 1, abstract of arXiv:1802.06548)."""

MAX_LINES = 64
"""Enabled lines that fit: the kernels hold a state's lines in one word."""


def _latency(section: NA62) -> dict[str, HardwareLatency]:
    """Return when L0 reads its alignment memory, against what the detectors' buffers allow."""
    used = section.l0.read_latency_timestamps * TIMESTAMP_LSB * LSB_NS * 1e-3
    return {"L0": HardwareLatency(used, L0_BUDGET_US, "read latency: guess; budget: arXiv:1802.06548")}


_NO_HALO = {"rate_hz": 0.0, "neutral_rate_hz": 0.0}

_NO_NOISE = {"newchod_noise_hz": 0.0, "muv3_noise_hz": 0.0, "noisy": ()}

_UNSEEN = (
    "Of a file, all that starts in the dump but muons is absorbed there, and mesons do not decay on the way; "
    "trigemu efficiency na62-hepmc lets those of a proton collision decay."
)

_ONE_A_PACKET = {
    "halo": _NO_HALO,
    "losses": _NO_NOISE,
    "frame_timestamps": PACKET_TIMESTAMPS,
    "guard_timestamps": 4 * SPLIT_TIMESTAMPS,
}
"""Each event has a frame of its own, as short as one can be: no event sees another."""

EXPERIMENT = ExperimentSpec(
    name="na62",
    config_model=NA62,
    clock=lambda section: Clock(LSB_NS, TIMESTAMP_LSB, section.frame_timestamps * TIMESTAMP_LSB),
    sources=schemas,
    bits=lambda section: bit_names(section.l0),
    meanings="trigemu.experiments.na62.meanings:meanings",
    signals="trigemu.experiments.na62.signals.catalogue:SIGNALS",
    generator="trigemu.experiments.na62.generator:NA62Generator",
    trigger="trigemu.experiments.na62.trigger:NA62Trigger",
    histograms="trigemu.experiments.na62.monitor:HISTOGRAMS",
    entries=ENTRIES,
    selections=("ee", "mumu"),
    offline="trigemu.experiments.na62.offline.cuts:cuts",
    match_window=round(MATCH_NS / LSB_NS),
    hardware_latency=_latency,
    intensity="trigemu.experiments.na62.beam.spill:intensity",
    # Events further apart than dead time, splits and the windows of every detector.
    scan=Scan(every_ns=1000.0, quiet={"halo": _NO_HALO, "losses": _NO_NOISE}, usual={"forward": True}),
    each_event=EachEvent(_ONE_A_PACKET, 1, {HEPMC: "hepmc-signal"}, _UNSEEN),
    purposes=NA62Purpose,
    max_lines=MAX_LINES,
    undriven=lambda section: section.l0.undriven(),
)
"""What the entry point of the experiment names."""
