"""Printing results: rich tables for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from trigemu.cli.guard import say, to_whom_reads

if TYPE_CHECKING:
    from rich.console import RenderableType


def print_json(data: Any) -> None:
    """Print plain data as JSON on standard output."""
    say(json.dumps(data, indent=2, allow_nan=False))


def print_rich(*things: RenderableType) -> None:
    """Print tables and text on standard output; wide and plain where it is not a terminal."""
    from rich.console import Console
    from rich.text import Text

    terminal = sys.stdout.isatty()
    console = Console(
        file=sys.stdout, width=None if terminal else 160, highlight=False, soft_wrap=not terminal
    )
    # Rich ends the program with its own exit code when it meets a closed pipe, so `say` does the writing.
    with to_whom_reads(sys.stdout):
        with console.capture() as capture:
            for thing in things:
                # A bare text may quote what a configuration holds, in which brackets mean nothing.
                console.print(Text(thing) if isinstance(thing, str) else thing)
        say(capture.get().rstrip("\n"))


def print_rows(rows: list[dict[str, Any]], title: str) -> None:
    """Print rows of plain data as a table."""
    from trigemu.render.terminal import plain_table

    shown = [
        {key: f"{value:.3f}" if isinstance(value, float) else value for key, value in row.items()}
        for row in rows
    ]
    print_rich(plain_table(title, shown))
