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
from trigemu.config.near import NAME


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a configuration.

    Attributes
    ----------
    key
        As ``--set`` takes it: ``na62.l0.window``; ``menu.line.NAME.when`` for the tables of an array (NAME: an
        element's name, label or number from 0).
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


def own_keys(
    model: type[BaseModel], prefix: str = "", usual: BaseModel | None = None, kind: str = ""
) -> Iterator[Key]:
    """Yield the keys of a model itself, without those of its tables; parameters as for `described`."""
    texts = field_texts(model)
    plain = {} if usual is None else usual.model_dump(mode="json")
    for name, field in model.model_fields.items():
        allowed, text = allowed_values(field.annotation, field.metadata), texts[name]
        yield Key(
            f"{prefix}.{name}" if prefix else name,
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
            tuple(models_in(field.annotation)),
        )


def _keys(model: type[BaseModel], prefix: str, usual: BaseModel | None, kind: str) -> Iterator[Key]:
    for key in own_keys(model, prefix, usual, kind):
        yield key
        for table in key.tables:
            told = str(next(iter(fixed_keys(table).values()), "")) if len(key.tables) > 1 else kind
            place = f"{key.key}.{NAME}" if is_array(key) else key.key
            yield from _keys(table, place, usual_below(key, usual, table), told)


def is_array(key: Key) -> bool:
    """Return whether a key holds an array."""
    return get_origin(peeled(key.model.model_fields[key.name].annotation)[0]) in (tuple, list)


def usual_below(key: Key, usual: BaseModel | None, table: type[BaseModel]) -> BaseModel | None:
    """Return what counts as default in a table below a key: the key's own default if it is one, else the table's."""
    if not is_array(key):
        field = key.model.model_fields[key.name]
        found = getattr(usual, key.name) if usual is not None else _given(field)
        if isinstance(found, table):
            return found
    return usual_of(table)


def _given(field: FieldInfo) -> Any:
    return None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})


def _default(field: FieldInfo) -> Any:
    return plain_value(_given(field))


def plain_value(value: Any) -> Any:
    """Return a field's value as plain data, as JSON and TOML have them."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [plain_value(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain_value(each) for key, each in value.items()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def as_row(key: Key) -> dict[str, Any]:
    """Return a key as plain data for scripts."""
    return {
        "key": key.key,
        **({"kind": key.kind} if key.kind else {}),
        "meaning": key.meaning,
        "unit": key.unit,
        "type": key.holds,
        "range": key.range,
        "default": key.default,
        "required": key.required,
        "source": key.source,
    }
