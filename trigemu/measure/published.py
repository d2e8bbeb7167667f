"""Tables of published and golden numbers: TOML files, one ``[[row]]`` per number.

A plug-in package brings its own: a `trigemu.measure.studies.Studies` object names the package and the file in it.
In the package ``ring_studies``, say, ``published.toml`` holds ::

    [[row]]
    id = "R.cells"
    quantity = "cells of the ring"
    unit = ""                       # may be left out, as here
    value = 100.0                   # as published, in the row's unit
    tolerance = 0.0                 # largest allowed difference, absolute
    source = "drawing 4711, sheet 2"
    certainty = "read"              # read, inferred, unverified
    role = "prediction"             # prediction, input, comparison
    function = "geometry.count"     # geometry.py in ring_studies
    arguments = { kind = "cell" }   # of the function, by name or as an array; may be left out

and ``ring_studies/geometry.py`` a function ``count(kind)`` that returns the value and its statistical error (0.0
where there is none), or its errors downwards and upwards (of counted numbers `trigemu.measure.validate.fraction`
and ``count`` give both).  Several rows that need the same sample share it by a `functools.cache` inside the module.
`trigemu.measure.validate.Row` says what the words mean.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
from pydantic import Field

from trigemu.config.check import validate
from trigemu.config.model import Model
from trigemu.config.names import allowed
from trigemu.config.origin import Origin
from trigemu.config.toml import read_toml
from trigemu.errors import InputError
from trigemu.measure.studies import Studies, check_not_broken, offering
from trigemu.measure.validate import Certainty, Measured, Role, Row
from trigemu.plain import short

Text = Annotated[str, Field(min_length=1)]
Plain = bool | int | float | str


class PublishedRow(Model):
    """A ``[[row]]`` as the file has it."""

    id: Text
    quantity: Text
    unit: str = ""
    value: float
    tolerance: Annotated[float, Field(ge=0)]
    source: Text
    certainty: Certainty
    role: Role
    function: Text
    arguments: dict[str, Plain] | tuple[Plain, ...] = ()


class PublishedTable(Model):
    """The whole file."""

    row: tuple[PublishedRow, ...]


def select(experiment: str | None = None, only: Sequence[str] = ()) -> tuple[Row, ...]:
    """Return the rows of an experiment (of all if None), or those of them with the ids in ``only``.

    Raises
    ------
    InputError
        There is no such table or row, or a table is bad.
    """
    known = offering("published")
    if experiment is not None and experiment not in known:
        check_not_broken(experiment)
        raise InputError(
            f"there are no published numbers for {experiment!r}; there are for {', '.join(known) or 'none'}"
        )
    chosen = {name: studies for name, studies in known.items() if experiment in (None, name)}
    rows = [replace(row, experiment=name) for name, studies in chosen.items() for row in load_rows(studies)]
    ids = {row.id for row in rows}
    for wanted in only:
        if wanted not in ids:
            raise InputError(f"there is no row {short(wanted)!r}; {allowed(wanted, sorted(ids), 'rows')}")
    return tuple(row for row in rows if not only or row.id in only)


def load_rows(studies: Studies) -> tuple[Row, ...]:
    """Return the rows of an experiment's table, in the order of the file.

    Raises
    ------
    InputError
        Something in the file is not as it must be, two rows have one id, or there is no such function or it does
        not take these arguments; the sentence has file and line.
    """
    with as_file(files(studies.package) / studies.published) as file:
        return read_rows(file, studies.package)


def read_rows(file: Path, package: str) -> tuple[Row, ...]:
    """Return the rows of a file whose functions are below ``package``; raises as `load_rows`."""
    data, lines = read_toml(file)
    origin = Origin(str(file), {key: f"{file}, line {line}" for key, line in lines.items()})
    seen: dict[str, str] = {}
    rows = []
    for index, row in enumerate(validate(PublishedTable, data, origin).row):
        place = origin.at("row", index, "id")
        if row.id in seen:
            raise InputError(f"{place}: duplicate row id {row.id!r}; the first is at {seen[row.id]}")
        seen[row.id] = place
        compute = _compute(row, package, origin.at("row", index, "function"))
        rows.append(
            Row(
                row.id,
                row.quantity,
                row.value,
                row.tolerance,
                row.source,
                row.certainty,
                row.role,
                compute,
                row.unit,
            )
        )
    return tuple(rows)


def _compute(row: PublishedRow, package: str, place: str) -> Callable[[], Measured]:
    module, dot, name = row.function.rpartition(".")
    if not dot:
        raise InputError(
            f"{place}: function {row.function!r} must be 'module.function', a module of {package}"
        )
    target = f"{package}.{module}"
    try:
        home = import_module(target)
    except ModuleNotFoundError as error:
        # What that module itself imports may be missing as well: that is not the table's mistake.
        if error.name is None or not (target == error.name or target.startswith(f"{error.name}.")):
            raise
        raise InputError(f"{place}: {package} has no module {module!r}") from None
    function: Any = getattr(home, name, None)
    if not callable(function):
        known = [key for key, value in vars(home).items() if _is_study(value, target)]
        raise InputError(f"{place}: {target} has no function {name!r}; {allowed(name, known)}")
    given = row.arguments
    args, named = ((), given) if isinstance(given, dict) else (given, {})
    try:
        inspect.signature(function).bind(*args, **named)
    except TypeError as error:
        raise InputError(f"{place}: row {row.id!r}: {row.function}: {error}") from None
    return partial(_measured, partial(function, *args, **named), f"{place}: row {row.id!r}: {row.function}")


def _measured(compute: Callable[[], Any], where: str) -> Measured:
    """Compute a number and check that it is one, with one error or two.

    Raises
    ------
    InputError
        The function gave something else.
    """
    given = compute()
    good = isinstance(given, tuple) and 2 <= len(given) <= 3
    if not good or not all(isinstance(each, int | float | np.number) for each in given):
        shown = short(repr(given))
        raise InputError(
            f"{where} returned {shown}; it must return (value, error) or (value, error down, error up)"
        )
    return cast("Measured", tuple(float(each) for each in given))


def _is_study(value: Any, module: str) -> bool:
    return callable(value) and getattr(value, "__module__", "") == module and value.__name__[:1] != "_"
