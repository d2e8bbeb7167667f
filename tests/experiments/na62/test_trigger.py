"""From hits to candidates: one per timestamp, selections, windows that replay, and purity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu._kernels.na62_states import ROOM, States, one_per_timestamp
from trigemu.config.model import Model
from trigemu.decision.candidates import CandidateFinder
from trigemu.decision.sequencer import Sequencer, TriggerState
from trigemu.errors import InputError
from trigemu.experiments.na62.bits import BIT_NAMES, ENTRIES
from trigemu.experiments.na62.clock import LSB_NS, SPLIT_LSB
from trigemu.experiments.na62.config import DETECTOR_ORDER, NA62
from trigemu.experiments.na62.detector.geometry import CHANNEL_IDS
from trigemu.experiments.na62.experiment import EXPERIMENT
from trigemu.experiments.na62.level0.l0tp import REFERENCE, process
from trigemu.experiments.na62.level0.primitives import Primitives
from trigemu.experiments.na62.trigger import NA62Trigger
from trigemu.frames.columns import cut_windows
from trigemu.frames.frame import TimeFrame
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import DeadTime, Line
from trigemu.setup.algorithm import trigger_algorithm
from trigemu.setup.bound_algorithm import BoundAlgorithm
from trigemu.setup.data import TriggerWords
from trigemu.setup.experiment import Setup
from trigemu.setup.run_config import RunConfig

LINES = (
    Line(name="q1", when="q1"),
    Line(name="h2", when="h2"),
    Line(name="mm", when="h2 and m1"),
    Line(name="ee", when="h2 and not muv3 and not rich", select="ee"),
    Line(name="rich-qx", when="rich and qx and not lav"),
    Line(name="control", when="lkr and not newchod", on="control"),
)


class Section(Model):
    """An algorithm with nothing to choose."""


def setup(lines=LINES, algorithms=(), **section):
    data = {"experiment": "na62", "run": {"seed": 11, "frames": 1}, "menu": {"line": lines}}
    config = RunConfig.model_validate(data)
    bits = [*BIT_NAMES, *[""] * 16, *(name for bound in algorithms for name in bound.bit_names())]
    menu = compile_menu(config.menu, bits=bits, entries=ENTRIES, selections=("ee",), where="test")
    made = NA62(**{"frame_timestamps": 2048, "guard_timestamps": 16} | section)
    return Setup(config, EXPERIMENT, made, (), tuple(algorithms), menu)


def columns(rows):
    rows = sorted(rows)
    found = {
        "time": np.array([row[0] for row in rows], np.int64),
        "channel": np.array([row[1] for row in rows], np.uint16),
        "value": np.array([row[2] for row in rows], np.uint16),
    }
    for values in found.values():
        values.flags.writeable = False
    return found


def tile(time, *ids):
    return [(time, channel, 0) for found in ids for channel in (found, found + 50)]


def frame(number=3, **sources):
    names = ("newchod", "muv3", "lkr", "lav", "rich", "anti0", "chod")
    return TimeFrame(1, number, {name: columns(sources.get(name, [])) for name in names})


def names_of(word):
    return {line.name for bit, line in enumerate(LINES) if int(word[0]) >> bit & 1}


def busy_frame(seed, rate=5e6, timestamps=2048):
    """Return a frame with every source full of random hits, pairs and showers, guard bands included."""
    rng = np.random.default_rng(seed)
    low, high = -16 * 256, (timestamps + 16) * 256
    count = round(rate * (high - low) * LSB_NS * 1e-9)

    def times(scale):
        return rng.integers(low, high - 400, round(count * scale))

    first = CHANNEL_IDS[CHANNEL_IDS % 100 < 50]
    newchod, muv3, rich, lav, lkr, anti0, chod = [], [], [], [], [], [], []
    for t in times(1.0):
        for tile_id in rng.choice(first, rng.integers(1, 4)):
            at = t + rng.integers(0, 40)
            newchod += [(int(at), int(tile_id), 0)]
            if rng.random() < 0.95:
                newchod += [(int(at + rng.integers(0, 30)), int(tile_id) + 50, 0)]
        if rng.random() < 0.5:
            muv3 += [(int(t + 20 + d), 30 + 200 * side, 0) for side, d in ((0, 0), (1, 5))]
        if rng.random() < 0.3:
            chod += [(int(t + 9 * plane), 64 * plane + 20, 0) for plane in range(2)]
            rich += [(int(t + d), int(rng.integers(512)), 0) for d in rng.integers(0, 50, 9)]
    for t in times(0.2):
        lav += [(int(t + d), int(c), v) for c in range(3) for d, v in ((0, 0), (9, 1))]
        lkr += [(int(t + d), int(rng.integers(8)), int(rng.integers(400))) for d in rng.integers(0, 400, 4)]
    anti0 += [(int(t), 0, 0) for t in times(0.1)]
    return frame(newchod=newchod, muv3=muv3, rich=rich, lav=lav, lkr=lkr, anti0=anti0, chod=chod)


def test_two_muons_fire_their_lines():
    found = CandidateFinder(setup()).candidates(
        frame(newchod=tile(5000, 105) + tile(5020, 305), muv3=[(5030, 20, 0), (5032, 220, 0)])
    )
    assert found.time.tolist() == [5010]
    assert names_of(found.fired[0]) == {"q1", "h2", "mm"}
    assert found.passed.tolist() == found.fired.tolist()
    assert (found.time.dtype, found.fired.dtype, found.load.dtype) == (np.int64, np.uint64, np.uint16)
    assert found.load.tolist() == [1, 0, 0, 0, 0, 0, 0, 0]


def test_control_line_on_control_entries():
    shower = [(5000, 1, 500)]
    finder = CandidateFinder(setup())
    assert names_of(finder.candidates(frame(lkr=shower)).fired[0]) == {"control"}
    found = finder.candidates(frame(lkr=shower, newchod=tile(5010, 105)))
    assert [names_of(word) for word in found.fired] == [{"q1"}]


def test_second_physics_trigger_in_a_timestamp_is_dropped():
    # E8: 5000 and 5110 share a timestamp (4864 to 5119), 5120 is in the next.
    finder = CandidateFinder(setup())
    found = finder.candidates(frame(newchod=tile(5000, 105) + tile(5110, 105, 305)))
    assert (found.time.tolist(), [names_of(word) for word in found.fired]) == ([5000], [{"q1"}])
    found = finder.candidates(frame(newchod=tile(5000, 105) + tile(5120, 105, 305)))
    assert found.time.tolist() == [5000, 5120]
    assert names_of(found.fired[1]) == {"q1", "h2", "ee"}


def after_downscale(dead_time, every=1):
    q1 = Line(name="q1", when="q1", prescale={"every": every, "mode": "counter"})
    made = setup((q1, *LINES[1:]), l0={"second_trigger": "after_downscale"})
    return replace(made, menu=replace(made.menu, dead_time=DeadTime(**dead_time)))


def test_second_physics_trigger_is_a_candidate_where_the_downscale_comes_first():
    found = CandidateFinder(after_downscale({"minimum_distance": 2})).candidates(
        frame(lkr=[(4870, 1, 500)], newchod=tile(5000, 105) + tile(5110, 105, 305))
    )
    assert found.time.tolist() == [5000, 5110]
    assert [names_of(word) for word in found.fired] == [{"q1", "control"}, {"q1", "h2", "ee"}]


@pytest.mark.parametrize("dead_time", [{"minimum_distance": 0}, {"fixed_ns": 25.0}])
@pytest.mark.parametrize(
    ("every", "states"),
    [
        # Of Q1 the first of 20 is downscaled away, so that H2 behind it in the timestamp is sent.
        (20, [TriggerState.PRESCALED, TriggerState.RECORDED]),
        (1, [TriggerState.RECORDED, TriggerState.DEAD_TIME]),
    ],
)
def test_after_the_downscale_one_trigger_of_a_timestamp_is_sent(dead_time, every, states):
    made = after_downscale(dead_time, every)
    once = frame(newchod=tile(5000, 105) + tile(5110, 105, 305))
    outcome = Sequencer(made.menu, made.clock, 1).step(0, CandidateFinder(made).candidates(once))
    assert outcome.state.tolist() == states


@pytest.mark.parametrize("dead_time", [{}, {"fixed_ns": 24.0}])
def test_a_second_trigger_needs_a_dead_time_that_drops_it(dead_time):
    with pytest.raises(InputError, match=r"give \[dead_time\] a minimum_distance"):
        after_downscale(dead_time).make_trigger()


def test_types_in_a_timestamp_are_ored_with_the_physics_time():
    found = CandidateFinder(setup()).candidates(frame(lkr=[(4870, 1, 500)], newchod=tile(5000, 105)))
    assert found.time.tolist() == [5000]
    assert names_of(found.fired[0]) == {"q1", "control"}


def obvious_candidates(rows, physics, each):
    """Join entries (time, lines) of a timestamp; with ``each`` a further physics trigger is another candidate."""
    found = []
    for time, fired in rows:
        if not fired:
            continue
        here = bool(found) and found[-1][0] // 256 == time // 256
        second = here and fired & physics and found[-1][1] & physics
        if not here or (second and each):
            found.append([time, fired])
        elif second:
            found[-1][1] |= fired & ~physics
        else:
            if fired & physics:
                found[-1][0] = time
            found[-1][1] |= fired
    return found


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 15)), max_size=40, unique_by=lambda row: row[0]),
    st.booleans(),
)
def test_one_per_timestamp_is_the_obvious_loop(rows, each):
    rows, physics = sorted(rows), 0b0011
    expected = obvious_candidates(rows, physics, each)
    time, fired = np.array([r[0] for r in rows], np.int64), np.array([r[1] for r in rows], np.uint64)
    flags, states = np.ones(len(rows), np.uint8), np.zeros((len(rows), 2), np.uint64)
    states[:, 1] = fired * 3
    out_time, out_fired = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.uint64)

    def found(count):
        return [list(row) for row in zip(out_time[:count].tolist(), out_fired[:count].tolist(), strict=True)]

    assert found(one_per_timestamp(time, fired, physics, each, out_time, out_fired)) == expected
    # The same with lines that are looked up state by state.
    known = States()
    asked, kinds = np.zeros((ROOM, 2), np.uint64), np.zeros(ROOM, np.uint8)
    count = known.ask(states, flags, asked, kinds)
    assert count == len(set(fired.tolist()))
    known.tell(asked[:count, 1] // 3)
    out_time[:], out_fired[:] = 0, 0
    assert found(known.fire(time, flags, states, physics, each, out_time, out_fired)) == expected


def test_states_are_asked_for_once_and_forgotten_when_there_are_too_many():
    known = States()
    asked, kinds = np.zeros((ROOM, 2), np.uint64), np.zeros(ROOM, np.uint8)
    states = np.arange(2 * (ROOM + 1), dtype=np.uint64).reshape(-1, 2)
    flags = np.full(ROOM + 1, 3, np.uint8)
    time, out_time = np.arange(ROOM + 1) * 256, np.zeros(ROOM + 1, np.int64)
    out_fired = np.zeros(ROOM + 1, np.uint64)

    def fire(entries):
        given = (time[entries], flags[entries], states[entries], 1, False, out_time, out_fired)
        return known.fire(*given)

    half = slice(0, ROOM // 2)
    assert fire(half) == -1
    assert known.ask(states[half], flags[half], asked, kinds) == ROOM // 2
    assert np.array_equal(asked[: ROOM // 2], states[half])
    known.tell(asked[: ROOM // 2, 0].copy())
    assert known.ask(states[half], flags[half], asked, kinds) == 0
    # The first state fires nothing; another kind of entry is another state.
    assert fire(half) == ROOM // 2 - 1
    assert out_fired[: ROOM // 2 - 1].tolist() == states[1 : ROOM // 2, 0].tolist()
    assert known.ask(states[half], np.full(ROOM // 2, 1, np.uint8), asked, kinds) == ROOM // 2
    known.tell(asked[: ROOM // 2, 0].copy())
    assert known.ask(states, flags, asked, kinds) == -1
    assert known.known == 0
    assert fire(half) == -1


def test_more_states_than_are_remembered_make_no_difference():
    # A menu is evaluated on each entry where there are too many; what is known of the frame before must go.
    made, section = setup(), NA62()
    trigger, evaluate = NA62Trigger(made), made.menu.evaluate
    physics = sum(1 << line for line, mask in enumerate(made.menu.entry_masks) if mask & REFERENCE)
    rng = np.random.default_rng(3)
    streams = []
    for count in (500, 4000, 500):
        streams.append(
            [
                Primitives(
                    np.sort(rng.integers(0, 2048 * 256, count)),
                    rng.integers(1 << 14, 1 << 15, count).astype(np.uint16),
                    np.ones(count, np.uint8),
                )
                for _ in range(7)
            ]
        )
    for made in streams:
        entries = process(made, section.l0, span=(0, 2048 * 256))
        words = TriggerWords(entries.time, entries.words, entries.flags)
        time, lines = trigger.combine(words, evaluate)
        fired = evaluate(entries.words, entries.flags)[:, 0]
        out_time, out_fired = np.zeros(len(fired), np.int64), np.zeros(len(fired), np.uint64)
        count = one_per_timestamp(entries.time, fired, physics, False, out_time, out_fired)
        assert time.tolist() == out_time[:count].tolist()
        assert lines[:, 0].tolist() == out_fired[:count].tolist()


def test_candidates_are_inside_the_frame_and_rise():
    found = CandidateFinder(setup()).candidates(busy_frame(1))
    assert len(found.time) > 100
    assert found.time[0] >= 0
    assert found.time[-1] < 2048 * 256
    assert np.all(np.diff(found.time // 256) > 0)
    assert np.all(found.fired != 0)
    assert np.all(found.passed & ~found.fired == 0)
    edge = CandidateFinder(setup()).candidates(frame(newchod=tile(-20, 105) + tile(2048 * 256 + 1, 105)))
    assert len(edge.time) == 0


def test_an_instance_does_not_remember():
    finder = CandidateFinder(setup())
    frames = [busy_frame(seed) for seed in (1, 2, 1)]
    found = [finder.candidates(one) for one in frames]
    for a, b in ((found[0], found[2]), (found[1], CandidateFinder(setup()).candidates(frames[1]))):
        assert a.time.tolist() == b.time.tolist()
        assert a.fired.tolist() == b.fired.tolist()
        assert a.passed.tolist() == b.passed.tolist()


@pytest.mark.parametrize("slot_bits", [0, 2, 3])
@pytest.mark.parametrize("readout", [8, 64])
def test_windows_replay_the_same_bits(slot_bits, readout):
    # Each candidate's own window alone, at 5 MHz of showers: everything that made its bits must be inside.
    made = setup(l0={"slot_bits": slot_bits}, readout_timestamps=readout)
    finder = CandidateFinder(made)
    seen = busy_frame(4)
    found = finder.candidates(seen)
    start, stop = finder.trigger.windows(found.time)
    assert np.all(start % SPLIT_LSB == 0) or readout > 8
    assert np.all(start <= found.time // 256 * 256 - readout // 2 * 256)
    assert np.all(stop >= found.time // 256 * 256 + readout // 2 * 256)
    assert len(set(map(frozenset, map(names_of, found.fired)))) > 5
    for k in range(len(found.time)):
        alone = TimeFrame(
            1,
            3,
            {name: cut_windows(c, start[k : k + 1], stop[k : k + 1]) for name, c in seen.fragments.items()},
        )
        again = finder.candidates(alone)
        (place,) = np.flatnonzero(again.time == found.time[k])
        assert again.fired[place] == found.fired[k]
        assert again.passed[place] == found.passed[k]


def test_windows_of_a_frame_fit_its_guard_band():
    start, stop = NA62Trigger(setup()).windows(np.array([0, 2048 * 256 - 1]))
    assert start[0] >= -16 * 256
    assert stop[1] <= (2048 + 16) * 256


def test_added_algorithms_fill_words_after_the_112_bits():
    lines = (Line(name="mine", when="mine.late"),)

    @trigger_algorithm(name="mine", version="1", bits=("late",), config=Section)
    def mine(seen, time, config):
        return (time > 6000).astype(np.uint64)

    late = setup(lines, [BoundAlgorithm(mine, Section())])
    found = CandidateFinder(late).candidates(frame(newchod=tile(5000, 105) + tile(7000, 105)))
    assert found.time.tolist() == [7000]


def test_a_source_that_is_not_there_makes_no_primitives():
    only = TimeFrame(1, 0, {"newchod": columns(tile(5000, 105))})
    assert names_of(CandidateFinder(setup()).candidates(only).fired[0]) == {"q1"}


def test_bad_order_is_named():
    bad = {"time": np.array([5, 4]), "channel": np.zeros(2, np.uint16), "value": np.zeros(2, np.uint16)}
    with pytest.raises(InputError, match="'newchod'"):
        CandidateFinder(setup()).candidates(TimeFrame(1, 0, {"newchod": bad}))


def test_words_for_the_menu_have_the_bits_that_it_looks_at() -> None:
    lines = (Line(name="a", when="h2 and not muv3"), Line(name="b", when="q1", on="control"))
    made = setup(lines, l0={"control": "chod"})
    trigger, small = NA62Trigger(made), busy_frame(3)
    assert set(trigger.menu_sources()) == {"newchod", "muv3", "chod"}
    whole, for_menu = trigger.words(small), NA62Trigger(made).menu_words(small)
    whole_bits, menu_bits = whole.bits.copy(), for_menu.bits
    for name in ("time", "kinds", "load"):
        assert np.array_equal(getattr(whole, name), getattr(for_menu, name))
    inputs = (
        [whole_bits.view(np.uint16)[:, i] for i in range(7)],
        [menu_bits.view(np.uint16)[:, i] for i in range(7)],
    )
    for detector, all_of_it, seen in zip(DETECTOR_ORDER, *inputs, strict=True):
        assert np.array_equal(seen, all_of_it if detector in trigger.menu_sources() else 0 * all_of_it)
    assert any(whole_bits.view(np.uint16)[:, DETECTOR_ORDER.index("rich")])
    evaluate = made.menu.evaluate
    assert np.array_equal(evaluate(whole_bits, whole.kinds), evaluate(menu_bits, for_menu.kinds))
