"""The producer: makes the fragments of its sources and sends each to the worker its frame was given to."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from trigemu.errors import TrigemuError
from trigemu.frames.columns import Block
from trigemu.frames.frame import Fragment
from trigemu.frames.ranges import Ranges
from trigemu.frames.schema import Schema
from trigemu.frames.wire import fragment_message
from trigemu.setup.experiment import Setup
from trigemu.setup.protocols import Generator
from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.producing import ProducerCore, Task
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.link.link import Link
from trigemu.streaming.link.transport import Part, Port, share
from trigemu.streaming.making import make_block
from trigemu.streaming.roles.shell import Shell

BURST = 16
"""Frames sent before control is listened to again."""


Shared = tuple[Block, Part]
"""A block, and its payload as it is sent."""


class Producer(Shell):
    """Runs a `ProducerCore` against the real world."""

    def __init__(
        self,
        link: Link,
        setup: Setup[Any],
        generator: Generator,
        schemas: Mapping[str, Schema],
        sources: Sequence[str],
    ) -> None:
        super().__init__(link)
        self._core: ProducerCore[Shared] = ProducerCore(sources)
        self._latest: dict[str, Shared] = {}
        self._generator = generator
        self._ranges = {name: Ranges(schema) for name, schema in schemas.items()}
        self._run = setup.config.run.number
        self._checksum = setup.config.streaming.checksum
        # The high-water mark is only a safety net above what credits allow.
        self._high_water = 2 * setup.config.streaming.credits * len(sources)
        self._ports: dict[str, Port] = {}

    def counters(self) -> Mapping[str, int]:
        """Return fragments sent, and sent again."""
        core, link = self._core, self.link
        return {"sent": core.sent, "resent": core.resent, "damaged": link.damaged, "foreign": link.refused()}

    def timeout(self) -> float:
        """Do not wait while there are frames to send."""
        return 0.0 if self._core.waiting else super().timeout()

    def hear(self, note: Note) -> None:
        """Take a message from control."""
        if note.kind == p.ASSIGN:
            self._core.release(note.number("release"))
            for worker, first, count, planned_ns in note.fields["assign"]:
                self._core.assign(worker, first, count, planned_ns, note.fields["frame_ns"])
        elif note.kind == p.WORKER:
            name = note.text("name")
            self._drop(name)
            self._ports[name] = self.connect(name, note.text("endpoint"), self._high_water)
            self._core.add_worker(name)
        elif note.kind == p.GONE:
            self._drop(note.text("name"))
        elif note.kind == p.RESEND:
            partial: dict[int, Any] = dict(note.fields["partial"])
            self._core.ask_again(note.text("worker"), frozenset(note.fields["have"]), partial)
        elif note.kind == p.END:
            self.link.report(p.ENDED, self.progress, self.counters(), {})

    def _drop(self, worker: str) -> None:
        port = self._ports.pop(worker, None)
        if port is not None:
            self.link.transport.drop(port)
            self._core.remove_worker(worker)

    def work(self, ports: list[Port]) -> None:
        """Send a burst of frames.

        Raises
        ------
        TrigemuError
            The generator makes what cannot be; control has been told, since it would be the same in another life.
        """
        try:
            for _ in range(BURST):
                task = self._core.pop()
                if task is None:
                    return
                self._send(task)
        except TrigemuError as error:
            self.link.report(p.FAILED, self.progress, self.counters(), p.failed_fields(error))
            raise

    def _send(self, task: Task) -> None:
        core, port = self._core, self._ports[task.worker]
        for source in task.sources:
            held = core.held(task.frame, source)
            if held is None:
                held = self._make(source, task.frame)
                core.hold(task.frame, source, held)
            block, payload = held
            planned_ns = core.planned_ns(task.frame)
            sent_ns, tag = time.monotonic_ns(), self.link.tag
            fragment = Fragment(self._run, task.frame, source, block, planned_ns, sent_ns, tag)
            port.send([fragment_message(fragment, checksum=self._checksum)[0], payload])
            core.sent += 1
        self.progress += 1

    def _make(self, source: str, frame: int) -> Shared:
        block = make_block(self._generator, self._ranges[source], frame)
        latest = self._latest.get(source)
        # A source whose fragments are ready-made gives the same block again and again.
        if latest is None or latest[0] is not block:
            latest = self._latest[source] = block, share(block.buffer)
        return latest
