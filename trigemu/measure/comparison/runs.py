"""Two recorded runs: configuration, decisions, rates and efficiencies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.errors import InputError
from trigemu.measure.comparison.data import Compared, Counted, Decided, EfficiencyDifference
from trigemu.measure.comparison.rates import rate_differences
from trigemu.measure.comparison.scans import ACCEPTANCE, efficiency_difference
from trigemu.measure.comparison.weights import weight_notes
from trigemu.measure.rates import has_rates
from trigemu.measure.results import RunResult
from trigemu.measure.weighted import biased_rates
from trigemu.plain import short
from trigemu.setup.differences import setup_differences
from trigemu.streaming.pairing import Side, pair_runs
from trigemu.streaming.pairs import Pairs

SHARED = (
    "Both runs have seed {seed}, so they are not independent: differences are counted candidate by candidate, and the "
    "errors of differences of rates are those of the candidates that differ."
)
INDEPENDENT = (
    "Seeds {a} and {b} differ: the runs are independent, events are not compared one by one, and significances are "
    "those of exact tests of two counts."
)
SELECTED = (
    "A replay of recorded triggers has these alone: compared is which lines fire in them, before prescale; it has no "
    "rates."
)
ONCE = "A run that takes each event of a file once (input.once) has no rates: they are not compared."
COUNTERS = (
    "Prescales that count keep other candidates from the first difference on, so that many triggers of such lines "
    "differ because of one; the errors of their differences are too large."
)


def compare_runs(a: RunResult, b: RunResult, events: int) -> Compared:
    """Compare two runs of one experiment.

    Raises
    ------
    InputError
        They are of two experiments, or their records cannot be read.
    """
    experiments = [each.setup.config.experiment for each in (a, b)]
    if experiments[0] != experiments[1]:
        raise InputError(
            f"{a.folder} is a run of {short(experiments[0])!r} and {b.folder} of {short(experiments[1])!r}: there is "
            "nothing to compare"
        )
    shared = a.totals.seed == b.totals.seed
    pairs = _pairs(a, b, events) if shared else None
    decisions = None if pairs is None else _decided(pairs)
    rates = rate_differences(a, b, pairs)
    efficiencies = _efficiencies(a.summary, b.summary, shared=shared)
    selected = a.totals.selected or b.totals.selected
    rateless = not all(has_rates(each.setup, each.totals) for each in (a, b))
    same = _are_same(decisions)
    if not selected:
        same = (
            same
            and (rateless or not any(each.differs for each in rates))
            and not any(each.differs for each in efficiencies)
        )
    return Compared(
        kind="runs",
        a=str(a.folder),
        b=str(b.folder),
        same=same,
        shared=shared,
        configuration=tuple(setup_differences(a.setup, b.setup)),
        decisions=decisions,
        rates=() if rateless else rates,
        efficiencies=() if selected else efficiencies,
        notes=(
            *_notes(a, b, decisions, same=same),
            *([] if selected else weight_notes(efficiencies)),
            *([] if rateless else _biased(a, b)),
        ),
    )


def _are_same(decisions: Decided | None) -> bool:
    return decisions is not None and not (decisions.different or decisions.frames_a or decisions.frames_b)


def _pairs(a: RunResult, b: RunResult, events: int) -> Pairs:
    return pair_runs(Side(a.folder, a.totals.selected), Side(b.folder, b.totals.selected), events)


def _decided(pairs: Pairs) -> Decided:
    return Decided(
        frames=pairs.frames,
        frames_a=pairs.frames_a,
        frames_b=pairs.frames_b,
        compared=pairs.compared,
        same=pairs.compared - pairs.different,
        different=pairs.different,
        only_a=pairs.only_a,
        only_b=pairs.only_b,
        events=tuple(pairs.events),
    )


def _notes(a: RunResult, b: RunResult, decisions: Decided | None, *, same: bool) -> list[str]:
    notes = []
    if a.totals.selected or b.totals.selected:
        notes.append(SELECTED)
    elif not all(has_rates(each.setup, each.totals) for each in (a, b)):
        notes.append(ONCE)
    elif decisions is None:
        notes.append(INDEPENDENT.format(a=a.totals.seed, b=b.totals.seed))
    elif not same:
        notes.append(SHARED.format(seed=a.totals.seed))
    if decisions is not None and (decisions.frames_a or decisions.frames_b):
        notes.append(
            f"A alone has {decisions.frames_a} and B alone {decisions.frames_b} frames: decisions are compared in the "
            f"{decisions.frames} that both have, rates and efficiencies are those of the whole runs."
        )
    counters = any(
        line.scale.mode == "counter" and line.scale.factor > 1
        for each in (a, b)
        for line in each.setup.menu.lines
    )
    if decisions is not None and decisions.different and counters:
        notes.append(COUNTERS)
    for each in (a, b):
        if each.note:
            notes.append(f"{each.note}.")
        if each.totals.missing:
            notes.append(f"{each.totals.missing['said']}.")
    return notes


def _biased(a: RunResult, b: RunResult) -> list[str]:
    """Return what rates of runs with weighted signals are."""
    said = {name: biased_rates(run.summary) for name, run in (("A", a), ("B", b))}
    if said["A"] == said["B"]:
        return [f"In A and B: {said['A']}"] if said["A"] else []
    return [
        f"In {name} alone: {text}" if not all(said.values()) else f"In {name}: {text}"
        for name, text in said.items()
        if text
    ]


def _efficiencies(
    a: Mapping[str, Any], b: Mapping[str, Any], *, shared: bool
) -> tuple[EfficiencyDifference, ...]:
    """Return acceptance and efficiencies of the signals that either run has."""
    found = []
    for signal in dict.fromkeys([*a["efficiency"], *b["efficiency"]]):
        sides = [_of_signal(each, signal) for each in (a, b)]
        for line in dict.fromkeys([*sides[0], *sides[1]]):
            one, other = (_counted(side.get(line)) for side in sides)
            found.append(efficiency_difference(signal, line, {}, one, other, shared=shared))
    return tuple(found)


def _of_signal(summary: Mapping[str, Any], signal: str) -> dict[str, Any]:
    if signal not in summary["efficiency"]:
        return {}
    return {ACCEPTANCE: summary["acceptance"][signal], **summary["efficiency"][signal]}


def _counted(got: Mapping[str, Any] | None) -> Counted | None:
    if got is None:
        return None
    # Events of negative weight have no interval, and no significance.
    known = got["value"] is not None and got["low"] is not None
    effective = float(got.get("effective", got["total"])) if known else None
    weighted = "weight_total" in got or "negative" in got
    return Counted(got["passed"], got["total"], got["value"], got["low"], got["high"], effective, weighted)
