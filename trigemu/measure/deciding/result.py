"""What a trigger says of events, one row each: the result of ``trigemu decide`` and `trigemu.decide_events`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, U64, Bool
from trigemu.config.names import allowed
from trigemu.errors import InputError
from trigemu.measure.deciding.summary import Summary, summed
from trigemu.measure.tables.decided import decided_tables
from trigemu.measure.tabular import Tabular
from trigemu.menu.schema import Line
from trigemu.plain import short
from trigemu.render.table import Table
from trigemu.setup.data import WORD_BITS

LEVELS = ("l1", "l1_any", "hlt", "hlt_any")
"""Columns of the levels: some line without prescale passed, some line that is on passed; of level 1, of the software
trigger (both levels then)."""


MEANINGS = {
    "event": "Number of the event in the file, from 0.",
    "number": "The number that the file itself gives the event.",
    "weight": "Weight of the event as the file has it; 1 where it has none.",
    "decided": "Whether the event's data could be decided.",
    "accepted": "Whether the event is in the acceptance that the signal's table describes.",
    "l1": "Some line of level 1 without prescale passed.",
    "l1_any": "Some line of level 1 that is on passed, before its prescale.",
    "hlt": "Lines without prescale of both levels passed.",
    "hlt_any": "Lines that are on of both levels passed, before their prescales.",
}
"""Column -> what it holds."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EventDecisions(Tabular):
    """Events and what the trigger said of each, before prescale and dead time; rows are in the order of the events.

    ``decisions["NAME"]`` is a column: one of `columns` (``weight``, ``l1``, ``fired_NAME``), or by its name alone a
    line (where it passed) or a trigger bit.

    Attributes
    ----------
    experiment, source, seed
        Of which experiment; the file of the events, or that they were made in Python; seed of the random numbers.
    menu
        The menu's lines that are kept, in its order.
    event
        int64[n], number in the file, from 0.
    number
        int64[n], the number that the file itself gives the event; None where it gives none.
    weight
        float64[n], as the file has it, negative ones included; 1 where it has none.
    decided
        bool[n]; false: the event's data hold what the detectors cannot give, and nothing fired.
    accepted
        bool[n], in the signal's acceptance; None where there is no truth.
    l1, l1_any
        bool[n]: a line of level 1 without prescale passed; one that is on did, prescaled or not.
    hlt, hlt_any
        bool[n]: the same of the software trigger's lines, where level 1 is taken as well; None where the menu has none.
    """

    experiment: str
    source: str
    seed: int
    menu: tuple[Line, ...]
    event: I64
    number: I64 | None
    weight: F64
    decided: Bool
    accepted: Bool | None
    l1: Bool
    l1_any: Bool
    hlt: Bool | None
    hlt_any: Bool | None
    _fired: Bool
    _passed: Bool
    _bits: U64
    _places: Mapping[str, int]
    _meanings: Mapping[str, str]
    _digest: str
    _unseen: str

    _html: ClassVar[str] = "trigemu.measure.tables.shown:decided_html"
    _drawn: ClassVar[str] = "trigemu.measure.drawn:draw_decided"

    def __len__(self) -> int:
        return len(self.event)

    def __repr__(self) -> str:
        return (
            f"EventDecisions({len(self)} events of {self.source} through {self.experiment}, {int(self.l1.sum())} pass "
            f"level 1; {len(self.menu)} lines, {len(self._places)} bits)"
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """Names of the lines that are kept, in the order of the menu."""
        return tuple(line.name for line in self.menu)

    @property
    def bits(self) -> tuple[str, ...]:
        """Names of the trigger bits."""
        return tuple(self._places)

    @property
    def unreadable(self) -> int:
        """How many events could not be decided."""
        return int(np.count_nonzero(~self.decided))

    def fired_by(self, line: str) -> Bool:
        """Return where a line fired, bool[n]: before prescale and online selection; InputError if it is not kept."""
        return self._fired[:, self._line(line)]

    def passed_by(self, line: str) -> Bool:
        """Return where a line passed, bool[n]: it fired and its online selection, if it asks for one, passed.

        A line of the software trigger passes only where a line of level 1 without prescale does, as in an efficiency
        scan.  InputError if the line is not kept.
        """
        return self._passed[:, self._line(line)]

    def bit(self, name: str) -> Bool:
        """Return where a trigger bit was set, bool[n]; InputError if there is none of this name."""
        place = self._places.get(name.lower())
        if place is None:
            raise InputError(f"there is no trigger bit {short(name)!r}; {allowed(name, self.bits)}")
        word, bit = divmod(place, WORD_BITS)
        return np.asarray((self._bits[:, word] >> np.uint64(bit) & np.uint64(1)) != 0)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column, where a line passed, or where a trigger bit was set; InputError if there is none of it."""
        if name in self._places_of_columns:
            return self._column(name)
        return self._lines_and_bits(name)

    def _lines_and_bits(self, name: str) -> NDArray[Any]:
        # Who calls from Python may give anything.
        given = str(name).lower()
        if given in {line.lower() for line in self.lines}:
            return self.passed_by(name)
        if given in self._places:
            return self.bit(name)
        known = (*(each for each in self.columns if "_" not in each), *self.lines, *self.bits)
        raise InputError(f"there is no column, line or bit {short(repr(name))}; {allowed(str(name), known)}")

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that are written."""
        return tuple(self._places_of_columns)

    @property
    def _places_of_columns(self) -> dict[str, tuple[str, str]]:
        """Name of every column that is written -> what kind of thing it is, and its name there."""
        found = {"event": ("", "event")}
        for name in ("number", "weight", "decided", "accepted", *LEVELS):
            if getattr(self, name) is not None and (name != "decided" or self.unreadable):
                found[name] = ("", name)
        for line in self.menu:
            if line.scale.factor != 1:
                continue
            found[f"fired_{line.name}"] = ("fired", line.name)
            found[f"passed_{line.name}"] = ("passed", line.name)
        for line in self.menu:
            if line.scale.factor != 1:
                found[f"prescaled_{line.name}"] = ("passed", line.name)
        for name in self.bits:
            found[f"bit_{name}"] = ("bit", name)
        return found

    def meaning(self, column: str) -> str:
        """Return what a column holds, in one sentence ("" for a trigger bit that says nothing of itself)."""
        kind, name = self._places_of_columns[column]
        if kind == "":
            return MEANINGS[name]
        if kind == "bit":
            return self._meanings.get(name, "")
        line = self.menu[self._line(name)]
        prescale = "" if line.scale.factor == 1 else f" (its prescale of {line.scale.factor} is not applied)"
        return f"{line.level} line {line.name} {kind}{prescale}: {line.when}"

    @property
    def about(self) -> dict[str, Any]:
        """What was decided, as plain data: experiment, source, seed, hash of the configuration, lines."""
        lines = [
            {"name": line.name, "level": line.level, "prescale": line.scale.factor, "when": line.when}
            for line in self.menu
        ]
        return {
            "experiment": self.experiment,
            "source": self.source,
            "seed": self.seed,
            "config_digest": self._digest,
            "events": len(self),
            "unreadable": self.unreadable,
            "lines": lines,
        }

    @property
    def summary(self) -> Summary:
        """Counts per line and level, with efficiencies."""
        levels = {name: getattr(self, name) for name in LEVELS if getattr(self, name) is not None}
        lines = {name: (self.fired_by(name), self.passed_by(name)) for name in self.lines}
        return summed(self.weight, self.decided, self.accepted, levels, lines)

    def to_dict(self) -> dict[str, Any]:
        """Return what was decided and the summary as plain data; lines by name."""
        counts = self.summary.to_dict()
        lines = {line["name"]: {**line, **counts["lines"][line["name"]]} for line in self.about["lines"]}
        return {**self.about, **counts, "lines": lines}

    def tables(self, *, every: bool = False) -> tuple[Table, Table]:
        """Return the summary as tables: levels, and lines (of many the most efficient ones, if not ``every``)."""
        title = f"{self.experiment}: {self.source}"
        unseen = None if self._bits.any() else self._unseen
        return decided_tables(self.summary, self.menu, title, self.seed, every=every, unseen=unseen)

    def _column(self, name: str) -> NDArray[Any]:
        kind, name = self._places_of_columns[name]
        if kind == "":
            return np.asarray(getattr(self, name))
        return {"fired": self.fired_by, "passed": self.passed_by, "bit": self.bit}[kind](name)

    def _line(self, name: str) -> int:
        for place, line in enumerate(self.menu):
            if line.name.lower() == name.lower():
                return place
        raise InputError(f"there is no line {short(name)!r} here; {allowed(name, self.lines)}")
