"""Kernels that cannot know how much they will write."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.frames.columns import grown


def kernel(wanted, out):
    """Write as far as there are rows, count on beyond them."""
    n = 0
    for value in range(wanted):
        if n < len(out):
            out[n] = value
        n += 1
    return n


@pytest.mark.parametrize("rows", [-3, 0, 1, 9, 10, 50])
@pytest.mark.parametrize("wanted", [0, 10])
def test_arrays_are_large_enough_in_the_end(rows, wanted):
    calls = []

    def fill(size):
        calls.append(size)
        out = np.empty(size, np.int64)
        return kernel(wanted, out), out

    needed, out = grown(fill, rows)
    assert needed == wanted
    assert out[:needed].tolist() == list(range(wanted))
    assert len(calls) == (1 if rows >= wanted else 2 if wanted else 1)
