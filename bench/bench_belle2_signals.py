"""Events per second of Belle II's signals and native processes, one core."""

from __future__ import annotations

import pytest

from trigemu.collider.signals.collision import PROCESS_STREAMS
from trigemu.experiments.belle2.signals import BELLE2, PROCESSES, SIGNALS
from trigemu.physics.fsr_rate import scan
from trigemu.setup.reference import resolve

EVENTS = 500
OFFERED = [
    (spec, stream)
    for specs, stream in ((SIGNALS, 0), (PROCESSES, PROCESS_STREAMS))
    for spec in specs
    if "file" not in spec.model.model_fields
]


@pytest.mark.parametrize(("spec", "stream"), OFFERED, ids=[spec.name for spec, _ in OFFERED])
def test_events(benchmark, spec, stream):
    """500 events of a frame."""
    sampler = resolve(spec.sampler)(spec.model(), BELLE2, 1, stream)
    sampler.sample(0, 2)
    benchmark.extra_info["events"] = EVENTS
    made = benchmark(lambda: sampler.sample(1, EVENTS))
    assert made.particles.events == EVENTS


def test_dalitz_plot(benchmark):
    """Quadrature of the massive matrix element of mu mu Z' on 1600 points."""
    scan(111.9, 0.10566, 1.0, "vector", 4)
    assert benchmark(lambda: scan(111.9, 0.10566, 1.0, "vector", 40))[0] > 0
