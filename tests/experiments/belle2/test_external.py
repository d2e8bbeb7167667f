"""What accelerator and pulsers say about crossings."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.collider.events import Events
from trigemu.collider.sources import BACKGROUND
from trigemu.experiments.belle2.bits import EXTERNAL
from trigemu.experiments.belle2.clock import REVOLUTION_TICKS, TICK_NS
from trigemu.experiments.belle2.config import External, Injection
from trigemu.experiments.belle2.external import empty_rates, external_bits, injection_veto, sampling_phase
from trigemu.physics.particles import no_particles


def test_sampling_phase_is_uniform() -> None:
    phase = np.concatenate([sampling_phase(5, frame, 500) for frame in range(40)])
    counts, _ = np.histogram(phase, 16, (0, 65536))
    chi2 = ((counts - 1250) ** 2 / 1250).sum()
    assert chi2 < 44.3  # 15 degrees of freedom, p > 1e-4


def test_injection_veto_follows_the_beam() -> None:
    injection = Injection(rate_hz=25.0, full_us=100.0, gated_us=1000.0, gate_us=2.0)
    period = round(1e9 / (25.0 * TICK_NS))
    frame_ticks = 512 * REVOLUTION_TICKS
    times = np.arange(0, frame_ticks, 997)
    for frame in range(12):
        bits = injection_veto(times, frame, frame_ticks, injection)
        for time, found in zip(times.tolist(), bits.tolist(), strict=True):
            since = (frame * frame_ticks + time) % period
            us, turn = since * TICK_NS / 1e3, since % REVOLUTION_TICKS * TICK_NS / 1e3
            vetoed = us < 100.0 or (us < 1000.0 and turn < 2.0)
            assert (found >> EXTERNAL.index("veto") & 1 == 1) is vetoed
    assert not injection_veto(times, 0, frame_ticks, Injection()).any()


@pytest.mark.parametrize("rate", [5e-324, 1e-300, 1e-12, 1e-9])
def test_so_few_injections_that_no_run_sees_the_second(rate: float) -> None:
    injection = Injection(rate_hz=rate, full_us=100.0, gated_us=0.0)
    times = np.array([0, 10**9])
    assert injection_veto(times, 0, 1 << 20, injection).astype(bool).tolist() == [True, False]
    assert not injection_veto(times, 2**32 - 1, 1 << 20, injection).any()


def test_pulsers_set_their_bits():
    assert list(empty_rates(External(random_hz=5.0, poisson_hz=3.0)).values()) == [5.0, 3.0]
    empty = np.array([BACKGROUND, 0, 1, BACKGROUND, 1], np.uint16)
    n = len(empty)
    none = np.full(n, BACKGROUND, np.uint16)
    events = Events(
        np.arange(n) * 50, none, none, empty, np.zeros(n, np.uint8), np.zeros(n, np.float32), no_particles(n)
    )
    bits = external_bits(events, 0, 5120, Injection())
    random, poisson = (1 << EXTERNAL.index(name) for name in ("pseud_rand", "poissonin"))
    assert bits.tolist() == [0, random, poisson, 0, poisson]
    vetoed = external_bits(events, 0, 5120, Injection(rate_hz=25.0))
    veto = 1 << EXTERNAL.index("veto") | 1 << EXTERNAL.index("injv")
    assert vetoed.tolist() == [int(bit) | veto for bit in bits]
