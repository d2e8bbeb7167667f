"""Standard streams that were closed before the command began (``trigemu ... >&-``)."""

from __future__ import annotations

import os
import sys

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def open_closed_streams() -> None:
    """Give the null device to the standard streams that are closed: a command does its work all the same.

    To be done before anything is opened, for that would get the number of a closed stream, and all its output.
    """
    for number, (name, mode) in enumerate(_STREAMS):
        if getattr(sys, name) is not None:
            continue
        null = os.open(os.devnull, os.O_RDWR)
        if null != number:
            os.dup2(null, number)
            os.close(null)
        # Processes that this one starts have the same streams.
        os.set_inheritable(number, True)
        stream = open(number, mode, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 for good
        setattr(sys, name, stream)
