"""All keys of a model with what they mean: for lists, pages, editors and completion.

Meaning, unit and source are docstrings after the fields (`trigemu.config.docstrings`), types and ranges are the
annotations'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from trigemu.config.allowed_values import allowed_values
from trigemu.config.docstrings import field_texts
from trigemu.config.kinds import fixed_keys, models_in, peeled

NAME = "NAME"
"""Stands in a key for an element of an array of tables: its name, label or number from 0."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a configuration.

    Attributes
    ----------
    key
        As ``--set`` takes it: ``na62.l0.window``; ``menu.line.NAME.when`` for the tables of an array.
    meaning, unit, source
        What it is, in which unit, and where the default comes from; "" where nothing is said.
    holds, range
        What it may be, in words (`trigemu.config.allowed_values`).
    default
        As plain data (a table's is the table), None where there is none.
    required
        Whether it must be given.
    kind
        Of arrays with tables of several kinds: which one the key belongs to, else "".
    model, name
        The model that has it, and its name there.
    tables
        The models of the table or tables that it holds, empty for values.
    """

    key: str
    meaning: str
    unit: str
    source: str
    holds: str
    range: str
    default: Any
    required: bool
    kind: str
    model: type[BaseModel]
    name: str
    tables: tuple[type[BaseModel], ...] = ()


def described(model: type[BaseModel], prefix: str = "", usual: BaseModel | None = None) -> tuple[Key, ...]:
    """Return the keys of a model, those of its tables after each.

    Parameters
    ----------
    model
        The model.
    prefix
        Dotted name of its table, which begins each key ("" for a configuration as a whole).
    usual
        Values that count as defaults (`usual_of`, for instance); without it those of the fields are taken.
    """
    return tuple(_keys(model, prefix, usual, ""))


def usual_of(model: type[BaseModel]) -> BaseModel | None:
    """Return a model with nothing but defaults; None where something must be given."""
    try:
        return model()
    except ValueError:
        return None


def _keys(model: type[BaseModel], prefix: str, usual: BaseModel | None, kind: str) -> Iterator[Key]:
    texts = field_texts(model)
    plain = {} if usual is None else usual.model_dump(mode="json")
    for name, field in model.model_fields.items():
        key = f"{prefix}.{name}" if prefix else name
        tables = tuple(models_in(field.annotation))
        allowed, text = allowed_values(field.annotation, field.metadata), texts[name]
        yield Key(
            key,
            text.meaning,
            text.unit,
            text.source,
            allowed.holds,
            allowed.range,
            plain[name] if name in plain else _default(field),
            usual is None and field.is_required(),
            kind,
            model,
            name,
            tables,
        )
        if not tables:
            continue
        array = get_origin(peeled(field.annotation)[0]) in (tuple, list)
        inner = (
            field.get_default(call_default_factory=True, validated_data={})
            if usual is None
            else getattr(usual, name)
        )
        for table in tables:
            told = next(iter(fixed_keys(table).values()), "") if len(tables) > 1 else kind
            below = inner if not array and isinstance(inner, table) else usual_of(table)
            yield from _keys(table, f"{key}.{NAME}" if array else key, below, str(told))


def _default(field: FieldInfo) -> Any:
    if field.is_required():
        return None
    return plain_value(field.get_default(call_default_factory=True, validated_data={}))


def plain_value(value: Any) -> Any:
    """Return a field's value as plain data, as JSON and TOML have them."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [plain_value(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain_value(each) for key, each in value.items()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
