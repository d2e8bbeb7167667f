"""Near names of an unknown key in the tables below the one that does not have it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import get_origin

from pydantic import BaseModel

from trigemu.config.kinds import models_in, peeled
from trigemu.config.names import LONGEST

NAME = "NAME"
"""Stands for an element of an array of tables."""

_NEAR = 0.8
_SHOWN = 3


def near_below(key: str, models: Iterable[type[BaseModel]], prefix: str = "") -> list[str]:
    """Return keys of tables inside models whose names are (nearly) that of a key.

    Parameters
    ----------
    key
        What the user wrote.
    models
        What the table may be that does not have it.
    prefix
        Dotted name of that table, which begins each key that is returned.

    Returns
    -------
    list of str
        Dotted keys, at most three; those of exactly this name alone if there are any.
    """
    if len(key) > LONGEST:
        return []
    paths: dict[str, list[str]] = {}
    for path in _paths(models, prefix, ()):
        paths.setdefault(path.rpartition(".")[2].lower(), []).append(path)
    near = difflib.get_close_matches(key.lower(), paths, n=_SHOWN, cutoff=_NEAR)
    names = [key.lower()] if key.lower() in paths else near
    return list(dict.fromkeys(path for name in names for path in paths[name]))[:_SHOWN]


def _paths(
    models: Iterable[type[BaseModel]], prefix: str, above: tuple[type[BaseModel], ...]
) -> Iterator[str]:
    """Yield the dotted keys of all tables inside models, without the models' own."""
    for model in models:
        for name, field in model.model_fields.items():
            inner = [each for each in models_in(field.annotation) if each not in (*above, model)]
            if not inner:
                continue
            array = get_origin(peeled(field.annotation)[0]) in (tuple, list)
            below = ".".join(filter(None, (prefix, name, NAME if array else "")))
            yield from (f"{below}.{key}" for each in inner for key in each.model_fields)
            yield from _paths(inner, below, (*above, model))
