"""Setups by the name of what a user has: a configuration or a run that was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trigemu.errors import InputError
from trigemu.frames.runreader import RunReader
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.experiment import Setup


def named_setup(name: str | Path, overrides: Sequence[str] = ()) -> Setup[Any]:
    """Return the setup of a shipped configuration, a TOML file or a run directory.

    Raises
    ------
    InputError
        There is no such thing, or something in it is not allowed; a recorded run takes no overrides.
    """
    if not Path(name).is_dir():
        return load_setup(name, overrides)
    if overrides:
        raise InputError(f"{name}: a run is what it was recorded with; --set changes configurations")
    return recorded_setup(Path(name))


def recorded_setup(folder: Path) -> Setup[Any]:
    """Return the setup of a recorded run; InputError if there is none."""
    return build_setup(RunReader(folder, damaged=True).config, f"{folder}/config.json")


def written(setup: Setup[Any]) -> dict[str, Any]:
    """Return a resolved configuration as a file has it: the experiment's table has its name, nothing is null."""
    data = setup.to_dict()
    section = data.pop("section")
    return {key: _without_nulls(value) for key, value in {**data, setup.config.experiment: section}.items()}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
