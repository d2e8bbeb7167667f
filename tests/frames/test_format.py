"""Files and messages are as docs/format.md says: read with nothing but struct, msgpack and a checksum."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import msgpack
import numpy as np
from xxhash import xxh3_64_intdigest as checksum


def read_segment(data: bytes, number: int, run_id: str) -> list[tuple[str, int, list[bytes]]]:
    """Read a segment by the tables of the page."""
    magic, version, found, tag, header_sum = struct.unpack_from("<8sIIQQ", data)
    assert (magic, version, found) == (b"TGMSEG\r\n", 2, number)
    assert tag == checksum(run_id.encode())
    assert header_sum == checksum(data[:24])
    assert data[32:64] == bytes(32)
    records = []
    position = 64
    while position < len(data):
        marker, size0, size1, frame, kind, data_sum, head_sum = struct.unpack_from(
            "<4sIQq16sQQ", data, position
        )
        assert marker == b"TGMr"
        assert head_sum == checksum(data[position : position + 48], tag ^ position)
        sizes = [size0] if size1 == 2**64 - 1 else [size0, size1]
        position += 64
        parts, seed = [], 0
        for size in sizes:
            parts.append(data[position : position + size])
            seed = checksum(parts[-1], seed)
            padded = -(-size // 64) * 64
            assert data[position + size : position + padded] == bytes(padded - size)
            position += padded
        assert data_sum == seed
        records.append((kind.rstrip(b"\0").decode(), frame, parts))
    return records


def read_message(parts: list[bytes]) -> tuple[str, dict[str, object], list[object] | None]:
    """Read a message by the table of the page."""
    header = parts[0]
    protocol, kind, fields, block, total = msgpack.unpackb(header)
    assert protocol == 1
    assert header[-9:] == b"\xcf" + total.to_bytes(8, "big")
    seed = checksum(header[:-9])
    assert total == (checksum(parts[1], seed) if len(parts) == 2 else seed)
    return kind, fields, block


def test_a_run_read_by_the_page(record_run: Callable[..., Path]) -> None:
    path = record_run(20)
    run = json.loads((path / "run.json").read_text())
    assert (run["format"], run["format_version"]) == ("trigemu run", 2)
    for name in ("run.json", "config.json", "index.json"):
        table = json.loads((path / name).read_text())
        found = table.pop("checksum")
        text = json.dumps(table, sort_keys=True, separators=(",", ":")).encode()
        seed = checksum(name.encode(), checksum(run["run_id"].encode()))
        assert int(found, 16) == checksum(text, seed)
    index = json.loads((path / "index.json").read_text())
    assert index["closed"] is True
    found = []
    for number, entry in enumerate(index["segments"]):
        data = (path / f"segment-{number:06d}.tgm").read_bytes()
        records = read_segment(data, number, run["run_id"])
        assert entry["bytes"] == len(data)
        assert sum(entry["kinds"].values()) == len(records)
        assert [entry["first_frame"], entry["last_frame"]] == [records[0][1], records[-1][1]]
        found += records
    assert [(kind, frame) for kind, frame, _ in found] == [
        (kind, frame) for frame in range(20) for kind in ("fragment", "verdict")
    ]
    for kind, frame, parts in found:
        named, fields, block = read_message(parts)
        assert (named, fields) == (kind, {"frame": frame})
        if kind == "fragment":
            n = frame + 10
            assert block is not None
            assert block[2] == [n, n]
            np.testing.assert_array_equal(np.frombuffer(parts[1], "<i8", n), np.arange(n) + frame)
            np.testing.assert_array_equal(
                np.frombuffer(parts[1], "<u2", n, -(-n * 8 // 64) * 64), np.arange(n)
            )
        else:
            assert block is None
