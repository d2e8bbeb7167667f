"""The look-up tables of the track segment finder: groups, patterns, and what a sweep makes of addresses."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from reference import babar_tsf as slow

from trigemu._kernels.babar_tsf_sweep import sweep
from trigemu.errors import InputError
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct import tsf_tables as tables
from trigemu.experiments.babar.dct.config import Tsf
from trigemu.experiments.babar.dct.geometry import AXIAL, OFFSET
from trigemu.experiments.babar.dct.groups import FOUR, GROUPS, HAS_FOUR, HAS_THREE, THREE
from trigemu.experiments.babar.dct.tsf_tables import make_tables, swept_group, track_edges

VALID = (HAS_FOUR | HAS_THREE).view(np.uint8)
CONFIGS = {
    "2006": Babar.of("2006").dct.tsf,
    "2001": Babar.of("2001").dct.tsf,
    "mirrored": Tsf(pivot_layer=3, position_bits=6),
}


@pytest.fixture(scope="module", params=CONFIGS)
def made(request):
    return CONFIGS[request.param], make_tables(CONFIGS[request.param])


def test_patterns():
    # babar_geometry_facts 13 (enumerated from the published lists) and 2.1.
    assert (HAS_FOUR.sum(), HAS_THREE.sum()) == (57, 162)
    assert len(THREE) == 20
    assert [pattern for pattern in THREE if 2 not in pattern] == [
        (0, 3, 5), (0, 3, 6), (0, 4, 6), (0, 4, 7), (1, 3, 5), (1, 3, 6)
    ]  # fmt: skip


@pytest.mark.parametrize("pivot_layer", GROUPS)
def test_cells_of_a_group_are_where_they_are_said_to_be(pivot_layer):
    group = GROUPS[pivot_layer]
    place = np.array(group.step) + OFFSET[list(group.layer)] - OFFSET[pivot_layer - 1]
    assert place.tolist() == list(group.place)
    # From the inside 2 - 1 - 2 - 3 cells, or the other way round.
    assert np.bincount(group.layer).tolist() == ([2, 1, 2, 3] if pivot_layer == 2 else [3, 2, 1, 2])
    # Cells of a pattern touch those of the next layer.
    for pattern in FOUR:
        assert (np.abs(np.diff(np.array(group.place)[list(pattern)])) == 0.5).all()


def test_weights_follow_the_patterns(made):
    weight, address = made[1].weight, np.arange(tables.ADDRESSES)
    mask = (address | address >> 8) & 255
    assert (weight[:, ~VALID.astype(bool)[mask]] == 0).all()
    assert (weight[:, VALID.astype(bool)[mask]] >= 1).all()
    assert (HAS_FOUR[mask[(weight == 3).any(axis=0)]]).all()
    assert not HAS_FOUR[mask[(weight == 2).any(axis=0)]].any()
    # Most combinations of counters are those of no track; the experiment's table had weight 1 for all counters at 3.
    assert ((weight > 1).mean(axis=1) < 0.06).all()
    assert (weight[:, 0xFFFF] == 1).all()


def test_axial_groups_are_mirror_images(made):
    """Cells 0 and 1, 3 and 4, 5 and 7 change places where the track is mirrored: position and its sign do."""
    mirror = np.array([1, 0, 2, 4, 3, 7, 6, 5])
    counts = tables.counts()[:, mirror]
    other = (counts % 2 << np.arange(8)).sum(axis=1) + (counts // 2 << 8 + np.arange(8)).sum(axis=1)
    step = 32 >> made[0].position_bits - 1
    for superlayer in AXIAL:
        weight, position = made[1].weight[superlayer], made[1].position[superlayer].astype(int)
        four = np.flatnonzero((weight == 3) & (weight[other] == 3))
        assert len(four) > 500
        # At the ends of the range there is one place more on one side.
        assert np.abs(position[four] + position[other[four]]).max() <= step
        np.testing.assert_allclose(
            made[1].time[superlayer, four], made[1].time[superlayer, other[four]], atol=1
        )


def test_positions_and_times_are_those_that_boards_can_hold(made):
    config, own = made
    step = 32 >> config.position_bits - 1
    assert (own.position % step == 0).all()
    assert -32 <= own.position.min() < -20 < 20 < own.position.max() <= 31
    # The earliest event that an address tells of still comes out after the third sample of its window.
    assert own.time[own.weight > 0].min() + 8 * config.latency_ticks >= 8 * 2 * 3


def test_packed_entries_are_those_of_the_tables(made):
    own, packed = made[1], made[1].packed()
    random = np.random.default_rng(3)
    for values in random.integers(0, 4, (200, 8)).tolist():
        address = slow.address_of(values)
        there = packed[:, slow.address_of([values[cell] for cell in tables.KERNEL_ORDER])]
        assert (there >> 14 == own.weight[:, address]).all()
        assert ((there >> 8 & 63) - 32.0 == own.position[:, address]).all()
        assert ((there & 255).astype(np.uint8).view(np.int8) == own.time[:, address]).all()


def test_tables_are_remembered_and_read_only():
    own = make_tables(CONFIGS["2006"])
    assert make_tables(CONFIGS["2006"].model_copy(update={"minimum_weight": 3})) is own
    with pytest.raises(ValueError, match="read-only"):
        own.weight[0, 0] = 1


@pytest.mark.parametrize("superlayer", [0, 4, 9])
@pytest.mark.parametrize("pivot_layer", GROUPS)
def test_a_sweep_is_that_of_the_reference(superlayer, pivot_layer):
    tracks = tables.swept_tracks(superlayer, 0.2)
    group = swept_group(superlayer, pivot_layer, CONFIGS["2006"].drift)
    edges = track_edges(superlayer, pivot_layer, tracks)[[3, 40]]
    sums = np.zeros((tables.ADDRESSES, 3))
    sweep(group, edges, VALID, 5, 2, sums)
    expected = np.zeros_like(sums)
    for track in edges:
        for address, row in slow.sweep(group, track, VALID, 5, 2).items():
            expected[address] += row
    assert (expected[:, 0] > 0).sum() > 20
    # The reference walks in steps of 1/20000 of the layer.
    np.testing.assert_allclose(sums, expected, atol=2e-3)


@pytest.mark.parametrize("pivot_layer", GROUPS)
def test_a_line_through_the_wires(pivot_layer):
    group, found = GROUPS[pivot_layer], tables.line_places(pivot_layer)
    for cells in (*FOUR, *THREE, (0, 1, 2, 4, 6, 7), tuple(range(8))):
        layer = np.array(group.layer)[list(cells)] - (pivot_layer - 1)
        line = np.polynomial.Polynomial.fit(layer, np.array(group.place)[list(cells)], 1)
        assert found[sum(1 << cell for cell in cells)] == pytest.approx(line(0.0), abs=1e-9)


def test_what_a_sweep_refuses():
    group = swept_group(0, 2, CONFIGS["2006"].drift)
    edges = track_edges(0, 2, tables.swept_tracks(0, 0.2))
    sums = np.zeros((tables.ADDRESSES, 3))
    for bad, where in (
        (group._replace(layer=np.full(8, 4)), "cells"),
        (group._replace(width=np.zeros(4)), "width"),
        (group._replace(drift=np.array([np.nan])), "drift"),
        (group._replace(drift=np.zeros(0)), "group"),
        (group._replace(efficiency=2.0), "numbers"),
    ):
        with pytest.raises(InputError, match=where):
            sweep(bad, edges, VALID, 4, 2, sums)
    for arguments in (
        (edges[:, :3].copy(), VALID, 4, 2, sums),
        (np.full_like(edges, np.nan), VALID, 4, 2, sums),
        (edges, VALID[:255], 4, 2, sums),
        (edges, VALID, 0, 2, sums),
        (edges, VALID, 4, 10**6, sums),
        (edges, VALID, 4, 2, sums[1:]),
    ):
        with pytest.raises(InputError, match="sweep"):
            sweep(group, *arguments)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"drift": ((0.0, 0.0), (0.0, 1.0))}, "distances rise"),
        ({"drift": ((0.0, 5.0), (1.0, 1.0))}, "times do not fall"),
        ({"drift": ((0.0, 0.0),)}, "at least 2"),
        ({"pivot_layer": 1}, "2 or 3"),
        ({"minimum_weight": 0}, "greater than or equal to 1"),
    ],
)
def test_a_bad_section_is_refused(change, words):
    with pytest.raises(ValidationError, match=words):
        Tsf(**{"position_bits": 6, **change})
