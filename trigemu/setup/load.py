"""Reading run configurations and menus from TOML files."""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import trigemu
from trigemu.config.names import allowed
from trigemu.config.origin import Origin
from trigemu.config.origin import Path as KeyPath
from trigemu.config.overrides import apply_override, parse_override
from trigemu.config.toml import read_toml
from trigemu.errors import InputError
from trigemu.experiments.belle2.gdl.ftdl_table import inline_ftdl

FILES = (("file",), ("ftdl",), ("prescales",), ("default_prescale",))
"""Keys of the menu that are gone once the files it names have been read; ``--set`` changes them before that."""

__all__ = ["load_config", "read_config", "shipped_configs"]


def shipped_configs() -> dict[str, Path]:
    """Return the run configurations that come with the package: name -> file."""
    try:
        files = [Path(str(file)) for file in importlib.resources.files("trigemu.configs").iterdir()]
    except ModuleNotFoundError:
        # Not installed but run from the repository, where they lie beside the package.
        files = list((Path(trigemu.__file__).resolve().parents[1] / "configs").glob("*"))
    return {file.stem: file for file in sorted(files) if file.suffix == ".toml"}


def find_config(path: str | Path) -> Path:
    """Return the file of a run configuration given by path or by the name of a shipped one.

    Raises
    ------
    InputError
        There is neither such a file nor such a name.
    """
    shipped = shipped_configs()
    if Path(path).exists():
        return Path(path)
    if str(path) in shipped:
        return shipped[str(path)]
    hint = allowed(Path(path).stem, shipped, "shipped configurations")
    raise InputError(f"{path}: there is no such file; {hint}")


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Read a run configuration; see `read_config`."""
    return read_config(path, overrides)[0]


def read_config(path: str | Path, overrides: Sequence[str] = ()) -> tuple[dict[str, Any], Origin]:
    """Read a run configuration and everything it names.

    Parameters
    ----------
    path
        A TOML file, or the name of a shipped configuration (``na62-dump``).
    overrides
        ``KEY=VALUE`` texts, applied in order after the menu's files have been inlined (those of `FILES` before).

    Returns
    -------
    tuple
        The data as `trigemu.setup.run_config.RunConfig` wants them (the experiment's table is called ``section``),
        and where each value came from.

    Raises
    ------
    InputError
        A file is missing or not TOML, an override cannot be read, the menu is given twice.
    """
    file = find_config(path)
    data, lines = read_toml(file)
    name = str(path) if Path(path).exists() else file.name
    places: dict[KeyPath, str] = {key: f"{name}, line {line}" for key, line in lines.items()}
    changes = [parse_override(text) for text in overrides]
    early = {change.keys for change in changes if change.keys[:1] == ("menu",) and change.keys[1:2] in FILES}
    folder = file.parent
    for change in changes:
        if change.keys == ("menu", "file"):
            places[apply_override(data, change)] = change.place
            folder = Path()
    folder = _inline_menu(data, places, folder, name)
    for change in changes:
        if change.keys in early and change.keys != ("menu", "file"):
            places[apply_override(data, change)] = change.place
            folder = Path() if change.keys[1] == "ftdl" else folder
    inline_ftdl(data, places, folder, name)
    for change in changes:
        if change.keys not in early:
            keys = apply_override(data, change)
            places = {key: place for key, place in places.items() if key[: len(keys)] != keys}
            for length in range(1, len(keys) + 1):
                places.setdefault(keys[:length], change.place)
    _rename_section(data, places)
    return data, Origin(name, places)


def _inline_menu(data: dict[str, Any], places: dict[KeyPath, str], folder: Path, name: str) -> Path:
    """Replace ``menu.file`` by what that file holds; other keys beside it win over the file's.

    Returns the folder in which ``menu.ftdl`` is looked for: that of the file that holds it.
    """
    menu = data.get("menu")
    if not isinstance(menu, dict) or "file" not in menu:
        return folder
    own = {key: value for key, value in menu.items() if key != "file"}
    place = places.pop(("menu", "file"), name)
    file = folder / str(menu["file"])
    if not file.is_file():
        raise InputError(f"{place}: menu file {str(file)!r} is not there")
    read, lines = read_toml(file)
    for key, line in lines.items():
        if key[0] not in own:
            places[("menu", *key)] = f"{file}, line {line}"
    data["menu"] = {**read, **own}
    return folder if "ftdl" in own else file.parent


def _rename_section(data: dict[str, Any], places: dict[KeyPath, str]) -> None:
    experiment = data.get("experiment")
    if not isinstance(experiment, str) or experiment not in data or "section" in data:
        return
    if experiment in ("experiment", "run", "menu", "streaming", "record", "input", "signal", "algorithm"):
        return
    data["section"] = data.pop(experiment)
    for key in [key for key in places if key[0] == experiment]:
        places[("section", *key[1:])] = places.pop(key)
