"""What installed packages offer by entry point."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from trigemu.errors import InputError

Offered = TypeVar("Offered")


def offered_names(group: str) -> tuple[str, ...]:
    """Return the names of a group's entry points, sorted."""
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


def offered(group: str, name: str) -> EntryPoint | None:
    """Return the entry point of a group with this name, None if there is none."""
    found: Iterator[EntryPoint] = (entry for entry in entry_points(group=group) if entry.name == name)
    return next(found, None)


def load(entry: EntryPoint, kind: type[Offered]) -> Offered:
    """Return the object that an entry point names.

    Raises
    ------
    InputError
        It cannot be imported, or is of another kind.
    """
    place = f"entry point {entry.name!r} of {entry.group} ({entry.value})"
    try:
        found: Any = entry.load()
    except Exception as error:  # whatever a foreign module does when it is imported
        raise InputError(f"{place} cannot be imported: {type(error).__name__}: {error}") from error
    if not isinstance(found, kind):
        raise InputError(
            f"{place} names something of type {type(found).__name__}; it must be a {kind.__module__}.{kind.__name__}"
        )
    return found
