"""Menus in an experiment's own files: keys of ``[menu]`` that a configuration's reader replaces by lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trigemu.config.origin import Path as KeyPath

Inline = Callable[[dict[str, Any], dict[KeyPath, str], Path, str], None]
"""Called with the configuration (changed in place), the place of each value, the folder that relative paths begin at,
and what an error names if it knows no better."""


@dataclass(frozen=True, slots=True)
class MenuFiles:
    """How a configuration names menus in the experiment's own files.

    Attributes
    ----------
    key
        The key of ``[menu]`` that names the files.
    companions
        Keys that mean something only beside it.
    inline
        Replaces these keys by lines of the menu.
    """

    key: str
    companions: tuple[str, ...]
    inline: Inline

    @property
    def keys(self) -> tuple[str, ...]:
        """All these keys: they are gone once the files have been read, so ``--set`` changes them before that."""
        return (self.key, *self.companions)
