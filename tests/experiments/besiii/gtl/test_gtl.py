"""The global trigger against its slow reference, on vectors worked out by hand, and on real events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from reference import besiii_gtl

from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import CHANNELS, CONDITIONS
from trigemu.experiments.besiii.clock import TICK_WORDS, TICKS
from trigemu.experiments.besiii.config import EPOCHS, Besiii
from trigemu.experiments.besiii.gtl.config import GROUPS, NAMES, RANDOM_SLOT, Channel, Gtl
from trigemu.experiments.besiii.gtl.decision import GlobalDecider

BIT = {name: bit for bit, name in enumerate(CONDITIONS) if name}
KNOWN = (0, 1, 3, 4, 5, 8, 11)
"""Slots of the menu of 2026."""


def settings(epoch="2026", **changes):
    return Besiii.model_validate({"conditions": epoch, "gtl": changes}).gtl


def plain(*channels, **changes):
    """Return settings without stretch and delay, with the given channels."""
    groups = dict.fromkeys(GROUPS, 0)
    return settings(
        stretch=dict.fromkeys(GROUPS, 1), delay=groups, retrigger=(), channel=list(channels), **changes
    )


def masks(*crossings):
    """Return uint64[n, 48, 6] of {name: ticks} dictionaries."""
    out = np.zeros((len(crossings), len(CONDITIONS), TICK_WORDS), np.uint64)
    for i, true in enumerate(crossings):
        for name, ticks in true.items():
            for tick in ticks:
                out[i, BIT[name], tick // 64] |= np.uint64(1 << tick % 64)
    return out


def decide(config, *crossings, random=None):
    flags = np.zeros(len(crossings), np.uint8) if random is None else np.array(random, np.uint8)
    return GlobalDecider(config).decide(masks(*crossings), flags)


def bits(word):
    return {bit for bit in range(64) if int(word) >> bit & 1}


def test_every_condition_is_in_one_group():
    grouped = sorted(bit for group in GROUPS.values() for bit in group)
    assert grouped == [bit for bit, name in enumerate(CONDITIONS) if name]
    for group, members in GROUPS.items():
        assert {besiii_gtl.group_of(bit) for bit in members} == {group}


def test_a_channel_needs_its_conditions_in_one_tick():
    channel = {"slot": 2, "name": "x", "true": ["nltrk_1", "nbtof_1"], "false": ["etot_l"]}
    found = decide(
        plain(channel),
        {"nltrk_1": range(10, 20), "nbtof_1": range(15, 30)},
        {"nltrk_1": range(10, 20), "nbtof_1": range(20, 30)},
        {"nltrk_1": range(10, 20), "nbtof_1": range(15, 30), "etot_l": range(14, 18)},
        {"nltrk_1": range(10, 20), "nbtof_1": range(15, 30), "etot_l": range(14, 20)},
        {},
    )
    assert found.tick.tolist() == [15, -1, 18, -1, -1]
    assert found.channels[:, 0].tolist() == [4, 0, 4, 0, 0]
    # Over time the second event has both, the third has what must not be.
    assert found.channels[:, 2].tolist() == [4, 4, 0, 0, 0]
    assert found.at_tick[1] == found.of_four[1] == 0
    assert bits(found.over_time[1]) == {BIT["nltrk_1"], BIT["nbtof_1"]}


def test_the_or_of_four_ticks_begins_with_the_decision():
    channel = {"slot": 0, "name": "x", "true": ["nclus_1"]}
    one = {"nclus_1": [50], "nclus_2": [49], "clus_z": [53], "bclus_bb": [54], "etot_l": [50]}
    found = decide(plain(channel), one)
    assert bits(found.at_tick[0]) == {BIT["nclus_1"], BIT["etot_l"]}
    assert bits(found.of_four[0]) == {BIT["nclus_1"], BIT["etot_l"], BIT["clus_z"]}
    assert bits(found.over_time[0]) == {BIT[name] for name in one}


def test_the_or_of_four_ticks_ends_with_the_axis():
    channel = {"slot": 0, "name": "x", "true": ["nclus_1"]}
    found = decide(plain(channel), {"nclus_1": [TICKS - 2], "clus_z": [TICKS - 1], "etot_l": [3]})
    assert bits(found.of_four[0]) == {BIT["nclus_1"], BIT["clus_z"]}
    assert found.channels[0].tolist() == [1, 1, 1]


def test_channels_are_collected_over_the_record():
    channels = [
        {"slot": slot, "name": "x", "true": [name]}
        for slot, name in enumerate(("nclus_1", "nclus_2", "clus_z"))
    ]
    found = decide(plain(*channels), {"nclus_1": [50], "nclus_2": [98], "clus_z": [99]})
    assert found.channels[0].tolist() == [1, 3, 7]
    assert bits(found.of_four[0]) == {BIT["nclus_1"]}


def test_a_channel_that_requires_nothing_true_never_fires():
    channel = {"slot": 0, "name": "x", "false": ["nclus_1"]}
    found = decide(plain(channel), {"etot_l": [5]}, {})
    assert found.tick.tolist() == [-1, -1]
    assert not found.channels.any()


def test_channels_that_are_off_never_fire():
    channel = {"slot": 0, "name": "x", "true": ["nclus_1"], "enabled": False}
    assert not decide(plain(channel), {"nclus_1": [5]}).channels.any()


@pytest.mark.parametrize(
    ("retrigger", "given_ticks", "wanted"),
    [
        ((), {10}, range(10, 14)),
        ((), {10, 12}, range(10, 14)),
        ((), {10, 12, 14}, range(10, 18)),
        ((), set(range(10, 20)), range(10, 22)),
        ((), {10, 15}, [*range(10, 14), *range(15, 19)]),
        (("tof",), {10}, range(10, 14)),
        (("tof",), {10, 12}, range(10, 16)),
        (("tof",), set(range(10, 20)), range(10, 23)),
    ],
)
def test_pulses_run_to_their_end_or_begin_afresh(retrigger, given_ticks, wanted):
    """Stretched to 4 ticks and delayed by 100; seen through a channel whose slot shows the ticks."""
    changes = {"stretch": {"tof": 4}, "delay": {"tof": 100}, "retrigger": retrigger}
    config = settings(**changes, channel=[{"slot": 0, "name": "x", "true": ["nbtof_1"]}], or_ticks=16)
    assert besiii_gtl.shaped(given_ticks, 4, bool(retrigger), 100) == {tick + 100 for tick in wanted}
    gate = [{"slot": 0, "name": "x", "true": ["nbtof_1", "nltrk_1"]}]
    for tick in range(8, 26):
        probe = config.model_copy(
            update={
                "channel": (Channel.model_validate(gate[0]),),
                "stretch": config.stretch.model_copy(update={"mdc": 1}),
                "delay": config.delay.model_copy(update={"mdc": 0}),
            }
        )
        found = decide(probe, {"nbtof_1": given_ticks, "nltrk_1": [tick + 100]})
        assert (found.tick[0] == tick + 100) == (tick in wanted)


def test_random_triggers_are_channel_nine():
    config = settings()
    tracks = {"nltrk_2": range(30, 45), "natrk_1": [38], "etot_l": [203]}
    found = decide(config, {}, tracks, tracks, random=[1, 0, 1])
    assert found.channels[:, 2].tolist() == [
        1 << RANDOM_SLOT,
        1 << 4 | 1 << 5,
        1 << RANDOM_SLOT | 1 << 4 | 1 << 5,
    ]
    assert found.tick.tolist() == [228, 228, 228]
    assert not decide(settings(random=False), {}, random=[1]).channels.any()


def test_what_set_the_time():
    channel = {"slot": 0, "name": "x", "true": ["nclus_1"]}
    one = {"nclus_1": [50]}
    found = decide(
        plain(channel),
        {**one, "btof_bb": [51], "nbtof_2": [50]},
        {**one, "nbtof_2": [53], "netof_2": [50]},
        {**one, "nbtof_2": [54], "netof_2": [50]},
        {**one, "nbtof_2": [54], "netof_1": [50]},
        {"nbtof_2": [50]},
    )
    assert found.timing.tolist() == [1, 2, 4, 0, 0]


@pytest.mark.parametrize(("mode", "place"), [("tick", 0), ("or4", 1), ("simulation", 2)])
def test_the_mode_chooses_the_words(mode, place):
    channels = [
        {"slot": 0, "name": "x", "true": ["nclus_1"]},
        {"slot": 1, "name": "y", "true": ["nclus_2"]},
        {"slot": 2, "name": "z", "true": ["clus_z"]},
    ]
    decider = GlobalDecider(plain(*channels, mode=mode))
    found = decider.decide(masks({"nclus_1": [50], "nclus_2": [52], "clus_z": [120]}), np.zeros(1, np.uint8))
    conditions, fired = decider.chosen(found)
    assert fired.tolist() == [(1, 3, 7)[place]]
    assert len(bits(conditions[0])) == place + 1


MASKS = st.dictionaries(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.integers(0, TICKS - 1), st.integers(1, 60)), max_size=4).map(
        lambda runs: {tick for first, length in runs for tick in range(first, min(first + length, TICKS))}
    ),
    max_size=8,
)


@given(st.data(), st.lists(st.tuples(MASKS, st.booleans()), max_size=3))
def test_kernel_is_the_reference(data, crossings):
    ticks = st.one_of(st.integers(1, 70), st.integers(1, TICKS))
    slots = data.draw(st.sets(st.sampled_from([s for s in range(16) if s != RANDOM_SLOT]), max_size=5))
    used = sorted({name for true, _ in crossings for name in true}) or ["nclus_1"]
    channels = []
    for slot in sorted(slots):
        true = data.draw(st.sets(st.sampled_from(used), max_size=3))
        false = data.draw(st.sets(st.sampled_from(used), max_size=1)) - true
        enabled = data.draw(st.integers(0, 4)) > 0
        channels.append(
            {"slot": slot, "name": "x", "true": list(true), "false": list(false), "enabled": enabled}
        )
    config = settings(
        channel=channels,
        stretch={group: data.draw(ticks) for group in GROUPS},
        delay={group: data.draw(st.integers(0, 250)) for group in GROUPS},
        retrigger=sorted(data.draw(st.sets(st.sampled_from(sorted(GROUPS))))),
        or_ticks=data.draw(st.integers(1, 16)),
        channel_ticks=data.draw(st.integers(1, TICKS)),
        random=data.draw(st.booleans()),
        random_tick=data.draw(st.integers(0, TICKS - 1)),
    )
    found = decide(config, *(true for true, _ in crossings), random=[flag for _, flag in crossings])
    for i, (true, flag) in enumerate(crossings):
        wanted = besiii_gtl.decide({BIT[name]: on for name, on in true.items()}, flag, config, CONDITIONS)
        tick, words, fired, timing = wanted
        assert found.tick[i] == tick
        assert [bits(word[i]) for word in (found.at_tick, found.of_four, found.over_time)] == words
        assert [bits(word) for word in found.channels[i]] == fired
        assert bits(found.timing[i]) == (set() if timing is None else {timing})


@given(st.lists(st.sets(st.sampled_from(NAMES), max_size=20), max_size=4), st.sampled_from(EPOCHS))
def test_the_table_is_the_reference(crossings, epoch):
    config = settings(epoch)
    words = np.array([sum(1 << BIT[name] for name in true) for true in crossings], np.uint64)
    found = GlobalDecider(config).of_words(words)
    for word, true in zip(found, crossings, strict=True):
        on = {BIT[name] for name in true}
        assert bits(word) == {c.slot for c in config.channel if besiii_gtl.fires(c, on, CONDITIONS)}


def test_the_hardwares_conditions_give_its_channels(shared_data):
    """Run 91668: no difference in the seven channels whose brackets are known; event 8 is a random trigger."""
    with np.load(shared_data / "besiii" / "real_run91668.npz") as file:
        cond, chan = file["cond"].astype(np.uint64), file["chan"].astype(bool)
    words = (cond << np.arange(len(CONDITIONS), dtype=np.uint64)).sum(axis=1, dtype=np.uint64)
    fired = GlobalDecider(settings("2026")).of_words(words)
    found = (fired[:, None] >> np.arange(len(CHANNELS), dtype=np.uint16) & 1).astype(bool)
    assert np.array_equal(found[:, KNOWN], chan[:, KNOWN])
    rest = [slot for slot in range(16) if slot not in KNOWN]
    assert np.argwhere(chan[:, rest]).tolist() == [[8, rest.index(RANDOM_SLOT)]]
    # The sample decides on some conditions of the channels: without them these fire where the hardware's do not.
    config = settings("2026")
    sharp = set()
    for channel in config.channel:
        for name in channel.true:
            less = channel.model_copy(update={"true": tuple(n for n in channel.true if n != name)})
            only = GlobalDecider(config.model_copy(update={"channel": (less,)})).of_words(words)
            if ((only >> channel.slot & 1) != chan[:, channel.slot]).any():
                sharp.add((channel.slot, name))
    assert {(4, "natrk_1"), (5, "nltrk_2"), (8, "betot_h")} <= sharp


def test_the_epochs_have_the_slots_that_were_seen():
    slots = {epoch: tuple(channel.slot for channel in settings(epoch).channel) for epoch in EPOCHS}
    assert slots == {"2009": (0, 1, 2, 3, 4, 5, 11), "2016": KNOWN, "2026": KNOWN}


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ({"slot": 9}, "is 9, the random trigger's"),
        ({"slot": 16}, "less than or equal to|less than 16"),
        ({"slot": 1, "true": ["nclus1"]}, "unknown condition 'nclus1'; did you mean 'nclus_1'"),
        ({"slot": 1, "false": [""]}, "unknown condition ''"),
        ({"slot": 1, "true": ["nclus_1"], "false": ["nclus_1"]}, "names 'nclus_1', and so does"),
    ],
)
def test_channels_that_cannot_be_are_refused(channel, words):
    with pytest.raises(ValidationError, match=words):
        settings(channel=[{"name": "x", **channel}])


def test_a_slot_holds_one_channel():
    with pytest.raises(ValidationError, match="slot 3 is there twice"):
        settings(channel=[{"slot": 3, "name": "x"}, {"slot": 3, "name": "y"}])


def test_wrong_shapes_are_refused():
    with pytest.raises(InputError, match=r"allowed: \(2, 48, 6\)"):
        GlobalDecider(settings()).decide(masks({}), np.zeros(2, np.uint8))


def test_no_crossings():
    assert len(decide(settings()).tick) == 0


def test_numbers_beyond_the_axis_are_refused():
    with pytest.raises(ValidationError):
        Gtl.model_validate({"channel": [], "delay": {"tof": TICKS}})
