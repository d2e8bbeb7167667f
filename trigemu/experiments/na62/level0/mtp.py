"""Multi trigger packets: what boards send to the L0 trigger processor, bit by bit (na62_facts 5.1).

One packet per 256 timestamps (6.4 us), even if it is empty; little-endian 32-bit words:

====  ==========================================================================================
word  bits
====  ==========================================================================================
0     source id [31:24], timestamp[31:8] [23:0]
1     sub-source id [31:24], number of primitives [23:16], total bytes, this header included [15:0]
2...  primitive id [31:16], timestamp[7:0] [15:8], fine time [7:0]
====  ==========================================================================================

A later word whose most significant byte is 0 is a marker: its low 24 bits are timestamp[31:8] of what
follows.  It is not a primitive and not counted as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import na62_mtp
from trigemu.errors import InputError
from trigemu.experiments.na62.clock import FINE_BITS, PACKET_LSB, PACKET_TIMESTAMPS
from trigemu.experiments.na62.level0.primitives import Primitives
from trigemu.frames.columns import Column, Schema, pack_exactly

HEADER_BYTES = 8
MAX_BYTES = 1472
"""Payload of one UDP datagram on gigabit Ethernet."""

MAX_PRIMITIVES = 255
"""The count has 8 bits: 255 primitives in 6.4 us, 39.9 MHz."""

PROCESSOR_BITS = 31
"""Timestamp bits that survive inside the trigger processor: the top bit of its input queue tags headers."""

SOURCE_IDS = {"chod": 0x18, "rich": 0x1C, "lav": 0x10, "muv3": 0x30, "newchod": 0x20, "lkr": 0x24}
"""Source ids (FARMLIB); NewCHOD shares the one of IRC, TALK's was not found."""


_SCHEMA = Schema("packet", (Column("timestamp", "<u4"), Column("fine", "|u1"), Column("word", "<u2")))


@dataclass(frozen=True, slots=True, eq=False)
class Packet:
    """One multi trigger packet.

    Attributes
    ----------
    source, sub
        Source and sub-source id, 0-255.
    timestamp_high
        timestamp[31:8] of the header.
    timestamp, fine, word
        uint32[n] absolute timestamps, uint8[n] fine times, uint16[n] primitive ids.
    """

    source: int
    sub: int
    timestamp_high: int
    timestamp: NDArray[np.uint32]
    fine: NDArray[np.uint8]
    word: NDArray[np.uint16]


def encode(packet: Packet) -> bytes:
    """Return the bytes of a packet.

    Raises
    ------
    InputError
        More than 255 primitives or 1472 bytes, a header field that does not fit, columns of different
        lengths, or an id without a bit in its upper byte (it would read as a marker).
    """
    count = len(packet.word)
    where = f"packet of source {packet.source:#04x}"
    if not (0 <= packet.source < 256 and 0 <= packet.sub < 256 and 0 <= packet.timestamp_high < 1 << 24):
        raise InputError(f"{where}: source and sub-source must be 0-255 and timestamp_high below 2**24")
    if not len(packet.timestamp) == len(packet.fine) == count:
        raise InputError(f"{where}: timestamp, fine and word have different lengths")
    if count > MAX_PRIMITIVES:
        raise InputError(f"{where}: {count} primitives, at most {MAX_PRIMITIVES} fit in one packet")
    words = np.zeros(2 + 2 * count, "<u4")
    columns = pack_exactly(_SCHEMA, {name: getattr(packet, name) for name in _SCHEMA.names})
    used = na62_mtp.encode_words(
        columns["timestamp"],
        columns["fine"],
        columns["word"],
        packet.timestamp_high,
        words[2:],
    )
    if used < 0:
        raise InputError(
            f"{where}: primitive {-1 - used} has an id below 0x100, which would read as a marker"
        )
    size = HEADER_BYTES + 4 * used
    if size > MAX_BYTES:
        raise InputError(f"{where}: {size} bytes, at most {MAX_BYTES} fit in one packet")
    words[0] = packet.source << 24 | packet.timestamp_high
    words[1] = packet.sub << 24 | count << 16 | size
    return words[: 2 + used].tobytes()


