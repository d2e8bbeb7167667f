"""Reading a recorded run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trigemu.errors import InputError
from trigemu.frames.records import Record, run_tag
from trigemu.frames.runfiles import CONFIG_FILE, read_json, read_run
from trigemu.frames.segments import Segment, segment_name
from trigemu.frames.survey import survey_run

_MAPPED = 4
"""Segments kept mapped; a reader that follows the frames needs one."""


class RunReader:
    """A recorded run; records are views into the mapped files, read-only.

    The files must not be cut while records are in use (nothing in trigemu cuts a closed run).

    Parameters
    ----------
    path
        The run directory.

    Attributes
    ----------
    info
        What ``run.json`` says: run id, number, versions.
    config
        The resolved configuration.
    torn_bytes
        Bytes at the end of the last segment that are no whole record: left by a crash, never returned.
    closed
        Whether the recorder closed the run in order.

    Raises
    ------
    InputError
        Not a run directory, one of another format version, a segment missing or damaged before its end.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.info = read_run(self.path)
        self.config: dict[str, Any] = read_json(self.path / CONFIG_FILE)
        try:
            survey = survey_run(self.path, self.info.run_id)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror or error})") from None
        self.torn_bytes = survey.torn_bytes
        self.closed = survey.closed
        self.segments = survey.infos
        self._tag = run_tag(self.info.run_id)
        self._mapped: dict[int, Segment] = {}

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
        for number, info in enumerate(self.segments):
            if frames is not None and not info.overlaps(low, high):
                continue
            if kind is not None and not info.kinds[kind]:
                continue
            segment = self._segment(number)
            for head in segment.heads(info.bytes):
                if (kind is None or head.kind == kind) and (frames is None or head.frame in frames):
                    yield segment.record(head)

    def by_frame(self, frame: int) -> list[Record]:
        """Return the records of one frame; only segments that hold it are looked at."""
        return list(self.records(frames=range(frame, frame + 1)))

    def _segment(self, number: int) -> Segment:
        segment = self._mapped.pop(number, None)
        if segment is None:
            segment = Segment(self.path / segment_name(number), number, self._tag)
            if len(segment.view) < self.segments[number].bytes:
                raise InputError(f"{segment.path}: was cut while the run was open")
            while len(self._mapped) >= _MAPPED:
                del self._mapped[next(iter(self._mapped))]
        self._mapped[number] = segment
        return segment
