"""The runs in a folder, one row each; what is damaged is named and does not hide the others."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trigemu.errors import TrigemuError
from trigemu.frames.runfiles import CONFIG_FILE, RUN_FILE, read_checked, read_run
from trigemu.plain import one_sentence
from trigemu.streaming.alive import is_running
from trigemu.streaming.totals_file import FINISH, read_totals

RUNNING, UNFINISHED, DAMAGED = "running", "unfinished", "damaged"
"""Instead of a quality: still going on; without totals; with a file that cannot be read or was edited."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in a folder.

    Attributes
    ----------
    name
        Of its directory.
    created
        When it began (ISO 8601, UTC); "" where that is not known, and so for the next two.
    experiment, title
        Of its configuration.
    frames, decisions
        Frames that were decided or lost, and candidates; None where they were not counted.
    quality
        Quality of the run (`trigemu.streaming.core.stored.Quality`), or `RUNNING`, `UNFINISHED` or `DAMAGED`.
    bytes
        Size of its files.
    problem
        A sentence on what is wrong with it, and what to do; "" if nothing is.
    """

    name: str
    created: str
    experiment: str
    title: str
    frames: int | None
    quality: str
    decisions: int | None
    bytes: int
    problem: str


def list_runs(folder: Path) -> list[Listed]:
    """Return the runs in a folder, the oldest first (those whose age is not known before them)."""
    with os.scandir(folder) as entries:
        paths = [Path(entry.path) for entry in entries if entry.is_dir()]
    found = [_listed(path) for path in paths if (path / RUN_FILE).exists() or (path / RUN_FILE).is_symlink()]
    return sorted(found, key=lambda run: (run.created, run.name))


def _listed(path: Path) -> Listed:
    known: dict[str, Any] = {
        "name": path.name,
        "created": "",
        "experiment": "",
        "title": "",
        "frames": None,
        "quality": DAMAGED,
        "decisions": None,
        "bytes": _size(path),
        "problem": "",
    }
    try:
        info = read_run(path)
        known["created"] = info.created
        config = read_checked(path / CONFIG_FILE, info, "copy the run again")
        known["experiment"], known["title"] = str(config.get("experiment", "")), str(config.get("title", ""))
        totals = read_totals(path, info)
        if totals is not None:
            frames = sum(totals.frames[name] for name in ("accepted", "rejected", "lost"))
            known.update(frames=frames, decisions=totals.decisions, quality=totals.quality)
            known["problem"] = one_sentence(totals.missing["said"]) if totals.missing else ""
        elif is_running(path):
            known["quality"] = RUNNING
        else:
            known.update(quality=UNFINISHED, problem=f"{path}: has no totals; {FINISH} {path} makes them")
    except (TrigemuError, OSError) as error:
        known["problem"] = one_sentence(str(error))
    return Listed(**known)


def _size(path: Path) -> int:
    """Return the bytes of the files of a directory, as far as they can be seen."""
    try:
        with os.scandir(path) as entries:
            return sum(entry.stat(follow_symlinks=False).st_size for entry in entries if entry.is_file())
    except OSError:
        return 0
