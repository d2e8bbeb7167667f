"""Whatever arrives, `decode` returns a message or raises WireError: counted, never the end of the loop."""

from __future__ import annotations

import msgpack
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trigemu.frames.columns import Column, Schema, pack
from trigemu.frames.frame import Fragment
from trigemu.frames.wire import PROTOCOL, WireError, decode, fragment_message, parse_fragment, to_fragment

HITS = Schema("hits", (Column("time", "<i8"), Column("channel", "<u2"))).with_offsets()
SCHEMAS = {"hits": HITS}


def good(checksum: bool) -> list[bytes]:
    hits = {"time": np.arange(9), "channel": np.arange(9, dtype="<u2"), "offsets": np.array([0, 3, 9])}
    parts = fragment_message(Fragment(1, 2, "hits", pack(HITS, hits), 3, 4), checksum=checksum)
    return [bytes(part) for part in parts]


def survives(parts: list[bytes]) -> None:
    """Parse, look at everything a kernel would look at, and let nothing but WireError out."""
    try:
        columns = to_fragment(decode(parts, SCHEMAS)).columns
    except WireError:
        return
    hits = len(columns["time"])
    assert len(columns["channel"]) == hits
    assert columns["offsets"][0] == 0
    assert columns["offsets"][-1] == hits
    assert (np.diff(columns["offsets"]) >= 0).all()
    assert all(columns[name].flags.aligned for name in HITS.names)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.sampled_from(["hits", HITS.digest, "fragment", "time", "run", "frame"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)


@given(st.lists(st.binary(max_size=300), max_size=4))
@settings(deadline=None, max_examples=300)
def test_arbitrary_bytes(parts: list[bytes]) -> None:
    survives(parts)


@given(header=JUNK, payload=st.binary(max_size=300))
@settings(deadline=None, max_examples=200)
def test_arbitrary_messagepack(header: object, payload: bytes) -> None:
    survives([msgpack.packb(header), payload])


@given(
    rest=st.tuples(
        st.just("fragment") | JUNK,
        st.fixed_dictionaries(dict.fromkeys(("run", "frame", "source", "planned_ns", "sent_ns"), JUNK))
        | JUNK,
        st.tuples(
            st.just("hits"), st.just(HITS.digest), st.lists(st.integers(-2, 2**64 - 1) | JUNK, max_size=4)
        )
        | JUNK,
        st.none() | JUNK,
    ),
    payload=st.sampled_from([b"", bytes(64), bytes(192), bytes(256), b"\xff" * 192]),
)
@settings(deadline=None, max_examples=300)
def test_headers_that_are_almost_right(rest: tuple[object, ...], payload: bytes) -> None:
    survives([msgpack.packb([PROTOCOL, *rest]), payload])


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("checksum", [True, False])
def test_truncation_at_every_length(part: int, checksum: bool) -> None:
    parts = good(checksum)
    for length in range(len(parts[part])):
        cut = list(parts)
        cut[part] = cut[part][:length]
        with pytest.raises(WireError):
            parse_fragment(cut, SCHEMAS)


@pytest.mark.parametrize("part", [0, 1])
def test_checksum_finds_every_flipped_bit(part: int) -> None:
    parts = good(checksum=True)
    parse_fragment(parts, SCHEMAS)
    for bit in range(8 * len(parts[part])):
        flipped = bytearray(parts[part])
        flipped[bit // 8] ^= 1 << bit % 8
        damaged = [*parts[:part], bytes(flipped), *parts[part + 1 :]]
        with pytest.raises(WireError):
            parse_fragment(damaged, SCHEMAS)


@pytest.mark.parametrize("part", [0, 1])
def test_flipped_bits_without_checksum_do_no_harm(part: int) -> None:
    parts = good(checksum=False)
    for bit in range(8 * len(parts[part])):
        flipped = bytearray(parts[part])
        flipped[bit // 8] ^= 1 << bit % 8
        survives([*parts[:part], bytes(flipped), *parts[part + 1 :]])


@given(
    checksum=st.booleans(),
    edits=st.lists(
        st.tuples(st.integers(0, 400), st.binary(max_size=4), st.integers(0, 4)), min_size=1, max_size=4
    ),
)
@example(checksum=False, edits=[(0, b"\xdd\xff\xff\xff", 1)])
@settings(deadline=None, max_examples=300)
def test_bytes_inserted_and_removed(checksum: bool, edits: list[tuple[int, bytes, int]]) -> None:
    header, payload = good(checksum)
    for position, new, drop in edits:
        header = header[:position] + new + header[position + drop :]
    survives([header, payload])


@given(claims=st.lists(st.sampled_from([b"\xdd\x00\x00\xff\xff", b"\xdf\x00\x00\xff\xff"]), max_size=300))
@settings(deadline=None, max_examples=20)
def test_nested_claims_of_huge_lists(claims: list[bytes]) -> None:
    survives([b"".join(claims), b""])
