"""Run control without its sockets: what the roles say comes in, what is to be done goes out.

The conductor gathers the roles, gives frames to workers, lets go of what is durable, replaces roles that die,
and ends the run role by role: producers first, then workers, then the recorder, each after all upstream of
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.dispatcher import Assign, Dispatcher, Pace, Skip
from trigemu.streaming.core.doors import Door
from trigemu.streaming.core.gathering import ready
from trigemu.streaming.core.groups import Groups
from trigemu.streaming.core.orders import (
    assignments,
    refuse,
    tell_recorder,
    tell_skips,
    tell_worker,
    tell_workers,
)
from trigemu.streaming.core.peers import History, Peer, Peers
from trigemu.streaming.core.plan import Instruction, Plan, Restart, Send
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.core.runstate import RunState, State
from trigemu.streaming.core.watch import Watch, is_failure

ENDING = ("producer", "worker", "recorder")
"""Order in which roles deliver their totals."""

SHOWN = 200
"""Characters of what a role says that it does."""

ABORT_NS = 10_000_000_000
"""How long the recorder has to close a run that is given up."""


class Conductor:
    """Run control's core (see the module).

    Attributes
    ----------
    state, dispatcher, peers, door, watch
        Its parts.
    failure, detail
        The sentence that says why the run failed ("" while it has not), and lines that belong below it.
    recorded
        The recorder's totals, once it has delivered them.
    progress
        What the recorder last reported.
    interrupted, given_up, restarts, notices
        Whether the user asked to stop, whether nothing is waited for, restarts, and a sentence for each.
    story
        A sentence for everything that happened to the roles: what a log keeps.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state = RunState()
        self.dispatcher = Dispatcher(plan.frames, plan.credits, plan.window, plan.skips)
        self.peers = Peers()
        self.failure = self.detail = ""
        self.recorded: Mapping[str, Any] | None = None
        self.progress: Mapping[str, Any] = {}
        self.interrupted = False
        self.given_up = False
        self.restarts = 0
        self.unknown = 0
        self.start_ns = 0
        self.end_ns = 0
        self.notices: list[str] = []
        self.story: list[str] = []
        self.watch = Watch(self.peers, plan.heartbeat_s, plan.lives, plan.stall_s)
        self.door = Door(plan, self.peers, self.watch.liveness)
        self._groups = Groups(plan.producers, self.peers)
        self._ending: str | None = None
        self._last_beat = 0
        self._last_damage = 0
        self._handlers = {
            p.READY: self._ready,
            p.BEAT: self._beat,
            p.DURABLE: self._durable,
            p.MISSING: self._missing,
            p.FAILED: self._failed,
            p.ENDED: self._ended,
            p.LEAVE: self._leave,
        }

    def receive(self, identity: bytes, note: Note, now_ns: int) -> list[Instruction]:
        """Take a message from a role.

        Raises
        ------
        WireError
            A field is missing or of the wrong kind.
        """
        if self.state.over:
            return []
        if note.kind == p.REGISTER:
            return self._register(identity, note, now_ns)
        if note.kind == p.PULSE:
            return self._pulse(identity, note, now_ns)
        if self.door.is_foreign(note):
            self.peers.foreign += 1
            return []
        peer = self.peers.find(identity)
        handler = self._handlers.get(note.kind)
        if handler is None:
            self.unknown += 1
            return []
        if peer is None:
            # It was stopped for a while, for instance, and another has its place.
            self.unknown += 1
            return [refuse(identity, "another process has taken its place")]
        self.watch.liveness.beat(peer.name, now_ns / 1e9)
        return handler(peer, note, now_ns)

    def _pulse(self, identity: bytes, note: Note, now_ns: int) -> list[Instruction]:
        peer = self.peers.find(identity.removesuffix(p.PULSE_SUFFIX))
        if peer is None:
            return []
        self.watch.pulse(peer.name, note.number("progress"), note.number("turns"), now_ns / 1e9)
        peer.doing = str(note.fields.get("doing", ""))[:SHOWN]
        return [Send(identity, p.BEAT, {})]

    def _register(self, identity: bytes, note: Note, now_ns: int) -> list[Instruction]:
        role, name, endpoint = note.text("role"), note.text("name"), note.text("endpoint")
        out: list[Instruction] = []
        if role not in p.ROLES:
            self.unknown += 1
            return out
        name, objection = self.door.admit(identity, role, name, endpoint, note, now_ns / 1e9)
        if objection:
            return list(self.door.refuse(identity, objection))
        namesake = self.peers.get(name)
        if namesake is not None:
            # A new life of a role whose death nobody has noticed yet (and if it lives, it must not go on).
            out += [
                refuse(namesake.identity, "another process has taken its place"),
                *self._lose(name, now_ns),
            ]
        group = self._groups.take(name) if role == "producer" else ()
        taken = role == "recorder" and any(self.peers.of("recorder"))
        if group is None or taken or (self._ending is not None and role != "recorder"):
            return [*out, *self.door.refuse(identity, self.door.full(role))]
        self.peers.add(Peer(role, name, identity, endpoint))
        self.watch.liveness.watch(name, now_ns / 1e9)
        self.story.append(f"{name} joins")
        given = {**self.plan.configuration, "sources": list(group), "name": name}
        return [*out, Send(identity, p.CONFIGURE, given)]

    def _ready(self, peer: Peer, note: Note, now_ns: int) -> list[Instruction]:
        peer.ready = True
        peer.doing = ""
        self.story.append(f"{peer.name} is ready")
        self.watch.moved(now_ns / 1e9)
        self._report(peer, note)
        out: list[Instruction] = []
        if peer.role == "recorder":
            if note.number("next") < self.dispatcher.upto:
                # Producers have let go of them: nobody could make them again.
                lost = f"frames {note.number('next')} to {self.dispatcher.upto - 1}"
                return self.fail(f"{lost} were recorded and are gone from the run directory", now_ns)
            self.dispatcher.durable(note.number("next"))
            out += tell_workers(self.peers, self.dispatcher.upto)
            out += tell_skips(self.peers, self.dispatcher.skips())
        elif peer.role == "worker":
            self.dispatcher.add_worker(peer.name)
            out += [tell_recorder(peer, self.peers, self.dispatcher.upto)]
            out += [tell_worker(producer, peer) for producer in self.peers.of("producer", ready=True)]
        else:
            out += [tell_worker(peer, worker) for worker in self.peers.of("worker", ready=True)]
            out.append(assignments(peer, self.dispatcher.outstanding(), self.dispatcher, now_ns))
        self._maybe_start(now_ns)
        if self._ending == peer.role:
            out.append(Send(peer.identity, p.END, {}))
        return out + self._pump(now_ns)

    def _maybe_start(self, now_ns: int) -> None:
        if self.state.state is State.IDLE and len(list(self.peers)) >= self.plan.wanted:
            self.state.to(State.CONFIGURED)
        there, wanted = ready(self.plan, self.peers)
        if self.state.state is State.CONFIGURED and there == wanted:
            self.state.to(State.RUNNING)
            self.start_ns = now_ns
            frame_ns = self.plan.frame_ns
            self.dispatcher.start(None if frame_ns is None else Pace(now_ns, frame_ns))

    def _beat(self, peer: Peer, note: Note, now_ns: int) -> list[Instruction]:
        self._report(peer, note)
        peer.progress = note.number("progress")
        if peer.role != "recorder":
            return []
        self.progress = note.table("run")
        damage = self.peers.histories[peer.name].counters.get("damaged", 0)
        if damage == self._last_damage:
            return []
        # What could not be read may have been verdicts: workers send again what is not durable.
        self._last_damage = damage
        return tell_workers(self.peers, self.dispatcher.upto)

    def _report(self, peer: Peer, note: Note) -> None:
        counters = {key: n for key, n in note.table("counters").items() if type(n) is int and n >= 0}
        self.peers.report(peer, note.number("memory") / 2**20, counters)

    def _durable(self, peer: Peer, note: Note, now_ns: int) -> list[Instruction]:
        if peer.role == "recorder":
            upto = note.number("upto")
            self.dispatcher.durable(min(upto, self.dispatcher.next))
            self.watch.moved(now_ns / 1e9)
        return self._pump(now_ns, release=True)

    def _missing(self, peer: Peer, note: Note, now_ns: int) -> list[Instruction]:
        fields = {"worker": peer.name, "have": note.fields.get("have"), "partial": note.fields.get("partial")}
        self.watch.lacking(peer.name, fields["have"], fields["partial"])
        return [Send(each.identity, p.RESEND, fields) for each in self.peers.of("producer", ready=True)]

    def _failed(self, peer: Peer, note: Note, now_ns: int) -> list[Instruction]:
        if peer.role == "recorder":
            self.recorded = note.table("totals")
            peer.ended = True
        self.detail = self.detail or p.detail_of(note)
        if trace := p.detail_of(note, "trace"):
            self.story.append(f"{peer.name} fails\n{trace}")
        return self.fail(note.text("reason"), now_ns)

    def _ended(self, peer: Peer, note: Note, now_ns: int) -> list[Instruction]:
        self._report(peer, note)
        peer.ended = True
        self.watch.forget(peer.name)
        self.watch.moved(now_ns / 1e9)
        if peer.role == "recorder":
            self.recorded = note.table("totals")
        return self._end_step()

    def _pump(self, now_ns: int, *, release: bool = False) -> list[Instruction]:
        """Assign what can be assigned, let go of what is durable, and begin to end when all is."""
        out: list[Instruction] = []
        if self.state.state in (State.RUNNING, State.DRAINING) and self._ending is None:
            given = self.dispatcher.pump(now_ns)
            assigned = [each for each in given if isinstance(each, Assign)]
            if assigned or release:
                out += [
                    assignments(each, assigned, self.dispatcher, now_ns)
                    for each in self.peers.of("producer", ready=True)
                ]
            if release:
                upto = {"upto": self.dispatcher.upto}
                out += [Send(each.identity, p.RELEASE, upto) for each in self.peers.of("worker", ready=True)]
            out += tell_skips(self.peers, [each for each in given if isinstance(each, Skip)])
            if self.state.state is State.RUNNING and self.dispatcher.next >= self.dispatcher.limit:
                self.state.to(State.DRAINING)
            if self.dispatcher.finished:
                self.end_ns = now_ns
                self._ending = ENDING[0]
                out += self._end(ENDING[0])
                out += self._end_step()
        return out

    def _end(self, role: str) -> list[Instruction]:
        fields = {"abort": self.given_up}
        return [
            Send(peer.identity, p.END, fields) for peer in self.peers.of(role, ready=True) if not peer.ended
        ]

    def _end_step(self) -> list[Instruction]:
        """Go on to the next role when all of one have delivered their totals."""
        out: list[Instruction] = []
        while self._ending is not None and not self.state.over:
            role = self._ending
            # A role that has registered and says nothing more holds nothing up.
            waiting = [peer for peer in self.peers.of(role, ready=True) if not peer.ended]
            if waiting or (role == "recorder" and self.recorded is None):
                break
            if role == ENDING[-1]:
                out += self._over()
                break
            self._ending = ENDING[ENDING.index(role) + 1]
            out += self._end(self._ending)
        return out

    def tick(self, now_ns: int) -> list[Instruction]:
        """Let time pass: heartbeats, roles that no longer beat, frames that are due."""
        if self.state.over:
            return []
        if self.given_up and now_ns - self.end_ns > ABORT_NS:
            return self._over()
        out: list[Instruction] = []
        for name, reason in self.watch.look(now_ns / 1e9):
            out += self.lost(name, reason, now_ns)
        if self._has_work and self.watch.stands_still(now_ns / 1e9):
            waits = self.watch.who_waits(self.dispatcher, self._ending, self._groups.makers())
            out += self.fail(f"nothing has moved for {self.plan.stall_s:g} s: {waits}", now_ns)
        if now_ns - self._last_beat >= self.plan.heartbeat_s * 1e9 and not self.state.over:
            self._last_beat = now_ns
            out += [Send(peer.identity, p.BEAT, {"state": str(self.state.state)}) for peer in self.peers]
        return out + self._pump(now_ns)

    def _leave(self, peer: Peer, note: Note, now_ns: int) -> list[Instruction]:
        return self.lost(peer.name, note.text("reason"), now_ns)

    @property
    def _has_work(self) -> bool:
        flows = self.state.state in (State.RUNNING, State.DRAINING) and not self.given_up
        return flows and (self._ending is not None or self.dispatcher.has_work)

    def lost(self, name: str, reason: str, now_ns: int) -> list[Instruction]:
        """Have a role replaced that is gone (its process ended, or its lives ran out)."""
        if self.state.over:
            return []
        peer = self.peers.get(name)
        out = self._lose(name, now_ns)
        if self.given_up:
            return out if any(self.peers.of("recorder")) else [*out, *self._over()]
        role = peer.role if peer is not None else name.rpartition("-")[0] or name
        if (peer is not None and peer.ended) or (self._ending and role != "recorder"):
            self.story.append(f"{name} {reason}, at the end")
            return out + self._end_step()
        if is_failure(reason) and self.watch.ended_again(role, reason, self.dispatcher.upto):
            self.story.append(f"{name} {reason}")
            return out + self.fail(f"{name} {reason}, for the second time at the same place", now_ns)
        self.restarts, most = self.restarts + 1, self.plan.max_restarts
        if self.restarts > most:
            return out + self.fail(f"{name} {reason}; {most} restarts were allowed", now_ns)
        self.peers.histories.setdefault(name, History()).restarts += 1
        again = "it is started again" if self.plan.tickets else "another may take its place"
        self.notices.append(f"{name} {reason}; {again} ({self.restarts} of {most} restarts)")
        self.story.append(self.notices[-1])
        return [*out, Restart(name, reason)]

    def _lose(self, name: str, now_ns: int) -> list[Instruction]:
        peer = self.peers.remove(name)
        self.watch.forget(name)
        self.watch.moved(now_ns / 1e9)
        if peer is None:
            return []
        out: list[Instruction] = []
        if peer.role == "worker":
            self.dispatcher.remove_worker(name)
            out += [
                Send(each.identity, p.GONE, {"name": name}) for each in self.peers.of("producer", ready=True)
            ]
        elif peer.role == "recorder":
            out += tell_workers(self.peers, self.dispatcher.upto)
        return out + self._pump(now_ns)

    def interrupt(self, now_ns: int) -> list[Instruction]:
        """Stop for the user: finish what is under way; asked again, or before frames flow, give it up."""
        if self.state.over:
            return []
        if self.state.state is State.RUNNING:
            self.interrupted = True
            self.dispatcher.stop()
            self.state.to(State.DRAINING)
            return self._pump(now_ns, release=True)
        if self.state.state is State.DRAINING and not self.interrupted:
            self.interrupted = True
            return []
        return self.abort(now_ns)

    def abort(self, now_ns: int) -> list[Instruction]:
        """Give up the frames under way; the recorder closes the run with what it has."""
        if not self.failure:
            self.interrupted = True
        self.given_up = True
        self.dispatcher.stop()
        self.end_ns = now_ns
        recorder = next(self.peers.of("recorder", ready=True), None)
        if recorder is None or recorder.ended:
            return self._over()
        self._ending = ENDING[-1]
        return self._end(ENDING[-1])

    @property
    def aborted(self) -> bool:
        """Whether the run failed, or frames under way were given up."""
        return self.given_up and bool(self.failure or self.dispatcher.limit > self.dispatcher.upto)

    def fail(self, reason: str, now_ns: int) -> list[Instruction]:
        """End a run that cannot go on; the recorder closes it with what it has."""
        if self.state.over or self.failure:
            return []
        self.failure = reason
        self.story.append(f"the run fails: {reason}")
        return self.abort(now_ns)

    def _over(self) -> list[Instruction]:
        self.state.to(State.FAILED if self.failure else State.STOPPED)
        return [Send(peer.identity, p.BYE, {"reason": self.failure}) for peer in self.peers]
