"""Speed of making A' of mesons: as they come, and with those that may reach the detectors made more often."""

from __future__ import annotations

import pytest

from trigemu.experiments.na62.signals.aprime_decays import SignalSource
from trigemu.experiments.na62.signals.catalogue import SIGNALS

EVENTS = 20_000


@pytest.mark.parametrize("forward", [False, True], ids=["plain", "forward"])
@pytest.mark.parametrize(
    ("signal", "mass", "production"),
    [(1, 0.05, "pi0"), (0, 0.25, "mesons"), (1, 0.05, "all"), (0, 0.5, "brem")],
)
def test_make(benchmark, signal, mass, production, forward):
    """20,000 decays; the time per event is a 20,000th of it."""
    table = SIGNALS[signal].model(mass=mass, production=production, forward=forward)
    source = SignalSource(table, None, 1, 0)
    source.sample(0, 10)
    assert len(benchmark(source.sample, 0, EVENTS)[1]) == EVENTS


@pytest.mark.parametrize("production", ["pi0", "all"])
def test_tables(benchmark, production):
    """What a scan sets up for each point."""
    table = SIGNALS[1].model(mass=0.05, production=production, forward=True)
    assert benchmark(SignalSource, table, None, 1, 0).producer.weighted
