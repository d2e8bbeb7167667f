"""The order in which lines of a menu are shown: what the experiment is there for comes first."""

from __future__ import annotations

from collections.abc import Sequence

from trigemu.menu.schema import Line

LEVELS = ("l1", "hlt")

_STATES = ("", ", prescaled", ", off")

GROUPS = tuple(f"{level}{state}" for level in LEVELS for state in _STATES)
"""All groups, in the order in which they are shown."""


def group(line: Line) -> str:
    """Return the group that a line is listed in: ``l1``, ``l1, prescaled``, ``l1, off`` and the same of ``hlt``."""
    factor = line.scale.factor
    return line.level if factor == 1 else f"{line.level}, {'prescaled' if factor else 'off'}"


def physics_first(lines: Sequence[Line]) -> list[int]:
    """Return the places of lines in the order in which they are shown.

    By level; in each, lines without prescale come before prescaled ones and these before those that are off, each in
    the order of the menu.
    """

    def rank(place: int) -> tuple[int, int, int]:
        line = lines[place]
        factor = line.scale.factor
        return LEVELS.index(line.level), 0 if factor == 1 else 1 if factor else 2, place

    return sorted(range(len(lines)), key=rank)
