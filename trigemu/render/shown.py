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
        Lines and totals to show at most: for each efficiency the line that has most of it, then those with the highest
        mean.
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
    # Whether or not totals that never passed are shown: pictures show no line that the table lacks.
    room = max(most - sum(name in totals for name in values), 1)
    best = _for_each({name: values[name] for name in seen}, room, first)
    best |= set(
        sorted(
            (name for name in seen if name not in best), key=lambda name: (name not in first, -means[name])
        )[: room - len(best)]
    )
    shown = [name for name in values if name in best | sums]
    return shown, _sentence(len(means), len(best), len(seen))


def _for_each(values: Mapping[str, Sequence[float | None]], most: int, first: Collection[str]) -> set[str]:
    """Return up to ``most`` lines with large efficiencies: each one adds most to the largest of those before it."""
    chosen: set[str] = set()
    got = {
        name: [value if value is not None and value > 0 else 0.0 for value in each]
        for name, each in values.items()
    }
    reached = [0.0] * max(map(len, got.values()), default=0)

    def gain(name: str) -> float:
        # Where a line of the first kind has any efficiency, others have nothing to add.
        pairs = zip(reached, got[name], strict=True)
        return sum(max(value - old, 0.0) for old, value in pairs if name in first or not old)

    first = first or set(got)
    for kind in (True, False):
        while len(chosen) < most:
            left = [name for name in got if (name in first) == kind and name not in chosen]
            best = max(left, key=gain, default=None)
            if best is None or not gain(best):
                break
            chosen.add(best)
            reached = list(map(max, reached, got[best]))
    return chosen


def _sentence(lines: int, shown: int, passed: int) -> str:
    if shown == lines:
        return ""
    counts = (passed - shown, "more passed"), (lines - passed, "never passed")
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
