"""The cores together, without processes: any order, deaths and repeats lose and double nothing."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigemu.streaming.core.builder import EventBuilder
from trigemu.streaming.core.conductor import Conductor
from trigemu.streaming.core.plan import Plan, Restart, Send
from trigemu.streaming.core.producing import ProducerCore
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.core.reorder import Reorder
from trigemu.streaming.core.runstate import State

SOURCES = (("a",), ("b", "c"))
FRAMES = 40


class World:
    """A run in one process: every link is a queue, and the test decides which moves next."""

    def __init__(self, workers: int, credits: int, successors: bool = True) -> None:
        # As small as it can be, so that a role that loses its place in the run stalls it.
        window = credits * workers
        # Control has started all roles: those of one name are lives of one role.
        plan = Plan(FRAMES, SOURCES, workers, credits, window, None, 1.0, 3, 10_000, tickets=True)
        self.conductor = Conductor(plan)
        self.window = window
        self.successors = successors
        self.now = 1
        self.lives = 0
        self.to_control: deque[tuple[bytes, Note]] = deque()
        self.to_role: dict[bytes, deque[Send]] = {}
        self.roles: dict[str, Role] = {}
        self.data: dict[str, deque[Any]] = {}
        self.disk: list[int] = []
        for index in range(len(SOURCES)):
            self.start(f"producer-{index}")
        for index in range(workers):
            self.start(f"worker-{index}")
        self.start("recorder")

    def start(self, name: str) -> None:
        self.lives += 1
        identity = f"{name}/{self.lives}".encode()
        endpoint = f"data/{identity.decode()}"
        self.to_role[identity] = deque()
        self.data[endpoint] = deque()
        kind = {"p": ProducerRole, "w": WorkerRole, "r": RecorderRole}[name[0]]
        self.roles[name] = kind(self, name, identity, endpoint)
        self.say(identity, "register", role=name.rpartition("-")[0] or name, name=name, endpoint=endpoint)

    def say(self, identity: bytes, kind: str, **fields: Any) -> None:
        self.to_control.append((identity, Note(kind, fields)))

    def kill(self, name: str) -> None:
        role = self.roles.pop(name)
        # All that was on its way to the dead process is gone; what it has sent may still arrive.
        del self.to_role[role.identity], self.data[role.endpoint]
        self.execute(self.conductor.lost(name, "was killed", self.now))

    def execute(self, instructions: list[Any]) -> None:
        for each in instructions:
            if isinstance(each, Restart):
                if self.successors:
                    self.start(each.name)
            elif each.identity in self.to_role:
                self.to_role[each.identity].append(each)

    def control(self) -> bool:
        if not self.to_control:
            return False
        self.now += 1
        identity, note = self.to_control.popleft()
        self.execute(self.conductor.receive(identity, note, self.now))
        return True

    def step(self, choice: int) -> None:
        movers = ["control", *sorted(self.roles)]
        name = movers[choice % len(movers)]
        for _ in range(1 + choice // 100):
            if name == "control":
                self.control()
            elif name in self.roles:
                self.roles[name].move()

    def settle(self) -> None:
        """Let everybody move until nothing moves any more."""
        for _ in range(20_000):
            moved = self.control()
            for role in list(self.roles.values()):
                moved = role.move() or moved
            if not moved:
                return
        raise AssertionError("the run does not come to rest")


class Role:
    def __init__(self, world: World, name: str, identity: bytes, endpoint: str) -> None:
        self.world, self.name, self.identity, self.endpoint = world, name, identity, endpoint
        self.figures = {"memory": 0, "counters": {}, "progress": 0}

    def move(self) -> bool:
        inbox = self.world.to_role[self.identity]
        if inbox:
            each = inbox.popleft()
            if each.kind == "configure":
                self.world.say(self.identity, "ready", **self.figures, next=len(self.world.disk))
                self.configured()
            elif each.kind == "end":
                self.world.say(self.identity, "ended", **self.figures, totals={"done": True})
            else:
                self.hear(each)
            return True
        return self.work()

    def configured(self) -> None: ...

    def hear(self, each: Send) -> None: ...

    def work(self) -> bool:
        return False


class ProducerRole(Role):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.core: ProducerCore[str] = ProducerCore(SOURCES[int(self.name[-1])])
        self.peers: dict[str, str] = {}

    def hear(self, each: Send) -> None:
        if each.kind == "worker":
            self.core.remove_worker(each.fields["name"])
            self.peers[each.fields["name"]] = each.fields["endpoint"]
            self.core.add_worker(each.fields["name"])
        elif each.kind == "gone":
            self.core.remove_worker(each.fields["name"])
        elif each.kind == "assign":
            self.core.release(each.fields["release"])
            for worker, first, count, planned in each.fields["assign"]:
                self.core.assign(worker, first, count, planned)

    def work(self) -> bool:
        task = self.core.pop()
        if task is None:
            return False
        for source in task.sources:
            self.core.hold(task.frame, source, source)
            queue = self.world.data.get(self.peers[task.worker])
            if queue is not None:
                queue.append((task.frame, source))
        return True


class WorkerRole(Role):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        sources = [source for group in SOURCES for source in group]
        self.builder: EventBuilder[str] = EventBuilder(1, sources, FRAMES, 2 * self.world.window)
        self.kept: dict[int, int] = {}
        self.recorder = ""

    def hear(self, each: Send) -> None:
        if each.kind == "release":
            self.builder.release(each.fields["upto"])
            self.kept = {frame: row for frame, row in self.kept.items() if frame >= each.fields["upto"]}
        elif each.kind == "recorder":
            self.builder.release(each.fields["next"])
            self.recorder = each.fields["endpoint"]
            for frame in sorted(self.kept):
                self.send(frame)

    def send(self, frame: int) -> None:
        queue = self.world.data.get(self.recorder)
        if queue is not None:
            queue.append(frame)

    def work(self) -> bool:
        queue = self.world.data[self.endpoint]
        if not queue:
            return False
        frame, source = queue.popleft()
        built = self.builder.add(1, frame, source, source, 0.0)
        if built is not None:
            assert sorted(built) == ["a", "b", "c"]
            self.kept[frame] = frame
            self.send(frame)
        return True


class RecorderRole(Role):
    def configured(self) -> None:
        self.order: Reorder[int] = Reorder(FRAMES, 2 * self.world.window, len(self.world.disk))

    def work(self) -> bool:
        queue = self.world.data[self.endpoint]
        if not queue:
            return False
        frame = queue.popleft()
        self.order.add(frame, frame)
        ready = list(self.order.ready())
        if ready:
            self.world.disk += ready
            self.world.say(self.identity, "durable", upto=len(self.world.disk))
        return True


@settings(max_examples=150, deadline=None)
@given(
    workers=st.integers(1, 3),
    credits=st.integers(1, 4),
    moves=st.lists(st.integers(0, 1000), max_size=600),
    deaths=st.dictionaries(st.integers(0, 600), st.integers(0, 5), max_size=12),
)
def test_any_order_and_any_deaths_record_every_frame_once(
    workers: int, credits: int, moves: list[int], deaths: dict[int, int]
) -> None:
    world = World(workers, credits)
    for index, choice in enumerate(moves):
        world.step(choice)
        victim = deaths.get(index)
        if victim is not None and not world.conductor.state.over and world.roles:
            world.kill(sorted(world.roles)[victim % len(world.roles)])
    world.settle()
    assert world.disk == list(range(FRAMES))
    assert world.conductor.state.state is State.STOPPED
    assert world.conductor.recorded == {"done": True}
    for role in world.roles.values():
        if isinstance(role, ProducerRole):
            assert role.core.holding <= credits * workers


@settings(max_examples=150, deadline=None)
@given(
    workers=st.integers(2, 4),
    credits=st.integers(1, 6),
    moves=st.lists(st.integers(0, 1000), min_size=20, max_size=400),
    deaths=st.lists(st.integers(0, 400), min_size=1, max_size=3),
)
def test_workers_that_nobody_replaces_hold_nothing_up(
    workers: int, credits: int, moves: list[int], deaths: list[int]
) -> None:
    world = World(workers, credits, successors=False)
    while world.conductor.state.state is not State.RUNNING:
        for mover in range(workers + 4):
            world.step(mover)
    victims = iter(range(workers - 1))

    def lose() -> None:
        victim = next(victims, None)
        if victim is not None and not world.conductor.state.over:
            world.kill(f"worker-{victim}")

    for index, choice in enumerate(moves):
        world.step(choice)
        held = Counter(each.worker for each in world.conductor.dispatcher.outstanding())
        assert max(held.values(), default=0) <= 2 * credits
        if index in deaths:
            lose()
    lose()
    world.settle()
    assert world.disk == list(range(FRAMES))
    assert world.conductor.state.state is State.STOPPED


@settings(max_examples=50, deadline=None)
@given(moves=st.lists(st.integers(0, 1000), min_size=60, max_size=400), when=st.integers(0, 400))
def test_stopping_finishes_what_is_under_way(moves: list[int], when: int) -> None:
    world = World(2, 3)
    for index, choice in enumerate(moves):
        world.step(choice)
        if index == when:
            world.execute(world.conductor.interrupt(world.now))
    world.settle()
    limit = world.conductor.dispatcher.limit
    assert world.disk[:limit] == list(range(limit))
    assert world.conductor.state.state is State.STOPPED


@pytest.mark.parametrize("victims", ["worker", "producer", "recorder", "worker producer recorder"])
@pytest.mark.parametrize("done", [1, 30])
def test_roles_that_die_late_find_their_place(victims: str, done: int) -> None:
    world = World(2, 2)
    while len(world.disk) < done:
        for mover in range(6):
            world.step(mover)
    for name in sorted(world.roles):
        if name.rpartition("-")[0] in victims or name in victims:
            world.kill(name)
    world.settle()
    assert world.disk == list(range(FRAMES))
    assert world.conductor.state.state is State.STOPPED
