"""Writing a run: records into segments, and the run directory closed whatever happens."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from trigemu.errors import InputError, RunError
from trigemu.frames.columns import Buffer
from trigemu.frames.lock import RESERVE_FILE, RunLock, is_locked
from trigemu.frames.records import FORMAT_VERSION, HEADER_SIZE, as_view, run_tag
from trigemu.frames.runfiles import RunInfo, read_run, write_index
from trigemu.frames.segment_reader import Gap, Segment
from trigemu.frames.segments import SegmentInfo, SegmentWriter, segment_name, truncate
from trigemu.frames.survey import survey_run

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class RunWriter:
    """Appends records to a run directory made by `create_run`.

    Memory does not grow with the run: only a line per segment is kept.

    Parameters
    ----------
    path
        The run directory; it holds no segments yet (see `reopen`).
    segment_bytes
        A segment that would grow beyond this is closed and the next one begun.
    after
        The segments that are there and that are continued (used by `reopen`, which has checked them).

    Attributes
    ----------
    frames
        Frames that are complete, for the index; None while nobody says.

    Raises
    ------
    InputError
        ``path`` is not a run directory, or holds segments already.
    RunError
        Another process writes it; no space left, or another error of the file system; the run directory is closed.
    """

    def __init__(self, path: Path, segment_bytes: int, *, after: Sequence[SegmentInfo] | None = None) -> None:
        path = Path(path)
        self._path = path
        self._limit = segment_bytes
        self._run_id = check_writable(path).run_id
        self._tag = run_tag(self._run_id)
        self._closed = False
        self.frames: int | None = None
        self._lock: RunLock | None = None
        if after is None and any(path.glob("segment-*.tgm")):
            raise InputError(f"{path}: the run has been recorded already")
        self._infos = infos = list(after or ())
        self._writer: SegmentWriter | None = None
        try:
            self._lock = RunLock(path)
            if infos and infos[-1].bytes < segment_bytes:
                number = len(infos) - 1
                self._writer = SegmentWriter(path / segment_name(number), number, self._tag, infos[-1])
        except OSError as error:
            self._fail(error)

    @classmethod
    def reopen(cls, path: Path, segment_bytes: int, *, commit: str | None = None) -> tuple[RunWriter, int]:
        """Go on with a run whose recorder died: cut its torn tail and append after the last whole record.

        Parameters
        ----------
        path, segment_bytes
            As for `RunWriter`.
        commit
            Kind of the record that completes a frame; records after the last one of this kind are cut, too,
            so that a frame that is recorded again is not there twice.

        Returns
        -------
        tuple
            The writer, and how many bytes were cut.

        Raises
        ------
        InputError
            Not a run directory, another format version, or damage before the end.
        """
        info = check_writable(path)
        if is_locked(path):
            raise RunError(f"{path}: another process is writing this run")
        try:
            survey = survey_run(path, info)
            infos = list(survey.infos)
            cut = 0
            if infos and not infos[-1].bytes:
                # Not even its header was written.
                cut += truncate(path / segment_name(len(infos) - 1), 0)
                infos.pop()
            while infos and commit is not None and _trim(infos[-1], _last_segment(path, info, infos), commit):
                # Nothing of this segment is left: the last committed record is in an earlier one.
                cut += truncate(path / segment_name(len(infos) - 1), 0)
                infos.pop()
            if infos:
                cut += truncate(path / segment_name(len(infos) - 1), infos[-1].bytes)
            write_index(path, infos[:-1], info.run_id, closed=False)
        except OSError as error:
            raise RunError(f"{path}: cannot be reopened ({error.strerror or error})") from None
        return cls(path, segment_bytes, after=infos), cut

    @property
    def bytes_written(self) -> int:
        """Bytes in all segments."""
        return sum(info.bytes for info in self._infos)

    @property
    def records(self) -> int:
        """Records in all segments."""
        return sum(info.records for info in self._infos)

    def append(self, parts: Sequence[Buffer], *, frame: int, kind: str) -> None:
        """Write the parts of one message as a record and hand it to the operating system.

        Raises
        ------
        RunError
            No space left, or another error of the file system; the run directory is closed, and holds every
            record appended before.
        """
        if self._closed:
            raise RunError(f"{self._path}: the run directory is closed, nothing can be added")
        size = HEADER_SIZE + sum(as_view(part).nbytes for part in parts)
        try:
            writer = self._writer
            if writer is None or (writer.info.records and writer.info.bytes + size > self._limit):
                writer = self._next()
            writer.append(kind, frame, parts)
        except OSError as error:
            self._fail(error)

    def flush(self) -> None:
        """Hand everything to the operating system: `append` has done so; fsync comes with a segment's end."""
        if self._closed:
            raise RunError(f"{self._path}: the run directory is closed")

    def close(self) -> None:
        """Finish the last segment (fsync) and write the index; a second call does nothing."""
        if self._closed:
            return
        try:
            self._finish()
            self._release()
            write_index(self._path, self._infos, self._run_id, closed=True, frames=self.frames)
            self._closed = True
        except OSError as error:
            self._fail(error)

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next(self) -> SegmentWriter:
        self._finish()
        write_index(self._path, self._infos, self._run_id, closed=False, frames=self.frames)
        number = len(self._infos)
        self._writer = SegmentWriter(self._path / segment_name(number), number, self._tag)
        self._infos.append(self._writer.info)
        return self._writer

    def _finish(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def _release(self) -> None:
        (self._path / RESERVE_FILE).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.release()

    def _fail(self, error: OSError) -> NoReturn:
        """Leave a run directory that readers understand, then say what happened."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._finish()
        with contextlib.suppress(OSError):
            self._release()
        with contextlib.suppress(OSError):
            # If even this finds no room, readers scan the segments.
            write_index(self._path, self._infos, self._run_id, closed=True, frames=self.frames)
        reason = error.strerror or str(error)
        kept = f"the run directory is closed and keeps its {self.records} records"
        what = "no space left" if error.errno in _NO_SPACE else "cannot write the run"
        raise RunError(f"{what} on {self._path} ({reason}): {kept}") from None


def check_writable(path: Path) -> RunInfo:
    """Return what ``run.json`` says; `InputError` for a version that is read but not written."""
    info = read_run(path)
    if info.version != FORMAT_VERSION:
        raise InputError(
            f"{path}: has the older run format {info.version} (written by trigemu {info.package_version}): it can be "
            f"replayed and exported, not written to"
        )
    return info


def _last_segment(path: Path, info: RunInfo, infos: list[SegmentInfo]) -> Segment:
    number = len(infos) - 1
    return Segment(path / segment_name(number), number, run_tag(info.run_id), info.version)


def _trim(info: SegmentInfo, segment: Segment, commit: str) -> bool:
    """Make ``info`` end with its last record of kind ``commit``; return True where it has none."""
    heads = [each[0] for each in segment.records(info.bytes) if not isinstance(each, Gap)]
    while heads and heads[-1].kind != commit:
        heads.pop()
    info.bytes, info.first_frame, info.last_frame = HEADER_SIZE, None, None
    info.kinds.clear()
    for head in heads:
        info.add(head.kind, head.frame, head.end)
    return not heads
