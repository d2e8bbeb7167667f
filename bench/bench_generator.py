"""Speed of NA62's generator, per source, and of deciding a frame with everything that is recorded of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from trigemu import streaming
from trigemu.decision.decide import Decider
from trigemu.frames.columns import pack
from trigemu.frames.frame import TimeFrame
from trigemu.setup.build import load_setup

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "na62-dump.toml"
FRAMES = 20


@pytest.fixture(scope="module")
def setup():
    """Return the shipped configuration, a few frames long."""
    return load_setup(CONFIG, [f"run.frames={FRAMES}"])


@pytest.mark.parametrize("source", ["newchod", "muv3", "lkr", "lav", "rich", "anti0", "chod", "truth"])
def test_source(benchmark, setup, source):
    """20 frames of one source, events included."""

    def make():
        generator = setup.make_generator((source,))
        return [generator.fragment(source, frame) for frame in range(FRAMES)]

    assert len(benchmark(make)) == FRAMES


def test_decide(benchmark, setup):
    """20 frames decided, truth matched, read-out windows cut."""
    generator = setup.make_generator(tuple(setup.schemas))
    frames = [
        TimeFrame(1, n, {s: pack(schema, generator.fragment(s, n)) for s, schema in setup.schemas.items()})
        for n in range(FRAMES)
    ]
    decider = Decider(setup)
    verdicts = benchmark(lambda: [decider.decide(frame) for frame in frames])
    assert sum(len(verdict.candidates.time) for verdict in verdicts) > 0


def test_run(benchmark, setup, tmp_path_factory):
    """A whole offline run of 20 frames, recorded."""

    def run():
        return streaming.run(setup, tmp_path_factory.mktemp("bench") / "run", offline=True)

    assert benchmark.pedantic(run, rounds=3).closed
