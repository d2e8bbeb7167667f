"""What control tells roles, as messages: who sends what to whom, who makes what, what is skipped."""

from __future__ import annotations

from collections.abc import Sequence

from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.dispatcher import Assign, Dispatcher, Skip
from trigemu.streaming.core.peers import Peer, Peers
from trigemu.streaming.core.plan import Instruction, Send


def tell_recorder(worker: Peer, peers: Peers, upto: int) -> Send:
    """Tell a worker where the recorder is, and up to which frame all is durable."""
    recorder = next(peers.of("recorder", ready=True), None)
    endpoint = recorder.endpoint if recorder else ""
    return Send(worker.identity, p.RECORDER, {"endpoint": endpoint, "next": upto})


def tell_workers(peers: Peers, upto: int) -> list[Instruction]:
    """Tell all workers where the recorder is; they send what is not durable again."""
    return [tell_recorder(worker, peers, upto) for worker in peers.of("worker", ready=True)]


def tell_worker(producer: Peer, worker: Peer) -> Send:
    """Tell a producer where a worker is."""
    return Send(producer.identity, p.WORKER, {"name": worker.name, "endpoint": worker.endpoint})


def assignments(producer: Peer, assigned: Sequence[Assign], dispatcher: Dispatcher, now_ns: int) -> Send:
    """Tell a producer which frames go to which worker, and when they are due."""
    pace = dispatcher.pace
    rows = [
        [each.worker, each.first, each.count, pace.due(each.first) if pace else now_ns] for each in assigned
    ]
    fields = {"assign": rows, "release": dispatcher.upto, "frame_ns": pace.frame_ns if pace else 0.0}
    return Send(producer.identity, p.ASSIGN, fields)


def tell_skips(peers: Peers, skips: Sequence[Skip]) -> list[Instruction]:
    """Tell the recorder which frames nobody makes."""
    rows = [[skip.first, skip.count] for skip in skips]
    return [Send(peer.identity, p.SKIP, {"skip": rows}) for peer in peers.of("recorder", ready=True) if rows]


def refuse(identity: bytes, reason: str) -> Send:
    """Send a process home."""
    return Send(identity, p.BYE, {"reason": reason, "refused": True})
