"""The folder that a command makes for its results: never an existing one, and none after bad input."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from trigemu.errors import InputError

RUNS = Path("runs")


def choose(out: Path | None, stem: str) -> Path:
    """Return where results go: ``out``, or the first free ``runs/<stem>-<number>``.

    Raises
    ------
    InputError
        ``out`` exists already, or a part of its path is a file.
    """
    if out is None:
        return next(path for n in count(1) if not (path := RUNS / f"{stem}-{n}").exists())
    if out.exists() or out.is_symlink():
        raise InputError(f"--out {out}: it exists already; give a new name or remove it")
    for parent in out.parents:
        if parent.exists():
            if not parent.is_dir():
                raise InputError(f"--out {out}: {parent} is not a folder")
            break
    return out


@contextmanager
def nothing_left(path: Path) -> Iterator[None]:
    """Remove ``path``, and folders made on the way to it, if the block ends with an `InputError`."""
    made = [parent for parent in path.parents if not parent.exists()]
    try:
        yield
    except InputError:
        shutil.rmtree(path, ignore_errors=True)
        for parent in made:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()
        raise
