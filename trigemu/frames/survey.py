"""Finding out what a run directory's segments hold, whatever happened to the process that wrote them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from trigemu.errors import InputError
from trigemu.frames.records import run_tag
from trigemu.frames.runfiles import read_index
from trigemu.frames.segments import Segment, SegmentInfo, segment_name


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
        Whether the writer closed the run in order.
    """

    infos: tuple[SegmentInfo, ...]
    torn_bytes: int
    closed: bool


def survey_run(path: Path, run_id: str) -> Survey:
    """Look at all segments of a run; those that the index describes are not read.

    Raises
    ------
    InputError
        A segment is missing, foreign, of another version, or damaged before its end.
    """
    index, closed = read_index(path)
    count = _count_segments(path)
    if len(index) > count:
        raise InputError(f"{path}: {segment_name(count)} is missing, the index lists it")
    tag = run_tag(run_id)
    infos: list[SegmentInfo] = []
    torn = 0
    for number in range(count):
        known = index[number] if number < len(index) else None
        info, torn = _survey_segment(path / segment_name(number), number, tag, known)
        if torn and number < count - 1:
            raise InputError(
                f"{path / segment_name(number)}: damaged from byte {info.bytes} on, other segments follow"
            )
        infos.append(info)
    return Survey(tuple(infos), torn, closed and not torn and len(index) == count)


def _survey_segment(path: Path, number: int, tag: int, known: SegmentInfo | None) -> tuple[SegmentInfo, int]:
    """Return what a segment holds and how many bytes of its tail are torn."""
    segment = Segment(path, number, tag)
    size = len(segment.view)
    if known is not None and known.bytes == size and segment.whole:
        return known, 0
    heads, end = segment.survey()
    info = SegmentInfo(bytes=end)
    for head in heads:
        info.add(head.kind, head.frame, head.end)
    return info, max(size, known.bytes if known else 0) - end


def _count_segments(path: Path) -> int:
    names = {file.name for file in path.iterdir() if re.fullmatch(r"segment-\d{6,}\.tgm", file.name)}
    for number in range(len(names)):
        if segment_name(number) not in names:
            raise InputError(f"{path}: {segment_name(number)} is missing, later segments are there")
    return len(names)
