"""Sections of experiments whose numbers differ between epochs: named conditions that come with the package.

An epoch is a file ``NAME.toml`` in a folder of the experiment's package; keys of the configuration win over it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, ClassVar, Self

from pydantic import field_validator, model_validator

from trigemu.config.model import Model


@cache
def conditions_of(package: str, name: str) -> dict[str, Any]:
    """Return the tables of an epoch in a package's folder; do not change them."""
    return tomllib.loads(resources.files(package).joinpath(f"{name}.toml").read_text("utf-8"))


def over(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with another one's keys put over it, tables inside tables alike."""
    out = dict(base)
    for key, value in changes.items():
        below = out.get(key)
        out[key] = over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return out


class ConditionsModel(Model):
    """A section with the key ``conditions``, whose value names an epoch.

    A subclass sets ``package``, ``epochs`` (their names), ``usual`` (that of a section that names none) and has the
    field ``conditions``.
    """

    package: ClassVar[str]
    epochs: ClassVar[tuple[str, ...]]
    usual: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _with_conditions(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        name = data.get("conditions", cls.usual)
        # Of a name that is none its field complains; what the usual epoch has spares complaints about all the rest.
        known = str(name) if not isinstance(name, bool) and str(name) in cls.epochs else cls.usual
        return over(conditions_of(cls.package, known), data)

    @field_validator("conditions", mode="before", check_fields=False)
    @classmethod
    def _name(cls, value: Any) -> Any:
        # `--set besiii.conditions=2009` is a number to the shell's reader.
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @classmethod
    def of(cls, conditions: str | None = None, **changes: Any) -> Self:
        """Return the section of an epoch (None: the usual one), with keys changed: for use without a run.

        Raises
        ------
        pydantic.ValidationError
            There is no such epoch, or a change is not allowed.
        """
        return cls.model_validate({"conditions": conditions or cls.usual, **changes})
