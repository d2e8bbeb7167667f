"""Golden numbers through the whole chain: decays, digitised hits, primitives, L0 decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trigemu.arrays import Bool
from trigemu.decision.candidates import CandidateFinder, Candidates
from trigemu.experiments.na62.clock import LSB_NS, SPLIT_LSB
from trigemu.experiments.na62.detector.acceptance import accept
from trigemu.experiments.na62.events import EventSource
from trigemu.experiments.na62.experiment import EXPERIMENT
from trigemu.frames.frame import TimeFrame
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup

FRAMES = 160
LINES = ("q1", "h2", "q2", "qx")
RESOLUTION_NS = 0.6


def make_setup() -> Setup[Any]:
    signal = {"signal": "aprime-mumu", "mass": 0.40, "z_min": 0.14, "z_max": 0.86, "every_ns": 1000.0}
    data = {
        "experiment": "na62",
        "run": {"seed": 400, "frames": FRAMES},
        "menu": {"line": [{"name": name, "when": name} for name in LINES]},
        "section": {
            "response": {"newchod_tile_resolution_ns": RESOLUTION_NS},
            # What real channels lose is the business of test_losses.py.
            "losses": {"enabled": False},
        },
    }
    return build_setup(EXPERIMENT.scan.configuration(data, signal))


@dataclass(frozen=True)
class Chain:
    """What happened to every accepted event; bool[n] each, ``bits`` bool[n, lines]."""

    different: Bool
    two_quadrants: Bool
    opposite: Bool
    bits: Bool
    split: Bool
    """The hits of the event lie in more than one split."""


def fired(time: NDArray[np.float64], candidates: Candidates, window: int) -> Bool:
    """Return which lines fired within a window of each time: bool[n, lines]."""
    out = np.zeros((len(time), len(LINES)), bool)
    for line in range(len(LINES)):
        when = candidates.time[(candidates.fired[:, 0] >> np.uint64(line)) & np.uint64(1) != 0]
        out[:, line] = np.searchsorted(when, time + window, "right") > np.searchsorted(
            when, time - window, "left"
        )
    return out


def hits_in_several_splits(time: NDArray[np.float64], columns: dict[str, NDArray[np.int64]]) -> Bool:
    """Return which events have NewCHOD tile times (average of two channels) in more than one split."""
    order = np.argsort(time)
    borders = (time[order][1:] + time[order][:-1]) / 2
    event = order[np.searchsorted(borders, columns["time"])]
    tile = columns["channel"].astype(np.int64) // 100 * 100 + columns["channel"] % 100 % 50
    keys, place = np.unique(event * 1000 + tile, return_inverse=True)
    first, last = np.full(len(keys), 1 << 62), np.full(len(keys), -(1 << 62))
    np.minimum.at(first, place, columns["time"])
    np.maximum.at(last, place, columns["time"])
    split = (first + (last - first) // 2) // SPLIT_LSB
    lowest, highest = np.full(len(time), 1 << 62), np.full(len(time), -(1 << 62))
    np.minimum.at(lowest, keys // 1000, split)
    np.maximum.at(highest, keys // 1000, split)
    return highest > lowest


@pytest.fixture(scope="module")
def chain() -> Chain:
    setup = make_setup()
    generator, finder = setup.make_generator(("newchod",)), CandidateFinder(setup)
    source = EventSource(setup)
    rows = []
    for number in range(FRAMES):
        events = source.events(number)
        columns = dict(generator.fragment("newchod", number))
        geometry = accept(events.particles)
        candidates = finder.candidates(TimeFrame(1, number, {"newchod": columns}))
        bits = fired(events.ticks, candidates, setup.match_window)
        split = hits_in_several_splits(events.ticks, columns)
        good = geometry.accepted
        rows.append(
            (geometry.different_tiles, geometry.two_quadrants, geometry.opposite_quadrants, bits, split)
        )
        rows[-1] = tuple(column[good] for column in rows[-1])
    return Chain(*(np.concatenate(columns) for columns in zip(*rows, strict=True)))


def test_enough_events(chain: Chain) -> None:
    assert len(chain.different) > 30_000


def test_every_accepted_event_fires_q1(chain: Chain) -> None:
    assert chain.bits[:, LINES.index("q1")].all()


def test_h2_loses_only_what_the_splits_cut(chain: Chain) -> None:
    h2 = chain.bits[:, LINES.index("h2")][chain.different]
    lost = 1.0 - h2.mean()
    # Two tile times, each with the tile's resolution, and a phase that is uniform in the split: the chance
    # that a split's edge falls between them is E|dt| / 99.8 ns, with E|dt| = 2 sigma / sqrt(pi) for equal
    # true times.
    expected = 2.0 * RESOLUTION_NS / np.sqrt(np.pi) / (SPLIT_LSB * LSB_NS)
    assert expected == pytest.approx(0.0068, abs=1e-4)
    # Four binomial standard deviations (p = 6e-5), and 4 % for flight times and rounding.
    sigma = np.sqrt(expected / len(h2))
    assert lost == pytest.approx(expected, abs=4 * sigma + 0.04 * expected)


def test_the_window_loses_less_than_one_in_ten_thousand(chain: Chain) -> None:
    h2 = chain.bits[:, LINES.index("h2")]
    inside = chain.different & ~chain.split
    lost = np.count_nonzero(inside & ~h2)
    # None expected; 3 would be 1e-4 of 30 000.
    assert lost < 1e-4 * np.count_nonzero(inside)


def test_golden_bits_through_the_chain(chain: Chain) -> None:
    share = dict(zip(LINES, chain.bits.mean(axis=0), strict=True))
    assert share["h2"] == pytest.approx(0.974, abs=0.01)
    assert share["q2"] == pytest.approx(0.524, abs=0.02)
    assert share["qx"] == pytest.approx(0.097, abs=0.01)


def test_quadrant_bits_are_those_of_the_geometry(chain: Chain) -> None:
    whole = ~chain.split
    for name, truth in (("q2", chain.two_quadrants), ("qx", chain.opposite)):
        bit = chain.bits[:, LINES.index(name)][whole]
        # Overlap at y = 0 (1 mm of some metres) and neighbours within the matching window may add, never
        # remove.
        assert not np.any(truth[whole] & ~bit)
        assert np.count_nonzero(bit & ~truth[whole]) < 0.005 * len(bit)
