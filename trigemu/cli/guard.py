"""Exit codes and error sentences: one line on stderr, never a traceback for bad input."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

import click

from trigemu.cli.groups import CommandGroup
from trigemu.errors import TrigemuError
from trigemu.plain import encodable, one_sentence, printable, short
from trigemu.render.progress import hidden, stop
from trigemu.stopping import comes_of_signal, heard
from trigemu.stopping import leave as end_process

FAILED = 1
USAGE = 2
INTERRUPTED = 130


class GuardedGroup(CommandGroup):
    """A group whose commands return their exit code, and whose errors are one sentence on stderr."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and leave with its exit code (click's own contract otherwise)."""
        given = list(sys.argv[1:] if args is None else args)
        if not standalone_mode:
            return super().main(given, prog_name, complete_var, False, **extra)
        debug = "--debug" in given
        asked = os.environ.get("_TRIGEMU_COMPLETE", "").endswith("_complete")
        if asked and not {"COMP_WORDS", "COMP_CWORD"} <= os.environ.keys():
            # What a shell asks has the words that are typed; without them there is nothing to complete.
            end_process(0)
        try:
            try:
                code = super().main(given, prog_name, complete_var, False, **extra)
            except Exception as error:
                if comes_of_signal(error):
                    raise KeyboardInterrupt from error
                raise
            finally:
                # What follows may end the process without a further word.
                stop()
        except click.exceptions.NoArgsIsHelpError as error:
            # A group on its own asks what there is: that is no mistake.
            say(error.format_message())
            end_process(0)
        except click.ClickException as error:
            leave(_usage(error), error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            leave(heard().sentence, heard().code or INTERRUPTED)
        except BrokenPipeError:
            close_stdout()
            end_process(0)
        except TrigemuError as error:
            if debug:
                raise
            leave(str(error), error.exit_code, error.detail)
        except OSError as error:
            if debug:
                raise
            where = f"{short(error.filename, 200)}: " if error.filename else ""
            # A name that no file can have is the user's mistake.
            code = USAGE if error.errno == errno.ENAMETOOLONG else FAILED
            leave(f"{where}{error.strerror or error}", code)
        except Exception as error:
            if debug:
                raise
            leave(f"unexpected {type(error).__name__}: {error} (trigemu --debug shows where)", FAILED)
        end_process(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; click answers Ctrl-C with an empty line, which must find one."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            stop()
            raise


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" (see {context.command_path} --help)" if context is not None else ""
    return f"{error.format_message().rstrip('.')}{hint}"


def leave(sentence: str, code: int, detail: str = "") -> NoReturn:
    """Print one line on stderr, and what belongs below it, and leave with an exit code."""
    say(f"trigemu: {one_sentence(sentence)}", err=True)
    if detail:
        say(printable(detail, keep="\n"), err=True)
    end_process(code)


def close_stdout() -> None:
    """Stop writing to a standard output that nobody reads any more (``trigemu ... | head``)."""
    _close(sys.stdout)


def _close(stream: TextIO) -> None:
    # Python flushes once more on its way out; on a closed pipe that would print a complaint.
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)


def say(text: str, *, err: bool = False) -> None:
    """Print; a closed pipe or terminal does not change what a command has done or its exit code."""
    stream = sys.stderr if err else sys.stdout
    with hidden(), to_whom_reads(stream):
        click.echo(encodable(text, stream.encoding), err=err)


@contextmanager
def to_whom_reads(stream: TextIO) -> Iterator[None]:
    """Write to a stream, or to nobody if its reader (a pipe, a terminal) is gone."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EIO):
            raise
        _close(stream)
