"""The track counter's cells: thinning and conditions against the reference, and vectors by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reference import besiii_mdc as slow

from trigemu.experiments.besiii.bits import MDC_CONDITIONS
from trigemu.experiments.besiii.mdc.cells import conditions_of_cells, thinned
from trigemu.experiments.besiii.mdc.config import Mdc

CONFIG = Mdc(inner_chamber=True, segment_pt_gev=0.085)

_runs = st.lists(st.tuples(st.integers(0, 127), st.integers(1, 130)), max_size=6).map(
    lambda runs: frozenset((first + k) % 128 for first, length in runs for k in range(length))
)


def ring(cells):
    return np.isin(np.arange(128), list(cells))[None]


@given(_runs | st.frozensets(st.integers(0, 127)))
@example(frozenset(range(128)))
@example(frozenset(range(127)))
@example(frozenset(range(1, 128)))
def test_thinning_is_that_of_the_reference(cells):
    assert set(np.flatnonzero(thinned(ring(cells))[0])) == slow.thin(cells)


@pytest.mark.parametrize("first", [0, 1, 63, 125, 127])
def test_runs_of_one_to_eight_cells_are_so_many_tracks(first):
    # Vector C9 of the facts.
    runs = np.concatenate([ring({(first + k) % 128 for k in range(length)}) for length in range(1, 9)])
    assert thinned(runs).sum(axis=1).tolist() == [1, 1, 2, 2, 3, 3, 4, 4]


@given(_runs, _runs, st.booleans(), st.booleans(), st.integers(1, 5) | st.none(), st.integers(1, 127))
def test_conditions_are_those_of_the_reference(short, long, inner1, inner2, many, least):
    config = CONFIG.model_copy(
        update={"many_short": many, "many_long": many, "back_to_back": (least, min(127, least + 14))}
    )
    kept = slow.thin(short), slow.thin(long)
    found = conditions_of_cells(*map(ring, kept), np.array([inner1]), np.array([inner2]), config)
    expected = slow.conditions_of(kept, inner1, inner2, config)
    assert {name for name, on in zip(MDC_CONDITIONS, found[0], strict=True) if on} == expected


def test_back_to_back_is_57_to_71_cells_either_way():
    none = np.zeros(128, bool)
    rings = np.concatenate([ring({5, (5 + step) % 128}) for step in range(128)])
    found = conditions_of_cells(rings, rings[:, ::-1], none, none, CONFIG)
    expected = [57 <= step <= 71 for step in range(128)]
    assert found[:, MDC_CONDITIONS.index("strk_bb")].tolist() == expected
    assert found[:, MDC_CONDITIONS.index("ltrk_bb")].tolist() == expected


def test_many_tracks_are_off_unless_asked_for():
    cells = np.ones((1, 128), bool)
    none = np.zeros(1, bool)
    assert not conditions_of_cells(cells, cells, none, none, CONFIG)[0, 1]
    four = CONFIG.model_copy(update={"many_short": 4})
    assert conditions_of_cells(cells, cells, none, none, four)[0, [1, 5]].tolist() == [True, False]
