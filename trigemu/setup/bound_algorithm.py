"""A trigger algorithm as a configuration asks for it: found, its keys checked, its answers looked at."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from trigemu.arrays import kind_of
from trigemu.config.check import validate
from trigemu.errors import InputError
from trigemu.frames.frame import TimeFrame
from trigemu.setup.algorithm import WORD_BITS, Algorithm, algorithm_names, find_algorithm
from trigemu.setup.algorithm_file import failure, is_somebody_elses, load_file


@dataclass(frozen=True, slots=True)
class BoundAlgorithm:
    """An algorithm with its validated configuration; fills one 64-bit trigger word.

    Attributes
    ----------
    algorithm, config
        The two.
    table
        The ``[[algorithm]]`` table that stands for both, wherever it is read.
    file
        The user's file that it is from, None for what a package offers.
    """

    algorithm: Algorithm
    config: BaseModel
    table: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None

    @classmethod
    def from_table(cls, table: Mapping[str, Any], where: str) -> BoundAlgorithm:
        """Build from an ``[[algorithm]]`` table: ``name`` or ``file``, and the algorithm's own keys.

        Raises
        ------
        InputError
            There is no such algorithm, or a key is not allowed.
        """
        named: dict[str, Any]
        if "file" in table:
            algorithm, named = load_file(table, where)
        elif "name" in table:
            named = {"name": table["name"]}
            algorithm = find_algorithm(str(table["name"]))
        else:
            known = ", ".join(algorithm_names()) or "none"
            raise InputError(f'{where}: give file = "FILE.py", or name; installed: {known}')
        naming = ("name", "file", "sha256") if "file" in table else ("name",)
        own = {key: value for key, value in table.items() if key not in naming}
        config = validate(algorithm.config, own, f"{where} {algorithm.name}")
        return cls(algorithm, config, {**named, **own}, Path(named["file"]) if "file" in named else None)

    def bit_names(self) -> list[str]:
        """Return 64 names, ``algorithm.bit`` and empty ones."""
        names = [f"{self.algorithm.name}.{bit}" for bit in self.algorithm.bits]
        return names + [""] * (64 - len(names))

    def words(self, frame: TimeFrame, time: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the trigger word (uint64[n]) for entries at ``time`` (int64[n]).

        Raises
        ------
        InputError
            The algorithm fails (``detail`` says where), or does not return uint64[n] with its own bits only.
        """
        who = f"algorithm {self.algorithm.name!r}, frame {frame.number}"
        try:
            # What it prints must not come between the results.
            with redirect_stdout(sys.stderr):
                given: Any = self.algorithm.decide(frame, time, self.config)
        except BaseException as error:
            if is_somebody_elses(error):
                raise
            raise failure(who, error, self.file) from error
        if type(given) is not np.ndarray or given.dtype != np.uint64 or given.shape != time.shape:
            raise InputError(f"{who}: returned {kind_of(given)}, not uint64[{len(time)}]")
        declared = len(self.algorithm.bits)
        if declared < WORD_BITS and len(given) and (stray := int(given.max()) >> declared):
            bit = declared + stray.bit_length() - 1
            names = ", ".join(f"{place} {name}" for place, name in enumerate(self.algorithm.bits))
            raise InputError(f"{who}: sets bit {bit}, which it does not declare; its bits are {names}")
        return given
