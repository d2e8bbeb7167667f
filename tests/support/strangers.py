"""A local process that does not belong to a run and sends it all it can think of."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import zmq

from trigemu.decision.rows import LOST, Row, encode_rows
from trigemu.frames.columns import allocate
from trigemu.frames.frame import Fragment
from trigemu.frames.schema import Schema
from trigemu.frames.wire import fragment_message
from trigemu.streaming.core.protocol import write_note


class Stranger(threading.Thread):
    """Floods control with registrations and notes, and data sockets with fragments and verdicts.

    Parameters
    ----------
    control, data
        Endpoints of control and of data sockets.
    schema
        Of a source of the run.
    """

    def __init__(self, control: str, data: Sequence[str], schema: Schema) -> None:
        super().__init__(daemon=True)
        self._control, self._data, self._schema = control, data, schema
        self.sent = 0

    def run(self) -> None:
        """Send everything once."""
        context = zmq.Context()
        sockets = []
        for number in range(3):
            socket = context.socket(zmq.DEALER)
            socket.setsockopt(zmq.IDENTITY, f"worker-0/{number}".encode())
            socket.setsockopt(zmq.IPV6, int("[" in self._control))
            socket.connect(self._control)
            sockets.append(socket)
            for i in range(200):
                role = ("producer", "recorder", "worker")[i % 3]
                endpoint = ("tcp://999.1.1.1:1", "inproc://x", "ipc:///tmp/elsewhere")[i // 3 % 3]
                fields = {"role": role, "name": f"stranger-{i}", "endpoint": endpoint}
                socket.send_multipart(write_note("register", fields))
            for name in ("worker-0", "recorder", "producer-0"):
                fields = {
                    "name": name,
                    "reason": "boom",
                    "totals": {},
                    "counters": {},
                    "memory": 0,
                    "progress": 0,
                }
                for kind in ("failed", "ended", "end", "bye", "durable"):
                    socket.send_multipart(write_note(kind, {**fields, "upto": 10**6}))
        block = allocate(self._schema, (3, 3))
        for endpoint in self._data:
            socket = context.socket(zmq.PUSH)
            socket.connect(endpoint)
            sockets.append(socket)
            for frame in range(100, 150):
                for tag in (None, 5):
                    fragment = Fragment(1, frame, self._schema.source, block, tag=tag)
                    socket.send_multipart(fragment_message(fragment))
                    socket.send_multipart(encode_rows([Row(frame, lost=LOST)], tag=tag))
        for socket in sockets:
            socket.close(linger=3000)
        context.term()
