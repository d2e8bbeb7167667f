"""Frames made and decided in one process, without sockets: what scans and comparisons loop over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import index
from pathlib import Path
from typing import Any

import numpy as np

from trigemu.decision.decide import Decider, Verdict
from trigemu.errors import InputError
from trigemu.frames.frame import TimeFrame
from trigemu.measure.decisions import Decisions
from trigemu.plain import short
from trigemu.setup.build import load_setup
from trigemu.setup.experiment import Setup
from trigemu.setup.protocols import Generator

Config = Setup[Any] | str | Path
"""What functions for users take: a setup, a TOML file, or the name of a shipped configuration."""


def as_setup(config: Config) -> Setup[Any]:
    """Return a setup, loading it if a path or name is given (InputError for anything else)."""
    return config if isinstance(config, Setup) else load_setup(config)


def as_count(value: Any, what: str, least: int) -> int:
    """Return a whole number, or raise `InputError` for what is none, or is less than the least."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = index(value)
    except TypeError:
        raise InputError(f"{what} must be a whole number, not {short(repr(value))}") from None
    if number < least:
        raise InputError(f"{what} must be at least {least}, not {number}")
    return number


def make_frames(
    setup: Setup[Any], numbers: Iterable[int], generator: Generator | None = None
) -> Iterator[TimeFrame]:
    """Yield the frames of these numbers with all their sources, ``truth`` included.

    ``generator`` makes them; None: one of their own does.
    """
    sources = tuple(setup.schemas)
    generator = setup.make_generator(sources) if generator is None else generator
    for number in numbers:
        fragments = {source: generator.fragment(source, number) for source in sources}
        yield TimeFrame(setup.config.run.number, number, fragments)


def decide_frames(
    setup: Setup[Any], numbers: Iterable[int], generator: Generator | None = None
) -> Iterator[Verdict]:
    """Yield the verdict on each of these frames; ``generator`` as in `make_frames`."""
    decider = Decider(setup, readout=False)
    for frame in make_frames(setup, numbers, generator):
        yield decider.decide(frame)


def decide(config: Config, frames: int | Iterable[int] | None = None) -> Decisions:
    """Return what the trigger says to frames, before prescale and dead time.

    Parameters
    ----------
    config
        A setup, a TOML file or the name of a shipped configuration.
    frames
        How many frames from the first on, or their numbers; None for all frames of the run.
    """
    setup = as_setup(config)
    wanted = setup.frames if frames is None else frames
    numbers: Iterable[int] = (
        [as_count(frame, "a frame", 0) for frame in wanted]
        if isinstance(wanted, Iterable)
        else range(as_count(wanted, "frames", 0))
    )
    verdicts = list(decide_frames(setup, numbers))
    if not verdicts:
        none = np.zeros((0, setup.menu.words), np.uint64)
        return Decisions(setup.menu.names, fired=none, passed=none)
    candidates = [verdict.candidates for verdict in verdicts]
    return Decisions(
        lines=setup.menu.names,
        frame=np.repeat(
            np.array([verdict.frame for verdict in verdicts], np.int64), [len(c.time) for c in candidates]
        ),
        time=np.concatenate([c.time for c in candidates]),
        fired=np.concatenate([c.fired.reshape(-1, setup.menu.words) for c in candidates]),
        passed=np.concatenate([c.passed.reshape(-1, setup.menu.words) for c in candidates]),
    )
