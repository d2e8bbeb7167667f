"""The z trigger's kernel against its slow reference, and what it refuses."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import babar_zpd as slow
from support.abuse import spoilt
from support.babar_segments import Tracks, positions, sorted_segments

from trigemu._kernels import babar_zpd
from trigemu.errors import InputError
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.dct.geometry import CELLS, FINE
from trigemu.experiments.babar.records import ZTracks
from trigemu.experiments.babar.zpd.bands import make_bands
from trigemu.experiments.babar.zpd.config import Zpd
from trigemu.experiments.babar.zpd.tables import Window, make_tables
from trigemu.experiments.babar.zpd.tracks import ZFinder

ZCUT = {  # babar_geometry_facts 4.1, bits 0-3
    "z": ((-23, 23), (-4.0, 4.0), (-128, 127)),
    "zt": ((-93, 93), (-2.0, 3.0), (-15, 15)),
    "zprime": ((-93, 93), (-2.0, 3.0), (-10, 10)),
    "zk": ((-62, 62), (-2.0, 3.0), (-6, 6)),
}


def zcut(name):
    curvature, slope, z0 = ZCUT[name]
    cuts = {"curvature": curvature, "tan_lambda": slope, "z0_cm": z0, "z0_error_cm": 15, "missing": 1}
    return {"a7": cuts, "a10": cuts}


CONFIGS = {
    "usual": (Zpd(enabled=True), 2),
    "loose": (
        Zpd(
            enabled=True,
            seed_weight=1,
            neighbours=0,
            ticks=(0, 16),
            z0_range_cm=40.0,
            tolerance_mm=6.0,
            tan_lambda=(-1.5, 2.5),
            superlayers=4,
            resolution_mm=2.0,
            **{name: zcut(name) for name in ZCUT},
        ),
        3,
    ),
    "narrow": (
        Zpd(
            enabled=True,
            seed_weight=3,
            weight=2,
            neighbours=3,
            ticks=(0, 0),
            z0_range_cm=0.0,
            tolerance_mm=0.5,
            superlayers=5,
            zk={"a7": {"missing": 0}, "azimuth_bins": 4},
        ),
        2,
    ),
}


class Pair:
    """A finder and what the reference needs."""

    def __init__(self, config, pivot_layer):
        self.config, self.finder = config, ZFinder(config, pivot_layer)
        self.tables, self.bands = make_tables(config, pivot_layer), make_bands(config, pivot_layer)


@pytest.fixture(scope="module", params=CONFIGS)
def pair(request):
    return Pair(*CONFIGS[request.param])


def crossing(seed, tracks, noise, narrow, ticks):
    """Return columns (superlayer, fine, tick, weight) of a crossing: tracks, copies nearby, and others."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(-np.pi, np.pi)
    phi0 = middle + rng.normal(0, 0.05, tracks) if narrow else rng.uniform(-np.pi, np.pi, tracks)
    drawn = Tracks(
        np.zeros(tracks, np.int64),
        rng.choice([-1, 1], tracks),
        0.13 + rng.exponential(0.4, tracks),
        phi0,
        rng.uniform(-1.8, 3.0, tracks),
        rng.normal(0, 150, tracks),
    )
    place, inside = positions(drawn)
    track, superlayer = np.nonzero(inside & (rng.random(place.shape) < 0.9))
    fine = np.rint((place[track, superlayer] + rng.normal(0, 0.04, len(track))) * FINE)
    copied = rng.random(len(track)) < 0.5
    superlayer = np.concatenate([superlayer, superlayer[copied], rng.integers(0, 10, noise)])
    more = (
        rng.integers(0, 1 << 13, noise)
        if not narrow
        else middle / 2 / np.pi * FINE * CELLS[superlayer[-noise:]]
    )
    fine = np.concatenate([fine, fine[copied] + rng.integers(-20, 20, copied.sum()), more if noise else []])
    fine = fine.astype(np.int64) % (FINE * CELLS[superlayer])
    tick = np.clip(20 + rng.integers(-ticks, ticks + 1, len(fine)), 0, TICKS - 1)
    return superlayer, fine, tick, rng.integers(1, 4, len(fine))


_crossings = st.lists(
    st.builds(
        crossing,
        st.integers(0, 1 << 32),
        st.integers(0, 4),
        st.integers(0, 40),
        st.booleans(),
        st.sampled_from([0, 1, 3, 60]),
    ),
    max_size=2,
)


def segments(crossings):
    columns = [np.concatenate(column) for column in zip(*crossings, strict=True)] or [
        np.zeros(0, np.int64)
    ] * 4
    event = np.repeat(np.arange(len(crossings)), [len(each[0]) for each in crossings])
    superlayer, fine, tick, weight = columns
    return sorted_segments(event, superlayer, fine, tick, weight, len(crossings))


def rows(tracks):
    return list(zip(*(getattr(tracks, each.name).tolist() for each in fields(tracks)[1:]), strict=True))


@settings(max_examples=40)
@given(crossings=_crossings)
def test_tracks_are_those_of_the_reference(pair, crossings):
    given_ = segments(crossings)
    found = pair.finder.find(given_)
    expected, offsets = [], [0]
    for begin, end in zip(given_.offsets[:-1].tolist(), given_.offsets[1:].tolist(), strict=True):
        columns = (given_.superlayer, given_.pivot, given_.weight, given_.phi, given_.tick)
        own = list(zip(*(column[begin:end].tolist() for column in columns), strict=True))
        tracks = slow.tracks_of(own, pair.config, pair.tables, pair.bands)
        expected += [(begin + seed, *rest) for seed, *rest in tracks]
        offsets.append(len(expected))
    assert rows(found) == expected
    assert found.offsets.tolist() == offsets


