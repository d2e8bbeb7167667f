"""Reading run configurations and menus from TOML files."""

from __future__ import annotations

import importlib.resources
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import trigemu
from trigemu.config.default_arrays import default_array
from trigemu.config.names import allowed
from trigemu.config.origin import Origin
from trigemu.config.origin import Path as KeyPath
from trigemu.config.overrides import Override, apply_override, parse_override
from trigemu.config.toml import read_toml
from trigemu.errors import InputError
from trigemu.menu.overrides import with_mode
from trigemu.plain import short
from trigemu.setup.menu_files import MenuFiles
from trigemu.setup.registry import experiment_names, find_experiment
from trigemu.setup.run_config import RunConfig

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
        There is neither such a file nor such a name, or what is given is neither.
    """
    # Who calls from Python may give anything.
    given: object = path
    if not isinstance(given, str | Path):
        raise InputError(
            f"a TOML file or the name of a shipped configuration is wanted, not {short(repr(given))}"
        )
    shipped, file = shipped_configs(), Path(path)
    # A folder of that name holds results, not a configuration.
    # Unlike pathlib, os.path takes a name that no file can have for one that is not there.
    if os.path.exists(file) and not (file.is_dir() and str(path) in shipped):
        return file
    if str(path) in shipped:
        return shipped[str(path)]
    hint = allowed(Path(path).stem, shipped, "shipped configurations")
    raise InputError(f"{short(str(path), 200)}: there is no such file; {hint}")


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
        ``KEY=VALUE`` texts, applied in order after the menu's files have been inlined (those that name files before).

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
    draft = _Draft(file, str(path) if file == Path(path) else file.name)
    menu_files = _menu_files(draft.data.get("experiment"))
    changes = [parse_override(text) for text in _texts(overrides)]
    names_file, names_menu, others = _in_stages(changes, menu_files)
    for change in names_file:
        draft.name_file(change)
    draft.inline_file(menu_files)
    for change in names_menu:
        draft.name_file(change, named=menu_files is not None and change.keys[1] == menu_files.key)
    if menu_files is not None:
        menu_files.inline(draft.data, draft.places, draft.folder, draft.name)
    # In whichever order they are given: arrays are those of the epoch that the run has in the end.
    epochs = [change.value for change in changes if change.keys[1:] == ("conditions",)]
    for change in others:
        draft.change(change, partial(usual_array, draft.data, epochs[-1] if epochs else None))
    draft.place_algorithms()
    _rename_section(draft.data, draft.places)
    return draft.data, Origin(draft.name, draft.places)


def usual_array(data: dict[str, Any], conditions: Any, path: KeyPath) -> list[Any] | None:
    """Return the default of an array of a configuration, None where none is known (of signals, say).

    Parameters
    ----------
    data
        The configuration as read.
    conditions
        The epoch that is set besides, None where none is.
    path
        Keys that lead to the array.
    """
    experiment = data.get("experiment")
    if path[0] in (experiment, "section") and experiment in experiment_names():
        model = find_experiment(experiment).config_model
        return default_array(model, data.get(str(path[0])), path[1:], conditions)
    return default_array(RunConfig, data, path)


def _texts(overrides: object) -> list[str]:
    """Return the texts of all overrides; a bare text is one of them, not its letters."""
    texts = [overrides] if isinstance(overrides, str) else overrides
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise InputError(f"overrides: texts KEY=VALUE are wanted, not {short(repr(overrides))}")
    return list(texts)


def _menu_files(experiment: Any) -> MenuFiles | None:
    """Return how menus in the experiment's own files are named; None if it has none or is not installed."""
    if not isinstance(experiment, str) or experiment not in experiment_names():
        return None
    return cast("MenuFiles | None", find_experiment(experiment).part("menu_files"))


def _in_stages(
    changes: Sequence[Override], menu_files: MenuFiles | None
) -> tuple[list[Override], list[Override], list[Override]]:
    """Return the overrides of ``menu.file``, those of keys that are gone once files are read, and all others."""
    early = {"file", *(menu_files.keys if menu_files is not None else ())}
    stages: tuple[list[Override], list[Override], list[Override]] = ([], [], [])
    for change in changes:
        if change.keys == ("menu", "file"):
            stages[0].append(change)
        elif change.keys[0] == "menu" and early.intersection(change.keys[1:2]):
            stages[1].append(change)
        else:
            stages[2].append(change)
    return stages


class _Draft:
    """A configuration while what its menu's files hold is put in their place.

    Attributes
    ----------
    data, places
        The configuration, and where each value came from.
    folder
        What relative paths of the menu begin at.
    name
        What errors call the configuration.
    """

    def __init__(self, file: Path, name: str) -> None:
        self.data, lines = read_toml(file)
        self.name = name
        self.places: dict[KeyPath, str] = {key: f"{name}, line {line}" for key, line in lines.items()}
        self.folder = file.parent
        self._home = file.parent

    def name_file(self, change: Override, *, named: bool = True) -> None:
        """Set a key that names files; where it does, their path begins in the working directory."""
        self.places[apply_override(self.data, change)] = change.place
        if named:
            self.folder = Path()

    def change(self, change: Override, usual: Callable[[KeyPath], list[Any] | None]) -> None:
        """Set any other key."""
        keys = apply_override(self.data, change, with_mode, usual)
        around = self.places.get(keys[:-1], "")
        self.places = {key: place for key, place in self.places.items() if key[: len(keys)] != keys}
        for length in range(1, len(keys) + 1):
            self.places.setdefault(keys[:length], change.place)
        if around and not around.startswith("--set"):
            # What is wrong with the table as a whole may be so because of the override.
            self.places[keys[:-1]] = f"{around}, with {change.place}"

    def inline_file(self, menu_files: MenuFiles | None) -> None:
        """Replace ``menu.file`` by what that file holds; other keys beside it win over the file's."""
        menu = self.data.get("menu")
        if not isinstance(menu, dict) or "file" not in menu:
            return
        own = {key: value for key, value in menu.items() if key != "file"}
        place = self.places.pop(("menu", "file"), self.name)
        file = self.folder / str(menu["file"])
        try:
            there = file.is_file()
        except OSError:
            # A name that no file can have.
            there = False
        if not there:
            raise InputError(f"{place}: menu file {short(str(file), 200)!r} is not there")
        read, lines = read_toml(file)
        for key, line in lines.items():
            if key[0] not in own:
                self.places[("menu", *key)] = f"{file}, line {line}"
        self.data["menu"] = {**read, **own}
        # Menus in the experiment's own files are looked for beside the file that names them.
        if menu_files is None or menu_files.key not in own:
            self.folder = file.parent

    def place_algorithms(self) -> None:
        """Let paths of algorithms begin beside the configuration, those of overrides in the working directory."""
        tables = self.data.get("algorithm")
        for index, table in enumerate(tables if isinstance(tables, list) else ()):
            file = table.get("file") if isinstance(table, dict) else None
            if isinstance(file, str) and file and "\0" not in file:
                overridden = self.places.get(("algorithm", index, "file"), "").startswith("--set")
                table["file"] = str((Path() if overridden else self._home) / file)


def _rename_section(data: dict[str, Any], places: dict[KeyPath, str]) -> None:
    experiment = data.get("experiment")
    if not isinstance(experiment, str) or experiment not in data or "section" in data:
        return
    if experiment in ("experiment", "run", "menu", "streaming", "record", "input", "signal", "algorithm"):
        return
    data["section"] = data.pop(experiment)
    for key in [key for key in places if key[0] == experiment]:
        places[("section", *key[1:])] = places.pop(key)
