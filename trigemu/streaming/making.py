"""A fragment's columns on their way from what makes them: packed, and checked where they are made anew."""

from __future__ import annotations

from trigemu.errors import InputError
from trigemu.frames.columns import Block, pack
from trigemu.frames.ranges import Ranges
from trigemu.setup.protocols import Generator
from trigemu.streaming.recorded import Recorded


def make_block(generator: Generator, ranges: Ranges, frame: int) -> Block:
    """Return the block of one source in one frame.

    Recorded fragments are passed on as they are: what cannot be in them is found, and counted, where the frame is
    decided.  What a generator makes is the program's own: if it cannot be, the generator is wrong.

    Raises
    ------
    InputError
        The generator made columns that do not fit the schema, or values that the schema rules out.
    """
    schema = ranges.schema
    columns = generator.fragment(schema.source, frame)
    if isinstance(generator, Recorded):
        return pack(schema, columns)
    try:
        block = pack(schema, columns)
        found = ranges.complaint(block)
    except InputError as error:
        found = str(error)
    if found:
        raise InputError(f"frame {frame}: {type(generator).__name__} makes what cannot be: {found}")
    return block
