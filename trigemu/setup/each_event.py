"""Configurations whose run takes each event of a file exactly once (``input.once``).

How many events there are, and so how long the run is, follows from the file when the configuration is loaded.  What
travels to the roles and is stored is complete: a recorded run needs its file no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trigemu.config.origin import Origin
from trigemu.errors import InputError
from trigemu.files import shown
from trigemu.physics.event_text import label, read_chunks
from trigemu.setup.events_once import HEPMC, LHE, EachEvent
from trigemu.setup.experiment import ExperimentSpec

TITLES = {HEPMC: "HepMC3", LHE: "Les Houches"}

_MARKUP = b"<"
"""Les Houches files begin with a tag, HepMC3 ones do not."""


def with_each_event(
    data: Mapping[str, Any], experiment: ExperimentSpec[Any], origin: Origin
) -> Mapping[str, Any]:
    """Return a configuration with what follows from its event file, if it asks for each event once.

    What is complete already stays: a recorded configuration is, and its file may be gone.

    Raises
    ------
    InputError
        The experiment cannot, there is no file, or it is bad.
    """
    given = data.get("input")
    # What is no table is for validation to complain about.
    tables = isinstance(given, Mapping) and all(
        isinstance(data.get(name, {}), Mapping) for name in ("section", "run")
    )
    if not (isinstance(given, Mapping) and tables and given.get("once") is True):
        return data
    if given.get("events") is not None:
        return data
    plan = each_event_of(experiment, origin.at("input", "once"))
    path, reading = given.get("path"), given.get("reading", {})
    if not isinstance(path, str) or not path:
        raise InputError(
            f"{origin.at('input', 'once')}: input.once needs a file of events: --set input.path=FILE"
        )
    if not isinstance(reading, Mapping):
        return data
    kind = format_of(path)
    if kind not in plan.signals:
        raise InputError(
            f"{label(Path(path))} holds {TITLES[kind]} events; {experiment.name} takes "
            f"{' or '.join(TITLES[each] for each in plan.signals)} events"
        )
    events = _count(path, kind, str(reading.get("weight", "")))
    return plan.configuration({"run": {}, **data}, kind, path, events, reading)


def each_event_of(experiment: ExperimentSpec[Any], place: str) -> EachEvent:
    """Return how an experiment takes each event of a file; InputError, which names the place, if it cannot."""
    if experiment.each_event is None:
        raise InputError(f"{place}: experiment {experiment.name!r} takes no events of files")
    return experiment.each_event


def format_of(path: str) -> str:
    """Return the format of an event file, `HEPMC` or `LHE`, by its first character.

    Raises
    ------
    InputError
        It cannot be read, or is a folder.
    """
    if Path(path).is_dir():
        raise InputError(f"{shown(path)} is a folder: give one file of events")
    start = next(
        read_chunks(Path(path), "a HepMC3 ascii or Les Houches file, plain or gzipped, is wanted"), b""
    )
    return LHE if start.lstrip().startswith(_MARKUP) else HEPMC


def _count(path: str, kind: str, weight: str) -> int:
    """Return how many events a file holds; the whole of it is read and checked."""
    from trigemu.physics.hepmc_events import read_events
    from trigemu.physics.lhe import read_lhe

    return len(read_lhe(path) if kind == LHE else read_events(path, weight))
