"""Printing results: tables for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trigemu.cli.guard import say, to_whom_reads

if TYPE_CHECKING:
    from trigemu.render.table import Table


def print_json(data: Any) -> None:
    """Print plain data as JSON on standard output."""
    say(json.dumps(data, indent=2, allow_nan=False))


def print_tables(*things: Table | str) -> None:
    """Print tables and sentences on standard output, as wide as the terminal; in a pipe as wide as they are."""
    from trigemu.render.layout import sentences
    from trigemu.render.size import console_on
    from trigemu.render.terminal import in_style, styled, width_for

    width = width_for(sys.stdout)
    console = console_on(sys.stdout)
    # Rich ends the program with its own exit code when it meets a closed pipe, so `say` does the writing.
    with to_whom_reads(sys.stdout):
        with console.capture() as capture:
            for place, thing in enumerate(things):
                lines = in_style(sentences(thing, width)) if isinstance(thing, str) else styled(thing, width)
                # Nothing is left to wrap: rich is here for colours.
                console.print(*([""] if place else []), lines, sep="\n", soft_wrap=True)
        say(capture.get().rstrip("\n"))


def print_rows(rows: Sequence[Mapping[str, Any]], title: str, keys: int = 1) -> None:
    """Print rows of plain data as a table whose first ``keys`` columns name the rows."""
    from trigemu.render.table import from_rows

    print_tables(from_rows(title, rows, keys))
