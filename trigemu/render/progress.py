"""A progress bar on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def bar(what: str, stream: TextIO) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function ``(done, wanted)`` that moves a progress bar; None where nobody would see it move."""
    if not stream.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        task = progress.add_task(what)
        yield lambda done, wanted: progress.update(task, completed=done, total=wanted)
