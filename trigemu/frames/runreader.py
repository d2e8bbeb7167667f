"""Reading a recorded run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trigemu.errors import InputError
from trigemu.frames.records import Head, Record, run_tag
from trigemu.frames.runfiles import CONFIG_FILE, INDEX_FILE, read_checked, read_run
from trigemu.frames.segment_reader import Gap, Segment
from trigemu.frames.segments import SegmentInfo, segment_name
from trigemu.frames.survey import survey_run

_OPEN = 4
"""Segments kept open; a reader that follows the frames needs one."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is not there although it was recorded.

    Attributes
    ----------
    records, bytes, segments
        Records (where no index tells how many there were: at least), bytes, and whole segments.
    first
        A sentence about the first place; "" if nothing is missing.
    """

    records: int = 0
    bytes: int = 0
    segments: int = 0
    first: str = ""


class RunReader:
    """A recorded run; records are read-only views of what was read.

    Parameters
    ----------
    path
        The run directory.
    damaged
        Whether to pass over what is missing or damaged (`damage` says what) instead of raising.

    Attributes
    ----------
    info
        What ``run.json`` says: run id, number, versions.
    config
        The resolved configuration.
    torn_bytes
        Bytes at the end of the last segment that are no whole record: left by a crash, never returned.
    closed
        Whether the recorder closed the run in order and all that it listed is there.
    closed_once
        Whether the recorder closed the run in order, whatever became of it since.
    frames
        Frames that were complete when the index was written; None where it does not say.

    Raises
    ------
    InputError
        Not a run directory, one of another format version, files that were edited, or, unless ``damaged``, a segment
        missing or damaged before its end.
    """

    def __init__(self, path: Path, *, damaged: bool = False) -> None:
        self.path = Path(path)
        self.info = read_run(self.path)
        advice = "put the recorded one back (to decide otherwise: --set or --config)"
        self.config: dict[str, Any] = read_checked(self.path / CONFIG_FILE, self.info, advice)
        try:
            survey = survey_run(self.path, self.info, damaged=damaged)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror or error})") from None
        self.torn_bytes = survey.torn_bytes
        self.closed = survey.closed
        self.segments = survey.infos
        self.closed_once = survey.index.closed
        self.frames = survey.index.frames
        self._damaged = damaged
        self._index = survey.index
        self._absent = survey.absent
        self._tag = run_tag(self.info.run_id)
        self._open: dict[int, Segment] = {}
        self._found: dict[int, SegmentInfo] = {}
        self._gaps: dict[int, list[Gap]] = {}

    @property
    def kinds(self) -> Counter[str]:
        """Records of each kind."""
        return sum((info.kinds for info in self.segments), Counter[str]())

    def records(self, kind: str | None = None, frames: range | None = None) -> Iterator[Record]:
        """Yield records in the order in which they were written.

        Parameters
        ----------
        kind
            Only records of this kind.
        frames
            Only records of these frames.

        Raises
        ------
        InputError
            A record is damaged; names file and byte.
        """
        low, high = (0, -1) if not frames else sorted((frames[0], frames[-1]))
        every = kind is None and frames is None

        def wanted(head: Head) -> bool:
            return (kind is None or head.kind == kind) and (frames is None or head.frame in frames)

        for number, info in enumerate(self.segments):
            if frames is not None and not info.overlaps(low, high):
                continue
            if number in self._absent or (kind is not None and not info.kinds[kind]):
                continue
            yield from self._segment_records(number, info.bytes, None if every else wanted)

    def _segment_records(
        self, number: int, stop: int, wanted: Callable[[Head], bool] | None
    ) -> Iterator[Record]:
        segment = self._segment(number)
        gaps: list[Gap] = []
        found = SegmentInfo()
        for each in segment.records(stop, wanted):
            if not isinstance(each, Gap):
                head, record = each
                found.add(head.kind, head.frame, head.end)
                yield record
            elif self._damaged:
                gaps.append(each)
            else:
                raise segment.damage(each.start)
        if wanted is None:
            self._found[number], self._gaps[number] = found, gaps

    def again(self) -> RunReader:
        """Return another reader of the run, for going through it a second time beside the first."""
        return RunReader(self.path, damaged=self._damaged)

    def by_frame(self, frame: int) -> list[Record]:
        """Return the records of one frame; only segments that hold it are looked at."""
        return list(self.records(frames=range(frame, frame + 1)))

    def damage(self) -> Damage:
        """Return what is missing, after all records have been read.

        Raises
        ------
        InputError
            The index does not describe the segments.
        """
        records = size = 0
        first = ""
        for number, info in enumerate(self.segments):
            known = self._index.infos[number] if number < len(self._index.infos) else None
            gaps = self._gaps.get(number, [])
            if number in self._absent:
                size += known.bytes if known else 0
                records += known.records if known else 1
                first = first or self._absent[number]
                continue
            found = self._found[number]
            if known and (found.kinds - known.kinds or (found.records == known.records and found != known)):
                raise InputError(
                    f"{self.path / INDEX_FILE}: does not describe {segment_name(number)}; "
                    "remove it, then the segments are read instead"
                )
            # What is torn off at the end is not part of `info` any more.
            length = self._segment(number).size
            torn = max(length, known.bytes if known else 0) - info.bytes
            size += torn + sum(gap.stop - gap.start for gap in gaps)
            records += max(0, known.records - found.records) if known else len(gaps)
            if gaps or torn:
                at = gaps[0].start if gaps else max(info.bytes, 0)
                first = first or f"{self.path / segment_name(number)} has no whole record at byte {at}"
        return Damage(records, size, len(self._absent), first)

    def _segment(self, number: int) -> Segment:
        segment = self._open.pop(number, None)
        if segment is None:
            segment = Segment(self.path / segment_name(number), number, self._tag, self.info.version)
            if segment.size < self.segments[number].bytes:
                raise InputError(f"{segment.path}: was cut while the run was open")
            while len(self._open) >= _OPEN:
                del self._open[next(iter(self._open))]
        self._open[number] = segment
        return segment
