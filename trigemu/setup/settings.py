"""Every value of a resolved configuration: what it means, what it would be by default, and where it comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel

from trigemu.config.conditions import ConditionsModel
from trigemu.config.described import Key, as_row, is_array, own_keys, usual_below, usual_of
from trigemu.config.kinds import fixed_keys, is_kind
from trigemu.config.names import allowed
from trigemu.config.origin import Origin, Path
from trigemu.config.overrides import element_name
from trigemu.errors import InputError
from trigemu.plain import short
from trigemu.setup.algorithm_table import Naming
from trigemu.setup.experiment import Setup
from trigemu.setup.load import shipped_configs
from trigemu.setup.named import without_nulls, written

Shape = Literal["value", "table", "tables"]

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of a configuration.

    Attributes
    ----------
    path
        Where it is in the file: keys, and numbers of elements of arrays of tables.
    key
        The same as ``--set`` takes it.
    value
        Plain data; None where it is absent.
    about
        What the key is.
    place
        File and line, or the change of the command line, that a value which is not the default comes from, else "".
    shape
        Whether it is a value, a table of other settings, or an array of such tables.
    """

    path: Path
    key: str
    value: Any
    about: Key
    place: str
    shape: Shape


def settings(setup: Setup[Any], origin: Origin) -> list[Setting]:
    """Return the values of a configuration table by table; a table stands before what is in it."""
    return list(_Reader(setup, origin).all())


def below(settings: Sequence[Setting], key: str, where: str) -> list[Setting]:
    """Return the setting of a key, and all that are inside it.

    Parameters
    ----------
    settings
        All of a configuration.
    key
        As ``--set`` takes it, also with the number of a table instead of its name.
    where
        What an error calls the configuration.

    Raises
    ------
    InputError
        There is no such key; the sentence says which are near.
    """
    found = [
        setting
        for setting in settings
        if any(f"{name}.".startswith(f"{key}.") for name in (setting.key, ".".join(map(str, setting.path))))
    ]
    if not found:
        names = allowed(key, (setting.key for setting in settings), "keys")
        raise InputError(f"{where}: there is no key {short(key)!r}; {names}")
    return found


def setting_row(setting: Setting) -> dict[str, Any]:
    """Return a setting as plain data for scripts."""
    return {**as_row(setting.about), "key": setting.key, "value": setting.value, "place": setting.place}


class _Reader:
    def __init__(self, setup: Setup[Any], origin: Origin) -> None:
        self.setup, self.origin = setup, origin
        self.data = written(setup)
        self.name = setup.config.experiment
        self.quiet = False
        # Nobody needs to know where the package is.
        self.shipped = next((f"{file.parent}{os.sep}" for file in shipped_configs().values()), "")
        self.signals = {spec.name: spec.model for spec in setup.experiment.signal_specs(setup.section)}

    def all(self) -> Iterator[Setting]:
        for key in own_keys(type(self.setup.config)):
            if key.name == "section":
                data = self.data[self.name]
                yield self.setting(key, (self.name,), data, "table")
                yield from self.inside(self.setup.experiment.config_model, (self.name,), data, self.usual())
            elif key.name == "signal":
                yield from self.array(key, [self.signals[each["signal"]] for each in self.data["signal"]])
            elif key.name == "algorithm":
                yield from self.array(key, [bound.algorithm.config for bound in self.setup.algorithms])
            else:
                yield from self.value(key, (key.name,), self.data.get(key.name), None)

    def usual(self) -> BaseModel | None:
        """Return what counts as default in the experiment's section: of its epoch, where it has epochs."""
        model = self.setup.experiment.config_model
        if issubclass(model, ConditionsModel):
            return model.of(getattr(self.setup.section, "conditions"))  # noqa: B009
        return usual_of(model)

    def value(self, key: Key, path: Path, value: Any, usual: BaseModel | None) -> Iterator[Setting]:
        if key.tables and is_array(key):
            yield self.setting(key, path, value, "tables")
            # What the default holds comes from nowhere else, though its tables have no defaults of their own.
            known, default = self.quiet, without_nulls(key.default)
            self.quiet = known or value == default
            # Of a default of which single values are changed, all others stay what they were.
            kept = default if self.place(path).startswith(f"--set {self.dotted(path)}.") else None
            for number, each in enumerate(value or ()):
                model = next((m for m in key.tables if is_kind(m, each)), key.tables[0])
                same = kept[number] if kept and number < len(kept) else {}
                yield from self.inside(model, (*path, number), each, usual_of(model), same)
            self.quiet = known
        elif len(key.tables) == 1 and key.holds == "table":
            yield self.setting(key, path, value, "table")
            if value is not None:
                below = usual_below(key, usual, key.tables[0])
                yield from self.inside(key.tables[0], path, value, below)
        else:
            yield self.setting(key, path, value)

    def inside(
        self,
        model: type[BaseModel],
        path: Path,
        data: Mapping[str, Any],
        usual: BaseModel | None,
        same: Mapping[str, Any] = NOTHING,
    ) -> Iterator[Setting]:
        """Yield the settings of a table; values that it shares with ``same`` come from nowhere else."""
        first = fixed_keys(model)
        # What says of which kind a table is comes first; values come before tables, as TOML wants them.
        for key in sorted(
            own_keys(model, "", usual), key=lambda key: (bool(key.tables), key.name not in first)
        ):
            known, value = self.quiet, data.get(key.name)
            self.quiet = known or (key.name in same and same[key.name] == value)
            yield from self.value(key, (*path, key.name), value, usual)
            self.quiet = known

    def array(self, key: Key, models: Sequence[type[BaseModel]]) -> Iterator[Setting]:
        tables = self.data[key.name]
        yield self.setting(key, (key.name,), tables, "tables")
        for number, (model, table) in enumerate(zip(models, tables, strict=True)):
            path = (key.name, number)
            for naming in own_keys(Naming):
                if naming.name in table and naming.name not in model.model_fields:
                    yield self.setting(naming, (*path, naming.name), table[naming.name])
            yield from self.inside(model, path, table, usual_of(model))

    def setting(self, key: Key, path: Path, value: Any, shape: Shape = "value") -> Setting:
        given = value is not None and shape == "value" and not self.quiet
        differs = given and (key.required or value != without_nulls(key.default))
        return Setting(path, self.dotted(path), value, key, self.place(path) if differs else "", shape)

    def place(self, path: Path) -> str:
        found = self.origin.at(*("section" if path[0] == self.name else path[0], *path[1:]))
        return found.removeprefix(self.shipped)

    def dotted(self, path: Path) -> str:
        """Return a path as ``--set`` takes it."""
        data: Any = self.data
        parts = []
        for step in path:
            inside = data[step] if isinstance(step, int) or step in data else None
            name = element_name(inside) if isinstance(step, int) else str(step)
            parts.append(f'"{name}"' if "." in name or "=" in name else name or str(step))
            data = inside
        return ".".join(parts)


def value_of(setup: Setup[Any], chosen: Sequence[Setting]) -> Any:
    """Return the value or table that holds all of the settings; of none the whole configuration."""
    value: Any = written(setup)
    paths = [setting.path for setting in chosen] or [()]
    for number, step in enumerate(paths[0]):
        if any(path[number : number + 1] != (step,) for path in paths):
            break
        value = value[step] if isinstance(step, int) else value.get(step)
    return value
