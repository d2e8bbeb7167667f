"""Which of very many lines a table or a picture shows, and one sentence about the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

MANY = 12
"""Lines shown beside one another at most; a menu with more of them is summed up."""


def most_efficient(
    values: Mapping[str, Sequence[float | None]],
    passed: Mapping[str, int],
    most: int = MANY,
    *,
    zeros: bool = True,
    first: Collection[str] = (),
    totals: Collection[str] = (),
) -> tuple[list[str], str]:
    """Return the lines to show, in the order of ``values``, and a sentence about the others.

    Parameters
    ----------
    values
        Line -> its efficiencies (None or nan where nothing was counted).
    passed
        Line -> events that it passed: with negative weights an efficiency may be 0 all the same.
    most
        Lines and totals to show at most: the lines with the highest mean.
    zeros
        Whether lines that never passed are shown as long as there is room for all lines, and totals in any case.
    first
        Lines that are chosen before all others (those without a prescale, say).
    totals
        Which of them are sums over lines: these are shown before all lines, and the sentence does not count them.

    Returns
    -------
    tuple
        Names, and a sentence ("" if no line is left out).
    """
    if zeros and len(values) <= most:
        return list(values), ""
    means = {
        name: sum(value for value in got if value is not None and value > 0) / max(len(got), 1)
        for name, got in values.items()
        if name not in totals
    }
    seen = [name for name in means if passed[name]]
    sums = {name for name in values if name in totals and (zeros or passed[name])}
    room = max(most - len(sums), 1)
    best = set(sorted(seen, key=lambda name: (name not in first, -means[name]))[:room])
    shown = [name for name in values if name in best | sums]
    chosen = bool(first) and any(name not in best and name not in first for name in seen)
    less = "passed less often or are prescaled" if chosen else "passed less often"
    return shown, _sentence(len(means), len(best), len(seen), less)


def _sentence(lines: int, shown: int, passed: int, less: str) -> str:
    if shown == lines:
        return ""
    counts = (passed - shown, less), (lines - passed, "never passed")
    others = [f"{count} {what}" for count, what in counts if count]
    return f"{shown} of {lines} lines are shown; {' and '.join(others)}."


def that_fired(fired: Mapping[str, int], most: int = MANY) -> tuple[list[str], str]:
    """Return the lines of a menu to list, and a sentence about those that never fired.

    A menu of up to ``most`` lines is listed whole.
    """
    seen = [name for name, count in fired.items() if count]
    silent = len(fired) - len(seen)
    if len(fired) <= most or not silent:
        return list(fired), ""
    return seen, f"{silent} other line{'s' if silent > 1 else ''} never fired."
