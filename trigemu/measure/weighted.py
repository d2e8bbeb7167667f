"""Efficiencies and rates of runs with weighted events: repeated ones of files, negative weights, chosen weights.

A run draws events of a file in proportion to the absolute value of their weight, so that each counts 1 or -1; the same
event may be drawn again.  Of two draws of one event only the detector's answer differs, so the variance is taken as if
they agreed: a sum over draws of w^2 becomes sum w^2 (1 + (n - 1) share), with n draws of which each gives this
event with a chance ``share``.  Events of no file are independent of each other; those of signals that make some kinds
more often than others count less than 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trigemu.measure.statistics import UNKNOWN, Efficiency, effective_efficiency
from trigemu.plain import short
from trigemu.streaming.core.stored_tables import EPSILON
from trigemu.streaming.core.totals import RunTotals


def counted(totals: RunTotals, signal: int, passed: int, total: int, *, once: bool = False) -> dict[str, Any]:
    """Return an efficiency of a run as plain data.

    Parameters
    ----------
    totals
        The run.
    signal
        Index of the ``[[signal]]`` table.
    passed, total
        Columns of the tally.
    once
        Whether the signal's events are of no file, with weights of its own choice (`effective_efficiency`).

    Returns
    -------
    dict
        passed and total (counts), value, low, high; where events are weighted or drawn again also ``effective``, the
        number of events whose interval it is, and where weights are not all 1 ``weight_passed`` and ``weight_total``,
        the sums whose ratio value is.  Where some have negative weights, value is the ratio of sums of weights without
        an interval, ``negative`` says how many of ``total``, and ``yield`` and ``yield_err`` are the sum over what
        passed and the root of the sum of squares.
    """
    counts = totals.tally[signal]
    k, n = int(counts[passed]), int(counts[total])
    plain = Efficiency.of(k, n)
    found = {"passed": k, "total": n, "value": plain.value, "low": plain.low, "high": plain.high}
    if not len(totals.weighted):
        return found
    weight, square, again = totals.weighted[:, signal]
    # Without a chance to be drawn again, events are of no file, or a run takes each once.
    alike = abs(weight[0] - counts[0]) < EPSILON and abs(square[0] - counts[0]) < EPSILON
    if (again[0] == 0.0 or n == 0) and alike:
        return found
    if _signed(totals, signal):
        if n == 0:
            return found
        negative = round((square[total] - weight[total]) / 2.0)
        value = float(weight[passed] / weight[total]) if weight[total] > 0.0 else math.nan
        error = math.sqrt(square[passed] + (int(counts[0]) - 1) * again[passed])
        return {
            **found,
            "value": value,
            "low": math.nan,
            "high": math.nan,
            "negative": negative,
            "yield": float(weight[passed]),
            "yield_err": error,
        }
    value = min(1.0, float(weight[passed] / weight[total])) if weight[total] > 0.0 else math.nan
    if not alike:
        found |= {"weight_passed": float(weight[passed]), "weight_total": float(weight[total])}
    if not math.isfinite(value):
        return {**found, "value": value, "low": 0.0, "high": 1.0, "effective": 0.0}
    draws = int(counts[0])
    some, every = (float(square[i] + max(draws - 1, 0) * again[i]) for i in (passed, total))
    residue = (1.0 - 2.0 * value) * some + value**2 * every
    result = effective_efficiency(value, max(residue, 0.0), float(weight[total]), every, once=once)
    return {**found, "value": value, "low": result.low, "high": result.high, "effective": result.total}


def has_signs(totals: RunTotals) -> bool:
    """Return whether events of negative weight were drawn."""
    return len(totals.weighted) > 0 and _signed(totals, -1)


def _signed(totals: RunTotals, signal: int) -> bool:
    weight, square = totals.weighted[0, signal], totals.weighted[1, signal]
    # Chosen weights are at most 1, so that the sum of their squares is below theirs.
    return bool(weight[0] < square[0] - EPSILON)


def weighted_signals(summary: Mapping[str, Any]) -> list[str]:
    """Return the labels of a run's signals that make some kinds of events more often, and weigh them."""
    return [label for label, got in summary["acceptance"].items() if "weight_total" in got]


def biased_rates(summary: Mapping[str, Any]) -> str:
    """Return a sentence on rates of a run whose signals are weighted; empty of any other run."""
    signals = weighted_signals(summary)
    if not signals:
        return ""
    return (
        f"Rates, overlap and dead time are those of a biased sample: events of {', '.join(map(short, signals))} are "
        "weighted, but each counts as one event there."
    )


def with_signs(lines: Mapping[str, dict[str, Any]], totals: RunTotals) -> dict[str, dict[str, Any]]:
    """Return the lines of a summary with rates in which events of negative weight count against the others.

    The error is that of the sum of squares, so it stays; an interval is not defined.  Lines without such events stay as
    they are; others get ``mean_sign``, the mean of 1 and -1 over the events that fired them.  What a line alone records
    may have another mean, which nobody counts: that rate is not known.
    """
    out = {name: dict(line) for name, line in lines.items()}
    if not has_signs(totals):
        return out
    weight, square = totals.weighted[0, -1], totals.weighted[1, -1]
    for index, line in enumerate(out.values()):
        events = float(square[2 + index])
        sign = float(weight[2 + index]) / events if events > 0.0 else 1.0
        line["mean_sign"] = sign
        if sign < 1.0:
            for name in _SIGNED:
                line[f"{name}_hz"] *= sign
                line[f"{name}_low_hz"] = line[f"{name}_high_hz"] = math.nan
            line.update(UNKNOWN.to_dict("unique_rate"))
    return out


_SIGNED = ("rate", "raw_rate", "before_prescale_rate", "sent_rate")
