"""Where each value of a configuration came from, so that an error can name the file and the line.

The TOML reader of the standard library gives values without their places; `toml_lines` finds those by a scan
for headers and keys, after the reader has accepted the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Keys and list indices that lead to a value."""

_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_KEY = re.compile(r'[ \t]*("(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+)[ \t]*')


@dataclass(frozen=True)
class Origin:
    """Names the place of a value.

    Attributes
    ----------
    name
        The configuration as a whole, usually its file.
    places
        Path of a value -> its place (``menus/dump.toml, line 7``).
    prefix
        Path of the table that this origin speaks about.
    title
        How an error calls that table, for instance ``[na62]``.
    """

    name: str
    places: Mapping[Path, str] = field(default_factory=dict)
    prefix: Path = ()
    title: str = ""

    def __str__(self) -> str:
        return self.at()

    def below(self, *keys: str | int, title: str = "") -> Origin:
        """Return the origin of a value inside."""
        return Origin(self.name, self.places, (*self.prefix, *keys), title)

    def at(self, *keys: str | int) -> str:
        """Return the place of a value, or of the innermost table around it whose place is known."""
        path = (*self.prefix, *keys)
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return self.name


def origin_of(where: str | Origin) -> Origin:
    """Return an origin, made from a bare name if need be."""
    return where if isinstance(where, Origin) else Origin(where)


def toml_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every table header and key of a valid TOML text.

    Values inside inline tables and arrays have no line of their own.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, statement in _statements(text):
        if statement.startswith("["):
            repeated = statement.startswith("[[")
            table = _resolve(keys_of(statement[2 if repeated else 1 :]), counts, repeated)
            _note(lines, table, number)
        else:
            _note(lines, (*table, *keys_of(statement)), number)
    return lines


def _note(lines: dict[Path, int], path: Path, number: int) -> None:
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], number)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each header and ``key = value``, however many lines the value takes."""
    position, number = 0, 1
    while position < len(text):
        end = end_of_statement(text, position)
        statement = text[position:end]
        stripped = statement.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped
        number += statement.count("\n")
        position = end


def end_of_statement(text: str, position: int) -> int:
    """Return where the statement (or blank or comment line) that begins at a position ends, its line end included."""
    # A statement ends at the first newline that is in no string, comment, array or inline table.
    depth = 0
    while position < len(text):
        char = text[position]
        if char in "\"'" and (string := _STRING.match(text, position)):
            position = string.end()
            continue
        if char == "#":
            newline = text.find("\n", position)
            position = len(text) if newline < 0 else newline
            continue
        depth += (char in "[{") - (char in "]}")
        position += 1
        if char == "\n" and depth <= 0:
            break
    return position


def keys_of(text: str) -> tuple[str, ...]:
    """Return the parts of the dotted key that a text begins with."""
    keys: list[str] = []
    position = 0
    while match := _KEY.match(text, position):
        keys.append(match[1].strip("\"'") if match[1][0] in "\"'" else match[1])
        position = match.end()
        if text[position : position + 1] != ".":
            break
        position += 1
    return tuple(keys)


def _resolve(keys: tuple[str, ...], counts: dict[Path, int], repeated: bool) -> Path:
    """Insert the index of the last element after each key that names an array of tables."""
    path: Path = ()
    for i, key in enumerate(keys):
        path = (*path, key)
        if repeated and i == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
