"""Records and segment headers on disk, byte by byte.

A segment starts with a 64-byte header; records follow, each a 64-byte head and the parts of one message, all
padded to 64 bytes, so that columns in a mapped file are aligned.  The heads' checksums are seeded with
run and position in the file: a head that was copied or moved is not valid, nor is one inside a payload.
``docs/format.md`` has the tables.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from xxhash import xxh3_64_intdigest

from trigemu.errors import InputError
from trigemu.frames.columns import Buffer
from trigemu.frames.schema import aligned

FORMAT_VERSION = 2
"""Version of run directories that are written."""

READ_VERSIONS = (1, 2)
"""Versions that are read.  The JSON files of version 1 carry no checksums."""

MAX_RECORD = 1 << 30
"""Bytes; what says that it is longer is no record."""

SEGMENT_MAGIC = b"TGMSEG\r\n"
RECORD_MARKER = b"TGMr"
HEADER_SIZE = 64
"""Bytes of a segment's header, and of a record's head."""

MAX_KIND = 16
"""Bytes of a record's kind."""

_NO_PAYLOAD = 2**64 - 1
_SEGMENT = struct.Struct("<8sIIQ")
_SEGMENT_SUM = struct.Struct("<Q32x")
_HEAD = struct.Struct("<4sIQq16sQ")
_HEAD_SUM = struct.Struct("<Q8x")


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One record of a run: the parts of a message, read-only views of what was read."""

    kind: str
    frame: int
    parts: tuple[memoryview, ...]


class Head(NamedTuple):
    """Where a record lies in its segment (bytes from the start of the file), and what it is."""

    offset: int
    header: int
    payload: int | None
    frame: int
    kind: str
    checksum: int

    @property
    def payload_offset(self) -> int:
        """Where the payload begins."""
        return self.offset + HEADER_SIZE + aligned(self.header)

    @property
    def end(self) -> int:
        """Where the next record begins."""
        return self.payload_offset + aligned(self.payload or 0)


def run_tag(run_id: str) -> int:
    """Return the number that ties segments to their run."""
    return xxh3_64_intdigest(run_id.encode())


def pack_segment_header(number: int, tag: int) -> bytes:
    """Return the 64 bytes at the start of segment ``number``."""
    body = _SEGMENT.pack(SEGMENT_MAGIC, FORMAT_VERSION, number, tag)
    return body + _SEGMENT_SUM.pack(xxh3_64_intdigest(body))


def segment_is_whole(view: memoryview, number: int, tag: int, where: str, version: int) -> bool:
    """Return whether a segment's header is there and undamaged.

    Raises
    ------
    InputError
        It is undamaged, but of another format version, another run, or another segment.
    """
    if len(view) < HEADER_SIZE:
        return False
    body = bytes(view[: _SEGMENT.size])
    (checksum,) = _SEGMENT_SUM.unpack(view[_SEGMENT.size : HEADER_SIZE])
    magic, written, found, owner = _SEGMENT.unpack(body)
    if magic != SEGMENT_MAGIC or checksum != xxh3_64_intdigest(body):
        return False
    if written != version:
        raise InputError(f"{where} has format version {written}; its run has version {version}")
    if owner != tag or found != number:
        raise InputError(f"{where} belongs to another run or was renamed (it is segment {found})")
    return True


def pack_record(
    kind: str, frame: int, parts: Sequence[Buffer], *, offset: int, tag: int
) -> tuple[list[Buffer], int]:
    """Return the pieces of a record to write one after the other, and their bytes altogether.

    Raises
    ------
    InputError
        Not one or two parts, or a kind that is not 1 to `MAX_KIND` ASCII characters.
    """
    name = kind.encode("ascii", "replace")
    if not 1 <= len(name) <= MAX_KIND or name.decode() != kind or "\0" in kind:
        raise InputError(f"record kind {kind!r} is not 1 to {MAX_KIND} ASCII characters")
    if not 1 <= len(parts) <= 2:
        raise InputError(f"{kind} record: {len(parts)} parts instead of 1 or 2")
    sizes = [as_view(part).nbytes for part in parts]
    payload = sizes[1] if len(sizes) == 2 else _NO_PAYLOAD
    try:
        body = _HEAD.pack(RECORD_MARKER, sizes[0], payload, frame, name, data_checksum(parts))
    except struct.error:
        raise InputError(
            f"{kind} record: frame {frame} or a header of {sizes[0]} bytes is too large"
        ) from None
    pieces: list[Buffer] = [body + _HEAD_SUM.pack(_head_checksum(body, offset, tag))]
    total = HEADER_SIZE
    for part, size in zip(parts, sizes, strict=True):
        pieces.append(part)
        if padding := aligned(size) - size:
            pieces.append(bytes(padding))
        total += size + padding
    if total > MAX_RECORD:
        raise InputError(f"{kind} record: {total} bytes; a record has at most {MAX_RECORD}")
    return pieces, total


def read_head(view: memoryview, offset: int, tag: int) -> Head | None:
    """Return the head in ``view``, 64 bytes that lie at ``offset``; None where there is no undamaged one."""
    if len(view) < HEADER_SIZE or view[:4] != RECORD_MARKER:
        return None
    body = bytes(view[: _HEAD.size])
    (checksum,) = _HEAD_SUM.unpack(view[_HEAD.size : HEADER_SIZE])
    if checksum != _head_checksum(body, offset, tag):
        return None
    _, header, payload, frame, kind, data = _HEAD.unpack(body)
    name = kind.rstrip(b"\0").decode("ascii", "replace")
    head = Head(offset, header, None if payload == _NO_PAYLOAD else payload, frame, name, data)
    return head if head.end - offset <= MAX_RECORD else None


def read_parts(view: memoryview, head: Head) -> tuple[memoryview, ...] | None:
    """Return the parts of a record (views) whose bytes after its head are ``view``; None where damaged."""
    parts = [view[: head.header]]
    if head.payload is not None:
        first = aligned(head.header)
        parts.append(view[first : first + head.payload])
    return tuple(parts) if data_checksum(parts) == head.checksum else None


def as_view(part: Buffer) -> memoryview:
    """Return the bytes of a part of a message."""
    return memoryview(cast(Any, part)).cast("B")


def data_checksum(parts: Sequence[Buffer]) -> int:
    """Return the XXH3-64 of the last part, seeded with that of the parts before it."""
    checksum = 0
    for part in parts:
        checksum = xxh3_64_intdigest(as_view(part), checksum)
    return checksum


def _head_checksum(body: bytes, offset: int, tag: int) -> int:
    return xxh3_64_intdigest(body, tag ^ offset)
