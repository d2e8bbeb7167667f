"""The exceptions that users meet; each carries one clear sentence.

The command line turns them into exit codes: bad input ends with 2, a run that failed or whose ledger does
not close with 1.
"""

from __future__ import annotations


class TrigemuError(Exception):
    """Base of all errors raised on purpose.

    Attributes
    ----------
    exit_code
        What the command line returns.
    detail
        Lines to show below the sentence: where in a user's own code it went wrong; mostly none.
    """

    exit_code = 1
    detail: str = ""


class InputError(TrigemuError):
    """A config, file, message or argument is bad: says what, where and what is allowed."""

    exit_code = 2


class RunError(TrigemuError):
    """A run could not go on (no disk space, a role lost for good, a ledger that does not close)."""

    exit_code = 1
