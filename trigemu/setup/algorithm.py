"""Trigger algorithms that users add: one file with a frozen config, one batch function and one decorator.

An installed package offers an algorithm through the entry-point group ``trigemu.triggers``; a run configuration
asks for it with an ``[[algorithm]]`` table, and menu expressions may then use its bits as ``name.bit``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from trigemu.config.check import validate
from trigemu.errors import InputError
from trigemu.frames.frame import TimeFrame
from trigemu.plain import short
from trigemu.setup.plugins import load, offered, offered_names

ALGORITHM_GROUP = "trigemu.triggers"

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
    """Turn a batch function into an `Algorithm`."""
    if not 1 <= len(bits) <= 64:
        raise ValueError(f"algorithm {name!r} must have 1 to 64 bits, not {len(bits)}")
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


@dataclass(frozen=True, slots=True)
class BoundAlgorithm:
    """An algorithm with its validated configuration; fills one 64-bit trigger word."""

    algorithm: Algorithm
    config: BaseModel

    @classmethod
    def from_table(cls, table: Mapping[str, Any], where: str) -> BoundAlgorithm:
        """Build from an ``[[algorithm]]`` table (``name`` and the algorithm's own keys)."""
        if "name" not in table:
            raise InputError(f"{where}: name is missing; installed: {', '.join(algorithm_names()) or 'none'}")
        algorithm = find_algorithm(str(table["name"]))
        own = {key: value for key, value in table.items() if key != "name"}
        return cls(algorithm, validate(algorithm.config, own, f"{where} {algorithm.name}"))

    def bit_names(self) -> list[str]:
        """Return 64 names, ``algorithm.bit`` and empty ones."""
        names = [f"{self.algorithm.name}.{bit}" for bit in self.algorithm.bits]
        return names + [""] * (64 - len(names))

    def words(self, frame: TimeFrame, time: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the trigger word (uint64[n]) for entries at ``time`` (int64[n])."""
        words = np.asarray(self.algorithm.decide(frame, time, self.config), np.uint64)
        if words.shape != time.shape:
            raise InputError(
                f"algorithm {self.algorithm.name!r} returned shape {words.shape} for {len(time)} entries"
            )
        return words
