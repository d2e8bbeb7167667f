"""Multi trigger packets, bit by bit."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.errors import InputError
from trigemu.experiments.na62.level0 import mtp
from trigemu.experiments.na62.level0.primitives import Primitives


def packet(primitives=(), *, source=0x20, sub=1, high=0x123456):
    return mtp.Packet(
        source,
        sub,
        high,
        np.array([p[0] for p in primitives], np.uint32),
        np.array([p[1] for p in primitives], np.uint8),
        np.array([p[2] for p in primitives], np.uint16),
    )


def same(a, b):
    return (a.source, a.sub, a.timestamp_high) == (b.source, b.sub, b.timestamp_high) and all(
        getattr(a, name).tolist() == getattr(b, name).tolist() for name in ("timestamp", "fine", "word")
    )


primitives = st.lists(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 255), st.integers(0x100, 0xFFFF)), max_size=180
)


def test_layout_word_by_word():
    found = mtp.encode(packet([(0x12345678, 0x9A, 0x4C07), (0x12345701, 0x02, 0x8001)]))
    assert found == struct.pack(
        "<5I",
        0x20 << 24 | 0x123456,
        0x01 << 24 | 2 << 16 | 20,
        0x4C07 << 16 | 0x78 << 8 | 0x9A,
        0x00123457,  # marker: the upper 24 bits change
        0x8001 << 16 | 0x01 << 8 | 0x02,
    )
    assert found[:4] == bytes([0x56, 0x34, 0x12, 0x20])


def test_an_empty_packet_is_its_header():
    assert mtp.encode(packet()) == struct.pack("<2I", 0x20123456, 0x01000008)


@given(primitives, st.integers(0, 255), st.integers(0, 255), st.integers(0, 2**24 - 1))
def test_round_trip(found, source, sub, high):
    sent = packet(found, source=source, sub=sub, high=high)
    assert same(mtp.decode(mtp.encode(sent)), sent)


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(data):
    try:
        found = mtp.decode(data)
    except InputError:
        return
    assert same(mtp.decode(mtp.encode(found)), found)


@given(primitives.filter(bool), st.data())
def test_a_wrong_header_or_length_is_refused(found, data):
    good = bytearray(mtp.encode(packet(found)))
    position = data.draw(st.sampled_from([4, 5, 6]))
    good[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InputError):
        mtp.decode(good)


@pytest.mark.parametrize("size", [0, 4, 7, 10, 1476])
def test_sizes_that_cannot_be(size):
    with pytest.raises(InputError, match=f"packet of {size} bytes"):
        mtp.decode(bytes(size))


def test_only_31_bits_survive_in_the_processor():
    sent = packet([(0x92345678, 1, 0x4001)], high=0x923456)
    data = mtp.encode(sent)
    assert mtp.decode(data).timestamp.tolist() == [0x92345678]
    assert mtp.decode(data, timestamp_bits=mtp.PROCESSOR_BITS).timestamp.tolist() == [0x12345678]
    with pytest.raises(InputError, match="31 or 32"):
        mtp.decode(data, timestamp_bits=30)


def test_what_does_not_fit_is_refused():
    full = [(0x12345600 + k % 256, 0, 0x4000) for k in range(256)]
    assert len(mtp.encode(packet(full[:255]))) == 8 + 4 * 255
    with pytest.raises(InputError, match="256 primitives, at most 255"):
        mtp.encode(packet(full))
    jumping = [(k << 8, 0, 0x4000) for k in range(255)]
    with pytest.raises(InputError, match="2048 bytes, at most 1472"):
        mtp.encode(packet(jumping))
    with pytest.raises(InputError, match="primitive 1 has an id below 0x100"):
        mtp.encode(packet([(0, 0, 0x4000), (0, 0, 0x00FF)]))
    with pytest.raises(InputError, match="source and sub-source"):
        mtp.encode(packet(source=256))


def stream(time):
    time = np.sort(np.asarray(time, np.int64))
    return Primitives(time, np.full(len(time), 0x4001, np.uint16), np.zeros(len(time), np.uint8))


@given(st.lists(st.integers(0, 4 * 65536 - 1), max_size=300), st.integers(0, 1000))
def test_a_stretch_of_primitives_in_packets(time, start):
    sent = stream(time)
    cut = mtp.packets(sent, source=0x20, sub=0, start_timestamp=256 * start, count=4)
    assert [found.timestamp_high for found in cut] == [start + k for k in range(4)]
    received = [mtp.decode(mtp.encode(found)) for found in cut if len(found.word) <= 255]
    if len(received) == 4:
        back = mtp.join(received, 256 * start)
        assert back.time.tolist() == sent.time.tolist()
        assert back.word.tolist() == sent.word.tolist()


def test_limit_says_how_many_were_cut():
    sent = stream([*range(0, 65536, 200), *range(65536, 65536 + 65536, 1000)])
    kept, cut = mtp.limit(sent)
    assert cut == len(range(0, 65536, 200)) - 255
    assert kept.time.tolist() == [*[*range(0, 65536, 200)][:255], *range(65536, 131072, 1000)]
    assert mtp.limit(kept)[1] == 0


def test_packets_start_on_a_packet():
    with pytest.raises(InputError, match="multiple of 256"):
        mtp.packets(stream([]), source=0x20, sub=0, start_timestamp=4, count=1)
    with pytest.raises(InputError, match="32-bit"):
        mtp.packets(stream([]), source=0x20, sub=0, start_timestamp=2**32 - 256, count=2)
