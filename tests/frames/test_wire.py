"""Messages: what goes in comes out, without a copy, and what is wrong is named."""

from __future__ import annotations

import msgpack
import numpy as np
import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st

from trigemu.frames.columns import Column, Schema, pack
from trigemu.frames.frame import Fragment
from trigemu.frames.wire import (
    MAX_HEADER,
    PROTOCOL,
    WireError,
    decode,
    encode,
    fragment_message,
    parse_fragment,
)

HITS = Schema("hits", (Column("time", "<i8"), Column("channel", "<u2")))
CUT = HITS.with_offsets()
SCHEMAS = {"hits": HITS}

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def fragment(n: int = 50) -> Fragment:
    block = pack(HITS, {"time": np.arange(n) * 3 - 5, "channel": np.arange(n, dtype="<u2")})
    return Fragment(7, 123, "hits", block, 2**40, 2**40 + 17)


@given(fields=st.dictionaries(st.text(), PLAIN, max_size=5), kind=st.text(), checksum=st.booleans())
@settings(deadline=None)
def test_fields_come_back(fields: dict[str, object], kind: str, checksum: bool) -> None:
    parts = encode(kind, fields, checksum=checksum)
    message = decode(parts, {})
    assert (message.kind, message.fields, message.block) == (kind, fields, None)
    assert len(parts) == 1


@given(n=st.integers(0, 200), checksum=st.booleans())
@settings(deadline=None)
def test_fragment_comes_back(n: int, checksum: bool) -> None:
    sent = fragment(n)
    received = parse_fragment([bytes(part) for part in fragment_message(sent, checksum=checksum)], SCHEMAS)
    for name in ("run", "frame", "source", "planned_ns", "sent_ns"):
        assert getattr(received, name) == getattr(sent, name)
    for name in HITS.names:
        np.testing.assert_array_equal(received.columns[name], sent.columns[name])


@pytest.mark.parametrize("checksum", [True, False])
def test_nothing_is_copied(checksum: bool) -> None:
    sent = fragment(20_000)
    header, payload = fragment_message(sent, checksum=checksum)
    assert payload is sent.columns.buffer
    frame = zmq.Frame(bytes(payload)).buffer
    received = parse_fragment([header, frame], SCHEMAS)
    for name in HITS.names:
        assert np.shares_memory(received.columns[name], np.frombuffer(frame, np.uint8))
        assert not received.columns[name].flags.writeable


def test_message_crosses_a_socket() -> None:
    context = zmq.Context()
    with context, context.socket(zmq.PAIR) as left, context.socket(zmq.PAIR) as right:
        left.linger = right.linger = 0
        right.rcvtimeo = 5000
        left.bind("inproc://wire")
        right.connect("inproc://wire")
        sent = fragment(30_000)
        left.send_multipart(fragment_message(sent), copy=False)
        received = parse_fragment([part.buffer for part in right.recv_multipart(copy=False)], SCHEMAS)
        np.testing.assert_array_equal(received.columns["time"], sent.columns["time"])
        del received


def test_header_is_messagepack_as_documented() -> None:
    header, _ = fragment_message(fragment())
    protocol, kind, fields, block, checksum = msgpack.unpackb(bytes(header))
    assert (protocol, kind, block) == (PROTOCOL, "fragment", ["hits", HITS.digest, [50, 50]])
    assert fields == {"run": 7, "frame": 123, "source": "hits", "planned_ns": 2**40, "sent_ns": 2**40 + 17}
    assert checksum is not None
    assert msgpack.unpackb(bytes(fragment_message(fragment(), checksum=False)[0]))[4] is None


def test_equal_messages_are_equal_bytes() -> None:
    first, second = (b"".join(map(bytes, fragment_message(fragment()))) for _ in range(2))
    assert first == second


def test_numpy_scalars_become_plain() -> None:
    fields = {
        "frame": np.int64(-3),
        "share": np.float64(0.5),
        "on": np.bool_(True),
        "table": {"n": np.uint64(2**63)},
    }
    message = decode(encode("any", fields), {})
    assert message.fields == {"frame": -3, "share": 0.5, "on": True, "table": {"n": 2**63}}
    assert type(message.fields["frame"]) is int


