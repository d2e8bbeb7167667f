"""The base of all config models."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from trigemu.plain import short

MAX_TEXT = 1000
"""Characters of a text that has no limit of its own."""

MAX_TABLES = 256
"""Tables of one array: signals, processes, algorithms."""

MAX_PATH = 4096
"""Characters of a path (PATH_MAX of Linux)."""

Named = TypeVar("Named", str, Path)


class Model(BaseModel):
    """Base of all config models: unknown keys are errors, numbers are finite, texts short, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_max_length=MAX_TEXT)

    @classmethod
    def schema_rules(cls) -> list[dict[str, Any]]:
        """Return what its validators check between keys, as JSON schema (`trigemu.config.rules`)."""
        return []

    @classmethod
    def section_rules(cls) -> list[dict[str, Any]]:
        """Return more of them, which hold for one section of an experiment: limits that its energy sets, say."""
        return []

    @model_validator(mode="before")
    @classmethod
    def _are_what_they_are(cls, data: Any) -> Any:
        """Refuse texts for numbers, and numbers for truths: pydantic would turn them into what they resemble."""
        for key, value in data.items() if isinstance(data, Mapping) else ():
            wanted = _wanted(cls, str(key))
            if not wanted or isinstance(value, Mapping):
                continue
            if other := [each for each in _flat(value) if _is_other(each, wanted)]:
                raise FieldError(str(key), f"must be {wanted}, not {short(repr(other[0]))}", named=False)
        return data


@cache
def _wanted(model: type[BaseModel], name: str) -> str:
    """Return what a field holds if it holds nothing but numbers, or truths (tables apart), else ""."""
    field = model.model_fields.get(name)
    found = set(_scalars(None if field is None else field.annotation))
    if found == {bool}:
        return "true or false"
    if found in ({int}, {float}, {int, float}):
        return "a whole number" if found == {int} else "a number"
    return ""


def _scalars(annotation: Any) -> Iterator[Any]:
    """Yield the types of the plain values that an annotation allows (`object` for what is something else)."""
    if annotation in (int, float, bool):
        yield annotation
    elif annotation is type(None) or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return
    elif get_origin(annotation) is Literal:
        yield from map(type, get_args(annotation))
    elif get_origin(annotation) is Annotated:
        yield from _scalars(get_args(annotation)[0])
    elif get_origin(annotation) in (tuple, Union, UnionType):
        for inner in get_args(annotation):
            if inner is not Ellipsis:
                yield from _scalars(inner)
    else:
        yield object


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _flat(inner)
    else:
        yield value


def _is_other(value: Any, wanted: str) -> bool:
    if wanted == "true or false":
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    return isinstance(value, str | bool)


def _is_path(value: Named) -> Named:
    if "\0" in str(value):
        raise ValueError("a path cannot hold a NUL character")
    if any(len(part.encode(sys.getfilesystemencoding(), "replace")) > 255 for part in Path(value).parts):
        raise ValueError("no name in a path can be longer than 255 bytes")
    return value


FileName = Annotated[str, Field(max_length=MAX_PATH), AfterValidator(_is_path)]
"""A text that names a file or folder."""

FilePath = Annotated[Path, AfterValidator(_is_path)]
"""The same as a path."""


class FieldError(ValueError):
    """What a validator of a whole model says of one of its fields, so that an error can name the field's place.

    Attributes
    ----------
    key
        The field.
    named
        Whether the sentence names the field itself.
    """

    def __init__(self, key: str, sentence: str, *, named: bool = True) -> None:
        super().__init__(sentence)
        self.key = key
        self.named = named
