from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trigemu.physics.particles import Particles, join


def numbered(counts: list[int], first: int = 0) -> Particles:
    """Events with these many particles; every particle's columns hold its running number."""
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    number = np.arange(first, first + offsets[-1])
    ints, floats = number.astype(np.int32), number.astype(np.float64)
    return Particles(offsets, ints, number.astype(np.int8), *(floats,) * 8, ints)


COUNTS = st.lists(st.integers(0, 4), max_size=8)


@given(counts=COUNTS, data=st.data())
def test_take_is_a_loop_over_events(counts: list[int], data: st.DataObject) -> None:
    particles = numbered(counts)
    chosen = data.draw(st.lists(st.integers(0, len(counts) - 1), max_size=10)) if counts else []
    taken = particles.take(np.array(chosen, np.int64))
    expected = [list(range(particles.offsets[i], particles.offsets[i + 1])) for i in chosen]
    assert taken.events == len(chosen)
    for i, rows in enumerate(expected):
        for field in fields(Particles)[1:]:
            column = getattr(taken, field.name)[taken.offsets[i] : taken.offsets[i + 1]]
            assert column.tolist() == getattr(particles, field.name)[rows].tolist()


@given(first=COUNTS, second=COUNTS)
def test_join_puts_samples_one_after_the_other(first: list[int], second: list[int]) -> None:
    joined = join([numbered(first), numbered(second, sum(first))])
    whole = numbered(first + second)
    for field in fields(Particles):
        np.testing.assert_array_equal(getattr(joined, field.name), getattr(whole, field.name))


def test_event_numbers_belong_to_rows() -> None:
    assert numbered([2, 0, 1]).event.tolist() == [0, 0, 2]
