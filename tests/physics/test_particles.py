from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.arrays import I64
from trigemu.physics.particles import (
    CHARGE,
    ENERGY,
    MASS,
    PX,
    TIME,
    Particles,
    X,
    from_columns,
    join,
    make_particles,
    merge,
    no_particles,
    read_only,
)
from trigemu.physics.pdg import charge_of, charges

ROWS = tuple(field.name for field in fields(Particles) if field.name not in ("weight", "event"))
CODES = (11, -13, 22, 211, -321, 2212, 111, 521, 9900036, 15)


def numbered(counts: list[int], first: int = 0) -> Particles:
    """Events with these many particles, of different weights; every row's numbers are its own."""
    event = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(first, first + len(event))
    pdg = np.array(CODES)[number % len(CODES)]
    four = 10.0 * number[:, None] + np.arange(4.0)
    weight = 0.5 + np.arange(len(counts))
    return make_particles(event, pdg, number * 1.0, four, four + 0.5, number, weight)


def same(first: Particles, second: Particles) -> bool:
    names = (field.name for field in fields(Particles))
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in names)


COUNTS = st.lists(st.integers(0, 4), max_size=8)


@given(counts=COUNTS, data=st.data())
def test_take_is_a_loop_over_events(counts: list[int], data: st.DataObject) -> None:
    particles = numbered(counts)
    chosen = data.draw(st.lists(st.integers(0, len(counts) - 1), max_size=10)) if counts else []
    taken = particles.take(np.array(chosen, np.int64))
    expected = [list(range(particles.offsets[i], particles.offsets[i + 1])) for i in chosen]
    assert taken.events == len(chosen)
    assert taken.weight.tolist() == [0.5 + i for i in chosen]
    for i, rows in enumerate(expected):
        own = slice(taken.offsets[i], taken.offsets[i + 1])
        assert (taken.event[own] == i).all()
        for name in ROWS:
            assert getattr(taken, name)[own].tolist() == getattr(particles, name)[rows].tolist()


@given(first=COUNTS, second=COUNTS)
def test_join_puts_samples_one_after_the_other(first: list[int], second: list[int]) -> None:
    joined = join([numbered(first), numbered(second, sum(first))])
    whole = numbered(first + second)
    for name in ("event", *ROWS):
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))
    assert joined.weight.tolist() == [0.5 + i for counts in (first, second) for i in range(len(counts))]


@given(counts=COUNTS, split=st.data())
def test_merge_keeps_the_order_of_parts_inside_an_event(counts: list[int], split: st.DataObject) -> None:
    whole = numbered(counts)
    part = np.array([split.draw(st.integers(0, 2)) for _ in range(len(whole))], np.int64)
    merged = merge([whole.select(part == k) for k in range(3)], len(counts))
    order = np.lexsort((np.arange(len(part)), part, whole.event))
    for name in ("event", *ROWS):
        np.testing.assert_array_equal(getattr(merged, name), getattr(whole, name)[order])
    assert merged.weight.tolist() == [1.0] * len(counts)
    assert merged.offsets.tolist() == whole.offsets.tolist()


def test_event_numbers_belong_to_rows() -> None:
    particles = numbered([2, 0, 1])
    assert particles.event.tolist() == [0, 0, 2]
    assert particles.offsets.tolist() == [0, 2, 2, 3]
    assert len(particles) == 3
    assert particles.select(particles.event == 2).offsets.tolist() == [0, 0, 0, 1]


def test_views_for_kernels() -> None:
    particles = numbered([2, 0, 3])
    columns = ("px", "py", "pz", "energy"), ("x", "y", "z", "time_ns")
    for names, vectors in zip(columns, (particles.momentum, particles.point), strict=True):
        for i, name in enumerate(names):
            column = getattr(particles, name)
            assert column.tolist() == vectors[:, i].tolist()
            assert column.flags.c_contiguous
            assert np.shares_memory(column, getattr(particles, name))
    assert np.array_equal(particles.p, np.sqrt((particles.momentum[:, :3] ** 2).sum(axis=1)))
    rows = particles.rows
    assert rows.shape == (5, 10)
    assert np.array_equal(rows[:, PX : ENERGY + 1], particles.momentum)
    assert np.array_equal(rows[:, X : TIME + 1], particles.point)
    assert np.array_equal(rows[:, MASS], particles.mass)
    assert np.array_equal(rows[:, CHARGE], particles.charge)
    types = {name: getattr(particles, name).dtype for name in ("event", "pdg", "mother", "charge")}
    assert types == {"event": np.int64, "pdg": np.int32, "mother": np.int32, "charge": np.int8}


def test_numbers_count_for_all_rows() -> None:
    event = np.array([0, 2, 2])
    made = make_particles(event, -13, 0.1, np.ones((3, 4)), mother=521)
    assert made.events == 3
    assert made.weight.tolist() == [1, 1, 1]
    assert made.pdg.tolist() == [-13] * 3
    assert made.charge.tolist() == [1] * 3
    assert made.mother.tolist() == [521] * 3
    assert not made.point.any()


def test_a_shift_by_event_moves_all_its_points() -> None:
    particles = numbered([1, 0, 2])
    moved = particles.moved(np.array([[1.0, 0, 0, 0], [5, 5, 5, 5], [0, 0, 0, 2.0]]))
    assert (moved.point - particles.point).tolist() == [[1, 0, 0, 0], [0, 0, 0, 2], [0, 0, 0, 2]]
    assert moved.momentum is particles.momentum


def test_columns_there_and_back() -> None:
    particles = numbered([2, 0, 3])
    names = ("offsets", "pdg", "charge", "mass", "px", "py", "pz", "x", "y", "z", "time_ns", "mother")
    again = from_columns(*(getattr(particles, name) for name in names))
    for name in names:
        assert np.array_equal(getattr(again, name), getattr(particles, name)), name
    energy = np.sqrt(particles.p**2 + particles.mass**2)
    assert np.allclose(again.energy, energy, rtol=1e-15)


def test_no_particles() -> None:
    nothing = no_particles(2)
    assert (nothing.events, len(nothing), nothing.offsets.tolist()) == (2, 0, [0, 0, 0])
    assert nothing.rows.shape == (0, 10)
    assert same(nothing, merge([], 2))
    assert same(join([nothing, nothing]), no_particles(4))


def test_read_only_tables_cannot_be_changed() -> None:
    particles = read_only(numbered([2, 1]))
    for column in (particles.momentum, particles.px, particles.weight, particles.pdg):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


@given(codes=st.lists(st.sampled_from(CODES) | st.integers(-(2**31) + 1, 2**31 - 1), max_size=20))
def test_charges_of_columns_are_those_of_codes(codes: list[int]) -> None:
    column: I64 = np.array(codes, np.int64)
    assert charges(column).tolist() == [charge_of(code) for code in codes]
    assert charges(column).dtype == np.int8
