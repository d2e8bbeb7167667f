"""What fields of models mean: docstrings after fields, read from the source when somebody asks.

A docstring stands right after a field, ``Least energy of a cell that counts [GeV].  Source: recalled, "about 1 GeV".``:
what it means, its unit in brackets where it has one, and where its default comes from.  Python forgets such texts when
it compiles a class, so they cost nothing until they are read here.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel

_SOURCE = re.compile(r"(?:^|\s)Source:\s*")
_UNIT = re.compile(r"\s*\[([^\[\]]+)\](?=[.;:,)]|$)")


@dataclass(frozen=True, slots=True)
class FieldText:
    """What is said of a field: its meaning, unit and the source of its default, each "" where nothing is said."""

    meaning: str = ""
    unit: str = ""
    source: str = ""


def parse_text(text: str) -> FieldText:
    """Return the parts of a field's docstring; the unit is the last bracket that stands at the end of words."""
    said, *sources = _SOURCE.split(" ".join(text.replace("``", "`").split()), maxsplit=1)
    units = list(_UNIT.finditer(said))
    unit = units[-1] if units else None
    if unit is not None:
        said = said[: unit.start()] + said[unit.end() :]
    return FieldText(said.strip(), unit[1] if unit else "", sources[0].strip() if sources else "")


def field_texts(model: type[BaseModel]) -> dict[str, FieldText]:
    """Return what is said of each field of a model.

    A model inherits meaning and unit of a field that it declares again without them; the source is that of the class
    which declared it last, because the default is.  Where there is no docstring, pydantic's ``description`` is taken.
    """
    texts: dict[str, FieldText] = {}
    for base in reversed(model.__mro__):
        if not (issubclass(base, BaseModel) and base is not BaseModel) or _is_made(base):
            continue
        for name, text in _declared(base.__module__, base.__qualname__).items():
            old = texts.get(name, FieldText())
            texts[name] = FieldText(text.meaning or old.meaning, text.unit or old.unit, text.source)
    return {name: _described(name, texts, field.description) for name, field in model.model_fields.items()}


def _described(name: str, texts: dict[str, FieldText], description: str | None) -> FieldText:
    found = texts.get(name, FieldText())
    if not description:
        return found
    # Of a field that was made again with another default, only that has a source of its own.
    made = parse_text(description)
    return FieldText(found.meaning or made.meaning, found.unit or made.unit, made.source or found.source)


def _is_made(model: type[BaseModel]) -> bool:
    """Return whether a model was made from its base by name (`trigemu.setup.data.named_model`): it has no source."""
    names = (model.__module__, model.__qualname__)
    return any((base.__module__, base.__qualname__) == names for base in model.__mro__[1:])


def _declared(module: str, name: str) -> dict[str, FieldText]:
    """Return the texts of the fields that a class of a module declares itself."""
    return _classes(module).get(name, {})


@cache
def _classes(module: str) -> dict[str, dict[str, FieldText]]:
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError, SyntaxError):
        # A notebook, or a package without sources: nothing is known.
        return {}
    found: dict[str, dict[str, FieldText]] = {}
    _collect(tree.body, "", found)
    return found


def _collect(body: list[ast.stmt], prefix: str, found: dict[str, dict[str, FieldText]]) -> None:
    for each in body:
        if isinstance(each, ast.ClassDef):
            found[prefix + each.name] = _fields(each.body)
            _collect(each.body, f"{prefix}{each.name}.", found)
        elif isinstance(each, ast.FunctionDef):
            _collect(each.body, f"{prefix}{each.name}.<locals>.", found)


def _fields(body: list[ast.stmt]) -> dict[str, FieldText]:
    texts: dict[str, FieldText] = {}
    # The last statement has none behind it.
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            texts[statement.target.id] = parse_text(_text(after))
    return texts


def _text(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement.value.value if isinstance(statement.value.value, str) else ""
    return ""
