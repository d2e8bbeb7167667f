"""Offline selections of an experiment: what a search asks of generated events after the trigger, cut by cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from trigemu.arrays import Bool

GENERATED, ACCEPTED, TRIGGERED, SELECTED = "generated", "accepted", "triggered", "selected"
"""Steps of a cut flow that are no cuts: no cut has such a name."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One cut of an offline selection.

    Attributes
    ----------
    name
        Short, for columns and curves: "vertex z".
    meaning
        One sentence in the field's terms, with the unit and the configuration's key where it has one.
    source
        Where the cut comes from, and how sure it is.
    """

    name: str
    meaning: str
    source: str


Selections = Mapping[str, tuple[Cut, ...]]
"""Name of a selection -> its cuts, in the order in which they are applied."""


@runtime_checkable
class SelectsOffline(Protocol):
    """What a generator (`trigemu.setup.protocols.Generator`) has besides if its experiment has offline selections."""

    def offline(self, name: str, frame: int) -> Bool:
        """Return which cuts of a selection each generated event passes, bool[rows, cuts].

        Rows are those of the frame's truth, as ``fragment("truth", frame)`` has them; columns are the cuts as they are
        declared.  Each cut is judged on its own, whatever the others say.  A pure function of (seed, frame), as
        fragments are.
        """
        ...


def problem_of(selections: Any) -> str:
    """Return what is wrong with declared selections, "" if nothing is."""
    if not isinstance(selections, Mapping):
        return f"must be a mapping of names to cuts, not of type {type(selections).__name__}"
    for name, cuts in selections.items():
        if not (isinstance(name, str) and name):
            return f"{name!r} is no name"
        if not (isinstance(cuts, tuple) and cuts and all(isinstance(cut, Cut) for cut in cuts)):
            return f"{name!r} must be a tuple of Cut, at least one"
        names = [cut.name for cut in cuts]
        if not all(isinstance(each, str) and each for each in names):
            return f"{name!r} has a cut without a name"
        if taken := next(
            (each for each in names if each in (GENERATED, ACCEPTED, TRIGGERED, SELECTED)), None
        ):
            return f"{name!r} has a cut {taken!r}, as another step of the flow is called"
        if twice := next((each for each in names if names.count(each) > 1), None):
            return f"{name!r} has two cuts {twice!r}"
    return ""
