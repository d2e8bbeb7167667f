"""The runs in a folder, one row each; what is damaged is named and does not hide the others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trigemu.config.differences import differences
from trigemu.config.toml_text import toml_value
from trigemu.errors import TrigemuError
from trigemu.frames.runfiles import CHECKSUM, CONFIG_FILE, RUN_FILE, read_checked, read_run
from trigemu.frames.sizes import damage
from trigemu.plain import one_sentence
from trigemu.setup.named import without_nulls
from trigemu.streaming.alive import is_running
from trigemu.streaming.totals_file import FINISH, read_totals

RUNNING, UNFINISHED, DAMAGED = "running", "unfinished", "damaged"
"""Instead of a quality: still going on; without totals; with a file that cannot be read or was edited."""


SHOWN_ELSEWHERE = ("run.seed", "run.frames", "run.duration_s")
"""Keys with columns of their own."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in a folder.

    Attributes
    ----------
    name
        Its directory, below the folder.
    created
        When it began (ISO 8601, UTC); "" where that is not known, and so for the next two.
    experiment, title
        Of its configuration.
    seed
        Of its random numbers; None where it is not known.
    differs
        ``KEY=VALUE`` of its configuration, as ``--set`` takes keys, where it is not as that of the oldest run of the
        same experiment and title; ``KEY`` alone is not given here.  Seed and length have columns of their own.
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
    seed: int | None = None
    differs: tuple[str, ...] = ()


def list_runs(folder: Path) -> list[Listed]:
    """Return the runs in a folder and in the folders in it, the oldest first.

    Those whose age is not known come before them.  What is inside a run is not looked at.
    """
    found = [_listed(path, path.relative_to(folder).as_posix()) for path in _run_paths(folder, 2)]
    first: dict[tuple[str, str], dict[str, Any]] = {}
    runs = []
    for run, config in sorted(found, key=lambda each: (each[0].created, each[0].name)):
        oldest = first.setdefault((run.experiment, run.title), config) if config else config
        runs.append(replace(run, differs=tuple(_changes(oldest, config))))
    return runs


def _run_paths(folder: Path, deep: int) -> Iterator[Path]:
    """Yield the run directories below a folder, down to a depth; folders that cannot be read have none."""
    try:
        with os.scandir(folder) as entries:
            paths = sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=deep > 1))
    except OSError:
        if deep > 1:
            raise
        return
    for path in paths:
        if (path / RUN_FILE).exists() or (path / RUN_FILE).is_symlink():
            yield path
        elif deep > 1:
            yield from _run_paths(path, deep - 1)


def _changes(oldest: dict[str, Any], config: dict[str, Any]) -> Iterator[str]:
    for each in differences(without_nulls(oldest), without_nulls(config)):
        head, dot, rest = each.key.partition(".")
        key = f"{config.get('experiment')}.{rest}" if dot and head == "section" else each.key
        if key not in SHOWN_ELSEWHERE:
            yield key if each.second is None else f"{key}={toml_value(each.second)}"


def _listed(path: Path, name: str) -> tuple[Listed, dict[str, Any]]:
    """Return a run and its configuration, {} if that cannot be read."""
    config: dict[str, Any] = {}
    known: dict[str, Any] = {
        "name": name,
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
        config.pop(CHECKSUM, None)
        run = config.get("run")
        known["seed"] = run.get("seed") if isinstance(run, dict) else None
        totals = read_totals(path, info)
        if totals is not None:
            frames = sum(totals.frames[name] for name in ("accepted", "rejected", "lost"))
            known.update(frames=frames, decisions=totals.decisions, quality=totals.quality)
            known["problem"] = one_sentence(totals.missing["said"]) if totals.missing else ""
            if not totals.missing and (said := damage(path, info)):
                known.update(quality=DAMAGED, problem=one_sentence(said))
        elif is_running(path):
            known["quality"] = RUNNING
        else:
            known.update(quality=UNFINISHED, problem=f"{path}: has no totals; {FINISH} {path} makes them")
    except (TrigemuError, OSError) as error:
        known["problem"] = one_sentence(str(error))
    return Listed(**known), config


def _size(path: Path) -> int:
    """Return the bytes of the files of a directory, as far as they can be seen."""
    try:
        with os.scandir(path) as entries:
            return sum(entry.stat(follow_symlinks=False).st_size for entry in entries if entry.is_file())
    except OSError:
        return 0
