"""What values an annotation allows, in words: of which type, and in which range."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from trigemu.config.kinds import is_model, peeled

_PLAIN = {bool: "true or false", int: "whole number", float: "number", str: "text"}
_PLURAL = {"true or false": "true or false", "text": "texts", "value": "values"}
_CHOICES = re.compile(r"\^\(([\w|-]+)\)\$")
_LARGE = 10**5
_SHOWN = 24
"""Choices of a text that are listed; of more only how many there are."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an annotation allows.

    Attributes
    ----------
    holds
        ``whole number``, ``array of 7 numbers``, ``text``, ``table``, ...
    range
        ``> 0, <= 400``, ``lossless, realtime``, ``each 0 to 180``; "" where nothing limits it.
    """

    holds: str
    range: str = ""


def allowed_values(annotation: Any, metadata: Sequence[Any] = ()) -> Allowed:
    """Return what an annotation (with what its field's metadata say) allows."""
    annotation, said = peeled(annotation, tuple(metadata))
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _union([allowed_values(each, said) for each in inner if each is not type(None)])
    if origin is Literal:
        return Allowed(_PLAIN.get(type(inner[0]), "value"), _choices([_shown(each) for each in inner]))
    if annotation in _PLAIN:
        return Allowed(_PLAIN[annotation], _bounds(said, annotation is str))
    if isinstance(annotation, type) and issubclass(annotation, PurePath):
        return Allowed("path", _bounds(said, True))
    if origin is dict and inner[1] is not Any:
        return _many("table", inner[1], said)
    if is_model(annotation) or annotation is dict or origin is dict:
        return Allowed("table")
    if origin in (tuple, list):
        return _array(inner, said)
    return Allowed("value")


def bounds_of(field: FieldInfo) -> tuple[float, float] | None:
    """Return the least and the largest number that a field's annotation names, None if it names no two."""
    annotation, said = peeled(field.annotation, tuple(field.metadata))
    if get_origin(annotation) in (Union, UnionType):
        annotation, said = peeled(get_args(annotation)[0], said)
    low = next((value for name in ("ge", "gt") if (value := _limit(said, name)) is not None), None)
    high = next((value for name in ("le", "lt") if (value := _limit(said, name)) is not None), None)
    return None if low is None or high is None else (float(low), float(high))


def _array(inner: tuple[Any, ...], said: tuple[Any, ...]) -> Allowed:
    if len(inner) == 1 or (len(inner) == 2 and inner[1] is Ellipsis):
        return _many("array", inner[0], said)
    each = [allowed_values(one) for one in inner]
    if len(set(each)) > 1:
        types = " and ".join(dict.fromkeys(_plural(one.holds) for one in each))
        ranges = [one.range or one.holds for one in each]
        return Allowed(
            f"array of {len(each)} {types}", "; ".join(ranges) if any(o.range for o in each) else ""
        )
    one = each[0]
    return Allowed(f"array of {len(each)} {_plural(one.holds)}", _each(one))


def _many(what: str, inner: Any, said: tuple[Any, ...]) -> Allowed:
    """Return what an array or table of any number of values of one type allows."""
    one = allowed_values(inner)
    least, most = _limit(said, "min_length"), _limit(said, "max_length")
    count = f"{least} " if least is not None and least == most else ""
    length = "" if count else _lengths(least, most, "values")
    return Allowed(f"{what} of {count}{_plural(one.holds)}", ", ".join(filter(None, (length, _each(one)))))


def _each(one: Allowed) -> str:
    """Return the range of an array's values."""
    return f"each {one.range}" if one.range and not one.range.startswith("each ") else one.range


def _union(each: list[Allowed]) -> Allowed:
    if len(each) == 1:
        return each[0]
    types = list(dict.fromkeys(one.holds for one in each))
    ranges = list(dict.fromkeys(one.range for one in each if one.range))
    return Allowed(" or ".join(types), "; ".join(ranges))


def _plural(holds: str) -> str:
    first, _, rest = holds.partition(" of ")
    return _PLURAL.get(holds, f"{first}s of {rest}" if rest else f"{holds}s")


def _limit(said: Sequence[Any], name: str) -> Any:
    """Return the narrowest of several limits of a name: the last one is that of the outermost field."""
    found = [value for each in said if (value := getattr(each, name, None)) is not None]
    return found[-1] if found else None


def _bounds(said: Sequence[Any], text: bool) -> str:
    if text:
        pattern = _limit(said, "pattern")
        choices = _CHOICES.fullmatch(str(pattern)) if pattern else None
        if choices:
            return _choices(choices[1].split("|"))
        return _lengths(_limit(said, "min_length"), _limit(said, "max_length"), "characters")
    low, above = _limit(said, "ge"), _limit(said, "gt")
    high, below = _limit(said, "le"), _limit(said, "lt")
    if low is not None and high is not None:
        return f"{_number(low)} to {_number(high)}"
    parts = [
        f"{sign} {_number(value)}"
        for sign, value in ((">", above), (">=", low), ("<", below), ("<=", high))
        if value is not None
    ]
    return ", ".join(parts)


def _lengths(least: Any, most: Any, thing: str) -> str:
    if least and most is not None:
        return f"{least} to {most} {thing}"
    if most is not None:
        return f"at most {most} {thing}"
    return f"at least {least} {thing}" if least else ""


def _number(value: Any) -> str:
    """Return a bound as physicists write it: powers of two as such, large and small numbers with an exponent."""
    if isinstance(value, int) and abs(value) >= _LARGE:
        for shift in (0, 1):
            whole = value + shift
            if whole & (whole - 1) == 0:
                return f"2^{whole.bit_length() - 1}" + (" - 1" if shift else "")
    if abs(value) >= _LARGE or 0 < abs(value) < 1e-3:
        digits, _, exponent = f"{value:.11e}".partition("e")
        short = f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"
        return short if len(short) <= len(f"{value:.12g}") else f"{value:.12g}"
    return f"{value:.12g}"


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choices(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= _SHOWN else f"one of {len(names)} names"
