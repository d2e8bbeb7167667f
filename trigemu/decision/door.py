"""What is looked at before a trigger gets a frame: live, offline and from Python alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.errors import InputError
from trigemu.frames.columns import Array, pack_exactly
from trigemu.frames.crossings import check_crossings
from trigemu.frames.frame import TimeFrame
from trigemu.frames.ranges import CorruptError, Ranges, is_plain
from trigemu.frames.schema import Schema
from trigemu.setup.experiment import Setup


class Door:
    """Refuses frames with values that the detectors cannot give, or that contradict each other.

    Parameters
    ----------
    setup
        The run: its experiment says what is possible.
    more
        Schemas of further sources that frames may have.
    """

    def __init__(self, setup: Setup[Any], more: Mapping[str, Schema]) -> None:
        schemas = {**setup.schemas, **more}
        self._ranges = {source: Ranges(schema) for source, schema in schemas.items()}
        self._crossings = setup.crossings
        self._frame_ticks = setup.clock.frame_ticks

    def check(self, frame: TimeFrame) -> TimeFrame:
        """Return the frame, with columns in the dtypes of their sources.

        Raises
        ------
        CorruptError
            A column has another shape or dtype, or a value that cannot be; or the sources do not agree about the
            frame's crossings.
        """
        wrong: list[str] = []
        sentence = ""
        cast: dict[str, Mapping[str, Array]] = {}
        for source, columns in frame.fragments.items():
            ranges = self._ranges.get(source)
            if ranges is None:
                continue
            found = ""
            if not is_plain(ranges.schema, columns):
                try:
                    cast[source] = columns = _as_block(ranges.schema, columns)
                except InputError as error:
                    found = str(error)
            found = found or ranges.complaint(columns)
            if found:
                wrong.append(source)
                sentence = sentence or found
        if wrong:
            raise CorruptError(f"frame {frame.number}: {sentence}", tuple(wrong))
        if cast:
            frame = TimeFrame(frame.run, frame.number, {**frame.fragments, **cast})
        if self._crossings is not None:
            check_crossings(frame.fragments, self._crossings, frame.number, self._frame_ticks)
        return frame


def _as_block(schema: Schema, columns: Mapping[str, Array]) -> Mapping[str, Array]:
    """Return plain arrays as a received fragment would have them."""
    block = pack_exactly(schema, columns)
    hits = {len(block[name]) for name in schema.names if name != "offsets"}
    if len(hits) > 1:
        raise InputError(f"source {schema.source!r}: hit columns of different lengths")
    return block
