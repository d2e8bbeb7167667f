"""In which keys two configurations differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trigemu.config.overrides import element_name


@dataclass(frozen=True, slots=True)
class Difference:
    """A key with two values.

    Attributes
    ----------
    key
        As ``--set`` takes it; ``menu.line (order)`` where tables of an array stand in another order.
    first, second
        The two values as plain data; None where the key is absent.
    """

    key: str
    first: Any
    second: Any


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    """Return what differs, in the order of the first; keys of the second alone come last in their table.

    Tables of an array are matched by their names (`trigemu.config.overrides.element_name`), where all have different
    ones, else by their places.
    """
    return list(_tables(first, second, ""))


def _tables(first: Mapping[str, Any], second: Mapping[str, Any], key: str) -> Iterator[Difference]:
    for name in dict.fromkeys([*first, *second]):
        below = f"{key}{'.' if key else ''}{_quoted(str(name))}"
        yield from _values(first.get(name), second.get(name), below)


def _values(first: Any, second: Any, key: str) -> Iterator[Difference]:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        yield from _tables(first, second, key)
    elif _are_tables(first) and _are_tables(second) and (first or second):
        yield from _arrays(first, second, key)
    elif not _same(first, second):
        yield Difference(key, first, second)


def _arrays(first: Sequence[Any], second: Sequence[Any], key: str) -> Iterator[Difference]:
    ours, theirs = _names(first), _names(second)
    if ours is None or theirs is None:
        ours, theirs = [str(i) for i in range(len(first))], [str(i) for i in range(len(second))]
    yield from _tables(dict(zip(ours, first, strict=True)), dict(zip(theirs, second, strict=True)), key)
    order = [name for name in ours if name in theirs]
    other = [name for name in theirs if name in ours]
    if order != other:
        yield Difference(f"{key} (order)", order, other)


def _names(tables: Sequence[Any]) -> list[str] | None:
    """Return the names of tables, None if they are not all there and different."""
    names = [element_name(table) for table in tables]
    return names if all(names) and len(set(names)) == len(names) else None


def _are_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, Mapping) for each in value)


def _same(first: Any, second: Any) -> bool:
    # 1 and true are equal to Python, 1 and 1.0 to everybody.
    return bool(first == second) and isinstance(first, bool) == isinstance(second, bool)


def _quoted(name: str) -> str:
    return f'"{name}"' if "." in name or "=" in name else name
