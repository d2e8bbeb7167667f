"""Frames as they come from Python: what cannot be in them is one sentence."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.decision.decide import Decider
from trigemu.errors import InputError
from trigemu.frames.frame import TimeFrame
from trigemu.frames.ranges import CorruptError
from trigemu.setup.build import load_setup


@pytest.fixture(scope="module")
def setup(configs):
    return load_setup(configs / "pulser.toml", ["run.frames=2"])


@pytest.fixture
def fragments(setup):
    generator = setup.make_generator(tuple(setup.schemas))
    return {source: dict(generator.fragment(source, 0)) for source in setup.schemas}


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("time", np.array([5, 2**62]), "frame 0: source 'p0', column 'time': entry 1 is 4611686018427387904"),
        ("channel", np.array([5, -1]), "frame 0: source 'p0': column 'channel': entry 1 is -1, uint16 holds"),
        ("channel", np.array([5, 256]), "frame 0: source 'p0', column 'channel': entry 1 is 256"),
        ("channel", np.array([1.5, 2.0]), "frame 0: source 'p0': column 'channel': "),
        ("channel", np.zeros((2, 2), np.uint16), "column 'channel' has 2 dimensions instead of 1"),
        ("channel", np.zeros(3, np.uint16), "frame 0: source 'p0': hit columns of different lengths"),
    ],
)
def test_arrays_that_cannot_be(setup, fragments, column, value, sentence):
    hits = {"time": np.array([5, 6]), "channel": np.array([1, 2]), column: value}
    with pytest.raises(InputError) as error:
        Decider(setup).decide(TimeFrame(1, 0, {**fragments, "p0": hits}))
    assert sentence in str(error.value)
    assert isinstance(error.value, CorruptError)
    assert error.value.sources == ("p0",)


def test_a_column_that_is_not_there(setup, fragments):
    with pytest.raises(CorruptError, match="frame 0: source 'p0': columns"):
        Decider(setup).decide(TimeFrame(1, 0, {**fragments, "p0": {"time": np.array([5])}}))


def test_plain_integers_are_as_good_as_those_of_the_schema(setup, fragments):
    decider = Decider(setup)
    plain = {source: {k: v.astype(np.int64) for k, v in hits.items()} for source, hits in fragments.items()}
    one, other = (decider.decide(TimeFrame(1, 0, each)).candidates for each in (fragments, plain))
    assert np.array_equal(one.time, other.time)
    assert np.array_equal(one.fired, other.fired)


def test_all_wrong_sources_are_counted(setup, fragments):
    bad = {"time": np.array([-1]), "channel": np.zeros(1, np.uint16)}
    with pytest.raises(CorruptError) as error:
        Decider(setup).decide(TimeFrame(1, 0, {**fragments, "p0": bad, "p2": bad}))
    assert error.value.sources == ("p0", "p2")
