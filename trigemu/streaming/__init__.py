"""Runs: the same frames through the same trigger, by many processes over ZeroMQ or by one without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup
    from trigemu.streaming.core.totals import RunTotals, Snapshot

# Role processes import this package too: what they do not need is imported where it is used.


def run(
    setup: Setup[Any],
    out: Path,
    *,
    offline: bool = False,
    on_snapshot: Callable[[Snapshot], None] | None = None,
) -> RunTotals:
    """Do a run and record it.

    Parameters
    ----------
    setup
        The run.
    out
        Its directory, which must be new or empty.
    offline
        One process and no sockets; the decisions are the same.
    on_snapshot
        Called a few times per second with the run as it is.

    Returns
    -------
    RunTotals
        Also in ``totals.json``.  Quality ``interrupted`` or ``aborted`` if the user stopped it.

    Raises
    ------
    InputError
        ``out`` is not empty, or the setup does not work.
    RunError
        The run failed; its directory is closed.
    """
    return _do(setup, out, None, offline, on_snapshot)


def replay(
    source: Path,
    setup: Setup[Any],
    out: Path,
    *,
    offline: bool = False,
    on_snapshot: Callable[[Snapshot], None] | None = None,
) -> RunTotals:
    """Do a run whose fragments come from a recorded one.

    A run that kept all fragments gives the same decisions.  One that kept accepted triggers is compared
    trigger by trigger: ``totals.replay`` says in how many the same lines fired.

    Parameters
    ----------
    source
        Directory of the recorded run.
    setup, out, offline, on_snapshot
        As for `run`.

    Raises
    ------
    InputError
        ``source`` is no recorded run of this experiment, or as for `run`.
    RunError
        The run failed; its directory is closed.
    """
    return _do(setup, out, source, offline, on_snapshot)


def _do(
    setup: Setup[Any],
    out: Path,
    source: Path | None,
    offline: bool,
    on_snapshot: Callable[[Snapshot], None] | None,
) -> RunTotals:
    from trigemu.frames.rundir import create_run
    from trigemu.frames.runlog import RunLog
    from trigemu.stopping import held, released
    from trigemu.streaming.logbook import log_end, logged
    from trigemu.streaming.planning import Job, make_plan

    with released():
        job = Job.of(setup, out, source)
        # What is wrong with the plan is said before anything is written.
        make_plan(job)
    with held():
        create_run(job.out, setup.to_dict(), job.identity["run_id"])
        log = RunLog(job.out)
        with logged(job, log, "in one process" if offline else "role processes on this machine"):
            if offline:
                from trigemu.streaming.offline import run_offline

                totals = run_offline(job, on_snapshot, log)
            else:
                from trigemu.streaming.roles.control import run_processes

                totals = run_processes(job, on_snapshot, log)
            log_end(log, totals)
        return totals


def serve_role(
    role: str,
    control: str,
    name: str,
    *,
    keys: Path | None = None,
    insecure: bool = False,
    tell: Callable[[str], None] | None = None,
) -> int:
    """Take part in a run as one role; see `trigemu.streaming.roles.serve.serve_role`."""
    from trigemu.streaming.roles import serve

    return serve.serve_role(role, control, name, keys=keys, insecure=insecure, tell=tell)


def serve_control(
    setup: Setup[Any],
    out: Path,
    *,
    bind: str = "tcp://127.0.0.1:5755",
    keys: Path | None = None,
    insecure: bool = False,
    on_snapshot: Callable[[Snapshot], None] | None = None,
    on_endpoint: Callable[[str], None] | None = None,
) -> RunTotals:
    """Lead a run whose roles are started elsewhere; see `trigemu.streaming.roles.control.serve_control`."""
    from trigemu.streaming.roles import control

    return control.serve_control(
        setup, out, bind=bind, keys=keys, insecure=insecure, on_snapshot=on_snapshot, on_endpoint=on_endpoint
    )
