"""Fragments with values that no detector gives, their checksums right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.rows import CORRUPT
from trigemu.decision.verdicts import RowMaker
from trigemu.frames.columns import Block, pack
from trigemu.frames.frame import Fragment
from trigemu.frames.wire import WireError, fragment_message, parse_fragment
from trigemu.setup.experiment import Setup

Frames = list[dict[str, Block]]


def make_frames(setup: Setup[Any], count: int) -> Frames:
    """Return the first frames of a run, source by source."""
    generator = setup.make_generator(tuple(setup.schemas))
    return [
        {name: pack(schema, generator.fragment(name, number)) for name, schema in setup.schemas.items()}
        for number in range(count)
    ]


def extremes(dtype: np.dtype[Any]) -> list[Any]:
    """Return numbers at and near the ends of a dtype, and none at all."""
    if dtype.kind == "f":
        limits = np.finfo(dtype)
        return [np.nan, np.inf, -np.inf, limits.max, limits.min, limits.tiny, 0.0, -0.0, 1e10, -1e10, 1e30]
    info = np.iinfo(dtype)
    near = [0, 1, 2, -1, -2, 255, 256, 577, 1024, 14336, 1 << 14, 1 << 31, 1 << 44, 1 << 61, 1 << 62]
    values = [
        info.min,
        info.min + 1,
        info.max,
        info.max - 1,
        info.max // 2,
        *near,
        *(-value for value in near),
    ]
    return [value for value in values if info.min <= value <= info.max]


def spoil(values: NDArray[Any], random: np.random.Generator) -> None:
    """Put extreme values into some places of a column, or its own into another order."""
    if not len(values):
        return
    kind = random.integers(8)
    if kind == 0:
        random.shuffle(values)
    elif kind == 1:
        values[:] = values[::-1].copy()
    elif kind == 2:
        values[:] = random.choice(np.array(extremes(values.dtype), values.dtype))
    elif kind == 3:
        values.view(np.uint8)[:] = random.integers(0, 256, values.nbytes, np.uint8)
    else:
        places = random.integers(0, len(values), random.integers(1, 4))
        values[places] = random.choice(np.array(extremes(values.dtype), values.dtype), len(places))


def hostile(frames: Frames, random: np.random.Generator) -> Iterator[tuple[int, str, dict[str, Block]]]:
    """Yield frame number, what was done, and the frame's fragments, one of them with a spoilt column or more."""
    while True:
        number = int(random.integers(len(frames)))
        found = dict(frames[number])
        name = str(random.choice(sorted(found)))
        block = Block(found[name].schema, found[name].lengths, found[name].buffer.copy())
        columns = random.choice(block.schema.names, random.integers(1, 3))
        for column in columns:
            spoil(block[column], random)
        found[name] = block
        yield number, f"{name}: {', '.join(columns)}", found


def decide(setup: Setup[Any], maker: RowMaker, number: int, blocks: Mapping[str, Block]) -> str:
    """Send fragments through the worker's path: messages, their checks, the row; return the frame's state."""
    fragments, messages = [], []
    for name in sorted(blocks):
        parts = fragment_message(Fragment(setup.config.run.number, number, name, blocks[name], 1, 1))
        try:
            fragments.append(parse_fragment([bytes(part) for part in parts], setup.schemas))
        except WireError:
            return "damaged"
        messages.append(parts)
    row = maker.row(number, fragments, messages, 1)
    if row.lost:
        assert row.lost == CORRUPT
        assert 1 <= row.missing <= len(blocks)
        return "corrupt"
    return "decided"


def run(setup: Setup[Any], frames: Frames, count: int, seed: int) -> Counter[str]:
    """Decide so many hostile frames; return how many ended in which state."""
    maker, random, states = RowMaker(setup), np.random.default_rng(seed), Counter[str]()
    for number, _, blocks in hostile(frames, random):
        states[decide(setup, maker, number, blocks)] += 1
        if states.total() == count:
            return states
    raise AssertionError
