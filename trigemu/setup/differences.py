"""In which keys two setups differ."""

from __future__ import annotations

from typing import Any

from trigemu.config.differences import Difference, differences
from trigemu.menu.schema import Line
from trigemu.setup.experiment import Setup
from trigemu.setup.named import written


def setup_differences(first: Setup[Any], second: Setup[Any]) -> list[Difference]:
    """Return what differs between two resolved configurations, as `trigemu.config.differences.differences` does.

    A prescale that the two write in different forms (a number, ``every``, ``set``) is compared as factor and mode.
    """
    ours, theirs = written(first), written(second)
    lines = {line["name"]: line for line in theirs["menu"]["line"]}
    for line in ours["menu"]["line"]:
        other = lines.get(line["name"])
        if other is not None and _form(line) != _form(other):
            line["prescale"], other["prescale"] = _scale(line), _scale(other)
    return differences(ours, theirs)


def _form(line: dict[str, Any]) -> str:
    scale = line.get("prescale", 1)
    return "set" if isinstance(scale, dict) and "set" in scale else type(scale).__name__


def _scale(line: dict[str, Any]) -> dict[str, Any]:
    scale = Line.model_validate(line).scale
    return {"every": scale.factor, "mode": scale.mode}
