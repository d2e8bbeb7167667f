"""Bytes from strangers: counted, and the run goes on."""

from __future__ import annotations

import contextlib
import json
import random
from pathlib import Path

import numpy as np
import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st
from support.runs import same_decisions
from support.strangers import Stranger

from trigemu import streaming
from trigemu.decision.candidates import Candidates
from trigemu.decision.rows import SCHEMAS, Row, decode_rows, encode_rows
from trigemu.frames.columns import allocate
from trigemu.frames.frame import Fragment
from trigemu.frames.wire import WireError, decode, fragment_message
from trigemu.streaming.core.totals import Snapshot


class Vandal:
    """Sends garbage to every socket of a run, once it has begun."""

    def __init__(self, schema, out: Path) -> None:
        self.out = out
        self.schema = schema
        self.done = False
        self.context = zmq.Context()

    def __call__(self, snapshot: Snapshot) -> None:
        if self.done or snapshot.state != "running" or snapshot.frames_done < 50:
            return
        self.done = True
        pids = {str(e["pid"]) for e in json.loads((self.out / "processes.json").read_text())["processes"]}
        control = [
            p for p in Path("/tmp").glob("tge-*/control") if {q.name[:-2] for q in p.parent.iterdir()} & pids
        ]
        assert control
        random_bytes = random.Random(1).randbytes
        for path in control[0].parent.iterdir():
            if path.suffix in (".err", ".lock"):
                continue
            kind = zmq.DEALER if path.name == "control" else zmq.PUSH
            socket = self.context.socket(kind)
            socket.connect(f"ipc://{path}")
            for size in (0, 1, 100, 100_000):
                socket.send_multipart([random_bytes(size)] * (1 + size % 3))
            socket.send_multipart([b"x"] * 500)
            # Well-formed, but of nobody's frame; and a frame that was decided long ago.
            block = allocate(self.schema, (3, 3))
            socket.send_multipart(fragment_message(Fragment(99, 1, "p0", block)))
            socket.send_multipart(fragment_message(Fragment(1, 1, "p0", block)))
            # Verdicts that cannot be.
            lines = np.ones((2, 1), np.uint64)
            never = Candidates(np.array([5, 4]), lines, lines)
            socket.send_multipart(encode_rows([Row(60, candidates=never)]))
            socket.close(linger=2000)


def test_garbage_is_counted_and_survived(pulser, tmp_path: Path, monkeypatch) -> None:
    # It looks whenever control has read its messages: however fast the machine is, the run cannot be over by then.
    monkeypatch.setattr("trigemu.streaming.roles.control.SNAPSHOT_S", 0.0)
    setup = pulser("run.frames=1500", "streaming.credits=16")
    expected = streaming.run(setup, tmp_path / "offline", offline=True)
    vandal = Vandal(setup.schemas["p0"], tmp_path / "live")
    totals = streaming.run(setup, tmp_path / "live", on_snapshot=vandal)
    vandal.context.term()
    assert vandal.done
    same_decisions(totals, expected)
    assert totals.closed
    assert totals.quality == "good"
    assert totals.fragments["damaged"] > 10
    # Well-formed messages, but not of this run: refused before anybody looks at frame or source.
    assert totals.fragments["foreign"] >= 3
    assert totals.fragments["unexpected"] == 0


def test_another_process_of_the_user_cannot_join_stop_or_stall_a_run(pulser, tmp_path: Path) -> None:
    setup = pulser("run.frames=1500", "streaming.credits=16")
    expected = streaming.run(setup, tmp_path / "offline", offline=True)
    strangers: list[Stranger] = []

    def attack(snapshot: Snapshot) -> None:
        if strangers or snapshot.state != "running":
            return
        pids = {
            str(e["pid"]) for e in json.loads((tmp_path / "live" / "processes.json").read_text())["processes"]
        }
        sockets = [path for path in Path("/tmp").glob("tge-*/*") if path.name.split("-")[0] in pids]
        assert len(sockets) == 3
        data = [f"ipc://{path}" for path in sockets]
        strangers.append(Stranger(f"ipc://{sockets[0].parent}/control", data, setup.schemas["p0"]))
        strangers[0].start()

    totals = streaming.run(setup, tmp_path / "live", on_snapshot=attack)
    strangers[0].join(30)
    same_decisions(totals, expected)
    assert totals.closed
    assert totals.quality == "good"
    assert totals.fragments["foreign"] > 500


def test_a_damaged_fragment_is_asked_for_again(
    pulser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = pulser("run.frames=60", "streaming.workers=1")
    expected = streaming.run(setup, tmp_path / "offline", offline=True)
    # Roles start from the installed package; a module on their path spoils what one producer sends.
    (tmp_path / "spoil").mkdir()
    (tmp_path / "spoil" / "sitecustomize.py").write_text(SPOIL)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "spoil"))
    totals = streaming.run(setup, tmp_path / "live")
    same_decisions(totals, expected)
    assert totals.closed
    assert totals.fragments["damaged"] == 2


SPOIL = """
import sys
import trigemu.frames.wire as wire
original = wire.fragment_message
seen = set()
def spoiled(fragment, *, checksum=True):
    parts = original(fragment, checksum=checksum)
    if fragment.source == "p1" and fragment.frame in (7, 30) and fragment.frame not in seen:
        seen.add(fragment.frame)
        parts[0] = parts[0][:-3]
    return parts
wire.fragment_message = spoiled
"""


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_rows_survive_the_wire_and_refuse_anything_else(data: st.DataObject) -> None:
    rows, words = [], data.draw(st.integers(1, 3))
    for frame in range(data.draw(st.integers(1, 4))):
        n = data.draw(st.integers(0, 3))
        lines = np.arange(n * words, dtype=np.uint64).reshape(n, words)
        candidates = Candidates(np.arange(n), lines + 1, lines, np.zeros(n // 2, np.uint16))
        extra = [b"h", b"p"] * data.draw(st.integers(0, 2))
        rows.append(Row(frame, 1, 2, 3, 4, 5, 6, candidates=candidates, tally=np.arange(n), extra=extra))
        if data.draw(st.booleans()):
            rows[-1].state, rows[-1].accepted = np.zeros(n, np.uint8), 2 * lines
    parts = [bytes(part) for part in encode_rows(rows, checksum=False)]
    back = decode_rows(decode(parts[:2], SCHEMAS), parts[2:])
    assert [(r.frame, r.size, len(r.candidates.time), list(r.extra)) for r in back] == [
        (r.frame, r.size, len(r.candidates.time), list(r.extra)) for r in rows
    ]
    for one, other in zip(rows, back, strict=True):
        assert np.array_equal(one.candidates.fired, other.candidates.fired.reshape(-1, words))
        assert np.array_equal(one.candidates.passed, other.candidates.passed.reshape(-1, words))
        assert np.array_equal(one.accepted.reshape(-1, words), other.accepted.reshape(-1, words))
    payload = bytearray(parts[1])
    position = data.draw(st.integers(0, len(payload) - 1))
    payload[position] ^= data.draw(st.integers(1, 255))
    # Whatever a flipped byte does, nothing but a `WireError` comes out of it.
    with contextlib.suppress(WireError):
        decode_rows(decode([parts[0], bytes(payload)], SCHEMAS), parts[2:])
