"""The folder that is made for results: never an existing one, and none after bad input."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from trigemu.errors import InputError
from trigemu.stopping import Stopped, cleaned, held

RUNS = Path("runs")


@contextmanager
def claimed(out: Path | None, stem: str, keep: Callable[[Path], bool] | None = None) -> Iterator[Path]:
    """Make the folder of results, ``out`` or the first free ``runs/<stem>-<number>``, and give it.

    The system makes a folder once: of two commands that want the same one gets it, and only the one that has made
    it ever removes it.  It is removed if the block ends with an `InputError`, and where nothing tells that it is
    worth keeping (``keep``) also if it ends in another way than well.

    Raises
    ------
    InputError
        ``out`` exists already, or cannot be made.
    """
    made: list[Path] = []
    folder: Path | None = None

    def remove() -> None:
        if folder is None:
            return
        shutil.rmtree(folder, ignore_errors=True)
        for parent in made:
            with suppress(OSError):
                # Not empty: another command has put something there.
                parent.rmdir()

    def unless_worth_it() -> None:
        if folder is not None and (keep is None or not keep(folder)):
            remove()

    with cleaned(unless_worth_it):
        try:
            # Made, and known to be made, in one go.
            with held() as stop:
                folder = _explicit(out, made) if out is not None else _numbered(stem, made)
            if stop.count:
                raise Stopped(stop.sentence)
            yield folder
        except InputError:
            remove()
            raise
        except BaseException:
            unless_worth_it()
            raise


def _explicit(out: Path, made: list[Path]) -> Path:
    try:
        _make(out, made)
    except FileExistsError:
        raise InputError(f"output folder {out}: it exists already; give a new name or remove it") from None
    return out


def _numbered(stem: str, made: list[Path]) -> Path:
    for number in count(1):
        folder = RUNS / f"{stem}-{number}"
        with suppress(FileExistsError):
            _make(folder, made)
            break
    return folder


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder that is not there, and those on the way to it; FileExistsError if it is."""
    for parent in folder.parents:
        if parent.exists() and not parent.is_dir():
            raise InputError(f"output folder {folder}: {parent} is not a folder")
    try:
        for _ in range(100):
            missing = [parent for parent in folder.parents if not parent.exists()]
            with suppress(FileNotFoundError):
                folder.parent.mkdir(parents=True, exist_ok=True)
                made[:] = missing
                # Another command that has found its input bad may just now remove what it had made on the way.
                folder.mkdir()
                return
    except FileExistsError:
        raise
    except OSError as error:
        raise InputError(f"output folder {folder}: it cannot be made ({error.strerror or error})") from None
    raise InputError(
        f"output folder {folder}: it cannot be made; something removes its parents again and again"
    )


def is_run(folder: Path) -> bool:
    """Return whether a folder holds a run, be it one that failed: that is worth keeping."""
    return (folder / "run.json").exists()
