"""What a trigger answers, looked at before it is used: kind, shape and names of everything that plug-ins return.

A frame costs a few comparisons of types.  `trigemu.decision.candidates.check_candidates` looks at order and times.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from trigemu.arrays import I64, U64, Bool, kind_of
from trigemu.config.names import allowed
from trigemu.errors import InputError
from trigemu.plain import short
from trigemu.setup.data import WORD_BITS, TriggerWords
from trigemu.setup.experiment import Setup
from trigemu.setup.protocols import Trigger

_COLUMNS = (("time", np.int64), ("bits", np.uint64), ("kinds", np.uint8), ("load", np.uint16))
_DTYPES = {name: np.dtype(kind) for name, kind in _COLUMNS}


class Answers:
    """Checks what the trigger of an experiment returns.

    Parameters
    ----------
    setup
        The run.
    trigger
        Its trigger.
    """

    def __init__(self, setup: Setup[Any], trigger: Trigger) -> None:
        self._who = f"experiment {setup.experiment.name!r}: {type(trigger).__name__}"
        self._words = -(-len(setup.bits) // WORD_BITS)
        self._line_words = setup.menu.words
        self._comparisons = {name: spec.shape for name, spec in setup.comparisons.items()}
        self._histograms = {name: tuple(spec.shape) for name, spec in setup.histograms.items()}

    def words(self, given: Any) -> TriggerWords[Any]:
        """Return the answer of ``words``.

        Raises
        ------
        InputError
            It is no `TriggerWords`, or a column has another type or shape than must be.
        """
        if type(given) is not TriggerWords and not isinstance(given, TriggerWords):
            self._refuse("words", f"returned {kind_of(given)}, not TriggerWords")
        n = -1
        for name, dtype in _DTYPES.items():
            column = getattr(given, name)
            dimensions = 2 if name == "bits" else 1
            if type(column) is not np.ndarray or column.dtype != dtype or column.ndim != dimensions:
                self._refuse("words", f"{name} is {kind_of(column)}, not {dtype}[{_SHAPES[name]}]")
            if name == "time":
                n = len(column)
            elif name != "load" and len(column) != n:
                self._refuse("words", f"{name} has {len(column)} entries, time has {n}")
        if given.bits.shape[1] != self._words:
            self._refuse(
                "words", f"bits has {given.bits.shape[1]} words, the experiment's bits need {self._words}"
            )
        return given

    def combined(self, given: Any) -> tuple[I64, U64]:
        """Return the answer of ``combine``; raises as `words`."""
        if not isinstance(given, tuple) or len(given) != 2:
            self._refuse("combine", f"returned {kind_of(given)}, not (time, lines)")
        time, lines = given
        if type(time) is not np.ndarray or time.dtype != np.int64 or time.ndim != 1:
            self._refuse("combine", f"time is {kind_of(time)}, not int64[n]")
        shape = (len(time), self._line_words)
        if type(lines) is not np.ndarray or lines.dtype != np.uint64 or lines.shape != shape:
            self._refuse("combine", f"lines is {kind_of(lines)}, not uint64{list(shape)}")
        return time, lines

    def kept(self, name: str, given: Any, n: int) -> Bool:
        """Return the answer of ``select``; raises as `words`."""
        if type(given) is not np.ndarray or given.dtype != np.bool_ or given.shape != (n,):
            self._refuse("select", f"returned {kind_of(given)} for {name!r}, not bool[{n}]")
        return given

    def windows(self, given: Any, n: int) -> tuple[I64, I64]:
        """Return the answer of ``windows``; raises as `words`."""
        if not isinstance(given, tuple) or len(given) != 2:
            self._refuse("windows", f"returned {kind_of(given)}, not (start, stop)")
        for name, edge in zip(("start", "stop"), given, strict=True):
            if type(edge) is not np.ndarray or edge.dtype != np.int64 or edge.shape != (n,):
                self._refuse("windows", f"{name} is {kind_of(edge)}, not int64[{n}]")
        return given

    def histograms(self, given: Any) -> Mapping[str, I64]:
        """Return the answer of ``monitor``; raises as `words`."""
        return self._counts("monitor", "histogram", self._histograms, given)

    def comparisons(self, given: Any) -> Mapping[str, I64]:
        """Return the answer of ``compare``; raises as `words`."""
        return self._counts("compare", "comparison", self._comparisons, given)

    def _counts(
        self, method: str, what: str, shapes: Mapping[str, tuple[int, ...]], given: Any
    ) -> Mapping[str, I64]:
        if not isinstance(given, Mapping):
            self._refuse(method, f"returned {kind_of(given)}, not a mapping of {what}s")
        for name, counts in given.items():
            if name not in shapes:
                self._refuse(method, f"{what} {short(name)!r} is not declared; {allowed(str(name), shapes)}")
            found = np.asarray(counts)
            if found.dtype.kind not in "iu" or found.size != int(np.prod(shapes[name])):
                self._refuse(method, f"{what} {name!r} is {kind_of(found)}, not int64{list(shapes[name])}")
        return given

    def _refuse(self, method: str, what: str) -> NoReturn:
        raise InputError(f"{self._who}.{method}: {what}")


_SHAPES = {"time": "n", "bits": "n, words", "kinds": "n", "load": "k"}
