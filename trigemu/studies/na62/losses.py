"""What inefficient channels of NA62's NewCHOD and MUV3 cost: tight fractions, HT2 and H2 with losses and without."""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.experiments.na62.bits import ALIASES
from trigemu.experiments.na62.config import L0
from trigemu.experiments.na62.level0.primitives import BUILDERS, tile_keys
from trigemu.frames.columns import Array
from trigemu.measure.counting import Count
from trigemu.measure.efficiency import count_signal, find_signal, signal_setup
from trigemu.measure.validate import Measured, fraction
from trigemu.setup.build import build_setup

SEED = 916
FRAMES, EVENTS = 300, 50_000
"""Frames of halo muons (1 ms each), and events of a signal: errors are then a third of the tolerances."""

LINES = ("h2", "ht2")
POINTS = (("aprime-mumu", 0.25), ("aprime-mumu", 0.40), ("aprime-mumu", 0.55))
"""Signals and masses over which HT2 / H2 is counted."""


@cache
def _halo(detector: str) -> list[dict[str, Array]]:
    """Return a detector's hits in frames of halo muons; without noise, as the fraction was measured in a beam."""
    setup = build_setup(
        {
            "experiment": "na62",
            "run": {"seed": SEED, "frames": FRAMES},
            "menu": {"line": [{"name": "Q1", "when": "q1"}]},
            "section": {"losses": {f"{detector}_noise_hz": 0.0}},
        },
        "validation",
    )
    generator = setup.make_generator((detector,))
    return [dict(generator.fragment(detector, frame)) for frame in range(FRAMES)]


def tight_hits(detector: str, window: int) -> Measured:
    """Return the fraction of tiles or pads with a hit whose two channels fire within ``window`` TDC counts."""
    keys = np.concatenate([tile_keys(columns, detector, window) for columns in _halo(detector)])
    return fraction(int(np.sum(keys & 1)), len(keys))


def tight_primitives(detector: str, bit: str) -> Measured:
    """Return the fraction of primitives of a single hit in which a bit of a menu is set."""
    place = ALIASES[bit] % 16
    found = [
        primitives.word[primitives.hits == 1]
        for columns in _halo(detector)
        for primitives in [BUILDERS[detector](columns, L0(), 0, SEED, None)]
    ]
    words = np.concatenate(found)
    return fraction(int(np.sum(words >> place & 1)), len(words))


@cache
def _counted(signal: str, mass: float, enabled: bool) -> Count:
    base = build_setup(
        {
            "experiment": "na62",
            "run": {"seed": SEED, "frames": 1},
            "menu": {"line": [{"name": name, "when": name} for name in LINES]},
            "signal": [{"signal": signal, "mass": mass}],
            "section": {"losses": {"enabled": enabled}},
        },
        "validation",
    )
    return count_signal(signal_setup(base, find_signal(base, signal), {}, SEED), EVENTS)


def _ratio(above: list[tuple[Count, str]], below: list[tuple[Count, str]]) -> Measured:
    """Return a ratio of weights that passed lines, with the error of the counts."""
    places = [[(count, 2 + LINES.index(line)) for count, line in part] for part in (above, below)]
    weights, counts = (
        [sum(getattr(count, what)[place] for count, place in part) for part in places]
        for what in ("weights", "distinct")
    )
    _, *errors = fraction(int(counts[0]), int(counts[1]))
    return weights[0] / weights[1], errors[0], errors[-1]


def h2(signal: str, mass: float) -> Measured:
    """Return how many of the accepted decays that fire H2 without losses do so with them."""
    with_losses, without = (_counted(signal, mass, enabled) for enabled in (True, False))
    return _ratio([(with_losses, "h2")], [(without, "h2")])


def tight_over_all() -> Measured:
    """Return HT2 / H2 of accepted decays of `POINTS`."""
    counts = [_counted(signal, mass, True) for signal, mass in POINTS]
    return _ratio([(each, "ht2") for each in counts], [(each, "h2") for each in counts])
