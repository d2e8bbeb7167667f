"""Arrays that stand in no file: their defaults, so that a single value inside can be set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from trigemu.config.conditions import ConditionsModel
from trigemu.config.described import is_array, own_keys, usual_below, usual_of
from trigemu.config.kinds import is_kind
from trigemu.config.origin import Path


def default_array(model: type[BaseModel], data: Any, path: Path, conditions: Any = None) -> list[Any] | None:
    """Return the default of an array that data do not give, as a new list; None if none is known there.

    Parameters
    ----------
    model
        Of the table.
    data
        The table as given.
    path
        Keys and indices that lead from the table to the array.
    conditions
        The epoch, where the table has one and another is set elsewhere; None: the table's own.
    """
    models, usual = [model], _usual(model, data, conditions)
    for step, after in zip(path, (*path, None)[1:], strict=True):
        data = _inside(data, step)
        if isinstance(step, int):
            # What is given of several kinds says by a key which it is.
            models = [each for each in models if len(models) == 1 or is_kind(each, data or {})]
            usual = None
            continue
        found = [key for each in models for key in own_keys(each, "", usual) if key.name == step]
        if len(found) != 1:
            return None
        key = found[0]
        if after is None:
            return _copy(key.default) if is_array(key) and isinstance(key.default, list) else None
        usual = usual_below(key, usual, key.tables[0]) if key.tables else None
        models = list(key.tables)
    return None


def _usual(model: type[BaseModel], data: Any, conditions: Any) -> BaseModel | None:
    if not issubclass(model, ConditionsModel):
        return usual_of(model)
    name = conditions if conditions is not None else _inside(data, "conditions")
    try:
        return model.of(None if name is None else str(name))
    except ValueError:
        # The epoch is refused later, by name.
        return model.of()


def _inside(data: Any, step: str | int) -> Any:
    if isinstance(step, str):
        return data.get(step) if isinstance(data, dict) else None
    return data[step] if isinstance(data, Sequence) and step < len(data) else None


def _copy(values: list[Any]) -> list[Any]:
    """Return a list whose tables and lists may be changed."""
    return [_copied(value) for value in values]


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items() if each is not None}
    return _copy(value) if isinstance(value, list) else value
