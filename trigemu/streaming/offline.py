"""The same run in one process, without sockets."""

from __future__ import annotations

import time
from collections.abc import Callable

from trigemu.decision.rows import Row
from trigemu.decision.verdicts import RowMaker
from trigemu.errors import RunError
from trigemu.frames.columns import Buffer
from trigemu.frames.frame import Fragment
from trigemu.frames.ranges import Ranges
from trigemu.frames.rundir import TOTALS_FILE, write_json
from trigemu.frames.wire import fragment_message
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

SNAPSHOT_S = 0.25


def run_offline(job: Job, on_snapshot: Callable[[Snapshot], None] | None) -> RunTotals:
    """Make, decide and record all frames one after the other.

    Ctrl-C ends the run after the frame at hand; the run directory is closed.

    Raises
    ------
    RunError
        No space left; the run directory is closed.
    """
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
        try:
            offline.run()
        except KeyboardInterrupt:
            offline.interrupted = True
        recording.close()
    except RunError:
        recording.close()
        raise
    totals = offline.totals()
    write_json(job.out / TOTALS_FILE, totals.to_dict(), totals.run_id)
    return totals


class _Offline:
    def __init__(
        self, job: Job, recording: Recording, on_snapshot: Callable[[Snapshot], None] | None
    ) -> None:
        setup = job.setup
        self._job = job
        self._recording = recording
        self._on_snapshot = on_snapshot
        self._maker = RowMaker(setup)
        source = open_source(job.replay, setup, job.frames) if job.replay else None
        schemas = source.schemas if source else setup.schemas
        self._ranges = {name: Ranges(schema) for name, schema in schemas.items()}
        self._generator = source or setup.make_generator(job.sources)
        self._run = setup.config.run.number
        self._checksum = setup.config.streaming.checksum
        self._all = setup.config.record.mode == "all"
        self._begin = time.monotonic()
        self._end = self._begin
        self._shown = self._begin
        self._memory = [0.0, 0.0, 0.0]
        self.interrupted = False

    def run(self) -> None:
        absent = Spans()
        for first, count in self._job.skips:
            absent.add(first, first + count)
        for frame in range(self._job.frames):
            if frame in absent:
                self._recording.skip(frame, 1)
            else:
                self._recording.offer([self._row(frame)])
            if frame % BATCH == BATCH - 1 or frame == self._job.frames - 1:
                self._recording.write()
                self._end = time.monotonic()
                self._show()

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

    def _show(self) -> None:
        if self._end - self._shown < SNAPSHOT_S and self._memory[0]:
            return
        self._shown = self._end
        mib = resident_bytes() / 2**20
        self._memory = [self._memory[0] or mib, mib, max(self._memory[2], mib)]
        if self._on_snapshot is not None:
            self._on_snapshot(self._snapshot(mib))

    def _snapshot(self, mib: float) -> Snapshot:
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
            live_s=run["live_s"],
            latency_us=run["latency_us"],
            dead_fraction=run["dead_s"] / time_s if time_s else 0.0,
            memory_mib={"offline": mib},
            elapsed_s=elapsed,
            eta_s=elapsed * (total - done) / done if done else None,
            bytes_per_s=run["size"] / elapsed if elapsed else 0.0,
        )

    def totals(self) -> RunTotals:
        start, end, peak = self._memory
        planned = self._recording.next if self.interrupted else self._job.frames
        return assemble(
            self._recording.totals(),
            planned=planned,
            copies={},
            wall_s=self._end - self._begin,
            open_loop=False,
            memory={"offline": {"start_mib": start, "end_mib": end, "peak_mib": peak, "restarts": 0}},
            identity=self._job.identity,
            interrupted=self.interrupted,
            missing=self._job.missing,
        )
