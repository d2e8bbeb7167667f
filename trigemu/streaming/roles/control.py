"""Control: runs a `Conductor` against the real world, from the first registration to the totals."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from trigemu.errors import RunError
from trigemu.frames.records import run_tag
from trigemu.frames.rundir import TOTALS_FILE, create_run, write_json
from trigemu.frames.wire import WireError
from trigemu.setup.experiment import Setup
from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.account import Account
from trigemu.streaming.core.assemble import from_conductor, snapshot
from trigemu.streaming.core.conductor import Conductor
from trigemu.streaming.core.plan import Instruction, Restart, Send
from trigemu.streaming.core.runstate import State
from trigemu.streaming.core.totals import RunTotals, Snapshot
from trigemu.streaming.link.addresses import check_bind, ipc_endpoint
from trigemu.streaming.link.keys import choose_keys
from trigemu.streaming.link.transport import ControlPort, Transport, load_keys
from trigemu.streaming.planning import Job, make_plan
from trigemu.streaming.process import resident_bytes
from trigemu.streaming.roles.launcher import Launcher

OnSnapshot = Callable[[Snapshot], None]

TICK_S = 0.02
SNAPSHOT_S = 0.25


class Control:
    """Control's loop.

    Parameters
    ----------
    job
        What is to be done.
    transport
        The sockets of this process.
    endpoint
        Where roles find control; empty: any free port.
    launcher
        Starts roles again; None: whoever started them does.
    on_snapshot
        Called a few times per second with the run as it is.
    """

    def __init__(
        self,
        job: Job,
        transport: Transport,
        endpoint: str,
        launcher: Launcher | None = None,
        on_snapshot: OnSnapshot | None = None,
    ) -> None:
        self.conductor = Conductor(make_plan(job, tickets=launcher is not None))
        self.signals = 0
        self._job = job
        self._transport = transport
        self._port = ControlPort(transport.router(endpoint))
        self.conductor.door.home = self.endpoint
        self._launcher = launcher
        self._on_snapshot = on_snapshot
        self._damaged = 0
        self._tag = run_tag(job.identity["run_id"])
        self._shown = 0.0
        self._memory = [0.0, 0.0, 0.0]

    @property
    def endpoint(self) -> str:
        """Where roles find control."""
        return self._port.port.endpoint

    def start_roles(self) -> None:
        """Start all roles on this machine."""
        if self._launcher is None:
            return
        plan = self.conductor.plan
        names = [("recorder", "recorder")]
        names += [("worker", f"worker-{i}") for i in range(plan.workers)]
        names += [("producer", f"producer-{i}") for i in range(len(plan.producers))]
        for role, name in names:
            self._launcher.start(role, name, self.endpoint, self._tag)
        self._launcher.write_processes()

    def run(self) -> None:
        """Lead the run to its end."""
        conductor = self.conductor
        handled = watched = 0
        while not conductor.state.over:
            self._wait()
            out: list[Instruction] = []
            for identity, parts in self._port.receive():
                try:
                    out += conductor.receive(identity, p.read_note(parts), time.monotonic_ns())
                except (WireError, TypeError, ValueError, LookupError):
                    self._damaged += 1
            now_ns = time.monotonic_ns()
            if self._launcher is not None and now_ns - watched > TICK_S * 1e9:
                watched = now_ns
                for name, story in self._launcher.ended():
                    out += conductor.lost(name, story, now_ns)
            while handled < self.signals:
                handled += 1
                out += conductor.interrupt(time.monotonic_ns())
            out += conductor.tick(time.monotonic_ns())
            self._execute(out)
            self._show()
        self._show(last=True)

    def _wait(self) -> None:
        due_ns = self.conductor.dispatcher.due_in_ns(time.monotonic_ns())
        self._transport.wait(TICK_S if due_ns is None else min(TICK_S, due_ns / 1e9))

    def _execute(self, instructions: Iterable[Instruction]) -> None:
        for each in instructions:
            if isinstance(each, Send):
                self._port.send(each.identity, p.write_note(each.kind, {**each.fields, "tag": self._tag}))
            else:
                self._restart(each)

    def _restart(self, each: Restart) -> None:
        if self._launcher is not None:
            role = each.name.rpartition("-")[0] or each.name
            self._launcher.start(role, each.name, self.endpoint, self._tag)
            self._launcher.write_processes()

    def _show(self, *, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self._shown < SNAPSHOT_S:
            return
        self._shown = now
        mib = resident_bytes() / 2**20
        self._memory = [self._memory[0] or mib, mib, max(self._memory[2], mib)]
        if self._on_snapshot is not None:
            self._on_snapshot(snapshot(self.conductor, self._job.setup.menu.names, time.monotonic_ns()))

    def totals(self) -> RunTotals:
        """Return the totals of the run that has ended."""
        recorded = self.conductor.recorded or Account(self._job.setup, len(self._job.sources)).totals()
        self.conductor.peers.damaged += self._damaged + self.conductor.unknown
        self.conductor.peers.foreign += self._transport.strangers
        start, end, peak = self._memory
        memory = {"control": {"start_mib": start, "end_mib": end, "peak_mib": peak, "restarts": 0}}
        return from_conductor(self.conductor, recorded, memory, self._job.identity, self._job.missing)


@contextmanager
def catching_signals(control: Control) -> Iterator[None]:
    """Count Ctrl-C (and the polite kill) instead of ending; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def count(number: int, frame: object) -> None:
        control.signals += 1

    earlier = {number: signal.signal(number, count) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def run_processes(job: Job, on_snapshot: OnSnapshot | None) -> RunTotals:
    """Run with role processes on this machine.

    Raises
    ------
    InputError
        A file that the configuration names for the trigger or the events is bad.
    RunError
        The run failed; its directory is closed.
    """
    with Launcher(job.out) as launcher:
        transport = Transport(folder=launcher.folder)
        try:
            control = Control(job, transport, ipc_endpoint(launcher.folder, "control"), launcher, on_snapshot)
            with catching_signals(control):
                control.start_roles()
                # While the roles start: files that workers cannot read are the user's mistake, not a worker's death.
                job.setup.make_trigger()
                # The roles wait for their configuration, and then find compiled what all of them need.
                if job.replay is None:
                    job.setup.warm_up()
                control.run()
            totals = control.totals()
        finally:
            transport.close()
    return finish(control, totals, job.out)


def finish(control: Control, totals: RunTotals, out: Path) -> RunTotals:
    """Write ``totals.json``; raise `RunError` if the run failed."""
    failed = control.conductor.state.state is State.FAILED
    # What failed may be the disk; then the first failure is the one to tell.
    with suppress(RunError) if failed else nullcontext():
        write_json(out / TOTALS_FILE, totals.to_dict(), totals.run_id)
    if failed:
        raise RunError(control.conductor.failure)
    return totals


def serve_control(
    setup: Setup[Any],
    out: Path,
    *,
    bind: str = "tcp://127.0.0.1:5755",
    keys: Path | None = None,
    insecure: bool = False,
    on_snapshot: OnSnapshot | None = None,
    on_endpoint: Callable[[str], None] | None = None,
) -> RunTotals:
    """Lead a run whose roles are started elsewhere, one by one (``trigemu producer|worker|recorder``).

    Parameters
    ----------
    setup
        The run.
    out
        Its directory: control writes the totals there, the recorder (on its own machine) the records.
    bind
        Where to listen, ``tcp://ADDRESS:PORT``.
    keys
        Folder with CURVE keys; new ones are made if it is empty.  None: the user's own
        (`trigemu.streaming.link.keys.default_folder`), on loopback.
    insecure
        Use no keys: whoever reaches the address may join, stop or stall the run.
    on_snapshot, on_endpoint
        Called a few times per second with the run as it is; once with where control listens.

    Raises
    ------
    InputError
        The address cannot be used, or there is no folder for keys.
    RunError
        The run failed.
    """
    check_bind(bind)
    folder = choose_keys(keys, insecure, bind)
    job = Job.of(setup, out)
    transport = Transport(keys=load_keys(folder, create=True) if folder else None)
    try:
        control = Control(job, transport, bind, None, on_snapshot)
        create_run(out, setup.to_dict(), job.identity["run_id"])
        if on_endpoint is not None:
            on_endpoint(control.endpoint)
        with catching_signals(control):
            control.run()
        totals = control.totals()
    finally:
        transport.close()
    return finish(control, totals, out)
