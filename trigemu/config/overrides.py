"""``--set KEY=VALUE``: changing single values of a configuration."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trigemu.config.names import allowed
from trigemu.config.origin import Path
from trigemu.config.toml import DEEPEST, deeper
from trigemu.errors import InputError
from trigemu.plain import short

_DIGITS = 10
_NAMES = ("name", "label", "signal", "process")
_PART = re.compile(r'"([^"]*)"|([^".=]+)')


@dataclass(frozen=True, slots=True)
class Override:
    """One ``--set``: the text as given, its keys, and the value it sets."""

    text: str
    keys: tuple[str, ...]
    value: Any

    @property
    def place(self) -> str:
        """How an error calls it."""
        return f"--set {short(self.text, 100)}"


def parse_override(text: str) -> Override:
    """Read ``KEY=VALUE``: dotted keys (quoted where a key has dots), a TOML value or a bare string.

    Raises
    ------
    InputError
        There is no ``=``, a key is empty, there are too many, or the value is nested too deep or has a number of
        thousands of digits.
    """
    key, equals, value = text.partition("=")
    key = key.strip()
    keys: list[str] = []
    position = 0
    while match := _PART.match(key, position):
        keys.append(match[1] if match[1] is not None else match[2].strip())
        position = match.end()
        if key[position : position + 1] != ".":
            break
        position += 1
    if not equals or not keys or position != len(key) or key.endswith(".") or not all(keys):
        raise InputError(
            f"--set {short(text, 100)}: write KEY=VALUE with dotted keys, for instance --set run.seed=2"
        )
    if len(keys) > DEEPEST:
        raise InputError(f"--set {short(text, 100)}: a key has at most {DEEPEST} parts, not {len(keys)}")
    return Override(text, tuple(keys), _value(value.strip(), f"--set {short(text, 100)}"))


def _value(text: str, where: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    except (ValueError, RecursionError):
        raise InputError(
            f"--set: {short(text)} cannot be read: it has thousands of digits, or brackets"
        ) from None
    if deeper(parsed, DEEPEST):
        raise InputError(f"{where}: the value is nested more than {DEEPEST} deep")
    return parsed["value"] if len(parsed) == 1 else text


def as_given(path: Path, old: Any, new: Any) -> Any:
    """Return the new value itself, wherever it is set."""
    return new


def no_default(path: Path) -> list[Any] | None:
    """Return that there is no array by default."""
    return None


def apply_override(
    data: dict[str, Any],
    override: Override,
    onto: Callable[[Path, Any, Any], Any] = as_given,
    usual: Callable[[Path], list[Any] | None] = no_default,
) -> Path:
    """Set the value in ``data`` (changed in place) and return its path.

    Elements of an array of tables are named as `element_name` does, or by number from 0
    (``menu.line.H2.prescale=5``, ``signal.0.rate_hz=10``).  Missing tables are created, missing arrays that have a
    default begin as that; whether the key means anything is for `validate` to say.

    Parameters
    ----------
    data
        The configuration.
    override
        The change.
    onto
        Makes of path, old value (None if there is none) and given value the one to set.
    usual
        Makes of a path the array that is there by default (None: no array).

    Raises
    ------
    InputError
        The keys lead through something that is not a table, or to no element of an array.
    """
    table: Any = data
    path: Path = ()
    for number in range(len(override.keys) - 1):
        step = _step(table, override, number)
        if isinstance(step, str) and step not in table:
            found = usual((*path, step))
            table[step] = {} if found is None else found
        table = table[step]
        path = (*path, step)
    last = _step(table, override, -1)
    path = (*path, last)
    old = table.get(last) if isinstance(last, str) else table[last]
    table[last] = onto(path, old, override.value)
    return path


def _step(table: Any, override: Override, number: int) -> str | int:
    """Return what leads on from a table or array by the key of this number."""
    key = override.keys[number]
    if isinstance(table, dict):
        return key
    if not isinstance(table, list):
        raise InputError(f"{override.place}: nothing can be set below a value that is not a table ({key!r})")
    if not table:
        array = ".".join(override.keys[:number])
        raise InputError(
            f"{override.place}: {short(array, 100)} is empty, there is no {short(key)!r}; give the whole array"
        )
    names = [element_name(element) for element in table]
    for index, name in enumerate(names):
        if name and name.lower() == key.lower():
            return index
    if key.isdecimal() and len(key) < _DIGITS and int(key) < len(table):
        return int(key)
    known = names if any(names) else map(str, range(len(table)))
    raise InputError(f"{override.place}: there is no {short(key)!r}; {allowed(key, known)}")


def element_name(element: Any) -> str:
    """Return how a key calls a table of an array: its name, label, signal or process, whichever comes first."""
    if not isinstance(element, dict):
        return ""
    return next((str(element[key]) for key in _NAMES if element.get(key)), "")
