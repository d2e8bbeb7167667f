"""Finding out what a run directory's segments hold, whatever happened to the process that wrote them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trigemu.errors import InputError
from trigemu.frames.records import HEADER_SIZE, run_tag
from trigemu.frames.runfiles import MAX_SEGMENTS, Index, RunInfo, read_index
from trigemu.frames.segment_reader import Gap, Segment
from trigemu.frames.segments import SegmentInfo, segment_name


@dataclass(frozen=True, slots=True)
class Survey:
    """What the segments hold.

    Attributes
    ----------
    infos
        One per segment, in order; ``bytes`` is where its last whole record ends.
    torn_bytes
        What lies, or should lie, beyond that in the last segment.
    closed
        Whether the writer closed the run in order, and all that the index lists is there.
    index
        What the index says.
    absent
        Segments that are missing or cannot be used: number -> why.
    """

    infos: tuple[SegmentInfo, ...]
    torn_bytes: int
    closed: bool
    index: Index = field(default_factory=Index)
    absent: dict[int, str] = field(default_factory=dict)


def survey_run(path: Path, info: RunInfo, *, damaged: bool = False) -> Survey:
    """Look at all segments of a run; those that the index describes are not read.

    Parameters
    ----------
    path, info
        The run.
    damaged
        Whether to put up with segments that are missing, foreign or damaged, and say so, instead of raising.

    Raises
    ------
    InputError
        A segment is missing, foreign, of another version, or damaged before its end; or the index was edited.
    """
    index = read_index(path, info)
    names = _segments(path)
    count = max([len(index.infos), *(number + 1 for number in names)])
    tag = run_tag(info.run_id)
    infos: list[SegmentInfo] = []
    absent: dict[int, str] = {}
    torn = 0
    for number in range(count):
        known = index.infos[number] if number < len(index.infos) else None
        if number not in names:
            absent[number] = _missing(path, number, names)
        else:
            try:
                segment = Segment(path / segment_name(number), number, tag, info.version)
                found, torn = _survey_segment(segment, known, damaged)
                if not damaged and torn and number < count - 1:
                    raise InputError(
                        f"{path / segment_name(number)}: damaged from byte {found.bytes} on, other segments follow"
                    )
                infos.append(found)
                continue
            except InputError as error:
                absent[number] = str(error)
        if not damaged:
            raise InputError(absent[number])
        infos.append(SegmentInfo(bytes=0))
        torn = 0
    closed = index.closed and not torn and not absent and len(index.infos) == count
    return Survey(tuple(infos), torn, closed, index, absent)


def _survey_segment(segment: Segment, known: SegmentInfo | None, damaged: bool) -> tuple[SegmentInfo, int]:
    """Return what a segment holds and how many bytes of its tail are torn."""
    if known is not None and known.bytes == segment.size and segment.whole:
        return known, 0
    info = SegmentInfo(bytes=HEADER_SIZE if segment.whole else 0)
    gap: Gap | None = None
    for each in segment.records(segment.size):
        if isinstance(each, Gap):
            gap = gap or each
            continue
        if gap and not damaged:
            # A good record behind it: that is damage, and no tail cut off by a crash.
            raise segment.damage(gap.start)
        head, _ = each
        info.add(head.kind, head.frame, head.end)
    return info, max(segment.size, known.bytes if known else 0) - info.bytes


def _segments(path: Path) -> set[int]:
    found = set()
    for file in path.iterdir():
        match = re.fullmatch(r"segment-([0-9]{6,7})\.tgm", file.name)
        if match and segment_name(int(match[1])) == file.name:
            found.add(int(match[1]))
    if len(found) > MAX_SEGMENTS or max(found, default=0) > 10 * len(found) + 1000:
        raise InputError(
            f"{path}: {segment_name(max(found))} is far beyond the {len(found)} segments that are there"
        )
    return found


def _missing(path: Path, number: int, names: Sequence[int] | set[int]) -> str:
    why = "later segments are there" if any(other > number for other in names) else "the index lists it"
    return f"{path}: {segment_name(number)} is missing, {why}"
