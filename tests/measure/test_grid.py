from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.errors import InputError
from trigemu.measure.grid import as_axes, grid_points, parse_grid, parse_grids


def test_stop_is_included_within_rounding() -> None:
    assert parse_grid("mass=0.2:0.7:0.05")["mass"] == (
        0.2,
        0.25,
        0.3,
        0.35,
        0.4,
        0.45,
        0.5,
        0.55,
        0.6,
        0.65,
        0.7,
    )


@given(st.integers(0, 60), st.integers(0, 200), st.integers(1, 30))
def test_whole_steps_reach_the_stop(start: int, steps: int, step: int) -> None:
    stop = start + steps * step
    values = parse_grid(f"mass={start / 100}:{stop / 100}:{step / 100}")["mass"]
    assert len(values) == steps + 1
    assert values[-1] == pytest.approx(stop / 100, rel=1e-9)


def test_a_stop_between_steps_is_not_passed() -> None:
    assert parse_grid("m=0:1:0.3")["m"] == (0.0, 0.3, 0.6, 0.9)


def test_steps_may_fall() -> None:
    assert parse_grid("m=3:1:-1")["m"] == (3.0, 2.0, 1.0)


def test_lists_and_single_values() -> None:
    assert parse_grid("mass=0.2, 0.4") == {"mass": (0.2, 0.4)}
    assert parse_grid("mass=0.3:0.3:1") == {"mass": (0.3,)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mass", "write KEY=START"),
        ("=1:2:1", "write KEY=START"),
        ("mass=", "write KEY=START"),
        ("mass=1:2", "2 numbers between colons"),
        ("mass=1:2:3:4", "4 numbers between colons"),
        ("mass=a:2:1", "'a' is not a number"),
        ("mass=1:nan:1", "'nan' is not a number"),
        ("mass=1,,2", "'' is not a number"),
        ("on=yes,true", "'yes' is not a number, true or false"),
        ("on=true:false:1", "'true' is not a number;"),
        ("mass=1:2:0", "does not lead from 1 to 2"),
        ("mass=1:2:-1", "does not lead from 1 to 2"),
        ("mass=0:1:1e-9", "more than 10000 values"),
    ],
)
def test_bad_grids_are_refused_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_grid(text)
    assert "\n" not in str(caught.value)
    assert text.split("=")[0] in str(caught.value)


def test_switches_are_true_or_false() -> None:
    assert parse_grid("on=true, false") == {"on": (True, False)}
    assert as_axes(parse_grid("on=true,false"), {"mass"}) == {"on": (1.0, 0.0)}
    for values in (True, [0.1, False], np.array([True])):
        with pytest.raises(InputError, match="grid key 'mass': true and false are for"):
            as_axes({"mass": values}, {"mass"})


def test_a_key_comes_once() -> None:
    assert parse_grids(["a=1,2", "b=3"]) == {"a": (1.0, 2.0), "b": (3.0,)}
    with pytest.raises(InputError, match="already on the grid"):
        parse_grids(["a=1", "a=2"])


def test_points_are_all_combinations_last_axis_fastest() -> None:
    points = list(grid_points({"a": (1.0, 2.0), "b": (3.0, 4.0)}))
    assert points == [{"a": 1, "b": 3}, {"a": 1, "b": 4}, {"a": 2, "b": 3}, {"a": 2, "b": 4}]
    assert list(grid_points({})) == [{}]


def test_huge_and_empty_grids_are_refused() -> None:
    with pytest.raises(InputError, match="at most 10000"):
        list(grid_points({"a": [0.0] * 200, "b": [0.0] * 200}))
    with pytest.raises(InputError, match="no values"):
        list(grid_points({"a": []}))
