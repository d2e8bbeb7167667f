"""The global trigger against its slow reference, and on vectors worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from reference import babar_glt

from trigemu.errors import InputError
from trigemu.experiments.babar.bits import COUNTS
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.glt.config import Glt
from trigemu.experiments.babar.glt.decision import GlobalDecider
from trigemu.experiments.babar.records import EmtTrigger, TrackMaps

TRACKS = ("a", "b", "aprime", "z", "zt", "zprime", "zk")
CLUSTERS = ("m", "g", "e", "x")
KINDS = ("tracks", "aprime", "z", "emt", "ift")


def plain(*lines, **changes):
    """Return settings without delay, with bits that count in one tick."""
    times = {"delay": dict.fromkeys(KINDS, 0), "hold": dict.fromkeys(KINDS, 1)}
    return Glt.model_validate({**times, "line": list(lines), **changes})


def line(slot, priority=None, enabled=True, **cuts):
    return {"slot": slot, "name": f"line {slot}", "cuts": cuts, "priority": priority, "enabled": enabled}


def maps(*crossings):
    """Return the maps and codes of {map: {tick: bins}} and {"u": {tick: code}} dictionaries."""
    n = len(crossings)
    made = {name: np.zeros((n, TICKS), np.uint16) for name in (*TRACKS, "y")}
    made |= {name: np.zeros((n, TICKS), np.uint32) for name in CLUSTERS}
    made["u"] = np.zeros((n, TICKS), np.uint8)
    for i, crossing in enumerate(crossings):
        for name, ticks in crossing.items():
            for tick, value in ticks.items():
                made[name][i, tick] = value if name == "u" else sum(1 << each for each in value)
    none = np.zeros(n + 1, np.int64), np.zeros(0, np.uint16), np.zeros(0, np.int32)
    tracks = TrackMaps(*(made[name] for name in TRACKS))
    return tracks, EmtTrigger(*(made[name] for name in (*CLUSTERS, "y")), *none), made["u"]


def decide(config, *crossings, random=None):
    flags = np.zeros(len(crossings), np.uint8) if random is None else np.array(random, np.uint8)
    return GlobalDecider(config).decide(*maps(*crossings), flags)


def slots(word):
    return {bit + 1 for bit in range(32) if int(word) >> bit & 1}


def counted(config, *crossings):
    """Return, for each crossing, the counts that are not 0."""
    found = decide(config, *crossings).counts
    return [
        {name: int(count) for name, count in zip(COUNTS, row, strict=True) if count} for row in found.tolist()
    ]


@pytest.mark.parametrize(
    ("counting", "wanted"),
    # Runs of 1 to 8 bits; the first row is the rule of babar_geometry_facts G8.4.
    [
        ("pairs", [1, 1, 2, 2, 3, 3, 4, 4]),
        ("runs", [1] * 8),
        ("bits", [1, 2, 3, 4, 5, 6, 7, 7]),
    ],
)
@pytest.mark.parametrize("first", [0, 13])
def test_a_run_of_adjacent_bits(counting, wanted, first):
    config = plain(counting=counting)
    runs = [{"a": {5: {(first + k) % 16 for k in range(length)}}} for length in range(1, 9)]
    assert [found["a"] for found in counted(config, *runs)] == wanted


def test_counts_stay_at_seven_and_a_full_ring_has_no_end():
    full = {"b": {5: set(range(0, 16, 2))}, "m": {5: set(range(20))}, "y": {5: set(range(10))}, "u": {5: 7}}
    (found,) = counted(plain(), full)
    assert (found["b"], found["m"], found["y"], found["u"]) == (7, 7, 5, 7)
    (found,) = counted(plain(counting="runs"), full)
    assert (found["b"], found["m"], found["y"]) == (7, 1, 1)


def test_back_to_back():
    """Distances of 6 of 16 and 7 of 20 bins (babar_geometry_facts G8.5, G8.6), both ways round."""
    found = counted(
        plain(),
        {"b": {5: {0, 5}}},
        {"b": {5: {0, 6}}},
        {"b": {5: {1, 11}}},
        {"b": {5: {1, 12}}},
        {"m": {5: {3, 9}}, "e": {5: {9}}},
        {"m": {5: {3, 10}}, "e": {5: {10}}, "g": {5: {0, 6}}},
        {"m": {5: {3}}, "e": {5: {16}}, "g": {5: {0, 13}}},
        {"m": {5: {3}}, "e": {5: {17}}, "g": {5: {0, 14}}},
    )
    assert [row.get("bstar", 0) for row in found] == [0, 2, 2, 0, 0, 0, 0, 0]
    assert [row.get("mstar", 0) for row in found] == [0, 0, 0, 0, 0, 2, 0, 0]
    assert [row.get("emstar", 0) for row in found] == [0, 0, 0, 0, 0, 1, 1, 0]
    assert [row.get("gstar", 0) for row in found] == [0, 0, 0, 0, 0, 0, 2, 0]


def test_tracks_with_clusters_in_their_direction():
    """Track bin 0 is 0-22.5 degrees, cluster bin 0 begins at -4.5 degrees; a bin of 18 degrees more on both sides."""
    crossings = [
        {"b": {5: {0}}, "a": {5: {0}}, "aprime": {5: {8}}, "m": {5: {k}}, "x": {5: {2}}} for k in range(20)
    ]
    found = counted(plain(), *crossings)
    assert {k for k, row in enumerate(found) if "bm" in row} == {19, 0, 1, 2}
    assert [row.get("am") for row in found] == [row.get("bm") for row in found]
    # Bin 8 is 180-202.5 degrees, cluster bin 8 was widened to 121.5-175.5, 9 to 139.5-193.5, 12 to 193.5-247.5 degrees.
    assert {k for k, row in enumerate(found) if "aprimem" in row} == {9, 10, 11, 12}
    # Bins that only touch: with bin 0 from 0 degrees, bin 8 was widened to 126-180 degrees.
    touching = counted(plain(match={"cluster_degrees": 0.0}), *crossings)
    assert {k for k, row in enumerate(touching) if "aprimem" in row} == {9, 10, 11, 12}
    # X looks at the B, M as above.
    assert {k for k, row in enumerate(found) if "bmx" in row} == {19, 0, 1, 2}
    assert all("bmx" in row for row in counted(plain(match={"bmx": "either"}), *crossings))


def test_cuts_must_hold_in_one_tick():
    config = plain(line(1, a=1, b=2), line(9, a=1), line(10, enabled=False, a=1))
    found = decide(
        config,
        {"a": {10: {3}}, "b": {10: {3, 8}}},
        {"a": {10: {3}}, "b": {11: {3, 8}}},
        {"a": {10: {3}}, "b": {10: {3, 4}}},
        {"b": {10: {3, 8}}},
        {},
    )
    assert [slots(word) for word in found.lines] == [{1, 9}, {9}, {9}, set(), set()]
    assert found.tick.tolist() == [10, 10, 10, -1, -1]
    assert found.counts[1, COUNTS.index("b")] == 2


def test_delays_and_holds_bring_objects_together():
    config = plain(line(1, a=1, m=1, u=5))
    late = config.model_copy(
        update={
            "delay": config.delay.model_copy(update={"tracks": 4}),
            "hold": config.hold.model_copy(update={"emt": 3, "ift": 5}),
        }
    )
    one = {"a": {10: {3}}, "m": {12: {0}}, "u": {11: 6, 12: 1}}
    assert decide(config, one).lines.tolist() == [0]
    found = decide(late, one, {**one, "m": {11: {0}}}, {**one, "u": {9: 6}}, {**one, "a": {60: {3}}})
    assert found.tick.tolist() == [14, -1, -1, -1]
    # What is delayed beyond the axis is lost.
    assert found.counts[3, COUNTS.index("a")] == 0


def test_the_line_of_highest_priority_tells_the_time():
    config = plain(
        line(1, 320, a=1, b=2), line(2, 260, a=1, bstar=1), line(7, m=3), line(17, m=2), line(20, 1, b=1)
    )
    tracks = {"a": {30: {2}}, "b": {29: {2}, 30: {2, 12}}}
    found = decide(
        config,
        {**tracks, "m": {20: {0, 3, 6}}},
        {"m": {25: {0, 3, 6}, 20: {0, 3}}},
        {"b": {7: {1}}, "m": {25: {0, 3}}},
    )
    assert found.tick.tolist() == [30, 25, 25]
    assert [slots(word) for word in found.lines] == [{1, 2, 7, 17, 20}, {7, 17}, {17, 20}]


def test_random_triggers_fire_their_line():
    config = plain(line(1, 320, a=1), line(32, m=1), random_tick=17)
    one = {"a": {30: {2}}}
    found = decide(config, {}, one, one, {"m": {9: {2}}}, random=[1, 1, 0, 1])
    assert [slots(word) for word in found.lines] == [{25}, {1, 25}, {1}, {25, 32}]
    assert found.tick.tolist() == [17, 30, 30, 17]
    off = plain(random_slot=None)
    assert decide(off, {}, random=[1]).tick.tolist() == [-1]


BITS = {name: (16 if name in TRACKS else 10 if name == "y" else 20) for name in (*TRACKS, *CLUSTERS, "y")}
# The axis is short, so that things meet.
TICK = st.one_of(st.integers(8, 14), st.integers(0, TICKS - 1))


def ticks_of(values):
    return st.dictionaries(TICK, values, max_size=3)


CROSSING = st.fixed_dictionaries(
    {},
    optional={
        **{name: ticks_of(st.sets(st.integers(0, n - 1), max_size=9)) for name, n in BITS.items()},
        "u": ticks_of(st.integers(0, 7)),
    },
)


@st.composite
def configurations(draw):
    cuts = st.dictionaries(st.sampled_from(COUNTS), st.integers(1, 3), min_size=1, max_size=3)
    lines = [
        {
            "slot": slot,
            "name": "x",
            "cuts": draw(cuts),
            "enabled": draw(st.integers(0, 5)) > 0,
            "priority": draw(st.none() | st.integers(0, 40)),
        }
        for slot in sorted(draw(st.sets(st.integers(1, 31), max_size=6)))
    ]
    return Glt.model_validate(
        {
            "line": lines,
            "delay": {kind: draw(st.integers(0, 5)) for kind in KINDS},
            "hold": {kind: draw(st.integers(1, 4)) for kind in KINDS},
            "counting": draw(st.sampled_from(["pairs", "runs", "bits"])),
            "back_to_back": {
                "b": draw(st.integers(1, 8)),
                **{name: draw(st.integers(1, 10)) for name in ("g", "m", "em")},
            },
            "match": {
                "cluster_degrees": draw(st.sampled_from([-4.5, 0.0, 7.25])),
                "widen": draw(st.integers(0, 10)),
                "em": draw(st.integers(0, 10)),
                "bmx": draw(st.sampled_from(["both", "either"])),
            },
            "random_slot": draw(st.sampled_from([None, 32])),
            "random_tick": draw(st.integers(0, TICKS - 1)),
        }
    )


@settings(max_examples=60)
@given(configurations(), st.lists(st.tuples(CROSSING, st.booleans()), max_size=3))
def test_kernel_is_the_reference(config, crossings):
    found = decide(config, *(maps for maps, _ in crossings), random=[flag for _, flag in crossings])
    for i, (crossing, flag) in enumerate(crossings):
        fired, tick, counts = babar_glt.decide(crossing, flag, config)
        assert slots(found.lines[i]) == fired
        assert found.tick[i] == tick
        assert dict(zip(COUNTS, found.counts[i].tolist(), strict=True)) == counts


@settings(max_examples=60)
@given(st.sets(st.integers(0, 19)), st.sampled_from(["pairs", "runs", "bits"]))
def test_every_ring_is_counted_as_in_the_reference(bins, counting):
    (found,) = counted(plain(counting=counting), {"x": {5: bins}})
    assert found.get("x", 0) == babar_glt.number(bins, 20, counting)


@pytest.mark.parametrize("epoch", ["2001", "2006"])
def test_the_epochs_have_the_lines_that_are_known(epoch):
    """babar_geometry_facts section 9, B6.6: D2, D2*, D2*' and 2A', and their priorities (G8.9)."""
    found = {one.slot: one for one in Babar.of(epoch).glt.line}
    assert set(found) == set(range(1, 25)) - ({14} if epoch == "2001" else set())
    zk = {"zk": 1} if epoch == "2006" else {}
    assert found[1].cuts == {"a": 1, "b": 2, **zk}
    assert found[2].cuts == {"a": 1, "bstar": 1, **zk}
    assert found[3].cuts == {"a": 1, "bstar": 1, "aprime": 1, **zk}
    assert found[4].cuts == {"a": 2, "aprime": 2}
    assert [found[slot].rank for slot in (1, 2, 3, 4, 24)] == [320, 260, 210, 29, 9]
    # Before the z trigger nothing may ask for what is its own.
    own = {"z", "zt", "zprime", "zk"}
    assert epoch == "2006" or not any(own & set(one.cuts) for one in found.values())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"line": [line(3, bstars=1)]}, "unknown count 'bstars'; did you mean 'bstar'"),
        ({"line": [line(3, a=1), line(3, b=1)]}, "slot 3 is there twice"),
        ({"line": [line(25, a=1)]}, "slot 25 is that of random triggers"),
        ({"line": [line(33, a=1)]}, "less than or equal to 32"),
        ({"line": [line(3)]}, "at least 1 item"),
        ({"line": [line(3, a=8)]}, "less than or equal to 7"),
        ({"line": [line(3, a="1")]}, "valid integer"),
        ({"line": [{**line(3, a=1), "name": "x" * 33}]}, "at most 32 characters"),
        ({"hold": {"emt": 0}}, "greater than or equal to 1"),
        ({"delay": {"emt": TICKS}}, "less than 64"),
        ({"counting": "singles"}, "'pairs', 'runs' or 'bits'"),
    ],
)
def test_settings_that_cannot_be_are_refused(change, words):
    with pytest.raises(ValidationError, match=words):
        Glt.model_validate(change)


@pytest.mark.parametrize(
    ("name", "value"), [("a", 1 << 16), ("m", 1 << 20), ("x", 1 << 31), ("y", 1 << 10), ("u", 8)]
)
def test_bits_beyond_a_map_are_refused(name, value):
    tracks, emt, u = maps({}, {})
    if name == "a":
        tracks = TrackMaps(tracks.a.astype(np.uint32), *(getattr(tracks, other) for other in TRACKS[1:]))
        with pytest.raises(ValueError, match="dtype"):
            GlobalDecider(plain()).decide(tracks, emt, u, np.zeros(2, np.uint8))
        return
    (u if name == "u" else getattr(emt, name))[1, 40] = value
    with pytest.raises(InputError, match="numbers"):
        GlobalDecider(plain()).decide(tracks, emt, u, np.zeros(2, np.uint8))


def test_wrong_lengths_are_refused():
    tracks, emt, u = maps({}, {})
    decider = GlobalDecider(plain())
    for arrays in (
        (tracks, emt, u[:1], np.zeros(2, np.uint8)),
        (tracks, emt, u, np.zeros(3, np.uint8)),
        (TrackMaps(tracks.a[:1], *([tracks.b] * 6)), emt, u, np.zeros(2, np.uint8)),
    ):
        with pytest.raises(InputError, match="lengths"):
            decider.decide(*arrays)


def test_no_crossings():
    assert len(decide(plain()).lines) == 0
