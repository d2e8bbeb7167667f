"""What the measurements of whole level-1 triggers share: frames of events, and a table of times."""

from __future__ import annotations

import gc
import time as clock
from functools import partial
from pathlib import Path

import numpy as np

from trigemu.collider.sources import TIMING
from trigemu.frames.columns import pack
from trigemu.setup.build import build_setup, load_setup

ROOT = Path(__file__).parents[1]
FOLDER = ROOT.parent / "shared" / "data" / "events"
EVENTS = 600  # of a frame
FRAMES = 4
REPEATS = 40


def sample(config, detectors, path, overrides=()):
    """Return a section and frames (columns by source) of `EVENTS` events each, of a file or muon pairs."""
    setup = load_setup(ROOT / "configs" / f"{config}.toml", ["run.frames=1", *overrides])
    data = setup.to_dict()
    process = {"process": "hepmc", "file": str(path)} if path.is_file() else {"process": "mumu"}
    rate = EVENTS / setup.clock.frame_s
    data["section"] |= {"process": [process | {"rate_hz": rate}], "random_hz": 0.0}
    data["signal"] = []
    setup = build_setup(data)
    sources = (TIMING, *detectors)
    generator = setup.make_generator(sources)
    frames = [
        {source: dict(pack(setup.schemas[source], generator.fragment(source, number))) for source in sources}
        for number in range(FRAMES)
    ]
    # As a worker does: what is there stays, and need not be looked through for garbage.
    gc.freeze()
    return setup.section, frames


def decide(chain, detectors, frames):
    """Decide all frames; return how many events there were."""
    for frame in frames:
        chain.run(*(frame[source] for source in detectors), frame[TIMING]["random"])
    return sum(len(frame[TIMING]["time"]) for frame in frames)


def shortest(function):
    """Return the shortest of some repetitions in s."""
    times = []
    for _ in range(REPEATS):
        begin = clock.perf_counter()
        function()
        times.append(clock.perf_counter() - begin)
    return min(times)


def _work(block, frames, levels):
    for each in zip(frames, levels, strict=True):
        block(*each)


def table(chain, detectors, frames, blocks):
    """Print digis of an event, microseconds of each block and the rate on one core.

    ``blocks``: name -> a function that works on one frame and what level 1 found in it.
    """
    events = decide(chain, detectors, frames)
    for source in detectors:
        hits = sum(len(frame[source]["channel"]) for frame in frames)
        print(f"{source:5} {hits / events:7.1f} digis an event")
    levels = [
        chain.run(*(frame[source] for source in detectors), frame[TIMING]["random"]) for frame in frames
    ]
    for name, block in blocks.items():
        took = shortest(partial(_work, block, frames, levels))
        print(f"{name:5} {1e6 * took / events:7.2f} us an event")
    whole = shortest(lambda: decide(chain, detectors, frames)) / events
    fired = np.mean(np.concatenate([level.decision.tick >= 0 for level in levels]))
    print(
        f"level 1 {1e6 * whole:6.2f} us an event: {1 / whole:,.0f} events/s on one core; {fired:.3f} of them fire"
    )
