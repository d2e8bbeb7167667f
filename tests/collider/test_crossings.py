from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.collider.crossings import Pace, injection_veto, sampling_phase, schedule
from trigemu.experiments.belle2.bits import EXTERNAL
from trigemu.experiments.belle2.clock import REVOLUTION_TICKS, TICK_NS
from trigemu.experiments.belle2.config import Injection

FRAME = 100 * REVOLUTION_TICKS


@given(
    means=st.lists(st.floats(0.0, 60.0), max_size=4),
    every=st.none() | st.floats(1.0, FRAME),
    seed=st.integers(0, 2**32),
    length=st.sampled_from([40, 1000, FRAME]),
)
def test_crossings_rise_strictly_and_lie_in_the_frame(
    means: list[float], every: float | None, seed: int, length: int
) -> None:
    paces = [Pace(mean=mean) for mean in means] + ([] if every is None else [Pace(every=every)])
    found = schedule(paces, seed, 3, length)
    again = schedule(paces, seed, 3, length)
    np.testing.assert_array_equal(found.time, again.time)
    np.testing.assert_array_equal(found.kind, again.kind)
    assert (np.diff(found.time) > 0).all()
    if len(found.time):
        assert found.time[0] >= 0
        assert found.time[-1] < length
        assert set(found.kind) <= set(range(len(paces)))


def test_poisson_counts_have_their_mean() -> None:
    counts = [len(schedule([Pace(mean=20.0), Pace(mean=5.0)], 7, frame, FRAME).time) for frame in range(400)]
    # 10000 expected in all: five sigma are 500 (p < 1e-6).
    assert sum(counts) == pytest.approx(10000, abs=500)


def test_regular_events_of_two_kinds_take_turns() -> None:
    found = schedule([Pace(every=1000.0), Pace(every=1000.0)], 1, 0, 10_000)
    assert found.kind.tolist() == [0, 1] * 10
    assert np.diff(found.time).tolist() == [500] * 19


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
