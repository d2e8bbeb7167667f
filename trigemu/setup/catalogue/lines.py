"""The trigger lines of a configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from trigemu.config.origin import Origin
from trigemu.menu.order import group, physics_first
from trigemu.setup.experiment import Setup


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line of a menu.

    Attributes
    ----------
    number
        Its place among the lines that are switched on: its bit in every row of lines.
    name, level, when, on, prescale, select, source
        As the menu has them; ``prescale`` is n of "1 in n" (0: none), ``on`` and ``select`` are "" where there is none.
    mode
        How one of n is chosen; "" without a prescale.
    group
        What it is listed under (`trigemu.menu.order.group`).
    place
        File and line, or the change of the command line, that it comes from.
    """

    number: int
    name: str
    level: str
    group: str
    prescale: int
    mode: str
    when: str
    on: str
    select: str
    source: str
    place: str


def menu_lines(setup: Setup[Any], origin: Origin) -> list[ListedLine]:
    """Return the lines of a configuration that are switched on, those without prescale first.

    Parameters
    ----------
    setup
        The checked configuration.
    origin
        Where its values came from.
    """
    # Lines that are switched off are not compiled, so that numbers in the file and in the menu differ.
    numbers = [number for number, line in enumerate(setup.config.menu.line) if line.enabled]
    lines = setup.menu.lines
    entry = setup.experiment.entries[0] if setup.experiment.entries else ""
    return [
        ListedLine(
            index,
            line.name,
            line.level,
            group(line),
            line.scale.factor,
            line.scale.mode if line.scale.factor > 1 else "",
            line.when,
            line.on or entry,
            line.select or "",
            line.source,
            origin.at("menu", "line", numbers[index]),
        )
        for index in physics_first(lines)
        for line in (lines[index],)
    ]


def line_rows(lines: Sequence[ListedLine]) -> list[dict[str, Any]]:
    """Return lines as plain data for scripts, in the order of the menu."""
    rows = [asdict(line) for line in sorted(lines, key=lambda line: line.number)]
    return [{"line": row.pop("name"), **row} for row in rows]
