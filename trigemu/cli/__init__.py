"""The command line: parse, call, print.  ``trigemu.cli:main`` is the console script.

Nothing else is imported before signals are heard, and nothing heavy before a command needs it, so that
``trigemu --help`` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trigemu.cli.commands import cli as cli

__all__ = ["cli", "main"]


def __getattr__(name: str) -> Any:
    if name != "cli":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from trigemu.cli.commands import cli

    return cli


def main() -> None:
    """Run the command line (console script)."""
    from trigemu.cli.streams import open_closed_streams

    open_closed_streams()
    try:
        from trigemu.stopping import listen

        listen()
        import os
        import sys
        from contextlib import nullcontext

        from trigemu.render.progress import shown

        # While a shell completes, the terminal shows what its user types.
        completing = "_TRIGEMU_COMPLETE" in os.environ
        with nullcontext() if completing else shown(sys.stderr):
            from trigemu.cli.commands import cli

            cli(prog_name="trigemu")
    except Exception as error:
        from trigemu.stopping import comes_of_signal

        if not comes_of_signal(error):
            raise
        _stopped()
    except KeyboardInterrupt:
        _stopped()


def _stopped() -> None:
    """End because of a signal that came before the command line itself could hear of it."""
    import sys

    from trigemu.stopping import heard, leave

    sys.stderr.write(f"trigemu: {heard().sentence}\n")
    leave(heard().code or 130)
