"""Damaged hits: channels that do not exist, offsets that do not cut, numbers that are none."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu import streaming
from trigemu.decision.candidates import CandidateFinder
from trigemu.errors import InputError
from trigemu.experiments.belle2.cdc.geometry import CHANNELS
from trigemu.experiments.belle2.generator import Belle2Generator
from trigemu.experiments.belle2.klm.geometry import channel
from trigemu.experiments.belle2.sources import SCHEMAS
from trigemu.frames.frame import TimeFrame
from trigemu.setup.build import load_setup


@pytest.fixture(scope="module")
def small(configs):
    return load_setup(configs / "belle2.toml", ["belle2.frame_revolutions=60", "run.frames=2"])


@pytest.fixture(scope="module")
def frame(small):
    generator = Belle2Generator(small, tuple(SCHEMAS))
    return {source: dict(generator.fragment(source, 0)) for source in SCHEMAS}


DAMAGE = [
    ("cdc", "channel", CHANNELS),
    ("cdc", "channel", 65535),
    ("ecl", "channel", 0),
    ("ecl", "channel", 577),
    ("ecl", "channel", 65535),
    ("klm", "channel", 65535),
    ("klm", "channel", int(channel(2, 0, 12, 0))),
]


def damaged(columns, source, name, value):
    column = columns[source][name].copy()
    column[len(column) // 2] = value
    return {**columns, source: {**columns[source], name: column}}


@pytest.mark.parametrize(("source", "name", "value"), DAMAGE)
def test_channels_that_do_not_exist(small, frame, source, name, value):
    with pytest.raises(InputError) as error:
        CandidateFinder(small).candidates(TimeFrame(1, 0, damaged(frame, source, name, value)))
    assert "\n" not in str(error.value)
    assert str(value) in str(error.value)


@pytest.mark.parametrize("source", ["cdc", "ecl", "klm", "tracks", "clusters"])
@pytest.mark.parametrize("how", ["falls", "far", "negative", "short"])
def test_offsets_that_do_not_cut_the_columns(small, frame, source, how):
    offsets = frame[source]["offsets"].copy()
    if how == "falls":
        offsets[2] = offsets[-1] + 5
    elif how == "far":
        offsets[-1] += 1000
    elif how == "negative":
        offsets[0] = -7
    else:
        offsets = offsets[:-1]
    columns = {**frame, source: {**frame[source], "offsets": offsets}}
    with pytest.raises(InputError) as error:
        CandidateFinder(small).candidates(TimeFrame(1, 0, columns))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["d0", "phi0", "omega", "z0", "tan_lambda", "energy", "cluster"])
def test_numbers_that_are_none_decide_nothing_badly(small, frame, name):
    """Reconstructed numbers that are not finite, or indices that point nowhere, neither crash nor spread."""
    good = CandidateFinder(small).candidates(TimeFrame(1, 0, frame))
    column = frame["tracks"][name]
    value = 32000 if column.dtype.kind == "i" else np.nan
    columns = damaged(frame, "tracks", name, value)
    bad = CandidateFinder(small).candidates(TimeFrame(1, 0, columns))
    assert np.array_equal(bad.time, good.time)
    rows = len(column) // 2
    event = int(np.searchsorted(frame["tracks"]["offsets"], rows, side="right")) - 1
    other = good.time != frame["timing"]["time"][event]
    assert np.array_equal(bad.fired[other], good.fired[other])


class Broken:
    """A generator whose second frame has a wire that does not exist."""

    def __init__(self, inner):
        self._inner = inner

    def fragment(self, source, number):
        columns = dict(self._inner.fragment(source, number))
        return damaged({source: columns}, source, "channel", 60000)[source] if source == "cdc" else columns


def test_a_recorded_run_of_another_detector(tmp_path, small, monkeypatch):
    from trigemu.experiments.belle2 import generator as module

    setup = load_setup("belle2", ["belle2.frame_revolutions=60", "run.frames=2", "record.mode=all"])
    streaming.run(setup, tmp_path / "run", offline=True)
    # The same run, as a chamber with more wires would have written it.
    made = module.Belle2Generator
    monkeypatch.setattr(module, "Belle2Generator", lambda setup, sources: Broken(made(setup, sources)))
    with pytest.raises(InputError, match="60000"):
        streaming.run(setup, tmp_path / "broken", offline=True)
