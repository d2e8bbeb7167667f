"""Checking data against a pydantic model, with errors that are one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from trigemu.config.names import allowed
from trigemu.config.origin import Origin, Path, origin_of
from trigemu.errors import InputError

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], data: Any, where: str | Origin) -> M:
    """Check data against a model.

    Parameters
    ----------
    model
        The pydantic model.
    data
        What was read (a table), or an instance of the model.
    where
        What the error names: a name, or the `Origin` that knows files and lines.

    Raises
    ------
    InputError
        The data do not fit.  The sentence says where the first mistake is, what is wrong and what is allowed,
        and how many more there are.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # A misspelt key is also a missing one: name it first.
        mistakes = sorted(error.errors(include_url=False), key=lambda m: m["type"] != "extra_forbidden")
        origin = origin_of(where)
        more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
        raise InputError(_sentence(model, data, mistakes[0], origin) + more) from None


def _sentence(model: type[BaseModel], data: Any, mistake: Mapping[str, Any], origin: Origin) -> str:
    path = _real_path(data, mistake["loc"])
    kind = mistake["type"]
    if kind == "extra_forbidden":
        key = str(path[-1])
        known = _fields(model, path[:-1])
        what = f"unknown key {key!r}; {allowed(key, known)}"
        name = _name(data, path[:-1])
    elif kind == "missing":
        what = f"key {str(mistake['loc'][-1])!r} is missing"
        name = _name(data, path)
    else:
        what = _reason(mistake)
        name = _name(data, path)
    # A validator of the whole table may say which of its keys it means.
    meant = getattr(mistake.get("ctx", {}).get("error"), "key", None)
    place = origin.at(*path) if meant is None else origin.at(*path, meant)
    name = " ".join(part for part in (origin.title, name) if part)
    return ": ".join(part for part in (place, name, what) if part)


_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "string": "a string",
    "model": "a table",
    "dict": "a table",
    "tuple": "an array",
    "list": "an array",
}
_BOUNDS = {"ge": "at least", "gt": "greater than", "le": "at most", "lt": "less than"}


def _reason(mistake: Mapping[str, Any]) -> str:
    context: Mapping[str, Any] = mistake.get("ctx", {})
    kind: str = mistake["type"]
    value = mistake["input"]
    shown = f", not {value!r}" if isinstance(value, str | int | float) else ""
    if kind == "value_error":
        return f"{context['error']}"
    for key, words in _BOUNDS.items():
        if key in context:
            bound = context[key]
            return f"must be {words} {bound:.15g}{shown}"
    if kind == "literal_error":
        return f"must be {context['expected']}{shown}"
    if kind.endswith(("_type", "_parsing", "_from_float", "_number")) and kind.split("_")[0] in _KINDS:
        return f"must be {_KINDS[kind.split('_')[0]]}{shown}"
    text = str(mistake["msg"]).replace("Input should be", "must be").replace("Input should", "must")
    return text[:1].lower() + text[1:] + shown


def _real_path(data: Any, loc: Iterable[str | int]) -> Path:
    """Drop what pydantic adds to a location (names of union members) and keep what leads to a value."""
    path: list[str | int] = []
    for key in loc:
        inside = range(len(data)) if isinstance(data, list | tuple) else data
        if isinstance(inside, Mapping | range) and key in inside:
            data = data[key]
            path.append(key)
    return tuple(path)


def _name(data: Any, path: Path) -> str:
    """Return how to call a value: its keys, and list elements by name where they have one."""
    words: list[str] = []
    for key in path:
        data = data[key]
        if isinstance(key, str):
            words.append(f" {key}" if words and words[-1].endswith("'") else f".{key}" if words else key)
            continue
        title = data.get("name", data.get("label")) if isinstance(data, Mapping) else None
        words.append(f" {title!r}" if isinstance(title, str) else f"[{key}]")
    return "".join(words)


def _fields(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that the table at this path may have."""
    models = [model]
    for key in path:
        if isinstance(key, str):
            found = [m.model_fields[key].annotation for m in models if key in m.model_fields]
            models = [inner for annotation in found for inner in _models_in(annotation)]
    return [name for m in models for name in m.model_fields]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]
