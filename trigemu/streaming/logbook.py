"""What a run writes into its log (`trigemu.frames.runlog`) at its begin and at its end."""

from __future__ import annotations

import platform
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from trigemu import __version__
from trigemu.errors import TrigemuError
from trigemu.frames.runlog import RunLog, command_line, warned
from trigemu.streaming.core.totals import RunTotals
from trigemu.streaming.planning import Job


@contextmanager
def logged(job: Job, log: RunLog, how: str) -> Iterator[None]:
    """Begin the log of a run whose directory has been made; an error that ends the block is put into it.

    ``how``: what drives the run ("in one process", "role processes on this machine").
    """
    setup, identity = job.setup, job.identity
    log.say(f"command: {command_line()}")
    log.say(f"trigemu {__version__}, Python {platform.python_version()}, numpy {np.__version__}")
    log.say(
        f"run {identity['run_id']}: experiment {setup.config.experiment}, number {setup.config.run.number}, "
        f"seed {identity['seed']}, configuration {identity['config_digest']}"
    )
    source = f", replay of {job.replay}" if job.replay is not None else ""
    log.say(f"{job.frames} frames, {how}{source}")
    if job.missing is not None:
        log.say(f"notice: {job.missing['said']}")
    try:
        with warned(log):
            yield
    except BaseException as error:
        log.say(f"ends with {story_of(error)}", end=True)
        raise


def story_of(error: BaseException) -> str:
    """Return an error as a log keeps it: its sentence, and where it comes from unless that is somebody's input."""
    sentence = f"{type(error).__name__}: {error}"
    if isinstance(error, TrigemuError) and error.__cause__ is None:
        # What a role or an algorithm has said of it.
        return f"{sentence}\n{error.detail}" if error.detail else sentence
    return f"{sentence}\n{''.join(traceback.format_exception(error))}"


def log_end(log: RunLog, totals: RunTotals) -> None:
    """Say how a run has ended."""
    counts = ", ".join(f"{count} {state}" for state, count in totals.frames.items())
    ledger = "closes" if totals.closed else "does not close"
    log.say(f"ends: quality {totals.quality}, ledger {ledger}; frames: {counts}", end=True)
    log.say(f"decisions: {totals.decisions}, sha256 {totals.decisions_sha256}", end=True)
