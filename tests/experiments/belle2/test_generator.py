"""Fragments of Belle II: columns, purity, crossings that agree, and what compiles when."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from trigemu.experiments.belle2.cdc.geometry import CHANNELS
from trigemu.experiments.belle2.generator import Belle2Generator
from trigemu.experiments.belle2.klm.geometry import exists
from trigemu.experiments.belle2.sources import CDC, ECL, KLM, SCHEMAS, TIMING
from trigemu.frames.columns import pack
from trigemu.setup.build import build_setup, load_setup

CUT = [source for source, schema in SCHEMAS.items() if "offsets" in schema.names]


@pytest.fixture(scope="module")
def setup(configs):
    return load_setup(configs / "belle2.toml", ["belle2.frame_revolutions=64"])


@pytest.fixture(scope="module")
def made(setup):
    generator = Belle2Generator(setup, tuple(SCHEMAS))
    return {
        (source, frame): dict(generator.fragment(source, frame)) for frame in range(4) for source in SCHEMAS
    }


def same(a, b):
    return set(a) == set(b) and all(np.array_equal(a[name], b[name]) for name in a)


def test_every_source_has_the_columns_of_its_schema(made):
    for (source, _), columns in made.items():
        schema = SCHEMAS[source]
        assert set(columns) == set(schema.names)
        for column in schema.columns:
            assert columns[column.name].dtype == np.dtype(column.dtype), (source, column.name)
        assert len(pack(schema, columns).buffer) > 0


def test_fragments_depend_on_nothing_but_seed_frame_and_source(setup, made):
    for source in SCHEMAS:
        alone = Belle2Generator(setup, (source,))
        for frame in (3, 0, 2, 2, 1):
            assert same(dict(alone.fragment(source, frame)), made[source, frame]), (source, frame)
    other = build_setup({**setup.to_dict(), "run": {"seed": 3, "frames": 4}})
    generator = Belle2Generator(other, tuple(SCHEMAS))
    assert not any(same(dict(generator.fragment(source, 1)), made[source, 1]) for source in SCHEMAS)


@pytest.mark.parametrize("source", SCHEMAS)
def test_two_frames_differ(made, source):
    assert not same(made[source, 0], made[source, 1])


def test_sources_agree_about_the_crossings(setup, made):
    for frame in range(4):
        time = made[TIMING, frame]["time"]
        assert np.array_equal(time, made["truth", frame]["time"])
        assert np.all(np.diff(time) > 0)
        # No guard bands: a crossing belongs to one frame.
        assert len(time) > 3
        assert time[0] >= 0
        assert time[-1] < setup.clock.frame_ticks
        for source in CUT:
            columns = made[source, frame]
            offsets = columns["offsets"]
            assert len(offsets) == len(time) + 1
            assert offsets[0] == 0
            assert np.all(np.diff(offsets) >= 0)
            rows = {len(column) for name, column in columns.items() if name != "offsets"}
            assert rows == {offsets[-1]}


def test_channels_are_those_of_the_detector(made):
    for frame in range(4):
        assert made[CDC, frame]["channel"].max() < CHANNELS
        assert np.all(exists()[made[KLM, frame]["channel"]] == 1)
        cells = made[ECL, frame]["channel"]
        assert cells.min() >= 1
        assert cells.max() <= 576


def test_tracks_and_clusters_point_at_each_other(made):
    for frame in range(4):
        tracks, clusters = made["tracks", frame], made["clusters", frame]
        for event in range(len(tracks["offsets"]) - 1):
            a, b = tracks["offsets"][event : event + 2]
            c, d = clusters["offsets"][event : event + 2]
            assert np.all(tracks["cluster"][a:b] < d - c)
            assert np.all(clusters["track"][c:d] < b - a)


def test_an_unknown_source_is_refused(setup):
    with pytest.raises(KeyError):
        Belle2Generator(setup, (CDC,)).fragment("lkr", 0)


COMPILED = """
import json, sys
from numba.core import event
from trigemu.setup.build import build_setup
seen = []
class Listener(event.Listener):
    def on_start(self, event): seen.append(event.data["dispatcher"].py_func.__qualname__)
    def on_end(self, event): pass
setup = build_setup(json.loads(sys.argv[1]))
setup.warm_up()
event.register("numba:compile", Listener())
sources = list(setup.schemas)
generator = setup.make_generator(sources)
for frame in range(3):
    for source in sources:
        generator.fragment(source, frame)
print(json.dumps(seen))
"""


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("belle2.process=[]", "belle2.frame_revolutions=1"),
        (
            'belle2.process=[{process="mumugamma", rate_hz=1e4}, {process="eegamma", rate_hz=1e4}]',
            'signal=[{signal="b-ks-pipi", rate_hz=1e4}, {signal="tau-mualpha", rate_hz=1e4},'
            ' {signal="aprime-higgs", rate_hz=1e4}, {signal="mumu-tautau", rate_hz=1e4}]',
        ),
    ],
    ids=["shipped", "nearly-empty", "others"],
)
def test_nothing_compiles_after_the_warm_up(configs, overrides):
    data = load_setup(configs / "belle2.toml", overrides).to_dict()
    code = subprocess.run(
        [sys.executable, "-P", "-c", COMPILED, json.dumps(data)], capture_output=True, text=True, check=False
    )
    assert code.returncode == 0, code.stderr
    assert json.loads(code.stdout) == []
