"""The same run in one process, without sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue

from trigemu.activity import said
from trigemu.decision.rows import LOST, Row
from trigemu.decision.verdicts import RowMaker
from trigemu.errors import RunError
from trigemu.frames.columns import Buffer
from trigemu.frames.frame import Fragment
from trigemu.frames.ranges import Ranges
from trigemu.frames.rundir import TOTALS_FILE, write_json
from trigemu.frames.runlog import RunLog
from trigemu.frames.wire import fragment_message
from trigemu.stopping import Stop, held
from trigemu.streaming.background import Background
from trigemu.streaming.census import Spans
from trigemu.streaming.core.assemble import assemble
from trigemu.streaming.core.totals import RunTotals, Snapshot
from trigemu.streaming.making import make_block
from trigemu.streaming.planning import Job
from trigemu.streaming.process import resident_bytes
from trigemu.streaming.recorded import open_comparison, open_source
from trigemu.streaming.roles.recording import Recording

BATCH = 16
"""Frames written at a time."""

FLUSH_S = 0.05
"""Frames that are done wait this long at most until they are written."""

PATIENCE_S = 0.3
"""How long the frame at hand may take when the user wants to stop; then it is not recorded."""

SNAPSHOT_S = 0.25
TICK_S = 0.05


def run_offline(job: Job, on_snapshot: Callable[[Snapshot], None] | None, log: RunLog) -> RunTotals:
    """Make, decide and record all frames one after the other.

    Ctrl-C, SIGTERM or SIGHUP ends the run (`trigemu.stopping`); the run directory is closed.

    Raises
    ------
    RunError
        No space left; the run directory is closed.
    """
    with held() as stop:
        recording = Recording(
            job.setup,
            job.out,
            frames=job.frames,
            window=2 * BATCH,
            sources=job.sources,
            comparison=open_comparison(job.replay, job.setup) if job.replay else None,
        )
        offline = _Offline(job, recording, on_snapshot)
        try:
            offline.run(stop)
            if stop.count:
                log.say(f"{stop.sentence} after {recording.next} frames")
            recording.close()
        except BaseException:
            offline.aborted = True
            with suppress(RunError):
                recording.close()
            with suppress(RunError):
                _write(job, offline.totals())
            raise
        totals = offline.totals()
        _write(job, totals)
        return totals


def _write(job: Job, totals: RunTotals) -> None:
    write_json(job.out / TOTALS_FILE, totals.to_dict(), totals.run_id)


class _Offline:
    """Frames are made and decided in a thread of their own, so that this one hears the user whatever they do."""

    def __init__(
        self, job: Job, recording: Recording, on_snapshot: Callable[[Snapshot], None] | None
    ) -> None:
        self._job = job
        self._recording = recording
        self._on_snapshot = on_snapshot
        self._run = job.setup.config.run.number
        self._checksum = job.setup.config.streaming.checksum
        self._all = job.setup.config.record.mode == "all"
        self._begin = time.monotonic()
        self._end = self._begin
        self._shown = 0.0
        self._first: tuple[float, int] | None = None
        self._memory = [0.0, 0.0, 0.0]
        self._done: SimpleQueue[list[Row]] = SimpleQueue()
        self._written = threading.Semaphore(0)
        self._over = False
        self.interrupted = False
        self.aborted = False

    def run(self, stop: Stop) -> None:
        frames = Background(self._make)
        try:
            while self._recording.next < self._job.frames:
                if stop.count:
                    self.interrupted = True
                    break
                self._record(TICK_S)
                self._show(time.monotonic())
                if frames.wait(0.0) and self._done.empty():
                    frames.result()
        finally:
            self._over = True
            # What is done is kept.
            until = time.monotonic() + PATIENCE_S
            while not frames.wait(0.0) and time.monotonic() < until:
                self._record(TICK_S)
            while not self._done.empty():
                self._record(0.0)
            frames.give_up()
        self._show(time.monotonic(), last=True)

    def _record(self, timeout_s: float) -> None:
        try:
            rows = self._done.get(timeout=timeout_s) if timeout_s else self._done.get_nowait()
        except Empty:
            return
        try:
            self._recording.offer(rows)
            self._recording.write()
        finally:
            self._written.release()
        self._end = time.monotonic()
        self._first = self._first or (self._end, self._recording.next)
        mib = resident_bytes() / 2**20
        self._memory = [self._memory[0] or mib, mib, max(self._memory[2], mib)]

    def _make(self) -> None:
        setup = self._job.setup
        self._maker = RowMaker(setup)
        source = open_source(self._job.replay, setup, self._job.frames) if self._job.replay else None
        schemas = source.schemas if source else setup.schemas
        self._ranges = {name: Ranges(schema) for name, schema in schemas.items()}
        self._generator = source or setup.make_generator(self._job.sources)
        absent = Spans()
        for first, count in self._job.skips:
            absent.add(first, first + count)
        rows: list[Row] = []
        due = 0.0
        try:
            for frame in range(self._job.frames):
                if self._over:
                    break
                # A frame that a damaged recording lacks cannot be made.
                rows.append(Row(frame, lost=LOST) if frame in absent else self._row(frame))
                now = time.monotonic()
                due = due or now + FLUSH_S
                if len(rows) >= BATCH or now > due:
                    self._done.put(rows)
                    rows, due = [], 0.0
                    # One of the two threads works at a time: they would only wait for the interpreter's lock.
                    self._written.acquire()
        finally:
            if rows:
                self._done.put(rows)

    def _row(self, frame: int) -> Row:
        fragments: list[Fragment] = []
        messages: list[list[Buffer]] = []
        now_ns = time.monotonic_ns()
        for source in sorted(self._job.sources):
            block = make_block(self._generator, self._ranges[source], frame)
            fragment = Fragment(self._run, frame, source, block, now_ns, time.monotonic_ns())
            fragments.append(fragment)
            if self._all:
                messages.append(fragment_message(fragment, checksum=self._checksum))
        return self._maker.row(frame, fragments, messages, time.monotonic_ns())

    def _show(self, now: float, *, last: bool = False) -> None:
        if now - self._shown < SNAPSHOT_S and not last:
            return
        self._shown = now
        if self._on_snapshot is not None:
            self._on_snapshot(self._snapshot())

    def _snapshot(self) -> Snapshot:
        run = self._recording.account.progress()
        done, total = self._recording.next, self._job.frames
        elapsed = self._end - self._begin
        time_s = run["live_s"] + run["dead_s"]
        return Snapshot(
            state="running",
            frames_done=done,
            frames_total=total,
            fragments={
                "built": run["built"],
                "duplicate": 0,
                "unexpected": 0,
                "damaged": 0,
                "late": 0,
                "foreign": 0,
            },
            line_names=self._job.setup.menu.names,
            fired=tuple(run["fired"]),
            accepted=tuple(run["accepted"]),
            kept=tuple(run["kept"]),
            recorded=run["recorded"],
            live_s=run["live_s"],
            latency_us=run["latency_us"],
            dead_fraction=run["dead_s"] / time_s if time_s else 0.0,
            memory_mib={"offline": self._memory[1]},
            elapsed_s=elapsed,
            eta_s=self._eta_s(total - done),
            bytes_per_s=run["size"] / elapsed if elapsed else 0.0,
            doing=said() or ("" if done else "making the first frame"),
        )

    def _eta_s(self, to_go: int) -> float | None:
        # What is compiled for the first frames says nothing of the others.
        begun, before = self._first or (self._end, self._recording.next)
        done = self._recording.next - before
        return (self._end - begun) * to_go / done if done else None

    def totals(self) -> RunTotals:
        start, end, peak = self._memory
        planned = self._recording.next if self.interrupted or self.aborted else self._job.frames
        totals = assemble(
            self._recording.totals(),
            planned=planned,
            copies={},
            wall_s=self._end - self._begin,
            open_loop=False,
            memory={"offline": {"start_mib": start, "end_mib": end, "peak_mib": peak, "restarts": 0}},
            identity=self._job.identity,
            interrupted=self.interrupted,
            missing=self._job.missing,
            aborted=self.aborted,
        )
        return replace(totals, replay_of=str(self._job.replay or ""))
