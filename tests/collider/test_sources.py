"""Arrays of users that are to be columns of sources."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.collider.sources import crossing_schema
from trigemu.collider.trigger import Sources
from trigemu.errors import InputError
from trigemu.frames.columns import Column

SOURCES = Sources({"wires": crossing_schema("wires", Column("channel", "<u2", high=9), ("time", "<i2"))})
GOOD = {"channel": np.array([1, 2, 3]), "time": np.array([5, 6, 7]), "offsets": np.array([0, 1, 3])}
RANDOM = np.zeros(2, np.uint8)


def test_integers_of_other_types_become_those_of_the_source():
    block = SOURCES.checked({"wires": GOOD}, RANDOM)["wires"]
    assert [block[name].dtype for name in ("channel", "time", "offsets")] == [np.uint16, np.int16, np.int64]
    assert block["time"].tolist() == [5, 6, 7]


@pytest.mark.parametrize(
    ("changes", "random", "words"),
    [
        ({"time": None}, RANDOM, ("'wires'", "'time'", "missing")),
        ({"time": np.array([5.5, 6.0, 7.0])}, RANDOM, ("'wires'", "'time'", "float64", "whole numbers")),
        ({"time": np.array([5, 6])}, RANDOM, ("'wires'", "3 in 'channel'", "2 in 'time'")),
        ({"time": np.array([5, 6, 40_000])}, RANDOM, ("'wires'", "time")),
        ({"channel": np.array([1, 2, 10])}, RANDOM, ("'wires'", "channel", "10")),
        ({"offsets": np.array([0, 2, 1])}, RANDOM, ("'wires'", "offsets")),
        ({}, np.zeros(3, np.uint8), ("2 in wires", "random", "[3]")),
        ({}, np.array([0, 2]), ("random", "0 or 1")),
    ],
)
def test_others_are_one_sentence_that_names_the_place(changes, random, words):
    given = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    with pytest.raises(InputError) as error:
        SOURCES.checked({"wires": given}, random)
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)
