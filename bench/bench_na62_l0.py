"""Speed of NA62's L0: channel hits to decisions, against the beam and against NumPy.

``python bench/bench_na62_l0.py`` prints the table; ``pytest bench/bench_na62_l0.py`` times the same with
pytest-benchmark.  NewCHOD sees 10 MHz of tiles, both channels each (20 million hits per second of beam), one
core.
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np
import pytest

from trigemu.decision.candidates import CandidateFinder
from trigemu.experiments.na62.bits import BIT_NAMES, ENTRIES
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import DETECTOR_ORDER, NA62
from trigemu.experiments.na62.detector.geometry import TILE_IDS
from trigemu.experiments.na62.experiment import EXPERIMENT
from trigemu.experiments.na62.level0.l0tp import process
from trigemu.experiments.na62.level0.primitives import Primitives
from trigemu.frames.frame import TimeFrame
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import Line, Menu
from trigemu.setup.experiment import Setup
from trigemu.setup.run_config import RunConfig

sys.path.insert(0, str(Path(__file__).parent))
import numpy_l0

RATE_HZ = 10e6
FRAMES = 24
SEED = 11
MENU = Menu(
    line=(
        Line(name="q1", when="q1", prescale=20),
        Line(name="h2", when="h2"),
        Line(name="control", when="lkr and not newchod", on="control"),
    )
)
BITS = [*BIT_NAMES, *[""] * 16]


def setup():
    """Return a setup with the benchmark's menu."""
    config = RunConfig(experiment="na62", run={"seed": SEED, "frames": FRAMES}, menu=MENU)
    menu = compile_menu(MENU, bits=BITS, entries=ENTRIES, selections=(), where="bench")
    return Setup(config, EXPERIMENT, NA62(), (), (), menu)


def hits(number, section, rate_hz=RATE_HZ):
    """Return one frame of NewCHOD hits: Poisson tiles, channels of 0.85 ns resolution, sorted, read-only."""
    rng = np.random.default_rng([SEED, number])
    low = -section.guard_timestamps * 256
    high = (section.frame_timestamps + section.guard_timestamps) * 256
    count = rng.poisson(rate_hz * (high - low) * LSB_NS * 1e-9)
    centre, tile = rng.integers(low + 100, high - 100, count), rng.choice(TILE_IDS, count)
    jitter = np.rint(rng.normal(0, 0.85 / LSB_NS, (2, count))).astype(np.int64)
    time = np.concatenate([centre + jitter[0], centre + jitter[1]])
    channel = np.concatenate([tile, tile + 50]).astype(np.uint16)
    order = np.lexsort((channel, time))
    columns = {"time": time[order], "channel": channel[order], "value": np.zeros(2 * count, np.uint16)}
    for values in columns.values():
        values.flags.writeable = False
    return columns


def lines_of(menu):
    """Return (required, don't-care, entry kinds) of each line."""
    found = []
    for mask, kinds in zip(menu.masks, menu.entry_masks, strict=True):
        assert mask is not None
        found.append((mask.required, mask.dontcare, kinds))
    return found


def numpy_candidates(made, number, columns):
    """Decide a frame with NumPy."""
    section, menu = made.section, made.menu
    physics = sum(1 << bit for bit, kinds in enumerate(menu.entry_masks) if kinds & 1)
    return numpy_l0.candidates(
        columns,
        section.l0,
        lines_of(menu),
        physics,
        seed=SEED,
        start_timestamp=number * section.frame_timestamps,
        span=(0, section.frame_timestamps * 256),
    )


def seven_streams(section, rate_hz=RATE_HZ):
    """Return seven primitive streams of one frame, 10 MHz each."""
    rng = np.random.default_rng(SEED)
    ticks = section.frame_timestamps * 256
    streams = []
    for _ in DETECTOR_ORDER:
        time = np.sort(rng.integers(0, ticks, rng.poisson(rate_hz * ticks * LSB_NS * 1e-9)))
        word = rng.integers(1 << 14, 1 << 15, len(time)).astype(np.uint16)
        streams.append(Primitives(time, word, np.ones(len(time), np.uint8)))
    return streams


@pytest.fixture(scope="module")
def prepared():
    """Return setup, what finds candidates, and frames."""
    made = setup()
    return made, CandidateFinder(made), [hits(number, made.section) for number in range(FRAMES)]


def decide_all(finder, frames):
    """Decide every frame with the kernels; return how many candidates."""
    return sum(
        len(finder.candidates(TimeFrame(1, number, {"newchod": columns})).time)
        for number, columns in enumerate(frames)
    )


def test_kernels(benchmark, prepared):
    """24 frames (24.5 ms of beam) with the kernels."""
    _, finder, frames = prepared
    assert benchmark(decide_all, finder, frames) > 0


def test_numpy(benchmark, prepared):
    """The same with NumPy."""
    made, _, frames = prepared
    run = lambda: sum(len(numpy_candidates(made, n, f)[0]) for n, f in enumerate(frames))  # noqa: E731
    assert benchmark.pedantic(run, rounds=3) > 0


def best(function, repeats):
    """Return the shortest of several times, s."""
    found = []
    for _ in range(repeats):
        begin = clock.perf_counter()
        function()
        found.append(clock.perf_counter() - begin)
    return min(found)


def main():
    """Print the table."""
    made = setup()
    section = made.section
    finder = CandidateFinder(made)
    frames = [hits(number, section) for number in range(FRAMES)]
    beam = FRAMES * section.frame_timestamps * 256 * LSB_NS * 1e-9
    channels = sum(len(columns["time"]) for columns in frames)
    kernels = best(lambda: decide_all(finder, frames), 50)
    plain = best(lambda: [numpy_candidates(made, n, f) for n, f in enumerate(frames)], 3)
    streams = seven_streams(section)
    span = (0, section.frame_timestamps * 256)
    aligned = best(lambda: process(streams, section.l0, span=span, steps=160), 20)
    print(f"NewCHOD {RATE_HZ / 1e6:g} MHz of tiles, {channels} channel hits in {1e3 * beam:.1f} ms of beam")
    print(f"{'':24}{'ms per beam second':>20}{'ns per hit':>12}{'beam / time':>13}")
    for name, seconds in (("kernels", kernels), ("NumPy", plain)):
        print(f"{name:24}{1e3 * seconds / beam:20.1f}{1e9 * seconds / channels:12.2f}{beam / seconds:13.2f}")
    one = beam / FRAMES
    print(f"{'seven inputs at 10 MHz':24}{1e3 * aligned / one:20.1f}{'':12}{one / aligned:13.2f}")
    print(f"kernels are {beam / kernels:.1f} times faster than the beam (wanted: 4)")
    print(f"kernels are {plain / kernels:.1f} times faster than NumPy (wanted: 5)")


if __name__ == "__main__":
    main()