@pytest.mark.parametrize("value", [object(), np.zeros(3), {1, 2}, 2**64, {1: object()}])
def test_encode_refuses_what_is_not_plain(value: object) -> None:
    with pytest.raises(WireError, match="any message: a field is not plain data"):
        encode("any", {"value": value})


def test_packer_is_usable_after_a_refusal() -> None:
    with pytest.raises(WireError):
        encode("any", {"a": 1, "value": object()})
    assert decode(encode("any", {"a": 2}), {}).fields == {"a": 2}


def test_encode_refuses_a_huge_header() -> None:
    with pytest.raises(WireError, match="allowed are"):
        encode("any", {"value": bytes(MAX_HEADER)})
    with pytest.raises(WireError, match="allowed are"):
        decode([bytes(MAX_HEADER + 1)], {})


def test_field_access_is_checked() -> None:
    message = decode(encode("any", {"n": 5, "t": "x", "flag": True}), {})
    assert message.integer("n") == 5
    assert message.text("t") == "x"
    for name, limits in [("t", ()), ("absent", ()), ("flag", ()), ("n", (6, 9)), ("n", (0, 4))]:
        with pytest.raises(WireError, match=f"field '{name}'"):
            message.integer(name, *limits)
    for name in ("n", "absent"):
        with pytest.raises(WireError, match=f"field '{name}'"):
            message.text(name)


def header(**change: object) -> bytes:
    """Return a fragment's header without checksum, with something changed."""
    data = {
        "protocol": PROTOCOL,
        "kind": "fragment",
        "fields": {"run": 7, "frame": 123, "source": "hits", "planned_ns": 0, "sent_ns": 0},
        "block": ["hits", HITS.digest, [4, 4]],
        "checksum": None,
    }
    return msgpack.packb(list({**data, **change}.values()))


FIELDS = {"run": 7, "frame": 123, "source": "hits", "planned_ns": 0, "sent_ns": 0}
REFUSED = {
    "older protocol": ({"protocol": PROTOCOL - 1}, "protocol version 0; this trigemu speaks version 1"),
    "newer protocol": ({"protocol": PROTOCOL + 1}, "protocol version 2; this trigemu speaks version 1"),
    "protocol is text": ({"protocol": "1"}, "does not begin with a protocol version"),
    "protocol is true": ({"protocol": True}, "does not begin with a protocol version"),
    "kind is a number": ({"kind": 1}, "the header is not"),
    "fields are a list": ({"fields": []}, "the header is not"),
    "block is text": ({"block": "hits"}, "block is not"),
    "block is short": ({"block": ["hits", HITS.digest]}, "block is not"),
    "lengths are a number": ({"block": ["hits", HITS.digest, 4]}, "block is not"),
    "unknown source": ({"block": ["rich", HITS.digest, [4, 4]]}, "source rich is not one of hits"),
    "source is a list": ({"block": [["hits"], HITS.digest, [4, 4]]}, "is not one of hits"),
    "other schema": ({"block": ["hits", CUT.digest, [4, 4]]}, "another schema"),
    "digest is nil": ({"block": ["hits", None, [4, 4]]}, "another schema"),
    "length is text": ({"block": ["hits", HITS.digest, [4, "4"]]}, "column length 4 is not a number"),
    "length is real": ({"block": ["hits", HITS.digest, [4, 4.0]]}, "column length 4.0 is not a number"),
    "length is negative": ({"block": ["hits", HITS.digest, [4, -4]]}, "do not fit"),
    "too few lengths": ({"block": ["hits", HITS.digest, [4]]}, "do not fit"),
    "length is huge": ({"block": ["hits", HITS.digest, [4, 2**63]]}, "payload has 128 bytes instead of"),
    "lengths differ": ({"block": ["hits", HITS.digest, [4, 5]]}, "different lengths"),
    "no block": ({"block": None}, "does not describe"),
    "checksum is text": ({"checksum": "0"}, "checksum is not a number"),
    "checksum is wrong": ({"checksum": 2**63}, "damaged"),
    "checksum is small": ({"checksum": 5}, "damaged"),
    "other kind": ({"kind": "verdict"}, "where a fragment was expected"),
    "frame is missing": ({"fields": {k: v for k, v in FIELDS.items() if k != "frame"}}, "field 'frame'"),
    "frame is negative": ({"fields": {**FIELDS, "frame": -1}}, "field 'frame' is -1"),
    "frame is too large": ({"fields": {**FIELDS, "frame": 2**63}}, "field 'frame'"),
    "run is true": ({"fields": {**FIELDS, "run": True}}, "field 'run' is True"),
    "other source": ({"fields": {**FIELDS, "source": "rich"}}, "not that of its columns"),
}


