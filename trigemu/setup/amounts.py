"""How much a frame may hold: what is expected of a configuration is looked at before anything is made."""

from __future__ import annotations

from collections.abc import Mapping

from trigemu.errors import InputError
from trigemu.plain import short


def check_amounts(what: str, expected: Mapping[str, float], most: float, frame_s: float) -> None:
    """Refuse a configuration whose frames would be too large to make.

    Parameters
    ----------
    what
        What is counted, for instance ``events``.
    expected
        Key of the configuration -> mean number in a frame because of it.
    most
        How many a frame may hold.
    frame_s
        Length of a frame in seconds.

    Raises
    ------
    InputError
        More are expected; the sentence names the key that brings most of them.
    """
    total = sum(expected.values())
    if total <= most:
        return
    key = max(expected, key=lambda name: expected[name])
    # What the others add may not show in three digits.
    more = "" if f"{total:.3g}" == f"{expected[key]:.3g}" else f", {total:.3g} with all others"
    raise InputError(
        f"{short(key, 100)}: about {expected[key]:.3g} {what} are expected in a frame of {frame_s:.3g} s"
        f"{more}; a frame can hold {most:.3g}: lower the value, or make frames shorter"
    )


def table_name(kind: str, number: int, label: str, key: str) -> str:
    """Return how an error calls a key of an element (from 0) of an array of tables."""
    named = f" {short(label)!r}" if label else ""
    return f"{kind}.{number}.{key}{named}"
