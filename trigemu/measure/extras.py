"""Packages that only some users need: what is missing is said with the command that installs it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from trigemu.errors import InputError


def needed(package: str, extra: str, what: str) -> Any:
    """Import a package of an extra and return it.

    Parameters
    ----------
    package, extra
        The module, and the extra that brings it.
    what
        What needs it, for the message: ``writing ROOT files``.

    Raises
    ------
    InputError
        It is not installed, or does not work.
    """
    try:
        return import_module(package)
    except ImportError:
        raise InputError(
            f"{what} needs the package {package}: pip install 'trigemu[{extra}]' installs it"
        ) from None
