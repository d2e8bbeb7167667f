"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trigemu.stopping import cleaned


@contextmanager
def draft_of(path: Path, *, new: bool = False, durable: bool = False) -> Iterator[Path]:
    """Give the name of a draft beside ``path``; it takes its place when the block ends well, else it is removed.

    Parameters
    ----------
    path
        The file.
    new
        Whether it never takes the place of another file: FileExistsError if there is one by then.
    durable
        Whether it is handed to the disk before it takes its place, and its name after that: then the old or the new
        file is there even if the machine stops.
    """
    # Of its own for every process: two that write the same file do not meet in the draft.
    if durable:
        # Of a process that was killed this ending tells what is left.
        draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    else:
        # With the same ending: some writers choose their format by it.
        draft = path.with_name(f".{path.stem[:200]}.{os.getpid()}{path.suffix}")

    def remove() -> None:
        draft.unlink(missing_ok=True)

    with cleaned(remove):
        try:
            yield draft
            if durable:
                _sync(draft)
            if new:
                _place(draft, path)
            else:
                draft.replace(path)
            if durable:
                # Where the file system can.
                with suppress(OSError):
                    _sync(path.parent)
        finally:
            remove()


def _place(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: then at least nothing is overwritten that is there now.
        if path.exists():
            raise FileExistsError(f"{path} exists already") from None
        draft.replace(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, text: str, *, durable: bool = False) -> None:
    """Write a text file (UTF-8) whole or not at all; ``durable`` as in `draft_of`."""
    with draft_of(path, durable=durable) as draft:
        draft.write_text(text, encoding="utf-8")
