"""Checking data against a pydantic model, with errors that are one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from trigemu.config.kinds import is_kind, models_in
from trigemu.config.names import allowed
from trigemu.config.near import near_below
from trigemu.config.origin import Origin, Path, origin_of
from trigemu.errors import InputError
from trigemu.plain import short

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
    check_plain(data, origin_of(where))
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
    if kind.startswith("union_tag_"):
        what, name = _tag_sentence(mistake, _value_at(data, path)), _name(data, path)
    elif kind == "extra_forbidden":
        key = str(path[-1])
        tables = _tables(model, path[:-1], data)
        known = dict.fromkeys(name for table in tables for name in table.model_fields)
        prefix = ".".join(filter(None, (_prefix(origin.title), *map(str, path[:-1]))))
        what = f"unknown key {short(key)!r}; {allowed(key, known, below=near_below(key, tables, prefix))}"
        name = _name(data, path[:-1])
    elif kind == "missing":
        key = mistake["loc"][-1]
        what = f"must have {key + 1} values" if isinstance(key, int) else f"key {key!r} is missing"
        name = _name(data, path)
    else:
        what = _reason(mistake)
        name = _name(data, path)
    # A validator of the whole table may say which of its keys it means.
    error = mistake.get("ctx", {}).get("error")
    meant = getattr(error, "key", None)
    if not getattr(error, "named", True):
        name = _name(data, (*path, str(meant)))
    place = origin.at(*path) if meant is None else origin.at(*path, meant)
    name = " ".join(part for part in (origin.title, name) if part)
    return ": ".join(part for part in (place, name, what) if part)


MAX_DEPTH = 32
"""Tables and arrays inside each other."""

MAX_ITEMS = 100_000
"""Values of a table or an array."""

MAX_CHARACTERS = 20_000
"""Characters of a text or a key, whatever it is for."""

_WHOLE = 2**64


def check_plain(data: Any, origin: Origin, path: Path = ()) -> None:
    """Check that what was read is of a size that anything can be said about, before a model looks at it.

    Raises
    ------
    InputError
        A number of more than 64 bits, a text, table or array that is too long, or tables inside each other too deep.
    """
    problem = ""
    if isinstance(data, int) and not -_WHOLE < data < _WHOLE:
        problem = "a whole number of more than 64 bits; no key allows that"
    elif isinstance(data, str) and len(data) > MAX_CHARACTERS:
        problem = f"a text of {len(data)} characters; no key allows more than {MAX_CHARACTERS}"
    elif isinstance(data, str) and not data.isascii() and any("\ud800" <= char <= "\udfff" for char in data):
        problem = "a text that is not UTF-8"
    elif isinstance(data, Mapping | list | tuple):
        if len(data) > MAX_ITEMS:
            problem = f"{len(data)} values; no key allows more than {MAX_ITEMS}"
        elif len(path) > MAX_DEPTH:
            problem = f"tables or arrays more than {MAX_DEPTH} deep inside each other"
    if problem:
        name = short(".".join(str(key) for key in path), 100)
        raise InputError(f"{origin.at(*path)}: {name}: {problem}" if name else f"{origin.at()}: {problem}")
    if isinstance(data, Mapping):
        for key, value in data.items():
            if len(str(key)) > MAX_CHARACTERS // 20:
                raise InputError(f"{origin.at(*path)}: unknown key {short(key)!r}")
            check_plain(value, origin, (*path, key))
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            check_plain(value, origin, (*path, index))


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
    shown = f", not {short(repr(value))}" if isinstance(value, str | int | float) else ""
    if kind == "value_error":
        return f"{context['error']}"
    for key, words in _BOUNDS.items():
        if key in context:
            bound = context[key]
            return f"must be {words} {bound:.15g}{shown}"
    if kind == "literal_error":
        return f"must be {context['expected']}{shown}"
    if kind in ("tuple_type", "list_type") and isinstance(value, Mapping) and _of_indices(value):
        return "must be an array; what is inside its default cannot be set alone, give the whole array"
    if kind.endswith(("_type", "_parsing", "_from_float", "_number")) and kind.split("_")[0] in _KINDS:
        return f"must be {_KINDS[kind.split('_')[0]]}{shown}"
    if kind.endswith(("too_long", "too_short")):
        return _length(context, value)
    if kind == "int_parsing_size":
        return f"must be a whole number of at most 64 bits{shown}"
    text = str(mistake["msg"]).replace("Input should be", "must be").replace("Input should", "must")
    return text[:1].lower() + text[1:] + shown


def _of_indices(table: Mapping[Any, Any]) -> bool:
    return bool(table) and all(str(key).isdecimal() for key in table)


def _length(context: Mapping[str, Any], value: Any) -> str:
    """Return the sentence about a text, table or array that is too long or too short."""
    least, most = context.get("min_length"), context.get("max_length")
    words, bound = ("at least", least) if most is None else ("at most", most)
    thing = "character" if isinstance(value, str | PurePath) else "value"
    length = len(str(value)) if isinstance(value, PurePath) else len(value)
    return f"must have {words} {bound} {thing}{'s' * (bound != 1)}, not {length}"


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
        if isinstance(key, str):
            words.append(f" {key}" if words and words[-1].endswith("'") else f".{key}" if words else key)
            # What a validator means may have its default, and stand in no file.
            data = data.get(key) if isinstance(data, Mapping) else None
            continue
        data = data[key]
        title = data.get("name", data.get("label")) if isinstance(data, Mapping) else None
        words.append(f" {short(title)!r}" if isinstance(title, str) else f"[{key}]")
    return "".join(words)


def _value_at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def _tag_sentence(mistake: Mapping[str, Any], table: Any) -> str:
    """Return what is wrong with the key that says which of several kinds a table is."""
    context: Mapping[str, Any] = mistake.get("ctx", {})
    key = str(context.get("discriminator", "")).strip("'")
    known = re.findall(r"'([^']*)'", str(context.get("expected_tags", "")))
    if mistake["type"] == "union_tag_not_found" or not isinstance(table, Mapping):
        return f"key {key!r} is missing; it says of which kind the table is"
    tag = table.get(key)
    return f"unknown {key} {short(str(tag))!r}; {allowed(str(tag), known)}"


def _prefix(title: str) -> str:
    """Return the table that a title such as ``[na62]`` names."""
    return title[1:-1] if re.fullmatch(r"\[[^\[\]]+\]", title) else ""


def _tables(model: type[BaseModel], path: Path, data: Any) -> list[type[BaseModel]]:
    """Return the models that the table at this path of the data may be."""
    models = [model]
    for key in path:
        data = data[key]
        if isinstance(key, str):
            found = [m.model_fields[key].annotation for m in models if key in m.model_fields]
            models = [inner for annotation in found for inner in models_in(annotation)]
        if isinstance(data, Mapping) and len(models) > 1:
            # Of several kinds of table, the one whose key says so.
            models = [m for m in models if is_kind(m, data)] or models
    return models
