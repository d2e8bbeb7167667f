"""What an experiment brings beside its trigger: published numbers, displays, trainings; found by entry point.

A package offers them for an experiment by an entry point in the group ``trigemu.studies`` that has the experiment's
name and names a `Studies` object::

    [project.entry-points."trigemu.studies"]
    ring = "ring_studies:STUDIES"

`Studies` holds names only, so that looking for what there is imports no study.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from trigemu.errors import InputError
from trigemu.setup.plugins import load, offered, offered_names

STUDIES_GROUP = "trigemu.studies"


@dataclass(frozen=True, slots=True)
class Demo:
    """What ``trigemu demo`` shows: a short run, and the efficiency of one signal.

    Attributes
    ----------
    config
        Name of a shipped configuration.
    frames
        Length of the run.
    signal, events
        What is generated for the efficiency, and how many.
    grid
        Parameter of the signal -> its values.
    """

    config: str
    frames: int
    signal: str
    events: int
    grid: Mapping[str, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Studies:
    """What there is for one experiment; what it has not is left empty.

    References are ``"module:attribute"`` texts (`trigemu.setup.reference.resolve`).

    Attributes
    ----------
    package
        The package of the studies: `published` lies in it, and the functions that its rows name are below it.
    published
        File in that package with the experiment's published and golden numbers (format: `trigemu.measure.published`).
    display
        Reference to ``(setup, folder, frame, event) -> list of files``: draws one event into a new folder.
    train
        Last part of a command's name -> reference to a click command: ``{"neuro": ...}`` of belle2 is
        ``trigemu train belle2-neuro``.  Commands return a `Report`; the option ``--json`` is added to them.
    quantise
        Reference to ``(network, precisions) -> rows``: what fixed point costs the network in a file, one row per
        precision (texts as the user wrote them; none for the experiment's own choice).
    demo
        A result in a few seconds; of several experiments that have one the first by name is shown.
    """

    package: str
    published: str = ""
    display: str = ""
    train: Mapping[str, str] = field(default_factory=dict)
    quantise: str = ""
    demo: Demo | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a training says.

    Attributes
    ----------
    data
        Plain data, for scripts.
    tables
        Title -> rows, for people.
    note
        A last sentence for people.
    """

    data: Mapping[str, Any]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    note: str = ""


@cache
def all_studies() -> Mapping[str, Studies]:
    """Return experiment -> its studies, of all installed packages, sorted by name; without the broken ones."""
    found = {}
    for name in offered_names(STUDIES_GROUP):
        entry = offered(STUDIES_GROUP, name)
        if entry is None:
            continue
        with suppress(InputError):
            found[name] = load(entry, Studies)
    return found


def broken_studies() -> dict[str, str]:
    """Return experiment -> why its studies cannot be used: one broken package must not stop the others."""
    found = {}
    for name in set(offered_names(STUDIES_GROUP)) - set(all_studies()):
        entry = offered(STUDIES_GROUP, name)
        try:
            if entry is not None:
                load(entry, Studies)
        except InputError as error:
            found[name] = str(error)
    return found


def check_not_broken(name: str) -> None:
    """Say why an experiment's studies cannot be used, if that is so.

    Raises
    ------
    InputError
        Its package names something that cannot be imported or is no `Studies` object.
    """
    if sentence := broken_studies().get(name):
        raise InputError(sentence)


def offering(kind: str) -> dict[str, Studies]:
    """Return experiment -> studies, of those that have something in the field ``kind`` of `Studies`."""
    return {name: studies for name, studies in all_studies().items() if getattr(studies, kind)}
