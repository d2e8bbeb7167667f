"""The trigger processor: streaming against the memory itself, and the golden numbers of alignment."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import na62_l0tp as reference

from trigemu.errors import InputError
from trigemu.experiments.na62.clock import LSB_NS, TIMESTAMP_LSB
from trigemu.experiments.na62.config import DETECTOR_ORDER, L0
from trigemu.experiments.na62.detector.tiles import NEWCHOD_CODES
from trigemu.experiments.na62.level0.l0tp import overwritten, process
from trigemu.experiments.na62.level0.primitives import Primitives, newchod_primitives

FIRED = 1 << 14
NEWCHOD, MUV3, LKR = (DETECTOR_ORDER.index(name) for name in ("newchod", "muv3", "lkr"))


def stream(time, word=FIRED):
    time = np.asarray(time, np.int64)
    words = np.broadcast_to(np.asarray(word, np.uint16), time.shape).copy()
    return Primitives(time, words, np.ones(len(time), np.uint8))


def inputs(**streams):
    return [streams.get(name) for name in DETECTOR_ORDER]


def rows(entries):
    return list(
        zip(entries.time.tolist(), entries.flags.tolist(), map(list, entries.state.tolist()), strict=True)
    )


near = st.integers(0, 1500) | st.integers(0, 4_000_000)
one_stream = st.lists(st.tuples(near, st.integers(0, 0x7FFF)), max_size=25).map(
    lambda found: sorted(found, key=lambda primitive: primitive[0])
)


@given(
    streams=st.lists(one_stream, min_size=7, max_size=7),
    reference_place=st.integers(0, 6),
    control_place=st.none() | st.integers(0, 6),
    slot_bits=st.integers(0, 3),
    cut=st.lists(st.integers(1, 300), min_size=7, max_size=7),
    latency=st.integers(4, 2044),
    start=st.integers(0, 2**17),
)
@settings(max_examples=150, deadline=None)
def test_streaming_is_the_memory(streams, reference_place, control_place, slot_bits, cut, latency, start):
    # Any latency that the configuration allows gives the same, wherever the memory's addresses wrap around.
    l0 = L0(
        reference=DETECTOR_ORDER[reference_place],
        control=None if control_place is None else DETECTOR_ORDER[control_place],
        cut=tuple(cut),
        slot_bits=slot_bits,
        read_latency_timestamps=latency,
    )
    offset = start * TIMESTAMP_LSB
    expected = reference.process(
        [[(offset + time, word) for time, word in found] for found in streams],
        reference=reference_place,
        control=control_place,
        cut=cut,
        slot_bits=slot_bits,
        latency=latency * TIMESTAMP_LSB,
    )
    found = process([stream([t for t, _ in s], [w for _, w in s]) for s in streams], l0)
    assert rows(found) == [(time - offset, flags, ids) for time, flags, ids in expected]


@pytest.mark.parametrize("slot_bits", [0, 1, 2, 3])
@pytest.mark.parametrize("latency", ["shortest", "longest"])
def test_streaming_is_the_memory_at_high_rate(slot_bits, latency):
    rng = np.random.default_rng(slot_bits)
    depth = 1 << (14 - slot_bits)
    reads = 4 if latency == "shortest" else depth - 4
    span = 3 * depth * TIMESTAMP_LSB
    times = [np.sort(rng.integers(0, span, 3000)) for _ in DETECTOR_ORDER]
    words = [rng.integers(0, 1 << 15, 3000) for _ in DETECTOR_ORDER]
    l0 = L0(slot_bits=slot_bits, read_latency_timestamps=reads)
    expected = reference.process(
        [list(zip(t.tolist(), w.tolist(), strict=True)) for t, w in zip(times, words, strict=True)],
        reference=NEWCHOD,
        control=LKR,
        cut=l0.cut,
        slot_bits=slot_bits,
        latency=reads * TIMESTAMP_LSB,
    )
    found = process([stream(t, w) for t, w in zip(times, words, strict=True)], l0)
    assert rows(found) == expected
    assert np.count_nonzero(found.state[:, MUV3]) > 0


def test_a_latency_beyond_the_depth_would_lose_primitives():
    # Why the configuration refuses it: the memory has wrapped around before the read.
    times = [[(t, FIRED) for t in range(0, 2_000_000, 512)] if i == NEWCHOD else [] for i in range(7)]
    settings_ = {"reference": NEWCHOD, "control": None, "cut": [64] * 7, "slot_bits": 3}
    fresh = reference.process(times, latency=1024 * TIMESTAMP_LSB, **settings_)
    stale = reference.process(times, latency=2100 * TIMESTAMP_LSB, **settings_)
    assert all(ids[NEWCHOD] == FIRED for _, _, ids in fresh)
    assert not any(ids[NEWCHOD] for _, _, ids in stale[:1000])


@pytest.mark.parametrize("slot_bits", [0, 1, 2, 3])
def test_three_slot_read_finds_everything_inside_the_cut(slot_bits):
    # E6: every distance at every phase of the slot.
    slot = TIMESTAMP_LSB >> slot_bits
    spacing = 4096
    phase, apart = (grid.ravel() for grid in np.meshgrid(np.arange(slot), np.arange(-70, 71)))
    entry = np.arange(len(phase)) * spacing + 1024 + phase
    found = process(
        inputs(newchod=stream(entry), muv3=stream(entry + apart)), L0(slot_bits=slot_bits, control=None)
    )
    assert found.time.tolist() == entry.tolist()
    expected = np.abs(apart) < 64
    if slot < 64:
        # Slots narrower than the cut: what lies more than one slot away is not read.
        expected &= np.abs((entry + apart) // slot - entry // slot) <= 1
    assert np.array_equal(found.state[:, MUV3] == FIRED, expected)
    assert np.all(found.state[:, NEWCHOD] == FIRED)


def test_reference_and_control_in_one_slot_are_one_entry():
    # E7: equal time, and equal slot with the reference's time; the neighbouring slot is an entry of its own.
    l0 = L0()
    found = process(inputs(newchod=stream([640]), lkr=stream([640])), l0)
    assert rows(found)[0][:2] == (640, 3)
    found = process(inputs(newchod=stream([660]), lkr=stream([641])), l0)
    assert (found.time.tolist(), found.flags.tolist()) == ([660], [3])
    found = process(inputs(newchod=stream([640]), lkr=stream([639])), l0)
    assert (found.time.tolist(), found.flags.tolist()) == ([639, 640], [2, 1])


def test_entries_in_the_slot_of_the_one_before_are_skipped():
    found = process(inputs(newchod=stream([640, 700, 704], [FIRED, FIRED | 1, FIRED | 2])), L0(control=None))
    assert found.time.tolist() == [640, 704]
    # The memory kept the later primitive of the slot; the first entry reads it and its neighbour's OR.
    assert found.state[:, NEWCHOD].tolist() == [FIRED | 1, FIRED | 1 | 2]


def test_a_later_primitive_overwrites_without_or():
    found = process(inputs(newchod=stream([640]), muv3=stream([641, 650], [FIRED | 1, FIRED | 2])), L0())
    assert found.state[0, MUV3] == FIRED | 2


def test_calibration_bit_is_not_stored():
    found = process(inputs(newchod=stream([640], 0xC001)), L0())
    assert found.state[0, NEWCHOD] == 0x4001


def test_words_hold_bit_16_i_plus_j():
    rng = np.random.default_rng(5)
    words = rng.integers(0, 1 << 15, 7).astype(np.uint16)
    found = process([stream([640], [word]) for word in words], L0())
    vector = int(found.words[0, 0]) | int(found.words[0, 1]) << 64
    assert [vector >> 16 * i & 0xFFFF for i in range(8)] == [*words.tolist(), 0]


def test_load_counts_merged_words_before_the_skip():
    step = 256 * TIMESTAMP_LSB
    newchod, lkr = stream([-5, 10, 12, 100, step + 3]), stream([11, 3000, 2 * step - 1, 2 * step])
    found = process(inputs(newchod=newchod, lkr=lkr), L0(), span=(0, 2 * step), steps=2)
    assert found.load.dtype == np.uint16
    assert found.load.tolist() == [4, 2]
    assert found.time.tolist() == [10, 100, 3000, step + 3, 2 * step - 1]


def test_bad_input_is_named():
    with pytest.raises(InputError, match="7 inputs, not 2"):
        process([None, None], L0())
    with pytest.raises(InputError, match="'muv3' are not sorted"):
        process(inputs(muv3=stream([5, 4])), L0())


@pytest.mark.parametrize(("slot_bits", "rounded"), [(0, 0.115), (1, 0.0599), (2, 0.0306), (3, 0.0155)])
def test_overwrite_probability(slot_bits, rounded):
    # E1: 10 million primitives at 10 MHz; one standard deviation of the worst case is 0.25 % of the value.
    rng = np.random.default_rng(1802 + slot_bits)
    rate = 10e6 * LSB_NS * 1e-9
    span = round(10_000_000 / rate)
    time = np.sort(rng.integers(0, span, rng.poisson(10_000_000)))
    lost = np.count_nonzero(overwritten(time, slot_bits))
    mu = rate * (TIMESTAMP_LSB >> slot_bits)
    closed_form = 1 - (1 - math.exp(-mu)) / mu
    assert closed_form == pytest.approx(rounded, rel=0.005)
    assert lost / len(time) == pytest.approx(closed_form, rel=0.01)


def test_clustered_primitives_are_hardly_overwritten():
    # E2: two clusters start at least a window apart; only their averaged times can share a slot.
    rng = np.random.default_rng(7)
    span = 400_000_000
    time = np.sort(rng.integers(0, span, rng.poisson(10e6 * span * LSB_NS * 1e-9)))
    channels = np.flatnonzero(NEWCHOD_CODES[:512] != 0xFFFF).astype(np.uint16)
    hits = {"time": time, "channel": rng.choice(channels, len(time))}
    found = newchod_primitives(hits, L0(), 0, seed=1)
    assert len(found.time) > 300_000
    assert np.count_nonzero(overwritten(found.time, 2)) / len(found.time) < 1e-3
    assert np.count_nonzero(overwritten(time, 2)) / len(time) > 0.03


@pytest.mark.parametrize("rate", [1e6, 10e6])
def test_accidental_veto(rate):
    # E3: isolated reference primitives and a Poisson veto; the strict cut sees 127 of 128 counts (-0.8 %).
    rng = np.random.default_rng(int(rate))
    count, spacing = 2_000_000, 1024
    span = count * spacing
    entry = np.arange(count) * spacing + rng.integers(0, 256, count)
    veto = np.sort(rng.integers(0, span, rng.poisson(rate * span * LSB_NS * 1e-9)))
    found = process(inputs(newchod=stream(entry), muv3=stream(veto)), L0(control=None))
    vetoed = np.count_nonzero(found.state[:, MUV3]) / count
    assert vetoed == pytest.approx(1 - math.exp(-2 * 6.24e-9 * rate), rel=0.02)
