"""Trigger algorithms that users add: one file with a frozen config, one batch function and one decorator.

An installed package offers an algorithm through the entry-point group ``trigemu.triggers``, or a run configuration
names the file that it is in; an ``[[algorithm]]`` table asks for it, and menu expressions may then use its bits as
``name.bit``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from trigemu.errors import InputError
from trigemu.frames.frame import TimeFrame
from trigemu.plain import short
from trigemu.setup.plugins import load, offered, offered_names

ALGORITHM_GROUP = "trigemu.triggers"

WORD_BITS = 64

BatchFunction = Callable[[TimeFrame, NDArray[np.int64], Any], NDArray[np.uint64]]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A trigger algorithm.

    Attributes
    ----------
    name, version
        What the configuration asks for, and what the run records.
    bits
        Names of the bits it sets; bit i of its result belongs to ``bits[i]`` (at most 64).
    config
        pydantic model of its ``[[algorithm]]`` table.
    decide
        ``decide(frame, time, config)`` -> uint64[n]: the bits for each trigger entry at ``time`` (int64[n], TDC
        counts since the start of the frame).  A pure function of the frame near those times.
    """

    name: str
    version: str
    bits: tuple[str, ...]
    config: type[BaseModel]
    decide: BatchFunction


def trigger_algorithm(
    *, name: str, version: str, bits: Sequence[str], config: type[BaseModel]
) -> Callable[[BatchFunction], Algorithm]:
    """Turn a batch function into an `Algorithm`.

    Parameters
    ----------
    name, version, bits, config
        See `Algorithm`; names are letters, digits and underscores, and do not begin with a digit.

    Raises
    ------
    ValueError
        A name is none, there are no bits or more than 64, or one is there twice.
    """
    if isinstance(bits, str) or not 1 <= len(bits) <= WORD_BITS:
        raise ValueError(f"algorithm {name!r} must have 1 to {WORD_BITS} bits, not {short(repr(bits))}")
    given: tuple[Any, ...] = (name, *bits)
    for each in given:
        if not isinstance(each, str) or not (each.isascii() and each.isidentifier()):
            raise ValueError(f"{each!r} is no name: letters, digits and underscores, no digit first")
    if len(set(bits)) < len(bits):
        raise ValueError(f"algorithm {name!r} has a bit twice: {', '.join(bits)}")
    return lambda function: Algorithm(name, version, tuple(bits), config, function)


def algorithm_names() -> tuple[str, ...]:
    """Return the names of all installed algorithms."""
    return offered_names(ALGORITHM_GROUP)


def find_algorithm(name: str) -> Algorithm:
    """Return an installed algorithm, or raise `InputError` with the names there are."""
    entry = offered(ALGORITHM_GROUP, name)
    if entry is None:
        known = ", ".join(algorithm_names()) or "none"
        raise InputError(f"trigger algorithm {short(name)!r} is not installed; installed: {known}")
    return load(entry, Algorithm)
