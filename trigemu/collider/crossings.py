"""Which beam crossings of a time frame hold something, when, and what the accelerator says about them.

Events of all kinds are put in time order, one per crossing; two that fall into the same tick are moved apart.  Events
nearer to one another than the detectors' integration time are still decided one by one: pile-up of two
collisions is not modelled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I64
from trigemu.experiments.belle2.bits import EXTERNAL
from trigemu.experiments.belle2.clock import REVOLUTION_TICKS, TICK_NS
from trigemu.experiments.belle2.config import Injection
from trigemu.experiments.belle2.purposes import Belle2Purpose
from trigemu.physics.arrivals import poisson_times
from trigemu.physics.rng import uniforms

_VETO = np.uint32(1 << EXTERNAL.index("veto") | 1 << EXTERNAL.index("injv"))


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """The crossings of one frame, in time order.

    Attributes
    ----------
    time
        int64[n], ticks since the start of the frame, strictly rising.
    kind
        int64[n], which kind of event (index into the list that `schedule` was given).
    """

    time: I64
    kind: I64


@dataclass(frozen=True, slots=True)
class Pace:
    """How often events of one kind come: Poisson with ``mean`` per frame, or every ``every`` ticks."""

    mean: float = 0.0
    every: float | None = None


def schedule(paces: list[Pace], seed: int, frame: int, frame_ticks: int) -> Crossings:
    """Return the crossings of a frame; a pure function of the arguments."""
    times = [_times(pace, seed, frame, kind, len(paces), frame_ticks) for kind, pace in enumerate(paces)]
    if not times:
        none = np.zeros(0, np.int64)
        return Crossings(none, none)
    ticks = np.concatenate(times)
    kind = np.repeat(np.arange(len(times)), [len(t) for t in times])
    order = np.lexsort((kind, ticks))
    # One event per tick: the later of two moves on; what is moved out of the frame by that is not there.
    step = np.arange(len(ticks))
    apart = np.maximum.accumulate(ticks[order] - step) + step
    inside = apart < frame_ticks
    return Crossings(apart[inside], kind[order][inside])


def _times(pace: Pace, seed: int, frame: int, kind: int, kinds: int, frame_ticks: int) -> I64:
    if pace.every is None:
        return np.sort(poisson_times(seed, frame, kind, pace.mean, frame_ticks).astype(np.int64))
    # Kinds that come at regular distances take turns.
    start = pace.every * (kind + 0.5) / kinds
    count = max(0, math.ceil((frame_ticks - start) / pace.every))
    return (start + pace.every * np.arange(count)).astype(np.int64)


def sampling_phase(seed: int, frame: int, n: int) -> NDArray[np.uint16]:
    """Return where the calorimeter's sampling clock stands at each crossing: uint16[n], 2^-16 of 125 ns."""
    draws = uniforms(seed, frame, int(Belle2Purpose.SAMPLING_PHASE), n)[:, 0]
    return (draws * 65536.0).astype(np.uint16)


def injection_veto(time: I64, frame: int, frame_ticks: int, injection: Injection) -> NDArray[np.uint32]:
    """Return the external bits (uint32[n]) that the injection veto sets.

    After each injection everything is vetoed for ``full_us``, then until ``gated_us`` the part of each turn in
    which the injected bunch passes.
    """
    bits = np.zeros(len(time), np.uint32)
    if injection.rate_hz > 0.0:
        period = round(1e9 / (injection.rate_hz * TICK_NS))
        since = (frame * frame_ticks + time) % period
        elapsed_us = since * (TICK_NS * 1e-3)
        turn_us = (since % REVOLUTION_TICKS) * (TICK_NS * 1e-3)
        gated = (elapsed_us < injection.gated_us) & (turn_us < injection.gate_us)
        bits[(elapsed_us < injection.full_us) | gated] |= _VETO
    return bits
