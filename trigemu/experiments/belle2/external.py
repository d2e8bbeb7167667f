"""What Belle II's accelerator and pulsers say about crossings: injection veto, random triggers, sampling phase."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I64, U16, U32
from trigemu.collider.events import Events
from trigemu.experiments.belle2.bits import EXTERNAL
from trigemu.experiments.belle2.clock import REVOLUTION_TICKS, TICK_NS
from trigemu.experiments.belle2.config import External, Injection
from trigemu.experiments.belle2.purposes import Belle2Purpose
from trigemu.physics.rng import uniforms

_LONGEST_TICKS = 2.0**62
"""Longest time between injections; no run is so long."""

_VETO = np.uint32(1 << EXTERNAL.index("veto") | 1 << EXTERNAL.index("injv"))
_PULSERS = tuple(np.uint32(1 << EXTERNAL.index(name)) for name in ("pseud_rand", "poissonin"))


def empty_rates(external: External) -> dict[str, float]:
    """Return the rates (Hz) of crossings without a collision by their keys: random and Poisson pulser."""
    return {
        "belle2.external.random_hz": external.random_hz,
        "belle2.external.poisson_hz": external.poisson_hz,
    }


def sampling_phase(seed: int, frame: int, n: int) -> U16:
    """Return where the calorimeter's sampling clock stands at each crossing: uint16[n], 2^-16 of 125 ns."""
    draws = uniforms(seed, frame, int(Belle2Purpose.SAMPLING_PHASE), n)[:, 0]
    return (draws * 65536.0).astype(np.uint16)


def external_bits(events: Events, frame: int, frame_ticks: int, injection: Injection) -> U32:
    """Return the bits of `EXTERNAL` (uint32[n]) at each crossing: injection veto and pulsers (see `empty_rates`)."""
    bits = injection_veto(events.time, frame, frame_ticks, injection)
    for kind, bit in enumerate(_PULSERS):
        bits[events.empty == kind] |= bit
    return bits


def injection_veto(time: I64, frame: int, frame_ticks: int, injection: Injection) -> U32:
    """Return the external bits (uint32[n]) that the injection veto sets.

    After each injection everything is vetoed for ``full_us``, then until ``gated_us`` the part of each turn in
    which the injected bunch passes.
    """
    bits = np.zeros(len(time), np.uint32)
    if injection.rate_hz > 0.0:
        # A rate may be so low that no run lasts until the second injection.
        period = round(min(1e9 / (injection.rate_hz * TICK_NS), _LONGEST_TICKS))
        since = (frame * frame_ticks + time) % period
        elapsed_us = since * (TICK_NS * 1e-3)
        turn_us = (since % REVOLUTION_TICKS) * (TICK_NS * 1e-3)
        gated = (elapsed_us < injection.gated_us) & (turn_us < injection.gate_us)
        bits[(elapsed_us < injection.full_us) | gated] |= _VETO
    return bits
