from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.streaming.core.triangle import from_triangle, to_triangle


@given(st.integers(0, 9), st.integers(0, 2**32))
def test_a_table_comes_back(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = (rng.random((20, size)) < rng.random(size) ** 2).astype(np.int64)
    table = rows.T @ rows
    lines, counts = to_triangle(table)
    assert len(counts) == len(lines) * (len(lines) + 1) // 2
    np.testing.assert_array_equal(from_triangle(lines, counts, size), table)


@pytest.mark.parametrize(
    ("rows", "counts"),
    [([1, 0], [1, 1, 1]), ([0, 0], [1, 1, 1]), ([0, 3], [1, 1, 1]), ([-1], [1]), ([0], [])],
)
def test_what_is_no_triangle_is_refused(rows: list[int], counts: list[int]) -> None:
    with pytest.raises(ValueError, match="not"):
        from_triangle(rows, counts, 3)
