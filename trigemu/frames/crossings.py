"""Frames of experiments whose data come in crossings: one source lists them, the others are cut by offsets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trigemu.errors import InputError
from trigemu.frames.columns import Array, check_offsets, cut_windows
from trigemu.frames.frame import TRUTH
from trigemu.frames.ranges import CorruptError
from trigemu.frames.schema import OFFSETS


class CrossingError(CorruptError):
    """Fragments of one frame that do not agree about its crossings; ``sources`` are those that are wrong."""


def check_crossings(
    fragments: Mapping[str, Mapping[str, Array]], source: str, frame: int, frame_ticks: int
) -> None:
    """Check what triggers rely on.

    Parameters
    ----------
    fragments
        Source -> columns of one frame.
    source
        The source that lists the crossings.
    frame, frame_ticks
        Number and length (TDC counts) of the frame.

    Raises
    ------
    CrossingError
        Times of crossings do not rise strictly inside the frame, or a source with ``offsets`` has not one piece
        per crossing.
    """
    time = fragments[source]["time"] if source in fragments else None
    if time is None:
        raise CrossingError(
            f"frame {frame}: source {source!r}, which lists the crossings, is missing", (source,)
        )
    if len(time) and (time[0] < 0 or time[-1] >= frame_ticks or (time[1:] <= time[:-1]).any()):
        raise CrossingError(
            f"frame {frame}: source {source!r}: times of crossings must rise strictly from 0 to below {frame_ticks}",
            (source,),
        )
    wrong = []
    for name, columns in fragments.items():
        if OFFSETS not in columns or name == TRUTH:
            continue
        offsets = columns[OFFSETS]
        lengths = {len(values) for key, values in columns.items() if key != OFFSETS}
        if len(lengths) > 1:
            raise CrossingError(f"frame {frame}: source {name!r}: hit columns of different lengths", (name,))
        try:
            check_offsets(offsets, max(lengths, default=0), f"frame {frame}: source {name!r}")
        except InputError as error:
            raise CrossingError(str(error), (name,)) from None
        if len(offsets) != len(time) + 1:
            wrong.append(name)
    if wrong:
        pieces = len(fragments[wrong[0]][OFFSETS]) - 1
        raise CrossingError(
            f"frame {frame}: source {wrong[0]!r} has {pieces} crossings where {source!r} lists {len(time)}",
            tuple(wrong),
        )


def find_crossings(crossings: NDArray[np.int64], time: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place (int64[n]) of each of these times among a frame's crossings.

    Raises
    ------
    InputError
        A time is not that of a crossing.
    """
    place = np.searchsorted(crossings, time)
    if len(time) and (not len(crossings) or (crossings[place.clip(max=len(crossings) - 1)] != time).any()):
        raise InputError("a trigger candidate has not the time of a crossing")
    return place.astype(np.int64, copy=False)


def take_crossings(
    columns: Mapping[str, Array], rows: NDArray[np.int64], time: NDArray[np.int64]
) -> dict[str, Array]:
    """Return a source's data of some crossings, with ``offsets`` (int64[n + 1]) that cut them into these.

    Parameters
    ----------
    columns
        Columns with ``offsets``, one piece per crossing, or without (the source that lists the crossings, and
        the truth): entries at the crossing's very time.
    rows, time
        int64[n], places of the crossings in the frame and their times.
    """
    if OFFSETS not in columns:
        return cut_windows(columns, time, time + 1)
    begin, end = columns[OFFSETS][rows], columns[OFFSETS][rows + 1]
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(end - begin, out=offsets[1:])
    index = np.arange(offsets[-1]) + np.repeat(begin - offsets[:-1], end - begin)
    return {**{name: values[index] for name, values in columns.items() if name != OFFSETS}, OFFSETS: offsets}
