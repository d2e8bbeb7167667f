"""Events per second of Belle II's signals and native processes, one core."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from trigemu.collider.signals import models
from trigemu.collider.signals.processes import AnyProcess
from trigemu.collider.signals.sampling import make_sampler
from trigemu.physics.fsr_rate import scan

EVENTS = 500
SIGNALS = [spec.model() for spec in models.SIGNALS if "file" not in spec.model.model_fields]
PROCESSES = [
    TypeAdapter(AnyProcess).validate_python({"process": name})
    for name in (
        "gammagamma",
        "bhabha",
        "mumu",
        "tautau",
        "gammagammagamma",
        "mumugamma",
        "eegamma",
        "eemumu",
    )
]


def name(model):
    return getattr(model, "signal", None) or model.process


@pytest.mark.parametrize("model", [*SIGNALS, *PROCESSES], ids=name)
def test_events(benchmark, model):
    """500 events of a frame."""
    sampler = make_sampler(model, 1, 0)
    sampler.sample(0, 2)
    benchmark.extra_info["events"] = EVENTS
    made = benchmark(lambda: sampler.sample(1, EVENTS))
    assert made.particles.events == EVENTS


def test_dalitz_plot(benchmark):
    """Quadrature of the massive matrix element of mu mu Z' on 1600 points."""
    scan(111.9, 0.10566, 1.0, "vector", 4)
    assert benchmark(lambda: scan(111.9, 0.10566, 1.0, "vector", 40))[0] > 0
