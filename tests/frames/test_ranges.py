"""Values that a detector cannot give: named with source, column, entry and value, whatever the dtype."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.errors import InputError
from trigemu.frames.columns import Column, Schema, pack, pack_exactly
from trigemu.frames.ranges import Ranges, is_plain

KNOWN = np.zeros(1 << 16, np.bool_)
KNOWN[[3, 5, 900]] = True


def complaint(column, values):
    schema = Schema("hits", (column,))
    return Ranges(schema).complaint(pack(schema, {column.name: np.asarray(values)}))


TIME = Column("time", "<i8", low=-10, high=100, rises=True)


@pytest.mark.parametrize(
    ("column", "values", "sentence"),
    [
        (TIME, np.array([-11, 0]), "entry 0 is -11, allowed are -10 to 100"),
        (TIME, np.array([0, 2**63 - 1, 1]), "entry 1 is 9223372036854775807, allowed are -10 to 100"),
        (TIME, np.array([0, 5, 4]), "entry 2 is 4 after 5, values must not fall"),
        (TIME, np.array([0, -(2**63)]), "entry 1 is -9223372036854775808, allowed are -10 to 100"),
        (Column("c", "<u2", high=7), np.array([7, 8], "<u2"), "entry 1 is 8, allowed are 0 to 7"),
        (Column("c", "<u2", low=1), np.array([1, 0], "<u2"), "entry 1 is 0, allowed are 1 to 65535"),
        (Column("c", "|i1", low=-1, high=1), np.array([0, -2], "|i1"), "entry 1 is -2, allowed are -1 to 1"),
        (Column("c", "|u1", high=1), np.array([2], "|u1"), "entry 0 is 2, allowed are 0 to 1"),
        (
            Column("c", "<u2", known=KNOWN),
            np.array([3, 4], "<u2"),
            "entry 1 is 4, which is none of the 3 values from 3 to 900 that there are",
        ),
        (Column("x", "<f4"), np.array([0, np.nan], "<f4"), "entry 1 is nan, allowed are finite numbers"),
        (Column("x", "<f8"), np.array([-np.inf]), "entry 0 is -inf, allowed are finite numbers"),
        (Column("x", "<f4", low=0), np.array([-1], "<f4"), "entry 0 is -1.0, allowed are 0"),
        (Column("x", "<f4", low=0, high=2 * np.pi), np.array([6.2831860], "<f4"), "entry 0 is 6.28318595"),
    ],
)
def test_the_first_value_that_cannot_be_is_named(column, values, sentence):
    found = complaint(column, values)
    assert found.startswith(f"source 'hits', column {column.name!r}: {sentence}")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (TIME, np.array([-10, 0, 0, 100])),
        (TIME, np.zeros(0, "<i8")),
        (Column("c", "<u2", high=7), np.arange(8, dtype="<u2")),
        (Column("c", "<u2", known=KNOWN), np.array([900, 3, 5], "<u2")),
        (Column("x", "<f4"), np.array([np.finfo("<f4").max, np.finfo("<f4").min], "<f4")),
        (Column("t", "<u8"), np.array([2**64 - 1], "<u8")),
        # The single-precision number next to a bound may lie beyond it.
        (Column("x", "<f4", low=0, high=2 * np.pi), np.array([0, 2 * np.pi], "<f4")),
    ],
)
def test_possible_values_are_possible(column, values):
    assert complaint(column, values) == ""


def test_ranges_do_not_change_what_travels():
    plain = Schema("hits", (Column("time", "<i8"), Column("channel", "<u2")))
    limited = Schema("hits", (TIME, Column("channel", "<u2", high=4)))
    assert plain.digest == limited.digest
    assert plain == limited
    assert plain.limited == ()
    assert limited.with_offsets().digest == plain.with_offsets().digest


def test_a_table_of_known_values_has_one_entry_per_value():
    with pytest.raises(InputError, match="known values"):
        Column("c", "<u2", known=KNOWN[:10])
    with pytest.raises(InputError, match="known values"):
        Column("c", "<i8", known=KNOWN)


@pytest.mark.parametrize(
    ("dtype", "values", "sentence"),
    [
        ("<u2", np.array([0, 65536]), "entry 1 is 65536, uint16 holds 0 to 65535"),
        ("<u2", np.array([-1]), "entry 0 is -1, uint16 holds 0 to 65535"),
        ("<i8", np.array([2**63], np.uint64), "entry 0 is 9223372036854775808, int64 holds"),
        ("<u8", np.array([3, -3]), "entry 1 is -3, uint64 holds"),
        ("<f4", np.array([1e300]), "entry 0 is 1e\\+300, more than float32 holds"),
    ],
)
def test_numbers_that_a_column_cannot_hold_are_not_cut(dtype, values, sentence):
    schema = Schema("hits", (Column("x", dtype),))
    with pytest.raises(InputError, match=f"source 'hits': column 'x': {sentence}"):
        pack(schema, {"x": values})


def test_numbers_of_another_dtype_that_fit_are_kept():
    schema = Schema("hits", (Column("a", "<u2"), Column("b", "<f4")))
    block = pack_exactly(schema, {"a": np.array([0, 65535]), "b": np.array([np.inf, 0.5])})
    assert block["a"].tolist() == [0, 65535]
    assert block["b"].tolist() == [np.inf, 0.5]


def test_plain_arrays():
    schema = Schema("hits", (Column("time", "<i8"), Column("channel", "<u2")))
    good = {"time": np.zeros(2, "<i8"), "channel": np.zeros(2, "<u2")}
    assert is_plain(schema, good)
    assert is_plain(schema, pack(schema, good))
    assert not is_plain(schema, {"time": good["time"]})
    assert not is_plain(schema, {**good, "channel": np.zeros(3, "<u2")})
    assert not is_plain(schema, {**good, "channel": np.zeros(2, "<i8")})
    assert not is_plain(schema, {**good, "channel": np.zeros((2, 1), "<u2")})
