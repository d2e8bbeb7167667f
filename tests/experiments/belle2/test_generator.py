"""Fragments of Belle II: columns, purity, crossings that agree, and what compiles when."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from support.fragments import check_columns, check_crossings, check_partners, check_purity, make

from trigemu.experiments.belle2.cdc.geometry import CHANNELS
from trigemu.experiments.belle2.generator import Belle2Generator
from trigemu.experiments.belle2.klm.geometry import exists
from trigemu.experiments.belle2.sources import CDC, ECL, KLM, SCHEMAS
from trigemu.setup.build import build_setup, load_setup


@pytest.fixture(scope="module")
def setup(configs):
    return load_setup(configs / "belle2.toml", ["belle2.frame_revolutions=64"])


@pytest.fixture(scope="module")
def made(setup):
    return make(Belle2Generator(setup, tuple(SCHEMAS)), tuple(SCHEMAS), 4)


def test_every_source_has_the_columns_of_its_schema(made):
    check_columns(made, SCHEMAS)


def test_fragments_depend_on_nothing_but_seed_frame_and_source(setup, made):
    other = build_setup({**setup.to_dict(), "run": {"seed": 3, "frames": 4}})
    check_purity(
        lambda source: Belle2Generator(setup, (source,)),
        Belle2Generator(other, tuple(SCHEMAS)),
        made,
        (3, 0, 2, 2, 1),
    )


def test_sources_agree_about_the_crossings(setup, made):
    check_crossings(made, SCHEMAS, setup.clock.frame_ticks, 3)


def test_channels_are_those_of_the_detector(made):
    for frame in range(4):
        assert made[CDC, frame]["channel"].max() < CHANNELS
        assert np.all(exists()[made[KLM, frame]["channel"]] == 1)
        cells = made[ECL, frame]["channel"]
        assert cells.min() >= 1
        assert cells.max() <= 576


def test_tracks_and_clusters_point_at_each_other(made):
    check_partners(made)


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
