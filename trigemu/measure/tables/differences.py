"""What differs between two runs or two scans."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from trigemu.measure.comparison.data import Compared, Counted, Decided, EfficiencyDifference, RateDifference
from trigemu.measure.statistics import Rate
from trigemu.measure.tables.efficiency import parameter_cell
from trigemu.measure.tables.lines import rate_cell
from trigemu.menu.totals import shown_name
from trigemu.plain import short
from trigemu.render.numbers import interval, number, with_error
from trigemu.render.table import Cell, Column, Table, Value, table
from trigemu.streaming.pairs import EventDifference

QUANTITIES = {"rate": "recorded", "before_prescale_rate": "before prescale", "sent_rate": "sent"}

VALUE = 60
"""Characters of a value of a configuration that are shown."""


def difference_tables(compared: Compared) -> list[Table | str]:
    """Return a comparison as tables and sentences, the verdict last."""
    tables: list[Table] = []
    if compared.kind == "runs":
        tables.append(configuration_table(compared))
    if compared.decisions is not None:
        tables.append(decisions_table(compared.decisions))
        if compared.decisions.different:
            tables.append(events_table(compared.decisions))
    if compared.rates:
        tables.append(rates_table(compared.rates, shared=compared.shared))
    if compared.efficiencies:
        tables.append(efficiencies_table(compared))
    end = "\n".join([*compared.notes, verdict(compared)])
    return [f"A: {compared.a}\nB: {compared.b}", *map(_or_sentence, tables), end]


def _or_sentence(made: Table) -> Table | str:
    """Return a table; the sentences below one without rows instead of it."""
    return made if len(made) else f"{made.title}: {' '.join(made.notes)}"


def _others(shown: int, rest: int, what: str) -> tuple[str, ...]:
    """Return a sentence about rows that are not shown, if there are any."""
    return (f"{rest} others {what}." if shown else f"all {what}.",) if rest else ()


def verdict(compared: Compared) -> str:
    """Return whether two results are the same, in a sentence."""
    results = "decisions, rates and efficiencies" if compared.kind == "runs" else "efficiencies"
    if not compared.same:
        return f"A and B differ in {results if compared.kind == 'scans' else 'what they decided or counted'}."
    if compared.decisions is not None and not compared.rates:
        return "A and B are the same in what fires in the recorded triggers."
    also = "; their configurations are not the same" if compared.configuration else ""
    return f"A and B are the same in {results}{also}."


def configuration_table(compared: Compared) -> Table:
    """Return the keys of two configurations that differ."""
    columns = (
        Column("key", kind="key", meaning="As --set takes it."),
        Column("A", kind="code"),
        Column("B", kind="code"),
    )
    rows = [(each.key, _value(each.first), _value(each.second)) for each in compared.configuration]
    return table("configuration", columns, rows, () if rows else ("no key differs.",))


def _value(value: Any) -> Cell:
    if value is None:
        return Cell("–")
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return Cell(short(text, VALUE), text)


def decisions_table(decided: Decided) -> Table:
    """Return how many candidates were decided alike."""
    columns = (
        Column("frames", meaning="Frames that both have decided."),
        Column("candidates", meaning="At a time at which one of the two has one."),
        Column("same", meaning="Decided alike: lines that fired, passed and recorded, and where it ended."),
        Column("different"),
        Column("only in A", meaning="Candidates that B has not."),
        Column("only in B", meaning="Candidates that A has not."),
    )
    counts = decided.frames, decided.compared, decided.same, decided.different, decided.only_a, decided.only_b
    return table("decisions", columns, [counts])


def events_table(decided: Decided) -> Table:
    """Return the candidates that are decided differently, one row each."""
    columns = (
        Column("frame", kind="key"),
        Column("time", "TDC counts", kind="key", meaning="Since the start of the frame."),
        Column("differs in", kind="text", meaning="The first of fired, passed, accepted and state."),
        Column("lines only in A", kind="text"),
        Column("lines only in B", kind="text"),
        Column(
            "ended (A, B)",
            kind="text",
            meaning="Where the candidate ended in A and in B; a dash: there is none.",
        ),
    )
    rows = [
        (
            Cell(str(each.frame), each.frame),
            Cell(str(each.time), each.time),
            each.what,
            ", ".join(each.only_a) or "–",
            ", ".join(each.only_b) or "–",
            _ended(each),
        )
        for each in decided.events
    ]
    more = decided.different - len(rows)
    notes = [f"{number(more)} more; --events N shows them."] if more else []
    if any(each.nearest is not None for each in decided.events):
        notes.append("Nearest: TDC counts from the candidate to the other side's nearest one in its frame.")
    return table("events that differ", columns, rows, notes)


def _ended(each: EventDifference) -> str:
    states = [state.replace("_", " ") or "–" for state in (each.state_a, each.state_b)]
    nearest = "" if each.nearest is None else _signed(f" (nearest {each.nearest:+d})")
    return f"{states[0]}, {states[1]}{nearest}"


def rates_table(rates: Sequence[RateDifference], *, shared: bool) -> Table:
    """Return rates of lines and levels in both; of runs that share their candidates only those that differ."""
    shown = (
        [each for each in rates if each.differs] if shared else [each for each in rates if _any_counts(each)]
    )
    if shared:
        own = [
            Column("only in A", meaning="Candidates that count in A alone."),
            Column("only in B", meaning="Candidates that count in B alone."),
        ]
    else:
        own = [Column("sigma", meaning="Significance of the difference, in standard deviations.")]
    columns = [
        Column("line", kind="key"),
        Column("rate", kind="key", meaning="Before its prescale, as sent by level 1, or as recorded."),
        Column("A", "Hz"),
        Column("B", "Hz"),
        Column("B - A", "Hz", meaning="Of the same candidates: error of those that differ."),
        *own,
    ]
    rows = [_rate_row(each, shared=shared) for each in shown]
    rest = len(rates) - len(shown)
    what = "are the same" if shared else "have no counts"
    notes = _others(len(rows), rest, what)
    return table(
        "rates", columns, rows, (*notes, LEVELS) if shared and any(map(_uncounted, shown)) else notes
    )


LEVELS = (
    "Of a level, or a line of one side alone, only the two rates are known, not which candidates differ: a difference "
    "of it has no error."
)


def _uncounted(each: RateDifference) -> bool:
    return each.only_a is None


def _any_counts(each: RateDifference) -> bool:
    return any(rate is not None and rate.hz > 0 for rate in (each.a, each.b))


def _rate_row(each: RateDifference, *, shared: bool) -> list[Cell | Value]:
    difference = Cell("–")
    if each.difference_hz is not None:
        text = number(each.difference_hz)
        if each.error_hz:
            text = with_error(each.difference_hz, each.error_hz)
        difference = Cell(_signed(text), each.difference_hz)
    own: list[Cell | Value] = [each.only_a, each.only_b] if shared else [_sigma(each.significance)]
    return [each.line, QUANTITIES[each.quantity], _rate(each.a), _rate(each.b), difference, *own]


def _rate(rate: Rate | None) -> Cell:
    return Cell("–") if rate is None else rate_cell(rate.to_dict("rate"))


def _signed(text: str) -> str:
    """Return a number with a minus sign for a hyphen, as other tables have it."""
    return text.replace("-", "−")


def _sigma(value: float | None) -> Cell:
    return Cell("–") if value is None else Cell(_signed(f"{value:+.1f}"), value)


def efficiencies_table(compared: Compared) -> Table:
    """Return acceptances and efficiencies in both; of the same random numbers only those that differ.

    Grid points that one scan has alone are left out; a note of the comparison counts them.
    """
    shared = compared.shared
    common = {_point(each) for each in compared.efficiencies if each.a is not None and each.b is not None}
    efficiencies = [
        each for each in compared.efficiencies if compared.kind == "runs" or _point(each) in common
    ]
    shown = [each for each in efficiencies if (each.differs if shared else _passed(each))]
    keys = list(dict.fromkeys(key for each in efficiencies for key in each.point))
    own = (
        [] if shared else [Column("sigma", meaning="Significance of the difference, in standard deviations.")]
    )
    columns = [
        Column("line", kind="key"),
        Column("signal", kind="key"),
        *(
            Column(key, compared.units.get(key, ""), kind="key", meaning="Parameter of the signal.")
            for key in keys
        ),
        Column("A"),
        Column("B"),
        Column("B - A"),
        *own,
    ]
    rows = [_efficiency_row(each, keys, shared=shared) for each in shown]
    rest = len(efficiencies) - len(shown)
    what = "are the same" if shared else "passed nothing"
    return table("efficiencies", columns, rows, _others(len(rows), rest, what))


def _point(each: EfficiencyDifference) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(each.point.items()))


def _passed(each: EfficiencyDifference) -> bool:
    return any(side is not None and side.passed for side in (each.a, each.b))


def _efficiency_row(each: EfficiencyDifference, keys: Sequence[str], *, shared: bool) -> list[Cell | Value]:
    difference = (
        Cell("–") if each.difference is None else Cell(_signed(f"{each.difference:+.4f}"), each.difference)
    )
    own = [] if shared else [_sigma(each.significance)]
    point = [parameter_cell(each.point.get(key)) for key in keys]
    return [
        Cell(shown_name(each.line), each.line),
        each.signal,
        *point,
        _counted(each.a),
        _counted(each.b),
        difference,
        *own,
    ]


def _counted(side: Counted | None) -> Cell:
    if side is None or side.value is None:
        return Cell("–")
    # Counts of weighted events have another ratio than the value.
    counts = f"{side.passed}/{side.total}"
    if side.weighted:
        counts = "" if side.effective is None else f"n_eff {number(side.effective, 3)}"
    shown = interval(side.value, side.low, side.high)
    return Cell(f"{shown} ({counts})" if counts else shown, side.value)
