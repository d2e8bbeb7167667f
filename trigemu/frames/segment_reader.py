"""Reading a segment: its records, and the gaps where there are none.

The file is read piece by piece and never mapped: a mapped file that somebody cuts ends the process that looks at it.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from trigemu.errors import InputError
from trigemu.frames.files import open_file
from trigemu.frames.records import (
    FORMAT_VERSION,
    HEADER_SIZE,
    RECORD_MARKER,
    Head,
    Record,
    read_head,
    read_parts,
    segment_is_whole,
)

_MARKER = np.frombuffer(RECORD_MARKER, "<u4")[0]
_AHEAD = 256 << 10
"""Bytes read at a time where all is wanted."""

_HEADS = 4 << 10
"""Bytes read at a time where only some records are wanted."""

_SEARCH = 4 << 20


class Gap(NamedTuple):
    """Bytes ``start`` to ``stop`` of a segment that are no whole record."""

    start: int
    stop: int


class Segment:
    """A segment file; records are read-only views of what was read, and outlive it.

    Parameters
    ----------
    path, number, tag, version
        The file, and which segment of which run it must be.

    Attributes
    ----------
    size
        Bytes in the file when it was opened.
    whole
        Whether its header is there and undamaged.

    Raises
    ------
    InputError
        The file cannot be read, or is a segment of another version or run.
    """

    def __init__(self, path: Path, number: int, tag: int, version: int = FORMAT_VERSION) -> None:
        self.path = path
        self._tag = tag
        self._file = open_file(path)
        weakref.finalize(self, os.close, self._file)
        self._start = 0
        self._held = memoryview(b"")
        self.size = os.fstat(self._file).st_size
        self.whole = segment_is_whole(self._read(0, HEADER_SIZE, _HEADS), number, tag, str(path), version)

    def records(
        self, stop: int, wanted: Callable[[Head], bool] | None = None
    ) -> Iterator[tuple[Head, Record] | Gap]:
        """Walk the records up to byte ``stop``.

        Parameters
        ----------
        stop
            Where to end.
        wanted
            Which records are read and checked; the others are passed over.  None: all.

        Yields
        ------
        tuple or Gap
            Head and record; or where there is none, though there must be: everything up to the next whole record.
        """
        position = HEADER_SIZE if self.whole else 0
        ahead = _AHEAD if wanted is None else _HEADS
        while position < stop:
            head = self._head(position, ahead) if position else None
            if head is None or head.end > self.size:
                found = min(stop, self._next_head(position))
                yield Gap(position, found)
                position = found
                continue
            if wanted is None or wanted(head):
                first = position + HEADER_SIZE
                parts = read_parts(self._read(first, head.end - first, ahead), head)
                yield (head, Record(head.kind, head.frame, parts)) if parts else Gap(position, head.end)
            position = head.end

    def damage(self, position: int) -> InputError:
        """Return the error that names the place."""
        return InputError(
            f"{self.path}: the record at byte {position} is damaged; copy the run again, or cut it there"
        )

    def _head(self, position: int, ahead: int) -> Head | None:
        return read_head(self._read(position, HEADER_SIZE, ahead), position, self._tag)

    def _next_head(self, position: int) -> int:
        """Return where the next undamaged head lies, or the end of the file."""
        first = position // HEADER_SIZE * HEADER_SIZE + HEADER_SIZE
        for start in range(first, self.size, _SEARCH):
            view = self._pread(start, min(_SEARCH, self.size - start))
            lines = len(view) // HEADER_SIZE
            words = np.frombuffer(view, "<u4", lines * HEADER_SIZE // 4)[:: HEADER_SIZE // 4]
            for line in np.flatnonzero(words == _MARKER).tolist():
                at = line * HEADER_SIZE
                head = read_head(view[at : at + HEADER_SIZE], start + at, self._tag)
                if head is not None and head.end <= self.size:
                    return start + at
        return self.size

    def _read(self, position: int, size: int, ahead: int) -> memoryview:
        """Return bytes of the file (fewer where it ends), read ahead."""
        begin = position - self._start
        if not 0 <= begin <= begin + size <= len(self._held):
            self._held = self._pread(position, max(size, ahead))
            self._start = position
            begin = 0
        return self._held[begin : begin + size]

    def _pread(self, position: int, size: int) -> memoryview:
        # No more than the file had when it was opened: sizes in it are believed only so far.
        want = max(0, min(size, self.size - position))
        pieces: list[bytes] = []
        try:
            while want and (piece := os.pread(self._file, want, position)):
                pieces.append(piece)
                position, want = position + len(piece), want - len(piece)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror or error})") from None
        if want:
            raise InputError(f"{self.path}: was cut while the run was open")
        return memoryview(pieces[0] if len(pieces) == 1 else b"".join(pieces))
