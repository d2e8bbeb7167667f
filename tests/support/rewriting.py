"""Records of a run written again, with all checksums as they must be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from trigemu.frames.records import HEADER_SIZE, pack_record, pack_segment_header, run_tag
from trigemu.frames.rundir import RunReader


class Entry(NamedTuple):
    """A record to be written."""

    kind: str
    frame: int
    parts: list[bytes]


def entries_of(path: Path, *, damaged: bool = False) -> list[Entry]:
    """Return the records of a run."""
    return [
        Entry(each.kind, each.frame, [bytes(part) for part in each.parts])
        for each in RunReader(path, damaged=damaged).records()
    ]


def write_entries(path: Path, entries: Sequence[Entry], run_id: str) -> None:
    """Write records as the one segment of a run that has none."""
    tag = run_tag(run_id)
    content, size = [pack_segment_header(0, tag)], HEADER_SIZE
    for kind, frame, parts in entries:
        pieces, length = pack_record(kind, frame, parts, offset=size, tag=tag)
        content += [bytes(memoryview(piece).cast("B")) for piece in pieces]
        size += length
    (path / "segment-000000.tgm").write_bytes(b"".join(content))


def replace_records(path: Path, entries: Sequence[Entry]) -> None:
    """Put records in the place of those that a run has, and take its index away."""
    run_id = RunReader(path).info.run_id
    for file in path.glob("segment-*"):
        file.unlink()
    write_entries(path, entries, run_id)
    (path / "index.json").unlink()
