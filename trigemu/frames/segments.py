"""Segments of a run: appended to by one writer."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trigemu.frames.columns import Buffer
from trigemu.frames.records import HEADER_SIZE, as_view, pack_record, pack_segment_header


@dataclass(slots=True)
class SegmentInfo:
    """What the index says about one segment: bytes, records per kind, and which frames it holds."""

    bytes: int = HEADER_SIZE
    kinds: Counter[str] = field(default_factory=Counter)
    first_frame: int | None = None
    last_frame: int | None = None

    @property
    def records(self) -> int:
        """Records in the segment."""
        return self.kinds.total()

    def add(self, kind: str, frame: int, end: int) -> None:
        """Count a record that ends at byte ``end``."""
        self.bytes = end
        self.kinds[kind] += 1
        self.first_frame = frame if self.first_frame is None else min(frame, self.first_frame)
        self.last_frame = frame if self.last_frame is None else max(frame, self.last_frame)

    def overlaps(self, low: int, high: int) -> bool:
        """Return whether it holds frames ``low <= frame <= high``."""
        return (
            self.first_frame is not None
            and self.last_frame is not None
            and self.first_frame <= high
            and self.last_frame >= low
        )


def segment_name(number: int) -> str:
    """Return the file name of segment ``number``."""
    return f"segment-{number:06d}.tgm"


class SegmentWriter:
    """Appends records to one segment file.

    Everything is written at explicit positions and nothing is buffered here: what a call has written survives
    the process, and a call that was interrupted leaves nothing that the next one does not overwrite.
    """

    def __init__(self, path: Path, number: int, tag: int, info: SegmentInfo | None = None) -> None:
        self.info = info or SegmentInfo()
        self._tag = tag
        flags = os.O_RDWR | getattr(os, "O_CLOEXEC", 0)
        new = 0 if info else os.O_CREAT | os.O_EXCL
        self._file = os.open(path, flags | new, 0o644)
        if info is None:
            try:
                self._write([pack_segment_header(number, tag)], 0)
            except OSError:
                os.close(self._file)
                # A file without a header is no segment: leave none behind.
                path.unlink(missing_ok=True)
                raise

    def append(self, kind: str, frame: int, parts: Sequence[Buffer]) -> None:
        """Write one record; OSError leaves the segment as it was before."""
        position = self.info.bytes
        pieces, size = pack_record(kind, frame, parts, offset=position, tag=self._tag)
        self._write(pieces, position)
        self.info.add(kind, frame, position + size)

    def close(self) -> None:
        """Cut what an interrupted write left, hand the data to the disk (fsync) and close."""
        try:
            os.ftruncate(self._file, self.info.bytes)
            os.fsync(self._file)
        finally:
            os.close(self._file)

    def _write(self, pieces: Sequence[Buffer], position: int) -> None:
        left = [as_view(piece) for piece in pieces if len(piece)]
        while left:
            written = os.pwritev(self._file, left, position)
            if not written:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            position += written
            # The system may take only a part of it.
            while left and written >= left[0].nbytes:
                written -= left.pop(0).nbytes
            if left:
                left[0] = left[0][written:]


def truncate(path: Path, size: int) -> int:
    """Cut a file to ``size`` bytes, remove it where nothing is left, and return how many bytes were cut."""
    cut = path.stat().st_size - size
    if size:
        with path.open("rb+") as file:
            file.truncate(size)
            os.fsync(file.fileno())
    else:
        path.unlink()
    return cut
