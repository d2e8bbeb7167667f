"""Level 1 on plain arrays: what does not fit together is refused, nothing is cut to size."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.errors import InputError
from trigemu.experiments.besiii.config import section_of
from trigemu.experiments.besiii.level1 import Chain


def nothing(crossings):
    return {
        "channel": np.zeros(0, np.uint16),
        "time": np.zeros(0, np.int32),
        "offsets": np.zeros(crossings + 1, np.int64),
    }


def crystal(**changes):
    columns = {"channel": [3000], "value": [720], "range": [2], "time": [18], "offsets": [0, 1]}
    return {name: np.array(value) for name, value in {**columns, **changes}.items()}


@pytest.fixture(scope="module")
def chain():
    return Chain(section_of("2016"))


def test_integers_of_any_dtype_are_taken(chain):
    found = chain.decide(nothing(1), nothing(1), crystal(), np.zeros(1, np.int64))
    assert int(found.decision.channels[0, 1]) == 1 << 8
    assert len(found.emc.cell) == 1


@pytest.mark.parametrize(
    ("emc", "random", "words"),
    [
        (crystal(), [0, 0], "1 in mdc, 1 in tof, 1 in emc, but random is"),
        (crystal(offsets=[0, 1, 1]), [0, 0], "1 in mdc, 1 in tof, 2 in emc"),
        (crystal(), [2], "random: each entry must be 0 or 1"),
        (crystal(), [0.0], "random: each entry must be 0 or 1"),
        (crystal(channel=[70000]), [0], "source 'emc': column 'channel'"),
        (crystal(channel=[6240]), [0], "source 'emc', column 'channel': entry 0 is 6240"),
        (crystal(range=[3]), [0], "source 'emc', column 'range': entry 0 is 3"),
        (crystal(value=[1.5]), [0], "source 'emc'"),
        (crystal(offsets=[0, 2]), [0], "source 'emc': offsets"),
        (
            {name: value for name, value in crystal().items() if name != "offsets"},
            [0],
            "'offsets' is missing",
        ),
    ],
)
def test_what_does_not_fit_is_one_sentence(chain, emc, random, words):
    with pytest.raises(InputError) as caught:
        chain.decide(nothing(1), nothing(1), emc, np.array(random))
    assert words in str(caught.value)
