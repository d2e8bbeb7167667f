"""The keys ``ftdl``, ``prescales`` and ``default_prescale`` of a configuration's ``[menu]`` table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trigemu.config.names import allowed
from trigemu.config.origin import Path as KeyPath
from trigemu.errors import InputError
from trigemu.experiments.belle2.gdl.ftdl import SUFFIXES, read_ftdl
from trigemu.plain import short
from trigemu.setup.menu_files import MenuFiles

KINDS = tuple(suffix[1:] for suffix in SUFFIXES)
COMPANIONS = ("prescales", "default_prescale")
"""Keys that mean something only beside ``ftdl``."""


def inline_ftdl(data: dict[str, Any], places: dict[KeyPath, str], folder: Path, name: str) -> None:
    """Put the lines of ``menu.ftdl`` before the menu's own, in place; without that key only drop its companions.

    A line that the menu has already under the same name takes its formula from the files and keeps the rest
    (prescale, source) unless ``prescales`` names it.

    Parameters
    ----------
    data
        The configuration; its menu's ``ftdl`` is a path without suffix, or a table with ``inp``, ``oup``, ``alg``.
    places
        Where each value came from.
    folder
        What relative paths begin at.
    name
        What an error names if it knows no better.

    Raises
    ------
    InputError
        The table is not as described, or see `trigemu.experiments.belle2.gdl.ftdl.read_ftdl`.
    """
    menu = data.get("menu")
    if not isinstance(menu, dict):
        return
    rest = dict(menu)
    if "ftdl" not in menu:
        # A configuration may say how the experiment's files are to be prescaled and leave the files to its user.
        data["menu"] = {key: value for key, value in rest.items() if key not in COMPANIONS}
        return
    place = places.get(("menu", "ftdl"), name)
    files = _files(rest.pop("ftdl"), folder, place)
    prescales, default = rest.pop("prescales", {}), rest.pop("default_prescale", 1)
    if not isinstance(prescales, dict):
        raise InputError(f"{places.get(('menu', 'prescales'), name)}: menu.prescales: must be a table")
    lines = read_ftdl(files, prescales, default, places.get(("menu", "prescales"), name))
    own = rest.get("line", [])
    if not isinstance(own, list):
        return  # whatever it is, the schema of the menu says what is wrong
    moved = {key: places.pop(key) for key in list(places) if key[:2] == ("menu", "line") and len(key) > 2}
    tables = [_merged(line.table, own, prescales) for line in lines]
    names = {line.table["name"] for line in lines}
    kept = [number for number, line in enumerate(own) if _name(line) not in names]
    for key, where in moved.items():
        if key[2] in kept:
            places[("menu", "line", kept.index(int(key[2])) + len(lines), *key[3:])] = where
    for number, line in enumerate(lines):
        places[("menu", "line", number)] = line.place
    data["menu"] = {**rest, "line": [*tables, *(own[number] for number in kept)]}


def _name(line: Any) -> Any:
    return line.get("name") if isinstance(line, dict) else None


def _merged(table: dict[str, Any], own: list[Any], prescales: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the files with what the menu's own line of the same name says beside its formula."""
    for line in own:
        if _name(line) == table["name"]:
            prescale = table if table["name"] in prescales else {"prescale": 1, **line}
            return {**line, **table, "prescale": prescale["prescale"]}
    return table


def _files(value: Any, folder: Path, place: str) -> dict[str, Path]:
    if isinstance(value, str) and value:
        return {kind: folder / f"{value}.{kind}" for kind in KINDS}
    if not isinstance(value, dict):
        raise InputError(
            f"{place}: menu.ftdl: must be a path without suffix, or a table with inp, oup and alg"
        )
    for kind in value:
        if kind not in KINDS:
            raise InputError(f"{place}: menu.ftdl: unknown key {short(kind)!r}; {allowed(str(kind), KINDS)}")
    for kind in KINDS:
        if not isinstance(value.get(kind), str):
            raise InputError(f"{place}: menu.ftdl: {kind} must be the path of a file")
    return {kind: folder / value[kind] for kind in KINDS}


MENU_FILES = MenuFiles("ftdl", COMPANIONS, inline_ftdl)
"""The keys as the loader of configurations wants them."""
