"""Setups by the name of what a user has: a configuration or a run that was recorded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trigemu.config.origin import Origin
from trigemu.errors import InputError
from trigemu.frames.runfiles import RUN_FILE
from trigemu.frames.runreader import RunReader
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup
from trigemu.setup.load import read_config, shipped_configs


def named_setup(name: str | Path, overrides: Sequence[str] = ()) -> Setup[Any]:
    """Return the setup of a shipped configuration, a TOML file or a run directory; raises as `traced_setup`."""
    return traced_setup(name, overrides)[0]


def traced_setup(name: str | Path, overrides: Sequence[str] = ()) -> tuple[Setup[Any], Origin]:
    """Return the same, and where its values came from.

    Raises
    ------
    InputError
        There is no such thing, or something in it is not allowed; a recorded run takes no overrides.
    """
    # A folder of a shipped configuration's name that is no run is not meant.
    if not os.path.isdir(name) or (str(name) in shipped_configs() and not (Path(name) / RUN_FILE).exists()):
        data, origin = read_config(name, overrides)
        return build_setup(data, origin), origin
    if overrides:
        raise InputError(f"{name}: a run is what it was recorded with; --set changes configurations")
    return recorded_setup(Path(name)), Origin(f"{name}/config.json")


def recorded_setup(folder: Path) -> Setup[Any]:
    """Return the setup of a recorded run; InputError if there is none."""
    return build_setup(RunReader(folder, damaged=True).config, f"{folder}/config.json")


def written(setup: Setup[Any]) -> dict[str, Any]:
    """Return a resolved configuration as a file has it: the experiment's table has its name, nothing is null."""
    data = setup.to_dict()
    section = data.pop("section")
    return {key: without_nulls(value) for key, value in {**data, setup.config.experiment: section}.items()}


def without_nulls(value: Any) -> Any:
    """Return plain data without the keys that have no value: TOML has none."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value
