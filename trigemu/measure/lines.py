"""Lines and totals of a menu that somebody asks for by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trigemu.errors import InputError
from trigemu.measure.tabular import named
from trigemu.plain import short


def chosen_lines(lines: Sequence[str] | str | None, names: Sequence[str]) -> set[str]:
    """Return the names that are asked for, whatever their case; all if none are.

    Parameters
    ----------
    lines
        Names (or one); None or empty: all.
    names
        Those that there are.

    Raises
    ------
    InputError
        There is no such name, or what is given is none.
    """
    # A bare text is one line, not its letters.
    lines = (lines,) if isinstance(lines, str) else () if lines is None else lines
    if not isinstance(lines, Iterable):
        raise InputError(f"lines: a list of names is wanted, not {short(repr(lines))}")
    lines = list(lines)
    for line in lines:
        if not isinstance(line, str):
            raise InputError(f"lines: the name of a line is wanted, not {short(repr(line))}")
    return {named(line, names, "line") for line in lines} or set(names)
