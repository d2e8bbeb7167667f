"""Control: runs a `Conductor` against the real world, from the first registration to the totals."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from trigemu.activity import said
from trigemu.errors import InputError, RunError, TrigemuError
from trigemu.frames.records import run_tag
from trigemu.frames.rundir import TOTALS_FILE, create_run, write_json
from trigemu.frames.runlog import RunLog
from trigemu.frames.wire import WireError
from trigemu.setup.experiment import Setup
from trigemu.stopping import Stop, held
from trigemu.streaming.background import Background
from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.account import Account
from trigemu.streaming.core.assemble import from_conductor, snapshot
from trigemu.streaming.core.conductor import Conductor
from trigemu.streaming.core.gathering import lacking, waits_for
from trigemu.streaming.core.plan import Instruction, Restart, Send
from trigemu.streaming.core.runstate import State
from trigemu.streaming.core.totals import RunTotals, Snapshot
from trigemu.streaming.link.addresses import check_bind, ipc_endpoint
from trigemu.streaming.link.keys import choose_keys
from trigemu.streaming.link.transport import ControlPort, Transport, load_keys
from trigemu.streaming.logbook import log_end, logged
from trigemu.streaming.planning import Job, make_plan
from trigemu.streaming.process import resident_bytes
from trigemu.streaming.roles.launcher import Launcher
from trigemu.streaming.roles.recording import Recording

OnSnapshot = Callable[[Snapshot], None]

TICK_S = 0.02
SNAPSHOT_S = 0.25
GIVEN_UP_S = 1.0
"""How long the roles of a run that is given up have to end."""


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
    stop
        The signals that are heard.
    on_snapshot
        Called a few times per second with the run as it is.
    log
        Told what happens.

    Attributes
    ----------
    join
        Options of the command that starts a role of this run elsewhere.
    """

    def __init__(
        self,
        job: Job,
        transport: Transport,
        endpoint: str,
        stop: Stop,
        launcher: Launcher | None = None,
        on_snapshot: OnSnapshot | None = None,
        *,
        log: RunLog,
    ) -> None:
        self.conductor = Conductor(make_plan(job, tickets=launcher is not None))
        self._stop = stop
        self._gone: list[tuple[str, str]] = []
        self._watched = 0
        self._looked = 0
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
        self._log = log
        self.join = ""
        self._states = 0
        self._logged = 0

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
            self._start(self._launcher, role, name)
        self._launcher.write_processes()

    def _start(self, launcher: Launcher, role: str, name: str) -> None:
        launcher.start(role, name, self.endpoint, self._tag)
        self.conductor.watch.liveness.watch(name, time.monotonic())

    def prepare(self, work: Callable[[], None]) -> None:
        """Do something before the roles are heard, unless the user wants to stop."""
        task = Background(work)
        while not task.wait(TICK_S):
            self._show()
            if self._stop.count:
                task.give_up()
                return
        task.result()

    def run(self) -> None:
        """Lead the run to its end."""
        conductor = self.conductor
        handled = 0
        while not conductor.state.over:
            self._wait()
            out: list[Instruction] = []
            for identity, parts in self._port.receive():
                try:
                    out += conductor.receive(identity, p.read_note(parts), time.monotonic_ns())
                except (WireError, TypeError, ValueError, LookupError):
                    self._damaged += 1
            if self._launcher is not None:
                out += self._look_after(self._launcher)
            while handled < self._stop.count:
                handled += 1
                self._log.say(self._stop.sentence)
                out += conductor.interrupt(time.monotonic_ns())
            out += conductor.tick(time.monotonic_ns())
            self._execute(out)
            self._write_log()
            self._show()
        self._show(last=True)

    def _write_log(self) -> None:
        """Put what has happened since the last time into the log."""
        conductor = self.conductor
        for told in conductor.story[self._logged :]:
            self._log.say(told)
        self._logged = len(conductor.story)
        for state in conductor.state.story[self._states :]:
            self._log.say(f"run control: {state}, frame {conductor.dispatcher.upto}")
        self._states = len(conductor.state.story)

    def _look_after(self, launcher: Launcher) -> list[Instruction]:
        """Take note of processes that have ended, and of those that run."""
        now_ns = time.monotonic_ns()
        if now_ns - self._watched < TICK_S * 1e9:
            return []
        self._watched = now_ns
        out: list[Instruction] = []
        # What they said before their end has been heard by now.
        for name, story in self._gone:
            out += self.conductor.lost(name, story, now_ns)
        self._gone = list(launcher.ended())
        if now_ns - self._looked > self.conductor.plan.heartbeat_s * 1e9 / 2:
            self._looked = now_ns
            for name, clock, stopped in launcher.states():
                self.conductor.watch.process(name, clock, stopped, now_ns / 1e9)
        return out

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
            self._start(self._launcher, role, each.name)
            self._launcher.write_processes()

    def _show(self, *, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self._shown < SNAPSHOT_S:
            return
        self._shown = now
        mib = resident_bytes() / 2**20
        self._memory = [self._memory[0] or mib, mib, max(self._memory[2], mib)]
        if self._on_snapshot is not None:
            missing = "" if self._launcher is not None else self._missing()
            names, now_ns = self._job.setup.menu.names, time.monotonic_ns()
            self._on_snapshot(snapshot(self.conductor, names, now_ns, missing=missing, doing=said()))

    def _missing(self) -> str:
        """Return who has not come yet, and how to start one of them; "" if all are there."""
        conductor = self.conductor
        lacks = lacking(conductor.plan, conductor.peers, conductor.state.state)
        lacks = {} if conductor.given_up else lacks
        start = next((f"; start one: trigemu {role} --control {self.join}" for role in lacks), "")
        return f"{waits_for(lacks)}{start}"

    def totals(self) -> RunTotals:
        """Return the totals of the run that has ended, with all roles that control had started."""
        recorded = self.conductor.recorded or self._recovered()
        self.conductor.peers.damaged += self._damaged + self.conductor.unknown
        self.conductor.peers.foreign += self._transport.strangers
        start, end, peak = self._memory
        memory = {"control": {"start_mib": start, "end_mib": end, "peak_mib": peak, "restarts": 0}}
        job = self._job
        of = str(job.replay or "")
        return from_conductor(self.conductor, recorded, memory, job.identity, job.missing, of)

    def _recovered(self) -> Mapping[str, Any]:
        """Close the directory of a run whose recorder has not done so, and return what it holds."""
        job = self._job
        never = not any(name for name in self.conductor.peers.histories if name.startswith("recorder"))
        if self._launcher is not None or never:
            with suppress(TrigemuError):
                recording = Recording(job.setup, job.out, frames=job.frames, window=1, sources=job.sources)
                recording.close()
                return recording.totals()
        # A recorder elsewhere has the records.
        return Account(job.setup, len(job.sources)).totals()


def run_processes(job: Job, on_snapshot: OnSnapshot | None, log: RunLog) -> RunTotals:
    """Run with role processes on this machine.

    Raises
    ------
    InputError
        A file that the configuration names for the trigger or the events is bad.
    RunError
        The run failed; its directory is closed.
    """
    control: Control | None = None
    with held() as stop:
        try:
            with Launcher(job.out, log) as launcher:
                transport = Transport(folder=launcher.folder)
                try:
                    endpoint = ipc_endpoint(launcher.folder, "control")
                    control = Control(job, transport, endpoint, stop, launcher, on_snapshot, log=log)
                    control.start_roles()
                    control.prepare(lambda: _prepare(job))
                    control.run()
                    if control.conductor.given_up:
                        launcher.patience_s = GIVEN_UP_S
                finally:
                    transport.close()
        except InputError:
            raise
        except Exception:
            if control is not None:
                control.conductor.fail("control failed", time.monotonic_ns())
                with suppress(Exception):
                    totals = control.totals()
                    write_json(job.out / TOTALS_FILE, totals.to_dict(), totals.run_id)
            raise
        return finish(control, control.totals(), job.out)


def _prepare(job: Job) -> None:
    """Look at files and compile while the roles start."""
    # Files that workers cannot read are the user's mistake, not a worker's death.
    job.setup.make_trigger()
    # The roles wait for their configuration, and then find compiled what all of them need.
    if job.replay is None:
        job.setup.warm_up()


def finish(control: Control, totals: RunTotals, out: Path) -> RunTotals:
    """Write ``totals.json``; raise `RunError` if the run failed."""
    failed = control.conductor.state.state is State.FAILED
    # What failed may be the disk; then the first failure is the one to tell.
    with suppress(RunError) if failed else nullcontext():
        write_json(out / TOTALS_FILE, totals.to_dict(), totals.run_id)
    if failed:
        error = RunError(control.conductor.failure)
        error.detail = control.conductor.detail
        raise error
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
    with held() as stop:
        transport = Transport(keys=load_keys(folder, create=True) if folder else None)
        try:
            log = RunLog(job.out)
            control = Control(job, transport, bind, stop, None, on_snapshot, log=log)
            control.join = _join(control.endpoint, keys, insecure)
            create_run(out, setup.to_dict(), job.identity["run_id"])
            with logged(job, log, f"roles that join at {control.endpoint}"):
                if on_endpoint is not None:
                    on_endpoint(control.endpoint)
                control.run()
                totals = finish(control, control.totals(), out)
                log_end(log, totals)
                return totals
        finally:
            transport.close()


def _join(endpoint: str, keys: Path | None, insecure: bool) -> str:
    """Return the options of the command that starts a role."""
    # An address of all interfaces is none to connect to.
    reached = re.sub(r"^tcp://(0\.0\.0\.0|\[::\]|\*):", "tcp://THIS-HOST:", endpoint)
    more = ["--insecure"] if insecure else ["--keys", str(keys)] if keys is not None else []
    return f"{reached} {shlex.join(more)}".strip()
