"""What triggers at colliders check of a frame, or of a user's arrays, before they look at its hits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trigemu.arrays import U8
from trigemu.collider.sources import TIMING
from trigemu.errors import InputError
from trigemu.frames.columns import Array, Schema, check_offsets, pack_exactly
from trigemu.frames.frame import TimeFrame
from trigemu.frames.ranges import Ranges


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


class Sources:
    """Looks at arrays that are to be the columns of sources, and that nobody has looked at.

    Parameters
    ----------
    schemas
        Source -> its schema; each has a column ``channel``.
    """

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._ranges = {name: Ranges(schema) for name, schema in schemas.items()}

    def checked(self, given: Mapping[str, Mapping[str, Array]], random: U8) -> dict[str, Mapping[str, Array]]:
        """Return the columns of each source in its dtypes, if they are what it can hold.

        Parameters
        ----------
        given
            Source -> its columns, ``offsets`` int64[n + 1] among them.  Integers of other dtypes are taken if they fit.
        random
            uint8[n], 1 at a random trigger.

        Raises
        ------
        InputError
            A column is missing, holds what cannot be, or has not as many crossings as the others; the sentence names
            source, column and entry.
        """
        sources = {name: self._source(name, columns) for name, columns in given.items()}
        pulses = np.asarray(random)
        crossings = {name: len(columns["offsets"]) - 1 for name, columns in sources.items()}
        if pulses.ndim != 1 or len({len(pulses), *crossings.values()}) != 1:
            many = ", ".join(f"{count} in {name}" for name, count in crossings.items())
            raise InputError(
                f"crossings: {many}, but random is {list(pulses.shape)}: one entry for each is wanted"
            )
        if pulses.dtype.kind not in "iub" or not np.isin(pulses, (0, 1)).all():
            raise InputError("random: each entry must be 0 or 1")
        return sources

    def _source(self, source: str, columns: Mapping[str, Array]) -> Mapping[str, Array]:
        schema = self._schemas[source]
        if missing := [name for name in schema.names if name not in columns]:
            raise InputError(f"source {source!r}: column {missing[0]!r} is missing")
        for name, wanted in zip(schema.names, schema.dtypes, strict=True):
            kind = np.asarray(columns[name]).dtype
            if wanted.kind in "iu" and kind.kind not in "iub":
                raise InputError(f"source {source!r}: column {name!r} holds {kind}, whole numbers are wanted")
        block = pack_exactly(schema, {name: np.asarray(columns[name]) for name in schema.names})
        check_offsets(block["offsets"], len(block["channel"]), f"source {source!r}")
        lengths = {name: len(block[name]) for name in schema.names if name != "offsets"}
        if len(set(lengths.values())) > 1:
            many = ", ".join(f"{count} in {name!r}" for name, count in lengths.items())
            raise InputError(f"source {source!r}: entries: {many}; all columns need as many")
        if complaint := self._ranges[source].complaint(block):
            raise InputError(complaint)
        return block
