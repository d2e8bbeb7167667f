"""What overrides of a menu mean that its tables alone do not say."""

from __future__ import annotations

from typing import Any

from trigemu.config.origin import Path


def with_mode(path: Path, old: Any, new: Any) -> Any:
    """Return the value that an override sets: of a number onto a prescale's table its mode stays.

    ``menu.line.Q1.prescale=10`` on ``{ set = 19, mode = "counter" }`` means every tenth, counted as before.

    Parameters
    ----------
    path
        Keys of the value.
    old, new
        The value that was there (None if there was none), and the one that was given.
    """
    is_prescale = path[:2] == ("menu", "line") and path[3:] == ("prescale",)
    is_number = isinstance(new, int) and not isinstance(new, bool)
    if not (is_prescale and is_number and isinstance(old, dict)):
        return new
    return {"every": new, **{key: value for key, value in old.items() if key not in ("every", "set")}}
