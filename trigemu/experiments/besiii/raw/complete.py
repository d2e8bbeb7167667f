"""What a raw data file says of its run, put into a configuration before this is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.errors import InputError
from trigemu.experiments.besiii.raw.config import Raw
from trigemu.experiments.besiii.raw.epochs import epoch_of_run
from trigemu.experiments.besiii.raw.file import open_raw
from trigemu.experiments.besiii.raw.generator import frames_of

AUTO = "auto"
"""Conditions that follow from the run's number."""


def complete(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration with conditions and length of the run as the raw data file has them.

    What is there already stays: a recorded configuration is complete, and its file may be gone.

    Raises
    ------
    InputError
        The file is bad; or the conditions are to follow from a file, but events are simulated.
    """
    out = dict(data)
    section, run, given = (data.get(name, {}) for name in ("section", "run", "input"))
    # What is no table is for validation to complain about.
    if not (isinstance(section, Mapping) and isinstance(run, Mapping) and isinstance(given, Mapping)):
        return out
    raw = section.get("events") == "raw"
    if not raw:
        if section.get("conditions") == AUTO:
            raise InputError(
                'besiii.conditions = "auto" follows from a raw data file (besiii.events = "raw"); else name an epoch'
            )
        return out
    needs_conditions = section.get("conditions", AUTO) == AUTO
    once = given.get("once") is True and given.get("events") is None
    needs_length = once or (run.get("frames") is None and run.get("duration_s") is None)
    path = given.get("path")
    if not (needs_conditions or needs_length):
        return out
    if not isinstance(path, str) or not path:
        # Nothing can be run so, but the configuration can be shown.
        out["section"] = {name: value for name, value in section.items() if value != AUTO}
        out["run"] = {"frames": 1, **run} if needs_length else run
        return out
    file = open_raw(path)
    if needs_conditions:
        out["section"] = {**section, "conditions": epoch_of_run(file.run).name}
    if needs_length:
        out["run"] = {**run, "frames": frames_of(len(file), _per_frame(section.get("raw", {})))}
    if once:
        # Each event of such a file is there once anyway: nothing else follows.
        out["input"] = {**given, "events": len(file)}
    return out


def _per_frame(table: Any) -> int:
    """Return the events of a frame: the default if what is there is no such number, which validation will say."""
    given = table.get("events_per_frame") if isinstance(table, Mapping) else None
    return given if type(given) is int and given > 0 else Raw().events_per_frame
