"""What ``decide_events`` takes and refuses, and events whose data no detector gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.own_events import flags, own_events, write_hepmc

from trigemu.errors import InputError
from trigemu.frames.frame import TimeFrame
from trigemu.measure.deciding import decide_events
from trigemu.measure.deciding.rows import EventDecider
from trigemu.measure.offline import make_frames
from trigemu.physics.event_key import event_key
from trigemu.physics.particles import make_particles, no_particles
from trigemu.setup.build import load_setup


def spoilt(column, value):
    particles = own_events("belle2", 20)
    values = getattr(particles, column).copy()
    values[3] = value
    return replace(particles, **{column: values})


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (None, "a file, or Particles"),
        ("", "a file, or Particles"),
        ([1, 2], "a file, or Particles"),
        (no_particles(0), "at least one event"),
        (spoilt("momentum", np.nan), "momentum"),
        (spoilt("momentum", 1e300), "momentum"),
        (spoilt("point", -np.inf), "point"),
        (spoilt("mass", -1.0), "mass"),
        (spoilt("event", 19), "event"),
        (spoilt("event", -1), "event"),
        (spoilt("pdg", 21), "gluon"),
        (spoilt("pdg", 521), "521"),
        (replace(own_events("belle2", 20), weight=np.zeros(20)), "weights are 0"),
        (replace(own_events("belle2", 20), mass=np.zeros(3)), "mass"),
        (replace(own_events("belle2", 20), momentum="many"), "momentum"),
    ],
)
def test_events_that_are_none(events, words):
    with pytest.raises(InputError, match=words):
        decide_events("belle2", events)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": "one"}, "seed"),
        ({"lines": 5}, "lines"),
        ({"lines": ["no such line"]}, "no such line"),
        ({"overrides": ["belle2.colour=1"]}, "colour"),
    ],
)
def test_arguments_that_are_none(arguments, words):
    with pytest.raises(InputError, match=words):
        decide_events("belle2", own_events("belle2", 20), **arguments)


def test_events_without_particles_have_rows():
    particles = no_particles(3)
    assert len(decide_events("na62-dump", particles)) == 3
    assert not decide_events("na62-dump", particles).l1.any()
    assert len(decide_events("babar", particles)) == 3


def test_columns_that_are_none():
    found = decide_events("belle2", own_events("belle2", 20))
    for name in ("ffx", "bit_", 5):
        with pytest.raises(InputError, match="column"):
            found[name]


def test_one_bad_event_says_nothing_of_the_others(tmp_path):
    path = write_hepmc(tmp_path / "events.hepmc3", own_events("besiii", 20))
    setup = load_setup("besiii", [f"input.path={path}", "input.once=true"])
    (frame,) = make_frames(setup, [0])
    decider = EventDecider(setup)
    good = decider.rows(frame)
    fragments = {name: dict(columns) for name, columns in frame.fragments.items()}
    bad = 4
    channel = fragments["mdc"]["channel"].copy()
    channel[fragments["mdc"]["offsets"][bad]] = 65535
    fragments["mdc"]["channel"] = channel
    rows = decider.rows(TimeFrame(frame.run, frame.number, fragments))
    assert np.flatnonzero(~rows.decided).tolist() == [bad]
    others = np.arange(20) != bad
    for name in ("accepted", "bits", "fired", "passed"):
        assert np.array_equal(getattr(rows, name)[others], getattr(good, name)[others])
    assert not rows.fired[bad].any()


def test_a_key_is_that_of_the_event():
    particles = own_events("belle2", 20)
    keys = [event_key(particles.take(np.array([event]))) for event in range(20)]
    assert len(set(keys)) == 20
    assert all(0 <= key < 2**32 for key in keys)
    assert [
        event_key(particles.take(np.array([event, 3])).take(np.array([0]))) for event in range(20)
    ] == keys
    muon = np.array([[0.1, 0.2, 3.0, 3.01]])
    one, other = (make_particles(np.zeros(1, np.int64), code, 0.1, muon) for code in (13, -13))
    assert event_key(one) != event_key(other)
    # Zero is zero.
    assert event_key(replace(one, point=-one.point)) == event_key(one)


def test_the_same_event_twice_is_the_same_row():
    twice = own_events("belle2", 20).take(np.array([3, 5, 3]))
    rows = flags(decide_events("belle2", twice))
    assert np.array_equal(rows[0], rows[2])
