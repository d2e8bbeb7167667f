"""Raw data files of BESIII, made here: header, events of nested fragments, tail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

EVENT, DETECTOR, SYSTEM, BUFFER, CRATE = 0xAA1234AA, 0xBB1234BB, 0xCC1234CC, 0xDD1234DD, 0xEE1234EE
SEPARATOR = 0x1234CCCC
TRIGGER = 0xA5


def fragment(marker: int, source: int, content: Sequence[int]) -> list[int]:
    """A fragment with a header of eight words."""
    return [marker, 8 + len(content), 8, 0x03000000, source, 1, 0, 0, *content]


def crate(source: int, data: Sequence[int], *, status_first: bool = False, status: int = 1) -> list[int]:
    """A crate's block: header of nine words, data, status words, three counts."""
    head = [CRATE, 9, 0x03000000, source, 0, 7, 0, 0, 0]
    words = [0] * status
    inside = [*words, *data] if status_first else [*data, *words]
    return [*head, *inside, status, len(data), 0 if status_first else 1]


def board(kind: int, data: Sequence[int], windows: int = 1, of: int = 0) -> list[int]:
    """A board's words behind the word that names it."""
    return [kind << 24 | (len(data) + 1) << 14 | windows << 8 | of << 3, *data]


def detector(kind: int, crates: Sequence[Sequence[int]]) -> list[int]:
    """A sub-detector with all its crates in one read-out system."""
    buffers = [word for each in crates for word in fragment(BUFFER, kind << 16, each)]
    return fragment(DETECTOR, kind << 16, fragment(SYSTEM, kind << 16, buffers))


def event(detectors: Sequence[Sequence[int]], *, separator: bool = True, run: int = 91668) -> list[int]:
    """An event of whole sub-detectors."""
    head = [0x03000000, 0x79500B, 1, 0, 10, 0, 1, run, 1, 0, 0, 1, 0, 0, 0]
    content = [word for each in detectors for word in each]
    words = [EVENT, 18 + len(content), 18, *head, *content]
    return [SEPARATOR, 4, 1, 4 * len(words), *words] if separator else words


def header(run: int = 91668) -> list[int]:
    """A file's header."""
    name = int.from_bytes(b"name", "little")
    return [
        *(0x1234AAAA, 8, 2, 1, 8042026, 1, 0, 0),
        *(0x1234AABB, 4, name, 3, name),
        *(0x1234BBBB, 9, run, 0, 0, 0, 0, 0, 0),
    ]


def tail(events: int) -> list[int]:
    """A file's tail."""
    return [0x1234DDDD, 10, 1, 1, events, 0, events, 0, 0, 0x1234EEEE]


def write(path: Path, events: Sequence[Sequence[int]], *, run: int = 91668) -> Path:
    """A whole file."""
    words = [*header(run), *(word for each in events for word in each), *tail(len(events))]
    path.write_bytes(np.array(words, "<u4").tobytes())
    return path


def first_events(source: Path, path: Path, count: int, starts: Sequence[int], end: int) -> Path:
    """The first events of a real file as a file of their own."""
    data = source.read_bytes()
    stop = starts[count] - 16 if count < len(starts) else end
    path.write_bytes(data[:stop] + np.array(tail(count), "<u4").tobytes())
    return path
