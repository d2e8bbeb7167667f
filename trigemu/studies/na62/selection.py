"""How well NA62's tracks find the dump, and how accidental pairs of muons rise with their rate."""

from __future__ import annotations

import math
from functools import cache
from typing import cast

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.detector.acceptance import accept
from trigemu.experiments.na62.detector.geometry import TAX_SOURCE
from trigemu.experiments.na62.level0.primitives import tile_keys
from trigemu.experiments.na62.offline.tracks import find_pairs
from trigemu.experiments.na62.offline.vertex import Lines, reconstruct
from trigemu.experiments.na62.response.detectors import Exposure
from trigemu.experiments.na62.selection import window_lsb
from trigemu.experiments.na62.signals.aprime import Aprime
from trigemu.experiments.na62.signals.aprime_decays import SignalSource
from trigemu.measure.validate import Measured
from trigemu.setup.build import build_setup, load_setup

SEED = 62
LINE_EVENTS = 20_000


@cache
def lines_of(signal: str = "aprime-mumu", mass: float = 0.4, events: int = LINE_EVENTS) -> Lines:
    """Return vertices and lines to the dump of accepted decays, as they are reconstructed."""
    setup = load_setup("na62-dump", [f"signal=[{{signal = '{signal}', mass = {mass}}}]"])
    leptons = SignalSource(cast(Aprime, setup.signals[0]), None, SEED, 0).sample(0, events)[0]
    none = np.zeros(len(leptons))
    pairs = find_pairs(Exposure(leptons, none, none.astype(np.uint8)), SEED, 0, setup.section.offline)
    good = accept(leptons).accepted[pairs.event]
    return reconstruct(pairs.rows[good], pairs.spot[good])


def _width(values: F64) -> Measured:
    """Return below which size 68.3 % of the values are, with the error of such a quantile of normal values."""
    width = float(np.quantile(np.abs(values), 0.683))
    # Density of |x| at one sigma: 2 phi(1) = 0.484 over sigma.
    return width, width * math.sqrt(0.683 * 0.317 / len(values)) / 0.484


def dump_cda() -> Measured:
    """Return the width (mm) of the distance of the A' line to the beam."""
    return _width(lines_of().dump.distance)


def dump_z() -> Measured:
    """Return the width (m) of z at the closest approach to the beam: 68 % of the events."""
    return _width(lines_of().dump.z_m - TAX_SOURCE[2] * 1e-3)


def dump_z_rms() -> Measured:
    """Return the root mean square (m) of the same, inside the control region."""
    region, z = NA62().offline.control_region, lines_of().dump.z_m
    inside = z[(z > region.z_min_m) & (z < region.z_max_m)] - TAX_SOURCE[2] * 1e-3
    square = inside**2
    rms = math.sqrt(square.mean())
    return rms, float(square.std() / math.sqrt(len(square)) / (2 * rms))


def vertex_cda() -> Measured:
    """Return the width (mm) of the distance of the two tracks at their vertex."""
    return _width(lines_of().vertex.distance)


def _pairs(times: I64, window: int) -> int:
    """Return how many pairs of sorted times are at most ``window`` apart."""
    return int((np.searchsorted(times, times + window, side="right") - np.arange(1, len(times) + 1)).sum())


@cache
def _accidental(rate_hz: float, frames: int) -> tuple[int, int, float]:
    """Return muons in MUV3, pairs of them within 5 ns, and the time (s), of a halo of this rate."""
    setup = build_setup(
        {
            "experiment": "na62",
            "run": {"seed": SEED, "frames": frames},
            "menu": {"line": [{"name": "H2", "when": "h2"}]},
            "section": {"halo": {"rate_hz": rate_hz, "neutral_rate_hz": 0.0}},
        },
        "validation",
    )
    generator, l0 = setup.make_generator(("muv3",)), setup.section.l0
    window, ticks = window_lsb(setup.section.offline.mumu.muv3_ns), setup.clock.frame_ticks
    muons = pairs = 0
    for frame in range(frames):
        times = tile_keys(generator.fragment("muv3", frame), "muv3", l0.muv3_tight_window) >> 16
        times = times[(times >= 0) & (times < ticks)]
        muons, pairs = muons + len(times), pairs + _pairs(times, window)
    return muons, pairs, frames * setup.clock.frame_s


RATES = ((0.5e6, 300), (8e6, 8))
"""Rates of the halo (Hz), and frames made of each."""


def accidental_exponent() -> Measured:
    """Return the power of the rate of muons with which that of their accidental pairs rises."""
    (few, few_pairs, few_s), (many, many_pairs, many_s) = (_accidental(*each) for each in RATES)
    step = math.log((many / many_s) / (few / few_s))
    rise = math.log((many_pairs / many_s) / (few_pairs / few_s))
    return rise / step, math.hypot(1 / math.sqrt(few_pairs), 1 / math.sqrt(many_pairs)) / step


def accidental_rate() -> Measured:
    """Return the rate of accidental pairs over rate^2 x half width of the window.

    Two muons of one pad within its dead time are one hit, which takes about one pair in a hundred.
    """
    muons, pairs, seconds = _accidental(*RATES[1])
    # Times are whole counts: a window of w holds distances up to w + 1/2.
    width_s = (window_lsb(NA62().offline.mumu.muv3_ns) + 0.5) * LSB_NS * 1e-9
    expected = (muons / seconds) ** 2 * width_s * seconds
    return pairs / expected, math.sqrt(pairs) / expected
