"""Speed of Belle II's whole level-1 chain: wire hits, trigger cells and muon-detector hits to fired lines.

``python bench/bench_belle2_l1.py [FILE.hepmc3.gz]`` prints microseconds per crossing of each block, the rate on one
core against the experiment's maximum of 30 kHz, and the ratio to slow twins: vectorised NumPy for the drift chamber
and the networks, plain Python for the calorimeter and the muon detector.  The twins leave out neural inputs, the
global logic and the menu, so the ratio is a lower bound.  ``pytest bench/bench_belle2_l1.py`` times the chain with
pytest-benchmark.

Events are B pairs of the file with default beam background; without it, some eleven pions per event.
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np
import pytest

from trigemu.experiments.belle2.cdc.event_time import event_time
from trigemu.experiments.belle2.cdc.hitmaps import hit_maps
from trigemu.experiments.belle2.cdc.tables import left_right
from trigemu.experiments.belle2.ecl.response import ecl_hits
from trigemu.experiments.belle2.ecl.trigger import ecl_words
from trigemu.experiments.belle2.generator import Belle2Generator
from trigemu.experiments.belle2.klm.sectors import sectors
from trigemu.experiments.belle2.response.cdc import cdc_hits
from trigemu.experiments.belle2.response.klm import klm_hits
from trigemu.experiments.belle2.sources import CDC, ECL, KLM, SCHEMAS, TIMING
from trigemu.experiments.belle2.trigger import Belle2Trigger
from trigemu.frames.columns import pack
from trigemu.frames.frame import TimeFrame
from trigemu.setup.build import build_setup, load_setup

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import bench_belle2_cdc
import numpy_belle2_cdc
from reference import belle2_ecl, belle2_klm

ROOT = Path(__file__).parents[1]
EVENTS = ROOT.parent / "shared" / "data" / "events" / "belle2_bpbm.hepmc3.gz"
SOURCES = (TIMING, CDC, ECL, KLM)
FRAMES = 4
LIMIT_HZ = 30e3


def sample(path):
    """Return a setup and frames of about 300 crossings each."""
    setup = load_setup(ROOT / "configs" / "belle2.toml", ["run.frames=1"])
    data = setup.to_dict()
    process = [] if path is None else [{"process": "hepmc", "file": str(path), "rate_hz": 6e4}]
    data["section"] |= {"process": process, "external": {}}
    data["signal"] = []
    setup = build_setup(data)
    if path is not None:
        generator = Belle2Generator(setup, SOURCES)
        return setup, [frame(number, generator.fragment) for number in range(FRAMES)]
    return setup, [frame(number, lambda source, n: toy(setup, source, n)) for number in range(FRAMES)]


def frame(number, fragment):
    """Return one frame as a worker receives it."""
    return TimeFrame(
        1, number, {source: pack(SCHEMAS[source], fragment(source, number)) for source in SOURCES}
    )


def toy(setup, source, number, crossings=300):
    """Return the columns of a source for pions from the collision point."""
    section, particles = setup.section, bench_belle2_cdc.particles(crossings, seed=number)
    if source == CDC:
        return cdc_hits(particles, section.response, 1, number)
    if source == ECL:
        return ecl_hits(particles, section.ecl, 1, number)
    if source == KLM:
        return klm_hits(particles, section.response, 1, number)
    phase = np.random.default_rng(number).integers(0, 65536, crossings)
    time = 1000 * np.arange(crossings)
    return {"time": time, "phase": phase.astype(np.uint16), "external": np.zeros(crossings, np.uint32)}


class Blocks:
    """The blocks of the chain, each with what those before it found in one frame."""

    def __init__(self, setup, one):
        chain, section = Belle2Trigger(setup), setup.section
        found = chain.level1(one)
        ones = np.ones(len(found.words), np.uint8)
        phase = np.asarray(one[TIMING]["phase"])
        matched = (found.tracks, found.maps, found.neuro, found.ecl, found.klm)
        self.found, self.crossings = found, len(found.words)
        self.whole = lambda: setup.menu.evaluate(chain.level1(one).words, ones)
        self.steps = {
            "segments": lambda: chain.segments.find(one[CDC]),
            "2D tracks": lambda: chain.hough.find(found.segments),
            "event time": lambda: event_time(found.segments, found.tracks),
            "short and inner": lambda: hit_maps(found.segments, found.tracks, section.cdc),
            "neural": lambda: chain.neuro.decide(found.segments, found.tracks, found.event_time),
            "calorimeter": lambda: ecl_words(chain.ecl.decide(one[ECL], phase)),
            "muon detector": lambda: sectors(one[KLM], section.klm),
            "global logic": lambda: chain.matcher.words(*matched),
            "menu": lambda: setup.menu.evaluate(found.words, ones),
        }


def slow(setup, one):
    """Return block -> seconds of the twins for one frame."""
    section, columns = setup.section, one[ECL]
    tables = left_right(section.cdc)
    crossings = len(one[TIMING]["time"])
    spent, begin = {}, clock.process_time()
    rows = numpy_belle2_cdc.segments(one[CDC], *tables)
    spent["segments"], begin = clock.process_time() - begin, clock.process_time()
    numpy_belle2_cdc.tracks(rows, crossings)
    spent["2D tracks"], begin = clock.process_time() - begin, clock.process_time()
    for i in range(crossings):
        cut = slice(*columns["offsets"][i : i + 2])
        energy = columns["value"][cut] * section.ecl.adc_gev
        belle2_ecl.decide(
            columns["channel"][cut], energy, columns["time"][cut] / 8.0, one[TIMING]["phase"][i] / 65536
        )
    spent["calorimeter"], begin = clock.process_time() - begin, clock.process_time()
    for i in range(crossings):
        cut = slice(*one[KLM]["offsets"][i : i + 2])
        belle2_klm.fired_sectors(one[KLM]["channel"][cut].tolist(), section.klm.planes)
    spent["muon detector"] = clock.process_time() - begin
    return spent


@pytest.fixture(scope="module")
def blocks():
    setup, frames = sample(EVENTS if EVENTS.exists() else None)
    return Blocks(setup, frames[0])


def test_chain(benchmark, blocks):
    """About 300 crossings."""
    benchmark(blocks.whole)


def best(function, repeats=15):
    """Return the shortest of several processor times, s (neighbours on the machine do not count)."""
    found = []
    for _ in range(repeats):
        begin = clock.process_time()
        function()
        found.append(clock.process_time() - begin)
    return min(found)


def main(arguments):
    """Print the table."""
    path = Path(arguments[0]) if arguments else EVENTS
    setup, frames = sample(path if path.exists() else None)
    made = [Blocks(setup, one) for one in frames]
    crossings = sum(one.crossings for one in made)
    per = {
        "hits": sum(len(one[CDC]["channel"]) for one in frames),
        "trigger cells": sum(len(one[ECL]["channel"]) for one in frames),
        "segments": sum(len(one.found.segments.segment) for one in made),
        "tracks": sum(len(one.found.tracks.phi0) for one in made),
    }
    print(
        f"{crossings} crossings; each: " + ", ".join(f"{n / crossings:.1f} {name}" for name, n in per.items())
    )
    twins = {name: spent / made[0].crossings for name, spent in slow(setup, frames[0]).items()}
    print(f"{'':18}{'us/crossing':>12}{'twin':>10}")
    for name in made[0].steps:
        own = sum(best(one.steps[name]) for one in made) / crossings
        print(f"{name:18}{own * 1e6:12.2f}" + (f"{twins[name] * 1e6:10.0f}" if name in twins else ""))
    whole = sum(best(one.whole) for one in made) / crossings
    print(f"{'whole chain':18}{whole * 1e6:12.2f}{sum(twins.values()) * 1e6:10.0f}")
    print(
        f"{1 / whole:,.0f} crossings/s on one core, {1 / whole / LIMIT_HZ:.2f} times the maximum rate of level 1"
    )
    print(f"at least {sum(twins.values()) / whole:.0f} times as fast as the twins")


if __name__ == "__main__":
    main(sys.argv[1:])
