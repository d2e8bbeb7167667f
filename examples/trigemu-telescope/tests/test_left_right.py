"""The example algorithm against a slow, obvious twin, and inside an NA62 menu."""

from __future__ import annotations

import numpy as np
import pytest
from trigemu_telescope.left_right import LeftRightConfig, left_right

from trigemu.decision.candidates import CandidateFinder
from trigemu.errors import InputError
from trigemu.frames.frame import TimeFrame
from trigemu.setup.build import load_setup


def twin(hit_time, channel, time, window):
    words = []
    for entry in time:
        near = channel[np.abs(hit_time - entry) <= window]
        sides = {1 if c // 100 <= 2 else 2 for c in near}
        words.append(sum(sides) | (4 if len(sides) == 2 else 0))
    return np.array(words, np.uint64)


def test_bits_agree_with_the_twin():
    random = np.random.default_rng(3)
    hit_time = np.sort(random.integers(0, 20_000, 300))
    channel = (100 * random.integers(1, 5, 300) + random.integers(1, 39, 300)).astype(np.uint16)
    time = np.sort(random.integers(0, 20_000, 100))
    frame = TimeFrame(1, 0, {"newchod": {"time": hit_time, "channel": channel}})
    words = left_right.decide(frame, time, LeftRightConfig(window_ns=5.0))
    expected = twin(hit_time, channel, time, 51)
    assert np.array_equal(words, expected)
    assert set(np.unique(expected)) == {0, 1, 2, 7}


def config(tmp_path, when):
    path = tmp_path / "run.toml"
    path.write_text(
        f'''
        experiment = "na62"
        run = {{ frames = 2 }}
        [[algorithm]]
        name = "left_right"
        [[menu.line]]
        name = "pair"
        when = "{when}"
        '''
    )
    return path


def test_menus_may_use_its_bits(tmp_path):
    setup = load_setup(config(tmp_path, "q1 and left_right.both"))
    candidates = _first_frame(setup)
    everything = _first_frame(load_setup(config(tmp_path, "q1")))
    assert 0 < len(candidates.time) < len(everything.time)
    assert set(candidates.time) <= set(everything.time)


def _first_frame(setup):
    generator = setup.make_generator(tuple(setup.schemas))
    frame = TimeFrame(1, 0, {source: generator.fragment(source, 0) for source in setup.schemas})
    return CandidateFinder(setup).candidates(frame.without_truth())


def test_unknown_bit_of_the_algorithm_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"left_right\.neither"):
        load_setup(config(tmp_path, "left_right.neither"))
