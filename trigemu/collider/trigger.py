"""What triggers at colliders check of a frame before they look at its hits."""

from __future__ import annotations

from trigemu.collider.sources import TIMING
from trigemu.errors import InputError
from trigemu.frames.columns import Array
from trigemu.frames.frame import TimeFrame


def columns_of(frame: TimeFrame, source: str) -> dict[str, Array]:
    """Return the columns of a source.

    Raises
    ------
    InputError
        The frame has no fragment of it.
    """
    if source not in frame.fragments:
        raise InputError(
            f"frame {frame.number} has no fragment of source {source!r}, which the trigger needs"
        )
    return dict(frame[source])


def pieces_of(frame: TimeFrame, source: str, crossings: int, timing: str = TIMING) -> dict[str, Array]:
    """Return the columns of a source whose ``offsets`` partition it into one piece per crossing.

    Parameters
    ----------
    frame, source
        Where and what.
    crossings
        How many crossings the frame has.
    timing
        Name of the source that lists them, for the message.

    Raises
    ------
    InputError
        The frame has no fragment of the source, or its pieces are more or less than the crossings.
    """
    columns = columns_of(frame, source)
    pieces = len(columns["offsets"]) - 1
    if pieces != crossings:
        raise InputError(
            f"frame {frame.number}: source {source!r} has {pieces} crossings, {timing!r} has {crossings}"
        )
    return columns
