"""Configurations with one mistake each."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

WRONG: tuple[Any, ...] = ("nonsense", "", -1, 0, 0.5, 1e300, 2**70, True, [], [1, "x"], {"nonsense": 1})
"""Values, at least one of which each key refuses."""

Path = tuple[str | int, ...]


def paths(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the path and value of every key, tables and elements of arrays of tables included."""
    for step, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*path, step), value
        if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            yield from paths(value, (*path, step))


def mistakes(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is wrong (or may be), and the data with it: each key with other values, without it, with one more."""
    for path, value in paths(data):
        name = ".".join(map(str, path))
        for wrong in WRONG:
            yield f"{name} = {wrong!r}", _changed(data, path, wrong)
        yield f"{name} missing", _changed(data, path, None)
        if isinstance(value, dict):
            yield f"{name}.nonsense", _changed(data, (*path, "nonsense"), 1)
    yield "nonsense", {**data, "nonsense": 1}


def _changed(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return the data with a value in its place, or without the key (None)."""
    made = copy.deepcopy(data)
    table: Any = made
    for step in path[:-1]:
        table = table[step]
    if value is None:
        del table[path[-1]]
    else:
        table[path[-1]] = value
    return made
