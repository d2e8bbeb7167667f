"""Models inside annotations, and how tables of several kinds are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def peeled(annotation: Any, metadata: tuple[Any, ...] = ()) -> tuple[Any, tuple[Any, ...]]:
    """Return an annotation without `Annotated`, and what its layers say about values (bounds, lengths, patterns)."""
    while get_origin(annotation) is Annotated:
        annotation, *extras = get_args(annotation)
        for extra in extras:
            metadata = (*metadata, *(extra.metadata if isinstance(extra, FieldInfo) else (extra,)))
    return annotation, metadata


def is_model(annotation: Any) -> bool:
    """Return whether an annotation is a pydantic model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that an annotation names, however deep, each once."""
    return list(dict.fromkeys(_models(annotation)))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if is_model(annotation):
        yield annotation
        return
    for inner in get_args(annotation):
        yield from _models(inner)


def fixed_keys(model: type[BaseModel]) -> dict[str, Any]:
    """Return the keys of a model that can only have one value, with that value."""
    return {
        key: get_args(field.annotation)[0]
        for key, field in model.model_fields.items()
        if get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1
    }


def is_kind(model: type[BaseModel], table: Mapping[str, Any]) -> bool:
    """Return whether every key of a model that can only have one value has that one in the table."""
    fixed = fixed_keys(model)
    return bool(fixed) and all(table.get(key) == value for key, value in fixed.items())
