"""Whether the segments of a run are as long as its index says: a look at sizes, which costs nothing."""

from __future__ import annotations

from pathlib import Path

from trigemu.frames.runfiles import RunInfo, read_index
from trigemu.frames.segments import segment_name


def damage(path: Path, info: RunInfo) -> str:
    """Return a sentence on the first segment that is gone or of another length; "" if there is none.

    What is inside segments is not looked at, and nothing is known of a run that was not closed.

    Raises
    ------
    InputError
        The index was edited or is not of this run.
    """
    index = read_index(path, info)
    for number, segment in enumerate(index.infos if index.closed else ()):
        file = path / segment_name(number)
        try:
            found = file.stat().st_size
        except OSError:
            return f"{file}: is not there; trigemu finish {path} says what is missing"
        if found != segment.bytes:
            what = f"has {found} bytes, not the {segment.bytes} that were recorded"
            return f"{file}: {what}; trigemu finish {path} says what is missing"
    return ""
