"""The wire format: what travels between processes, and what a run records.

A message is one or two parts: a MessagePack header and, if it carries a block, the block's raw bytes.  The
header is the array ``[protocol, kind, fields, block, checksum]``; ``block`` is nil or ``[source, digest,
lengths]``; ``checksum`` is nil or the XXH3-64 of the payload, seeded with the XXH3-64 of all header bytes
before it, so that one number guards both parts.  ``docs/format.md`` has the tables.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgpack
import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from trigemu.errors import InputError
from trigemu.frames.columns import Block, Buffer, Schema, check_offsets
from trigemu.frames.frame import Fragment
from trigemu.frames.schema import OFFSETS

PROTOCOL = 1
"""Version of the wire format; messages of any other version are refused."""

FRAGMENT = "fragment"
"""Kind of the messages that carry a fragment."""

MAX_HEADER = 4 << 20
"""Bytes; a longer header is refused before it is looked at."""

_MAX_ITEMS = 65536
_INT64_MAX = 2**63 - 1
_INTEGER = frozenset((int,))
_UINT64 = struct.Struct(">BQ")
_UINT64_TAG = 0xCF  # MessagePack's uint64; the checksum is always written with it, whatever its value
_pack = msgpack.Packer().pack


class WireError(InputError):
    """Bytes that are not a message of this protocol, or a message that is not what it says."""


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """A decoded message; ``fields`` are plain data, ``block`` is a view of the received payload."""

    kind: str
    fields: dict[str, Any]
    block: Block | None

    def integer(self, name: str, low: int = 0, high: int = 2**63 - 1) -> int:
        """Return an integer field; `WireError` unless it is there and ``low <= value <= high``."""
        value = self.fields.get(name)
        if type(value) is not int or not low <= value <= high:
            raise WireError(
                f"{self.kind} message: field {name!r} is {_short(value)}, not an integer {low}-{high}"
            )
        return value

    def text(self, name: str) -> str:
        """Return a text field; `WireError` unless it is there and is text."""
        value = self.fields.get(name)
        if type(value) is not str:
            raise WireError(f"{self.kind} message: field {name!r} is {_short(value)}, not text")
        return value


def encode(
    kind: str, fields: Mapping[str, Any], block: Block | None = None, *, checksum: bool = True
) -> list[Buffer]:
    """Return the parts of a message: the header and, if there is a block, its buffer (not copied).

    Parameters
    ----------
    kind
        What the message is.
    fields
        Plain data: numbers, text, bytes, lists and tables of them (numpy scalars become Python's).
    block
        Columns to send.
    checksum
        Whether the receiver shall be able to check header and payload.

    Raises
    ------
    WireError
        A field is not plain data.
    """
    about = None if block is None else (block.schema.source, block.schema.digest, block.lengths)
    header = (PROTOCOL, kind, fields, about, None)
    try:
        packed: bytes = _pack(header)
    except (TypeError, ValueError, OverflowError):
        packed = _pack_slowly(kind, header)
    if len(packed) > MAX_HEADER - 8:
        raise WireError(f"{kind} message: the header has {len(packed)} bytes, allowed are {MAX_HEADER - 8}")
    if checksum:
        body = packed[:-1]
        packed = body + _UINT64.pack(_UINT64_TAG, _checksum(body, None if block is None else block.buffer))
    return [packed] if block is None else [packed, block.buffer]


def decode(parts: Sequence[Buffer], schemas: Mapping[str, Schema]) -> Message:
    """Check a received message and return it; the block is a view of the payload, nothing is copied.

    Parameters
    ----------
    parts
        The parts as received.
    schemas
        Source name -> schema of the blocks that are expected.

    Raises
    ------
    WireError
        The bytes are not a message, of another protocol version, damaged, or do not fit the schemas.  No
        other exception leaves this function, whatever the bytes; nothing is allocated from numbers in the
        header.
    """
    kind, fields, about, payload = _checked(parts)
    return Message(kind, fields, None if about is None else _block(kind, about, payload, schemas))


def _checked(parts: Sequence[Buffer]) -> tuple[str, dict[str, Any], Any, NDArray[np.uint8] | None]:
    """Return kind, fields, the block's description and payload; a payload is there if it is described."""
    if not 1 <= len(parts) <= 2:
        raise WireError(f"not a message: {len(parts)} parts instead of 1 or 2")
    try:
        header = bytes(parts[0])
        payload = np.frombuffer(parts[1], np.uint8) if len(parts) == 2 else None
    except (TypeError, ValueError, BufferError) as error:
        raise WireError(f"not a message: a part is not contiguous memory ({error})") from None
    if payload is not None:
        # A received frame may be writable memory; nobody may change what others will look at, too.
        payload.flags.writeable = False
    kind, fields, about, checksum = _open(header)
    # Only the nine bytes that `encode` writes count as a checksum.
    if checksum is not None and (header[-9] != _UINT64_TAG or checksum != _checksum(header[:-9], payload)):
        raise WireError(f"{kind} message: checksum does not match, the message is damaged")
    if about is None:
        if payload is not None:
            raise WireError(f"{kind} message: a payload that the header does not describe")
    elif payload is None:
        raise WireError(f"{kind} message: the payload is missing")
    return kind, fields, about, payload


def fragment_message(fragment: Fragment, *, checksum: bool = True) -> list[Buffer]:
    """Return the parts of the message that carries a fragment."""
    fields = {
        "run": fragment.run,
        "frame": fragment.frame,
        "source": fragment.source,
        "planned_ns": fragment.planned_ns,
        "sent_ns": fragment.sent_ns,
    }
    if fragment.tag is not None:
        fields["tag"] = fragment.tag
    return encode(FRAGMENT, fields, fragment.columns, checksum=checksum)


def parse_fragment(parts: Sequence[Buffer], schemas: Mapping[str, Schema]) -> Fragment:
    """Return the fragment that a message carries, its columns views of the payload.

    Raises
    ------
    WireError
        See `decode`; or the message is of another kind, a field is missing, or its hit columns differ in
        length.
    """
    kind, fields, about, payload = _checked(parts)
    if kind != FRAGMENT or about is None:
        raise WireError(f"{kind} message where a fragment was expected")
    return _fragment(fields, _block(kind, about, payload, schemas))


def to_fragment(message: Message) -> Fragment:
    """Return the fragment in a decoded message (see `parse_fragment`)."""
    if message.kind != FRAGMENT or message.block is None:
        raise WireError(f"{message.kind} message where a fragment was expected")
    return _fragment(message.fields, message.block)


def _fragment(fields: dict[str, Any], block: Block) -> Fragment:
    source = block.schema.source
    if fields.get("source") != source:
        raise WireError(f"fragment message: its source is not that of its columns, {source!r}")
    # `decode` has checked columns with offsets; lengths are compared here so that continuous ones are, too.
    if block.lengths and block.lengths.count(block.lengths[0]) != len(block.lengths):
        _check_hits(block)
    try:
        run, frame, planned, sent = fields["run"], fields["frame"], fields["planned_ns"], fields["sent_ns"]
    except KeyError:
        run = frame = planned = sent = None
    numbers = (run, frame, planned, sent)
    if not _INTEGER.issuperset(map(type, numbers)) or min(numbers) < 0 or max(numbers) > _INT64_MAX:
        # Whichever it is, this says so.
        message = Message(FRAGMENT, fields, block)
        for name in ("run", "frame", "planned_ns", "sent_ns"):
            message.integer(name)
    tag = fields.get("tag")
    return Fragment(run, frame, source, block, planned, sent, tag if type(tag) is int else None)


def _open(header: bytes) -> tuple[str, dict[str, Any], Any, int | None]:
    """Unpack a header and check everything in it but the block's description."""
    if len(header) > MAX_HEADER:
        raise WireError(f"not a message: a header of {len(header)} bytes, allowed are {MAX_HEADER}")
    try:
        # No list or table can be longer than the header; the limit bounds what nested ones may claim.
        items = min(len(header), _MAX_ITEMS)
        data = msgpack.unpackb(header, max_array_len=items, max_map_len=items, ext_hook=_refuse)
    except (ValueError, TypeError, OverflowError, msgpack.UnpackException) as error:
        raise WireError(f"not a message: the header is not MessagePack ({_short(str(error))})") from None
    if type(data) is not list or not data or type(data[0]) is not int:
        raise WireError("not a message: the header does not begin with a protocol version")
    if data[0] != PROTOCOL:
        raise WireError(
            f"message of protocol version {_short(data[0])}; this trigemu speaks version {PROTOCOL}"
        )
    if len(data) != 5 or type(data[1]) is not str or type(data[2]) is not dict:
        raise WireError("not a message: the header is not [protocol, kind, fields, block, checksum]")
    if data[4] is not None and type(data[4]) is not int:
        raise WireError(f"{data[1]} message: checksum is not a number")
    return data[1], data[2], data[3], data[4]


def _block(kind: str, about: Any, payload: Any, schemas: Mapping[str, Schema]) -> Block:
    if type(about) is not list or len(about) != 3 or type(about[2]) is not list:
        raise WireError(f"{kind} message: block is not [source, digest, lengths]")
    source, digest, lengths = about
    schema = schemas.get(source) if type(source) is str else None
    if schema is None:
        raise WireError(
            f"{kind} message: source {_short(source)} is not one of {', '.join(schemas) or 'none'}"
        )
    if digest != schema.digest:
        raise WireError(f"{kind} message: columns of {source!r} follow another schema than this run's")
    if not _INTEGER.issuperset(map(type, lengths)):
        wrong = next(length for length in lengths if type(length) is not int)
        raise WireError(f"{kind} message: column length {_short(wrong)} is not a number")
    try:
        block = Block(schema, tuple(lengths), payload)
    except InputError as error:
        raise WireError(f"{kind} message: {error}") from None
    if OFFSETS in schema.names:
        _check_hits(block)
    return block


def _check_hits(block: Block) -> None:
    """Check what kernels rely on: hit columns of one length, and offsets that stay inside."""
    schema = block.schema
    lengths = block.lengths
    if OFFSETS in schema.names:
        position = schema.names.index(OFFSETS)
        lengths = lengths[:position] + lengths[position + 1 :]
        try:
            check_offsets(block[OFFSETS], lengths[0] if lengths else 0, f"source {schema.source!r}")
        except InputError as error:
            raise WireError(str(error)) from None
    if lengths and lengths.count(lengths[0]) != len(lengths):
        raise WireError(f"source {schema.source!r}: hit columns of different lengths {lengths}")


def _checksum(header: bytes, payload: NDArray[np.uint8] | None) -> int:
    seed = xxh3_64_intdigest(header)
    return seed if payload is None else xxh3_64_intdigest(cast(Any, payload), seed)


def _pack_slowly(kind: str, header: tuple[Any, ...]) -> bytes:
    """Pack a header that holds something the fast packer does not know."""
    try:
        packed: bytes = msgpack.packb(header, default=_plain)
    except (TypeError, ValueError, OverflowError) as error:
        raise WireError(f"{kind} message: a field is not plain data ({_short(str(error))})") from None
    return packed


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _refuse(code: int, data: bytes) -> object:
    raise ValueError(f"extension type {code}")


def _short(value: object) -> str:
    """Show a value from outside without letting it fill the sentence."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
