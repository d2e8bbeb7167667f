"""The NumPy side of the benchmark does what the kernels do, bit for bit: the comparison is fair."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from trigemu.decision.candidates import CandidateFinder
from trigemu.experiments.na62.config import L0, NA62
from trigemu.experiments.na62.level0.primitives import newchod_primitives, tile_keys
from trigemu.frames.frame import TimeFrame

BENCH = Path(__file__).resolve().parents[3] / "bench"


def load(name):
    spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bench, twin = load("bench_na62_l0"), load("numpy_l0")


@pytest.mark.parametrize("rate", [1e4, 1e6, 10e6, 60e6, 400e6])
@pytest.mark.parametrize("period", [1, 3])
def test_primitives(rate, period):
    section = NA62(frame_timestamps=1024)
    l0 = L0(newchod_period=period)
    columns = bench.hits(2, section, rate)
    keys = tile_keys(columns, "newchod", l0.tight_window)
    assert twin.tile_keys(columns["time"], columns["channel"], l0.tight_window).tolist() == keys.tolist()
    expected = newchod_primitives(columns, l0, 4096, seed=3)
    time, word = twin.newchod(keys.copy(), 64, period, 3 << 3 | 4, 1024)
    assert time.tolist() == expected.time.tolist()
    assert word.tolist() == expected.word.tolist()


def test_entries_and_alignment():
    from trigemu.experiments.na62.level0.l0tp import process

    section = NA62(frame_timestamps=2048)
    streams = bench.seven_streams(section, 20e6)
    span = (0, 2048 * 256)
    expected = process(streams, section.l0, span=span)
    time, flags = twin.entries(streams[4].time, streams[6].time, 6, *span)
    assert time.tolist() == expected.time.tolist()
    assert flags.tolist() == expected.flags.tolist()
    state = twin.align(time, [(s.time, s.word) for s in streams], 6, section.l0.cut)
    assert np.array_equal(state[:, :7], expected.state)


@pytest.mark.parametrize("rate", [1e6, 10e6, 60e6])
def test_candidates(rate):
    made = bench.setup()
    columns = bench.hits(5, made.section, rate)
    found = CandidateFinder(made).candidates(TimeFrame(1, 5, {"newchod": columns}))
    time, fired = bench.numpy_candidates(made, 5, columns)
    assert time.tolist() == found.time.tolist()
    assert fired.tolist() == found.fired[:, 0].tolist()
    assert len(time) > 500
