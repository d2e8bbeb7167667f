"""Fragments of a collider experiment from events and functions of particles; what its trigger checks of a frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.colliders import CHARM, OFFERED

from trigemu.collider.events import Events, EventSource
from trigemu.collider.generator import CrossingGenerator
from trigemu.collider.sources import BACKGROUND, TIMING, TRUTH_SCHEMA, crossing_schema, timing_schema
from trigemu.collider.trigger import columns_of, pieces_of
from trigemu.errors import InputError
from trigemu.frames.columns import pack
from trigemu.frames.frame import TimeFrame
from trigemu.physics.particles import Particles
from trigemu.setup.data import Clock

CLOCK = Clock(tick_ns=4.0, clock_ticks=6, frame_ticks=250_000)
COUNTER = crossing_schema("counter", ("channel", "<u2"))
SCHEMAS = {
    TIMING: timing_schema(("turn", "<u2")),
    "counter": COUNTER,
    "tracks": crossing_schema("tracks", ("pt", "<f4")),
    "photons": crossing_schema("photons", ("energy", "<f4")),
    "truth": TRUTH_SCHEMA,
}


def source(seed: int = 3) -> EventSource:
    muons, pairs = OFFERED[CHARM.name]["muon-gun"], OFFERED[CHARM.name]["mumu"]
    return EventSource(
        collider=CHARM,
        clock=CLOCK,
        seed=seed,
        signals=[(muons.model(rate_hz=20_000.0), muons.sampler)],
        processes=[(pairs.model(rate_hz=30_000.0), pairs.sampler)],
        empty={"random_hz": 5000.0},
    )


class Detector:
    """Writes down what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    def counter(self, particles: Particles, frame: int) -> dict[str, Any]:
        self.calls.append(("counter", frame))
        return {"channel": np.abs(particles.pdg).astype(np.uint16), "offsets": particles.offsets}

    def offline(self, particles: Particles, frame: int) -> tuple[dict[str, Any], dict[str, Any]]:
        self.calls.append(("offline", frame))
        charged = particles.select(particles.charge != 0)
        neutral = particles.select(particles.pdg == 22)
        pt = np.hypot(charged.px, charged.py).astype(np.float32)
        tracks = {"pt": pt, "offsets": charged.offsets}
        return tracks, {"energy": neutral.energy.astype(np.float32), "offsets": neutral.offsets}

    def timing(self, events: Events, frame: int) -> dict[str, Any]:
        return {"turn": (events.time % 200).astype(np.uint16)}


def generator(detector: Detector, seed: int = 3) -> CrossingGenerator:
    return CrossingGenerator(
        source(seed),
        {"counter": detector.counter},
        products={("tracks", "photons"): detector.offline},
        timing=detector.timing,
    )


def test_fragments_have_their_schemas_and_agree_about_crossings() -> None:
    made = generator(Detector())
    for frame in range(3):
        crossings = len(made.events(frame).time)
        assert crossings > 20
        for name, schema in SCHEMAS.items():
            columns = made.fragment(name, frame)
            assert set(columns) == set(schema.names)
            assert len(pack(schema, columns).buffer) > 0
            rows = columns.get("offsets")
            assert len(columns["time"] if rows is None else rows[1:]) == crossings
    with pytest.raises(KeyError):
        made.fragment("other", 0)


def test_fragments_depend_on_nothing_but_seed_frame_and_source() -> None:
    first, again, other = generator(Detector()), generator(Detector()), generator(Detector(), seed=4)
    wanted = {(name, frame): first.fragment(name, frame) for frame in range(3) for name in SCHEMAS}
    for frame in (2, 0, 1, 1):
        for name in reversed(SCHEMAS):
            found = again.fragment(name, frame)
            assert all(np.array_equal(found[c], wanted[name, frame][c]) for c in found)
    assert not np.array_equal(other.fragment(TIMING, 0)["time"], wanted[TIMING, 0]["time"])


def test_two_sources_of_one_calculation_are_made_once() -> None:
    detector = Detector()
    made = generator(detector)
    for frame in (0, 1):
        made.fragment("tracks", frame)
        made.fragment("photons", frame)
    assert detector.calls == [("offline", 0), ("offline", 1)]


def test_truth_and_timing() -> None:
    made = generator(Detector())
    timing, truth = made.fragment(TIMING, 1), made.fragment("truth", 1)
    events = made.events(1)
    assert np.array_equal(timing["time"], truth["time"])
    assert np.array_equal(timing["turn"], timing["time"] % 200)
    kinds = [truth["signal"] == 0, truth["process"] == 0, events.empty == 0]
    assert (np.sum(kinds, axis=0) == 1).all()
    assert set(truth["signal"].tolist()) <= {0, BACKGROUND}
    plain = CrossingGenerator(source(), {})
    assert set(plain.fragment(TIMING, 1)) == {"time"}


def test_what_a_trigger_checks_of_a_frame() -> None:
    made = generator(Detector())
    frame = TimeFrame(1, 0, {name: pack(SCHEMAS[name], made.fragment(name, 0)) for name in SCHEMAS})
    crossings = len(columns_of(frame, TIMING)["time"])
    assert set(pieces_of(frame, "counter", crossings)) == {"channel", "offsets"}
    with pytest.raises(InputError, match=f"source 'counter' has {crossings} crossings, 'timing' has 3"):
        pieces_of(frame, "counter", 3)
    with pytest.raises(InputError, match="'clock' has 3"):
        pieces_of(frame, "counter", 3, "clock")
    with pytest.raises(InputError, match="frame 0 has no fragment of source 'klm', which the trigger needs"):
        columns_of(frame, "klm")
