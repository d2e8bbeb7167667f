"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trigemu.stopping import cleaned


@contextmanager
def draft_of(path: Path, *, new: bool = False) -> Iterator[Path]:
    """Give the name of a draft beside ``path``; it takes its place when the block ends well, else it is removed.

    With ``new`` it never takes the place of another file: FileExistsError if there is one by then.
    """
    # Of its own for every process, and with the same ending: some writers choose their format by it.
    draft = path.with_name(f".{path.stem[:200]}.{os.getpid()}{path.suffix}")

    def remove() -> None:
        draft.unlink(missing_ok=True)

    with cleaned(remove):
        try:
            yield draft
            if new:
                _place(draft, path)
            else:
                draft.replace(path)
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


def write_whole(path: Path, text: str) -> None:
    """Write a text file (UTF-8) whole or not at all."""
    with draft_of(path) as draft:
        draft.write_text(text, encoding="utf-8")
