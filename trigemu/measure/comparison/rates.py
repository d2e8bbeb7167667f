"""Rates of two runs, line by line and level by level."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, cast

from trigemu.arrays import I64
from trigemu.measure.comparison.data import Quantity, RateDifference
from trigemu.measure.comparison.significance import poisson_difference
from trigemu.measure.rates import spread_of
from trigemu.measure.results import RunResult
from trigemu.measure.statistics import Rate
from trigemu.measure.tables.lines import LEVELS
from trigemu.menu.order import physics_first
from trigemu.streaming.pairs import Pairs


def rate_differences(a: RunResult, b: RunResult, pairs: Pairs | None) -> tuple[RateDifference, ...]:
    """Return what differs in the rates of lines, before prescale and as recorded, and of levels.

    Parameters
    ----------
    a, b
        The runs.
    pairs
        Their candidates side by side; None for runs that have nothing to do with each other.
    """
    lines = [line for side in (a, b) for line in _in_order(side)]
    found = [
        _difference(name, quantity, a, b, pairs)
        for name in dict.fromkeys(lines)
        for quantity in cast("tuple[Quantity, ...]", ("rate", "before_prescale_rate"))
    ]
    return (*_levels(a, b, shared=pairs is not None), *found)


def _in_order(run: RunResult) -> list[str]:
    menu = run.setup.menu
    return [menu.names[place] for place in physics_first(menu.lines)]


def _levels(a: RunResult, b: RunResult, *, shared: bool) -> Iterator[RateDifference]:
    levels = [run.summary["levels"] or {} for run in (a, b)]
    quantities: dict[str, Quantity] = {"l1": "sent_rate", "hlt": "rate"}
    for level, quantity in quantities.items():
        rates = [_rate(each[level], quantity) if level in each else None for each in levels]
        if rates == [None, None]:
            continue
        count = "sent" if level == "l1" else "accepted"
        counted = [
            (float(each[level][count]), run.totals.live_s) if level in each else None
            for each, run in zip(levels, (a, b), strict=True)
        ]
        yield _made(LEVELS[level], quantity, rates, None, _significance(counted, shared=shared))


def _difference(
    name: str, quantity: Quantity, a: RunResult, b: RunResult, pairs: Pairs | None
) -> RateDifference:
    lines = [run.summary["lines"].get(name) for run in (a, b)]
    rates = [None if line is None else _rate(line, quantity) for line in lines]
    only = None
    if pairs is not None:
        only = _shared(name, quantity, a, b, pairs)
    counted = [
        None if line is None or "mean_sign" in line else _counted(run, name, quantity)
        for line, run in zip(lines, (a, b), strict=True)
    ]
    return _made(name, quantity, rates, only, _significance(counted, shared=pairs is not None))


def _rate(line: dict[str, Any], quantity: Quantity) -> Rate | None:
    """Return a rate of the summary; None where it is not known."""
    values = [line[f"{quantity}{part}_hz"] for part in ("", "_err", "_low", "_high")]
    if values[0] is None or not math.isfinite(values[0]):
        return None
    return Rate(*(math.nan if value is None else value for value in values))


def _is_software(run: RunResult, name: str) -> bool:
    return run.setup.menu.lines[run.setup.menu.names.index(name)].level == "hlt"


def _shared(
    name: str, quantity: Quantity, a: RunResult, b: RunResult, pairs: Pairs
) -> tuple[int, int, float | None] | None:
    """Return what one side alone has, and the error of the difference (Hz); None where they cannot be told."""
    software = {_is_software(run, name) for run in (a, b) if name in run.setup.menu.names}
    if len(software) > 1 or name not in pairs.names:
        return None
    table: I64 = pairs.accepted
    times = [run.totals.live_s for run in (a, b)]
    if quantity == "before_prescale_rate":
        table = pairs.offered if software == {True} else pairs.fired
        times = times if software == {True} else [run.totals.observed_s for run in (a, b)]
    one, other, both = (int(count) for count in table[:, pairs.names.index(name)])
    # Rates are of all frames; where only some of them are shared nobody knows the rest.
    if pairs.frames_a or pairs.frames_b or not all(times):
        return one, other, None
    inverse = [1.0 / time for time in times]
    variance = one * inverse[0] ** 2 + other * inverse[1] ** 2 + both * (inverse[1] - inverse[0]) ** 2
    return one, other, math.sqrt(variance)


def _counted(run: RunResult, name: str, quantity: Quantity) -> tuple[float, float] | None:
    """Return effective counts of a line, and the time for them; None where they are not known."""
    totals, place = run.totals, run.setup.menu.names.index(name)
    if quantity == "before_prescale_rate":
        if not _is_software(run, name):
            return float(totals.fired[place]), totals.observed_s
        return (float(totals.before_prescale[place]), totals.live_s) if len(totals.before_prescale) else None
    accepted, kept = int(totals.accepted[place]), int(totals.kept[place])
    spread, _ = spread_of(accepted, kept, run.setup.menu.lines[place].scale)
    return accepted / spread, totals.live_s / spread


def _significance(counted: list[tuple[float, float] | None], *, shared: bool) -> float | None:
    one, other = counted
    if shared or one is None or other is None or min(one[1], other[1]) <= 0.0:
        return None
    return poisson_difference(*one, *other)


def _made(
    line: str,
    quantity: Quantity,
    rates: list[Rate | None],
    only: tuple[int, int, float | None] | None,
    significance: float | None,
) -> RateDifference:
    one, other = rates
    known = one is not None and other is not None
    error = None if only is None else only[2]
    if known and only is None and significance is not None:
        error = math.hypot(one.error_hz, other.error_hz)  # type: ignore[union-attr]
    return RateDifference(
        line=line,
        quantity=quantity,
        a=one,
        b=other,
        only_a=None if only is None else only[0],
        only_b=None if only is None else only[1],
        difference_hz=other.hz - one.hz if one is not None and other is not None else None,
        error_hz=error if known else None,
        significance=significance,
    )
