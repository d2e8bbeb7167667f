from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.collider.crossings import ArrivalRate, schedule

FRAME = 512_000


@given(
    means=st.lists(st.floats(0.0, 60.0), max_size=4),
    every=st.none() | st.floats(1.0, FRAME),
    seed=st.integers(0, 2**32),
    length=st.sampled_from([40, 1000, FRAME]),
)
def test_crossings_rise_strictly_and_lie_in_the_frame(
    means: list[float], every: float | None, seed: int, length: int
) -> None:
    rates = [ArrivalRate(mean=mean) for mean in means] + ([] if every is None else [ArrivalRate(every=every)])
    found = schedule(rates, seed, 3, length)
    again = schedule(rates, seed, 3, length)
    np.testing.assert_array_equal(found.time, again.time)
    np.testing.assert_array_equal(found.kind, again.kind)
    assert (np.diff(found.time) > 0).all()
    if len(found.time):
        assert found.time[0] >= 0
        assert found.time[-1] < length
        assert set(found.kind) <= set(range(len(rates)))


def test_poisson_counts_have_their_mean() -> None:
    rates = [ArrivalRate(mean=20.0), ArrivalRate(mean=5.0)]
    counts = [len(schedule(rates, 7, frame, FRAME).time) for frame in range(400)]
    # 10000 expected in all: five sigma are 500 (p < 1e-6).
    assert sum(counts) == pytest.approx(10000, abs=500)


def test_regular_events_of_two_kinds_take_turns() -> None:
    found = schedule([ArrivalRate(every=1000.0), ArrivalRate(every=1000.0)], 1, 0, 10_000)
    assert found.kind.tolist() == [0, 1] * 10
    assert np.diff(found.time).tolist() == [500] * 19