def decode(data: bytes | bytearray | memoryview, *, timestamp_bits: int = 32) -> Packet:
    """Return the packet in ``data``.

    Parameters
    ----------
    data
        The payload of one datagram.
    timestamp_bits
        Timestamp bits to keep: 32 as on the wire, `PROCESSOR_BITS` for what the processor sees.

    Raises
    ------
    InputError
        The length is not that of the header or not a whole number of words, or the count of primitives is
        wrong.
    """
    size = memoryview(data).nbytes
    if timestamp_bits not in (PROCESSOR_BITS, 32):
        raise InputError(f"timestamp_bits must be {PROCESSOR_BITS} or 32, not {timestamp_bits}")
    if size < HEADER_BYTES or size % 4 or size > MAX_BYTES:
        raise InputError(
            f"packet of {size} bytes: must be a multiple of 4 from {HEADER_BYTES} to {MAX_BYTES}"
        )
    words = np.frombuffer(data, "<u4")
    first, second = int(words[0]), int(words[1])
    if second & 0xFFFF != size:
        raise InputError(f"packet of {size} bytes: its header says {second & 0xFFFF}")
    body = words[2:]
    stated = second >> 16 & 0xFF
    count = int(np.count_nonzero(body >> 24))
    if count != stated:
        raise InputError(f"packet with {count} primitives: its header says {stated}")
    timestamp, fine, word = np.empty(count, np.uint32), np.empty(count, np.uint8), np.empty(count, np.uint16)
    na62_mtp.decode_words(body, first & 0xFF_FFFF, (1 << timestamp_bits) - 1, timestamp, fine, word)
    return Packet(first >> 24, second >> 24, first & 0xFF_FFFF, timestamp, fine, word)


def _columns(primitives: Primitives) -> tuple[NDArray[Any], ...]:
    return primitives.time, primitives.word, primitives.hits


def limit(primitives: Primitives) -> tuple[Primitives, int]:
    """Keep the first 255 primitives of each packet time; return them and how many were cut.

    Boards can't send more.  Time 0 must be a multiple of 256 timestamps, as the start of every frame is.
    """
    packet = primitives.time // PACKET_LSB
    place = np.arange(len(packet)) - np.searchsorted(packet, packet, side="left")
    keep = place < MAX_PRIMITIVES
    kept = Primitives(primitives.time[keep], primitives.word[keep], primitives.hits[keep])
    return kept, int(len(keep) - np.count_nonzero(keep))


def packets(
    primitives: Primitives, *, source: int, sub: int, start_timestamp: int, count: int
) -> list[Packet]:
    """Cut primitives into ``count`` packets from ``start_timestamp`` on; others are left out.

    Raises
    ------
    InputError
        ``start_timestamp`` is no multiple of 256 or beyond 32 bits.
    """
    end = start_timestamp + count * PACKET_TIMESTAMPS
    if start_timestamp % PACKET_TIMESTAMPS or not 0 <= start_timestamp <= end <= 1 << 32:
        raise InputError(
            f"packets need a start_timestamp that is a multiple of {PACKET_TIMESTAMPS} and 32-bit "
            f"timestamps, not {start_timestamp} to {end}"
        )
    edges = np.searchsorted(primitives.time, np.arange(count + 1) * PACKET_LSB)
    # Cut first: what is beyond the packets has no 32-bit timestamp.
    primitives = Primitives(*(values[edges[0] : edges[-1]] for values in _columns(primitives)))
    edges = edges - edges[0]
    timestamp = (start_timestamp + (primitives.time >> FINE_BITS)).astype(np.uint32)
    fine = (primitives.time & 0xFF).astype(np.uint8)
    high = start_timestamp >> 8
    return [
        Packet(source, sub, high + k, timestamp[a:b], fine[a:b], primitives.word[a:b])
        for k, (a, b) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    ]


def join(received: Sequence[Packet], start_timestamp: int) -> Primitives:
    """Return the primitives of packets, relative to ``start_timestamp``; ``hits`` are not sent and read 0."""
    timestamp = np.concatenate([np.zeros(0, np.uint32), *(packet.timestamp for packet in received)])
    fine = np.concatenate([np.zeros(0, np.uint8), *(packet.fine for packet in received)])
    word = np.concatenate([np.zeros(0, np.uint16), *(packet.word for packet in received)])
    time = (timestamp.astype(np.int64) - start_timestamp) << FINE_BITS | fine
    return Primitives(time, word, np.zeros(len(word), np.uint8))
