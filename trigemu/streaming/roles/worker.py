"""The worker: builds frames from fragments, decides them, sends verdicts to the recorder in batches."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from trigemu.decision.rows import INCOMPLETE, Row, encode_rows
from trigemu.decision.verdicts import RowMaker, whole
from trigemu.errors import TrigemuError
from trigemu.frames.columns import Buffer
from trigemu.frames.frame import Fragment
from trigemu.frames.schema import Schema
from trigemu.frames.wire import WireError, parse_fragment
from trigemu.setup.experiment import Setup
from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.builder import EventBuilder
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.link.link import Link
from trigemu.streaming.link.transport import Port
from trigemu.streaming.roles.shell import Shell

FLUSH_S = 0.005
"""A batch waits this long at most for more verdicts."""

Built = tuple[Fragment, Sequence[Buffer]]


class Worker(Shell):
    """Runs an `EventBuilder` and the trigger against the real world.

    Verdicts are kept until they are durable: a new recorder gets them again.
    """

    def __init__(
        self,
        link: Link,
        setup: Setup[Any],
        data: Port,
        schemas: Mapping[str, Schema],
        frames: int,
        window: int,
    ) -> None:
        super().__init__(link)
        streaming = setup.config.streaming
        self._data = data
        self._schemas = schemas
        self._maker = RowMaker(setup)
        self._builder: EventBuilder[Built] = EventBuilder(
            setup.config.run.number, tuple(schemas), frames, 2 * window
        )
        self._checksum = streaming.checksum
        self._patience_s = streaming.lives * streaming.heartbeat_s if streaming.policy == "realtime" else None
        self._batch = max(1, streaming.credits // 2)
        self._high_water = 2 * streaming.credits
        self._kept: dict[int, Row] = {}
        self._rows: list[Row] = []
        self._oldest = 0.0
        self._recorder: Port | None = None
        self._endpoint = ""
        self._damaged = 0
        self._foreign = 0
        self._asked = 0

    def counters(self) -> Mapping[str, int]:
        """Return extra copies of fragments, and messages that could not be read."""
        builder = self._builder
        return {
            "duplicate": builder.duplicate,
            "unexpected": builder.unexpected,
            "late": builder.late,
            "damaged": self._damaged + self.link.damaged + self._data.oversized,
            "foreign": self._foreign + self.link.refused(),
        }

    def timeout(self) -> float:
        """Wait only as long as the batch may."""
        return FLUSH_S / 2 if self._rows else super().timeout()

    def hear(self, note: Note) -> None:
        """Take a message from control."""
        if note.kind == p.RELEASE:
            self._release(note.number("upto"))
        elif note.kind == p.RECORDER:
            # A worker that joins later learns from this where the run is.
            self._release(note.number("next"))
            self._join(note.text("endpoint"))
        elif note.kind == p.END:
            self.link.report(p.ENDED, self.progress, self.counters(), {})

    def _release(self, upto: int) -> None:
        """Forget what is durable."""
        for frame in range(self._builder.upto, upto):
            self._kept.pop(frame, None)
        self._builder.release(upto)

    def _join(self, endpoint: str) -> None:
        """Send all that is not durable to another recorder (or the same again, which has lost something)."""
        if endpoint != self._endpoint:
            port = self.connect("the recorder", endpoint, self._high_water) if endpoint else None
            if self._recorder is not None:
                self.link.transport.drop(self._recorder)
            self._recorder, self._endpoint = port, endpoint
        self._rows.clear()
        for frame in sorted(self._kept):
            self._queue(self._kept[frame])
        self._flush()

    def work(self, ports: list[Port]) -> None:
        """Take fragments, decide complete frames, and send what is due.

        Raises
        ------
        TrigemuError
            The trigger's answer is none; control has been told, since it would be the same in another life.
        """
        if self._data in ports:
            try:
                for parts in self._data.receive():
                    self._take(parts)
            except TrigemuError as error:
                self.link.report(p.FAILED, self.progress, self.counters(), p.failed_fields(error))
                raise
        if self._rows and time.monotonic() - self._oldest > FLUSH_S:
            self._flush()

    def _take(self, parts: list[Buffer]) -> None:
        try:
            fragment = parse_fragment(parts, self._schemas)
        except WireError:
            self._damaged += 1
            return
        if fragment.tag != self.link.tag:
            self._foreign += 1
            return
        now_ns = time.monotonic_ns()
        built = self._builder.add(
            fragment.run, fragment.frame, fragment.source, (fragment, parts), now_ns / 1e9
        )
        if built is not None:
            fragments, messages = whole(built)
            self._keep(self._maker.row(fragment.frame, fragments, messages, now_ns))

    def _keep(self, row: Row) -> None:
        self._kept[row.frame] = row
        self.progress += 1
        self._queue(row)

    def _queue(self, row: Row) -> None:
        if not self._rows:
            self._oldest = time.monotonic()
        self._rows.append(row)
        if len(self._rows) >= self._batch:
            self._flush()

    def _flush(self) -> None:
        if self._recorder is not None and self._rows:
            self._recorder.send(encode_rows(self._rows, checksum=self._checksum, tag=self.link.tag))
        self._rows.clear()

    def idle(self, now: float) -> None:
        """Give up frames that never became complete (realtime); ask for what was damaged or did not come."""
        if self._patience_s is not None:
            for lost in self._builder.give_up(now, self._patience_s):
                self._keep(Row(lost.frame, lost=INCOMPLETE, missing=len(lost.missing)))
        stale = self._builder.stale(now, 3 * self.link.heartbeat_s)
        if stale or self._damaged > self._asked:
            self._asked = self._damaged
            partial = [[lacking.frame, list(lacking.missing)] for lacking in self._builder.lacking()]
            self.link.send(p.MISSING, {"have": self._builder.have(), "partial": partial})