def test_the_unchanged_header_is_good() -> None:
    assert parse_fragment([header(), bytes(128)], SCHEMAS).frame == 123


@pytest.mark.parametrize("case", REFUSED)
def test_decode_refuses(case: str) -> None:
    change, sentence = REFUSED[case]
    with pytest.raises(WireError, match=sentence) as caught:
        parse_fragment([header(**change), bytes(128)], SCHEMAS)
    assert len(str(caught.value)) < 250
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([], "0 parts"),
        ([header()], "the payload is missing"),
        ([header(), bytes(128), b""], "3 parts"),
        ([header(), bytes(64)], "64 bytes instead of 128"),
        ([header(), memoryview(bytes(256))[::2]], "contiguous"),
        ([b"", bytes(128)], "not MessagePack"),
        ([header()[:-1], bytes(128)], "not MessagePack"),
        ([header() + b"\0", bytes(128)], "not MessagePack"),
        ([b"GET / HTTP/1.1\r\n\r\n"], "not a message"),
        ([msgpack.packb(5)], "does not begin"),
        ([msgpack.packb([])], "does not begin"),
        ([msgpack.packb([PROTOCOL])], "the header is not"),
        ([msgpack.packb([PROTOCOL, "a", {}, None, None, None])], "the header is not"),
        ([msgpack.packb([PROTOCOL, "a", {"x": msgpack.ExtType(5, b"")}, None, None])], "extension type 5"),
        ([msgpack.packb([PROTOCOL, "a", {1: 2}, None, None])], "not MessagePack"),
        ([b"\xdd\xff\xff\xff\xff"], "not MessagePack"),
        ([b"\x91" * 5000], "not MessagePack"),
    ],
)
def test_decode_refuses_parts(parts: list[bytes], sentence: str) -> None:
    with pytest.raises(WireError, match=sentence):
        parse_fragment(parts, SCHEMAS)


@pytest.mark.parametrize("offsets", [[1, 4], [0, 3], [0, 3, 2, 4], [0, -1, 4], [0, 2**62, 4]])
def test_decode_refuses_offsets_that_leave_the_hits(offsets: list[int]) -> None:
    hits = {"time": np.zeros(4, "<i8"), "channel": np.zeros(4, "<u2"), "offsets": np.array(offsets)}
    parts = [bytes(part) for part in encode("readout", {}, pack(CUT, hits))]
    with pytest.raises(WireError, match="offsets must start at 0, never fall and end at 4"):
        decode(parts, {"hits": CUT})


def test_decode_accepts_offsets_and_names_no_other_length() -> None:
    hits = {"time": np.zeros(4, "<i8"), "channel": np.zeros(4, "<u2"), "offsets": np.array([0, 4, 4])}
    block = decode(encode("readout", {}, pack(CUT, hits)), {"hits": CUT}).block
    assert block is not None
    assert block["offsets"].tolist() == [0, 4, 4]
    short = {**hits, "channel": np.zeros(3, "<u2")}
    with pytest.raises(WireError, match="different lengths"):
        decode(encode("readout", {}, pack(CUT, short)), {"hits": CUT})
