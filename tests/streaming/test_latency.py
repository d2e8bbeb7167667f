"""Which value of a histogram is a percentile."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.streaming.core.latency import HdrHistogram, rank


@pytest.mark.parametrize(("q", "per_mille"), [(50.0, 500), (99.0, 990), (99.9, 999), (0.1, 1), (100.0, 1000)])
def test_rank_is_the_exact_one_for_every_total(q: float, per_mille: int) -> None:
    wrong = [total for total in range(1, 100_001) if rank(q, total) != -(-per_mille * total // 1000)]
    assert wrong == []


@pytest.mark.parametrize("total", [1000, 3000, 57_000, 99_000])
def test_the_last_one_in_a_thousand_is_above_p99_9(total: int) -> None:
    histogram = HdrHistogram()
    histogram.record_many(np.array([17] * (total * 999 // 1000) + [1999] * (total // 1000)))
    assert histogram.percentile(99.9) == 17
    assert histogram.percentile(np.nextafter(99.9, 100)) == 1999
    assert histogram.summary_us()["p99_9"] == 0.017


def test_ends() -> None:
    histogram = HdrHistogram()
    assert histogram.percentile(99.9) == 0
    histogram.record_many(np.array([5, 6, 7]))
    assert [histogram.percentile(q) for q in (0.0, 1e-300, 33.3, 33.4, 100.0)] == [5, 5, 5, 6, 7]
    with pytest.raises(ValueError, match="between 0 and 100"):
        histogram.percentile(100.1)
