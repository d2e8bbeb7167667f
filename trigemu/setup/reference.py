"""Objects given by name: what is heavy to import is imported where it is used.

A worker that decides frames must not wait for the compiler of the generators, so a declaration names its parts as
``"module:attribute"``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def resolve(reference: Any) -> Any:
    """Return the object that ``"module:attribute"`` names; anything but a string is returned as it is.

    Raises
    ------
    ValueError
        The string is no such reference.
    ImportError, AttributeError
        There is no such module or attribute.
    """
    if not isinstance(reference, str):
        return reference
    module, colon, attribute = reference.partition(":")
    if not (module and colon and attribute):
        raise ValueError(f"{reference!r} is no reference: write 'module:attribute'")
    return getattr(import_module(module), attribute)
