"""The transverse-momentum discriminator against its slow reference, and on tracks of known momentum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import babar_ptd

from trigemu.collider.wire_patterns import Helices, places
from trigemu.errors import InputError
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.dct.config import Ptd
from trigemu.experiments.babar.dct.geometry import AXIAL, CELLS, FIELD_T, FINE, OFFSET, chamber, pivot_rows
from trigemu.experiments.babar.dct.ptd import Discriminator, windows
from trigemu.experiments.babar.records import Segments
from trigemu.physics.constants import gev_per_mm


def records(*crossings):
    """Return segments of (superlayer, position, weight, tick) lists."""
    rows = np.array([row for rows in crossings for row in rows], np.int64).reshape(-1, 4)
    offsets = np.concatenate([[0], np.cumsum([len(rows) for rows in crossings])]).astype(np.int64)
    superlayer, weight, tick = (rows[:, k].astype(np.uint8) for k in (0, 2, 3))
    return Segments(
        offsets, superlayer, (rows[:, 1] // FINE).astype(np.uint8), weight, rows[:, 1].astype(np.int16), tick
    )


def bins_of(word):
    return {k for k in range(16) if int(word) >> k & 1}


def find(config, *crossings, pivot_layer=2):
    """Return, for each crossing, the bins in each tick in which there are any."""
    out = Discriminator(config, pivot_layer).find(records(*crossings))
    return [{t: bins_of(row[t]) for t in range(TICKS) if row[t]} for row in out]


def track(pt, phi0=1.0, superlayers=AXIAL, tick=20, pivot_layer=2):
    """Return the segments that a track from the collision point has, at their exact place."""
    rows = pivot_rows(pivot_layer)[list(superlayers)]
    one = Helices(np.array([phi0]), np.array([gev_per_mm(FIELD_T) / pt]), np.zeros(1), np.zeros(1))
    place = places(chamber(), one, rows)[0][0] - OFFSET[rows]
    position = np.rint(place * FINE).astype(int) % (FINE * CELLS[list(superlayers)])
    return [(superlayer, int(p), 3, tick) for superlayer, p in zip(superlayers, position, strict=True)]


def test_windows_are_the_bending_of_a_track():
    """From the collision point to 759.2 and 272.4 mm, 0.8 GeV in 1.5 T turn by asin(r / 2R), with R = 1779 mm."""
    exact = windows(Ptd(tolerance_mm=0.0), 2)
    assert exact[1, 0] / 958464 * 360 == pytest.approx(
        np.degrees(np.arcsin(759.2 / 3558) - np.arcsin(272.4 / 3558)), abs=1e-2
    )
    assert exact[:, 3].tolist() == [-1, -1]
    assert exact[0, 2] == -1


@pytest.mark.parametrize("pivot_layer", [2, 3])
@pytest.mark.parametrize("charge", [-1, 1])
def test_momentum_limit(pivot_layer, charge):
    """Without tolerance the limit is that of the momentum, to the 1/32 of a cell (half a percent of the bending)."""
    momenta = (0.76, 0.79, 0.81, 0.84, 5.0)
    for phi0 in (0.0, 0.11, 2.0, 3.14, -1.0):
        crossings = [track(charge * pt, phi0, pivot_layer=pivot_layer) for pt in momenta]
        found = find(Ptd(tolerance_mm=0.0), *crossings, pivot_layer=pivot_layer)
        assert [bool(ticks) for ticks in found] == [False, False, True, True, True]
        assert all(list(ticks) in ([], [20, 21, 22]) for ticks in found)


def test_a_seed_of_superlayer_seven_needs_both_inside():
    whole = track(2.0)
    assert find(Ptd(), whole[:3], whole[1:3], whole[:2], [whole[0], whole[3]]) == [
        {t: find(Ptd(), whole[:3])[0][20] for t in (20, 21, 22)},
        {},
        {},
        {},
    ]
    # One of superlayer 10 needs two of three.
    for gap in range(3):
        rows = [row for k, row in enumerate(whole) if k != gap]
        assert find(Ptd(), rows)[0]
        assert not find(Ptd(confirm=(2, 3)), rows)[0] or gap == 2
    assert find(Ptd(confirm=(2, 3)), whole)[0]


def test_the_bin_is_that_of_the_seed():
    """Seeds of superlayer 10 on both sides of 22.5 degrees: pivot 16 less half a cell."""
    config = Ptd(pt_gev=0.2, tolerance_mm=20.0)
    inner = [(0, 32 * 6, 3, 20), (3, 32 * 9, 3, 20)]
    found = find(config, [*inner, (9, 32 * 16 - 17, 3, 20)], [*inner, (9, 32 * 16 - 16, 3, 20)])
    assert [ticks[20] for ticks in found] == [{0}, {1}]


@st.composite
def events(draw):
    """Straight and bent tracks near azimuth 0, where numbers begin again, and single segments."""
    rows = []
    for _ in range(draw(st.integers(0, 3))):
        pt = draw(st.sampled_from([-0.4, -0.75, 0.78, 0.82, 3.0]))
        found = track(pt, draw(st.floats(-0.4, 0.4)), tick=draw(st.integers(20, 22)))
        rows += [(*row[:2], draw(st.integers(1, 3)), row[3]) for row in found if draw(st.integers(0, 5))]
    for _ in range(draw(st.integers(0, 6))):
        number = draw(st.integers(0, 9))
        rows.append(
            (number, draw(st.integers(0, 32 * int(CELLS[number]) - 1)), 3, draw(st.integers(0, TICKS - 1)))
        )
    return rows


@settings(max_examples=40)
@given(
    st.lists(events(), max_size=2),
    st.builds(
        Ptd,
        pt_gev=st.sampled_from([0.3, 0.8, 2.0]),
        tolerance_mm=st.sampled_from([0.0, 1.4, 20.0]),
        confirm=st.tuples(st.integers(1, 2), st.integers(1, 3)),
        minimum_weight=st.integers(1, 3),
        hold=st.integers(1, 4),
    ),
    st.sampled_from([2, 3]),
)
def test_kernel_is_the_reference(crossings, config, pivot_layer):
    out = Discriminator(config, pivot_layer).find(records(*crossings))
    for i, rows in enumerate(crossings):
        assert [bins_of(out[i, t]) for t in range(TICKS)] == babar_ptd.maps(rows, config, pivot_layer)


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ((10, 0, 3, 20), {}),
        ((0, 96 * 32, 3, 20), {}),
        ((0, -1, 3, 20), {}),
        ((0, 0, 3, 64), {}),
        ((0, 0, 3, 20), {"phi": np.zeros(2, np.int16)}),
        ((0, 0, 3, 20), {"offsets": np.array([0, 2], np.int64)}),
    ],
)
def test_segments_that_cannot_be_are_refused(row, change):
    columns = records([row])
    given_ = Segments(
        **{**{name: getattr(columns, name) for name in Segments.__dataclass_fields__}, **change}
    )
    with pytest.raises(InputError, match="numbers"):
        Discriminator(Ptd()).find(given_)


def test_no_crossings():
    assert find(Ptd()) == []