@settings(max_examples=20)
@given(
    tracks=st.lists(
        st.lists(st.tuples(st.integers(0, 15), st.integers(0, 63), st.integers(0, 15)), max_size=5),
        max_size=3,
    )
)
def test_maps_hold_the_bins_of_tracks_that_pass(pair, tracks):
    flat = [track for own in tracks for track in own]
    none = pair.finder.find(segments([]))
    given_ = replace(
        none,
        offsets=np.cumsum([0, *map(len, tracks)]).astype(np.int64),
        bin=np.array([each[0] for each in flat], np.uint8),
        tick=np.array([each[1] for each in flat], np.uint8),
        passed=np.array([each[2] for each in flat], np.uint8),
    )
    maps = pair.finder.maps(given_)
    for bit, (name, found) in enumerate(zip(slow.DECISIONS, maps, strict=True)):
        bins = getattr(pair.config, name).azimuth_bins
        expected = np.zeros((len(tracks), TICKS), np.uint16)
        for event, own in enumerate(tracks):
            for where, tick, passed in own:
                if passed >> bit & 1:
                    same = [k for k in range(16) if k * bins // 16 == where * bins // 16]
                    expected[event, tick] |= sum(1 << k for k in same)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == np.uint16


def test_no_crossings_and_empty_ones(pair):
    for n in (0, 3):
        found = pair.finder.find(segments([[np.zeros(0, np.int64)] * 4] * n))
        assert found.offsets.tolist() == [0] * (n + 1)
        assert all(not each.any() and each.shape == (n, TICKS) for each in pair.finder.maps(found))


def some_segments():
    return segments([crossing(seed, 3, 10, False, 1) for seed in range(4)])


@pytest.mark.parametrize(
    ("column", "value"),
    [("superlayer", 10), ("superlayer", 0), ("phi", -1), ("phi", FINE * 256), ("tick", TICKS)],
)
def test_a_segment_that_is_none_is_refused(column, value):
    finder, good = ZFinder(Zpd(enabled=True)), some_segments()
    before = rows(finder.find(good))
    at = int(good.offsets[2]) + 5
    bad = getattr(good, column).copy()
    bad[at] = value
    with pytest.raises(InputError, match=f"segment {at} .* is none of the chamber's, or not in the order"):
        finder.find(replace(good, **{column: bad}))
    assert rows(finder.find(good)) == before


def test_arrays_that_do_not_fit_are_refused():
    finder, good = ZFinder(Zpd(enabled=True)), some_segments()
    for changes in (
        {"tick": good.tick[:-1]},
        {"weight": good.weight[:-1]},
        {"superlayer": good.superlayer[:-1]},
        {"offsets": good.offsets + 1},
        {"offsets": good.offsets[::-1].copy()},
        {"offsets": good.offsets[:0]},
    ):
        with pytest.raises((InputError, ValueError)):
            finder.find(replace(good, **changes))
    tracks = finder.find(good)
    assert isinstance(tracks, ZTracks)
    for changes in (
        {"bin": np.full_like(tracks.bin, 16)},
        {"tick": np.full_like(tracks.tick, 64)},
        {"passed": tracks.passed[:-1]},
        {"offsets": tracks.offsets + 1},
    ):
        with pytest.raises(InputError):
            finder.maps(replace(tracks, **changes))


def spoilt_one(group, random):
    """Return a record or tuple of arrays with one or two of them as nobody should give them."""
    names = list(group._fields) if hasattr(group, "_fields") else [each.name for each in fields(group)]
    changes = {str(name): spoilt(getattr(group, name), random) for name in random.choice(names, 2)}
    return group._replace(**changes) if hasattr(group, "_fields") else replace(group, **changes)


def test_no_columns_and_no_tables_can_end_the_process():
    config, good, random = Zpd(enabled=True), some_segments(), np.random.default_rng(5)
    finder, tables = ZFinder(config), make_tables(config, 2)
    window = Window(2, 1, 1, (2, 2), 6)
    found = finder.find(good)
    room = replace(
        found,
        offsets=found.offsets.copy(),
        **{each.name: np.zeros(len(good.phi), getattr(found, each.name).dtype) for each in fields(found)[1:]},
    )
    states = Counter()

    def attempt(name, call):
        try:
            call()
        except (InputError, ValueError) as error:
            states[name, type(error).__name__] += 1
        else:
            states[name, "done"] += 1

    for _ in range(150):
        attempt("segments", lambda: finder.find(spoilt_one(good, random)))
        attempt("tracks", lambda: finder.maps(spoilt_one(found, random)))
        kind = str(random.choice(tables._fields))
        bad = tables._replace(**{kind: spoilt_one(getattr(tables, kind), random)})
        attempt("tables", lambda bad=bad: babar_zpd.Finder(bad, window).find(good, room))
    assert all(states[name, "InputError"] > 20 for name in ("segments", "tracks", "tables")), states
    assert all(states[name, "done"] > 5 for name in ("segments", "tracks", "tables")), states
