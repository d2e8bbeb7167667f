"""Counting the cuts of an offline selection: accepted events that were triggered, cut by cut."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from trigemu.arrays import Bool, kind_of
from trigemu.config.names import allowed
from trigemu.decision.tally import Judged
from trigemu.errors import InputError
from trigemu.measure.clusters import Clusters
from trigemu.measure.cutflow import CutFlow, FlowRow
from trigemu.measure.statistics import Efficiency
from trigemu.measure.table import EfficiencyTable
from trigemu.plain import short
from trigemu.setup.experiment import Setup
from trigemu.setup.offline import ACCEPTED, GENERATED, SELECTED, TRIGGERED, Cut

_FIRST = (GENERATED, ACCEPTED, TRIGGERED)
"""Steps before the cuts."""

_NONE = Efficiency(0.0, 0.0, math.nan, math.nan, math.nan)


def find_selection(setup: Setup[Any], name: Any) -> tuple[Cut, ...]:
    """Return the cuts of one of the experiment's offline selections.

    Raises
    ------
    InputError
        There is none of this name.
    """
    found, who = setup.offline, setup.config.experiment
    if not found:
        raise InputError(
            f"selection {short(repr(name))}: {who} has no offline selections with this configuration"
        )
    if not isinstance(name, str) or name not in found:
        raise InputError(
            f"{who} has no offline selection {short(repr(name))}; {allowed(str(name), tuple(found))}"
        )
    return found[name]


def empty_flow(setup: Setup[Any], table: EfficiencyTable, selection: str) -> CutFlow:
    """Return the cut flow of a scan without rows.

    What triggers is the table's line, if it has one alone, else the last total: ``any hlt`` where the menu has HLT
    lines, ``any l1`` where it has none.
    """
    specs = setup.experiment.signal_specs(setup.section)
    lines = len(setup.menu.names) + len(setup.menu.totals)
    return CutFlow(
        experiment=table.experiment,
        signal=table.signal,
        title=table.title,
        selection=selection,
        trigger=table.lines[0] if len(table.lines) == 1 else setup.menu.totals[-1],
        cuts=find_selection(setup, selection),
        keys=table.keys,
        cl=table.cl,
        rows=(),
        units=table.units,
        own=next((spec.offline for spec in specs if spec.name == table.signal), ""),
        named=table.lines if 1 < len(table.lines) < lines else (),
    )


class CutCounter:
    """Counts the first events of one signal through the steps of a cut flow.

    Parameters
    ----------
    events
        How many.
    flow
        The flow that gets the rows: its selection, cuts and confidence level.
    trigger
        Column of `trigemu.decision.tally.Judged.flags`: the line, or the total, that triggers.
    """

    def __init__(self, events: int, flow: CutFlow, trigger: int) -> None:
        self.selection = flow.selection
        self._cl = flow.cl
        self._left = events
        self._cuts = cuts = [cut.name for cut in flow.cuts]
        self._trigger = trigger
        self._events = Clusters(len(_FIRST) + 2 * len(cuts))

    def add(self, judged: Judged, passes: Bool) -> None:
        """Count events of a frame, those of the first signal, until there are enough.

        Parameters
        ----------
        judged
            The generated events.
        passes
            bool[rows of the truth, cuts], each cut on its own (`trigemu.setup.offline.SelectsOffline`).

        Raises
        ------
        InputError
            ``passes`` has another type or shape.
        """
        shape = (judged.truth_rows, len(self._cuts))
        if type(passes) is not np.ndarray or passes.dtype != np.bool_ or passes.shape != shape:
            raise InputError(
                f"offline selection {self.selection!r}: the generator's method 'offline' returned "
                f"{kind_of(passes)}, not bool{list(shape)}"
            )
        mine = np.flatnonzero(judged.signal == 0)[: self._left]
        self._left -= len(mine)
        flags, passed = judged.flags[mine], passes[judged.rows[mine]]
        event = None if judged.event is None else judged.event[mine]
        weight = None if judged.weight is None else judged.weight[mine]
        self._events.add(steps(flags[:, 0], flags[:, 1], flags[:, self._trigger], passed), event, weight)

    def finish(self, point: Mapping[str, float]) -> list[FlowRow]:
        """Return the steps at a grid point, in order."""
        cuts = len(self._cuts)
        kinds = [*_FIRST, *("cut" for _ in self._cuts)]
        rows = [
            self._row(point, name, kind, column)
            for column, (name, kind) in enumerate(zip([*_FIRST, *self._cuts], kinds, strict=True))
        ]
        return [*rows, self._row(point, SELECTED, SELECTED, len(_FIRST) + cuts - 1)]

    def _row(self, point: Mapping[str, float], step: str, kind: str, column: int) -> FlowRow:
        found, triggered, cuts = self._events, len(_FIRST) - 1, len(self._cuts)
        # What is selected is what the last cut left.
        before = column if kind == SELECTED else max(column - 1, 0)
        of_triggered = self._fraction(column, triggered) if column >= triggered else _NONE
        fails_only = self._fraction(column + cuts, triggered) if kind == "cut" else _NONE
        return FlowRow(
            dict(point),
            step,
            kind,
            found.count(column),
            found.distinct(column),
            found.weight(column),
            *_three(self._fraction(column, 0)),
            *_three(self._fraction(column, before)),
            *_three(of_triggered),
            *_three(fails_only),
        )

    def _fraction(self, passed: int, total: int) -> Efficiency:
        found = self._events.fraction(passed, total, self._cl)
        # What is all of itself by definition was not measured.
        return replace(found, low=found.value, high=found.value) if passed == total else found


def _three(found: Efficiency) -> tuple[float, float, float]:
    return found.value, found.low, found.high


def steps(generated: Bool, accepted: Bool, triggered: Bool, passes: Bool) -> Bool:
    """Return which steps events reached, and which failed one cut alone.

    Parameters
    ----------
    generated, accepted, triggered
        bool[n], each a part of the one before.
    passes
        bool[n, cuts], each cut on its own.

    Returns
    -------
    bool[n, 3 + 2 cuts]
        The three flags; triggered events that pass all cuts up to this one; triggered ones that fail this one alone.
    """
    inside = passes & triggered[:, None]
    cumulative = np.logical_and.accumulate(inside, axis=1)
    alone = ~passes & (triggered & (passes.sum(axis=1) == passes.shape[1] - 1))[:, None]
    return np.column_stack([generated, accepted, triggered, cumulative, alone])
