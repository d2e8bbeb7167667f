"""Read-out messages: what is kept of the hits around triggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.rows import READOUT
from trigemu.frames.columns import Array, Buffer, Schema, pack, take_pieces
from trigemu.frames.frame import TRUTH
from trigemu.frames.wire import Message, WireError, decode, encode


def readout_schemas(schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the schemas of the read-out windows of all detectors (the truth is not read out)."""
    return {source: schema.with_offsets() for source, schema in schemas.items() if source != TRUTH}


def encode_readout(
    run: int,
    frame: int,
    windows: Mapping[str, Mapping[str, Array]],
    schemas: Mapping[str, Schema],
    checksum: bool,
) -> list[Buffer]:
    """Return the parts of one message per source, two each."""
    parts: list[Buffer] = []
    for source, columns in windows.items():
        fields = {"run": run, "frame": frame, "source": source}
        parts.extend(encode(READOUT, fields, pack(schemas[source], columns), checksum=checksum))
    return parts


def decode_readout(parts: Sequence[Buffer], schemas: Mapping[str, Schema]) -> list[Message]:
    """Check read-out messages.

    Raises
    ------
    WireError
        One of them is damaged or something else.
    """
    if len(parts) % 2:
        raise WireError("read-out messages: a part is missing")
    messages = [decode(parts[i : i + 2], schemas) for i in range(0, len(parts), 2)]
    for message in messages:
        if message.kind != READOUT or message.block is None:
            raise WireError(f"a {message.kind!r} message where a read-out was expected")
    return messages


def keep_recorded(
    parts: Sequence[Buffer], keep: NDArray[np.bool_], schemas: Mapping[str, Schema], checksum: bool
) -> Sequence[Buffer]:
    """Return read-out messages with only the pieces to keep (bool, one per piece); none if nothing is."""
    if keep.all():
        return parts
    kept: list[Buffer] = []
    if keep.any():
        for message in decode_readout(parts, schemas):
            if message.block is not None:
                schema = message.block.schema
                block = pack(schema, take_pieces(message.block, keep))
                kept.extend(encode(READOUT, message.fields, block, checksum=checksum))
    return kept
