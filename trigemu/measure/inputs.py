"""Event files that studies read: they are no part of the package, and lie in a folder that the user names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from trigemu.errors import InputError
from trigemu.plain import printable

Given = ParamSpec("Given")
Got = TypeVar("Got")

_folder: ContextVar[Path | None] = ContextVar("input folder", default=None)


class MissingInputError(InputError):
    """An event file is wanted that is not at hand; what needs it can be left out."""


@contextmanager
def input_folder(folder: Path | None) -> Iterator[None]:
    """Look for event files in a folder (None: nowhere) as long as the block lasts.

    Raises
    ------
    InputError
        There is no such folder.
    """
    if folder is not None and not folder.is_dir():
        raise InputError(f"{printable(str(folder))} is not a folder: give the one that holds the event files")
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def event_file(name: str) -> Path:
    """Return the path of an event file.

    Raises
    ------
    MissingInputError
        No folder is named, or it does not hold the file.
    """
    folder = _folder.get()
    if folder is None:
        raise MissingInputError(f"the event file {name} is needed: name the folder that holds it")
    if not (folder / name).is_file():
        raise MissingInputError(f"{printable(str(folder))} holds no event file {name}")
    return folder / name


def cache_by_folder(function: Callable[Given, Got]) -> Callable[Given, Got]:
    """Remember what a function of hashable arguments returned, for each folder that event files come from."""
    remembered: dict[tuple[object, ...], Got] = {}

    @wraps(function)
    def call(*args: Given.args, **named: Given.kwargs) -> Got:
        key = (_folder.get(), args, tuple(sorted(named.items())))
        if key not in remembered:
            remembered[key] = function(*args, **named)
        return remembered[key]

    return call
