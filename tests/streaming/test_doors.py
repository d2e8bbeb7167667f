"""Who may take part in a run: strangers are refused and counted, and hold nothing up."""

from __future__ import annotations

import os
import socket as sockets
from pathlib import Path
from typing import Any

import pytest

from trigemu.errors import InputError
from trigemu.streaming.core.conductor import Conductor
from trigemu.streaming.core.doors import MAX_ANSWERS
from trigemu.streaming.core.endpoints import check_endpoint, check_name
from trigemu.streaming.core.plan import Plan, Send
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.core.runstate import State
from trigemu.streaming.link.addresses import check_bind, own_address
from trigemu.streaming.link.keys import choose_keys, default_folder
from trigemu.streaming.link.link import ControlLostError
from trigemu.streaming.link.transport import Transport, load_keys
from trigemu.streaming.roles import serve

HOME = "tcp://127.0.0.1:5755"
TAG = 77


class Party:
    """A run that control leads over tcp, with one producer, one worker and a recorder."""

    def __init__(self, *, tickets: bool = False) -> None:
        self.conductor = Conductor(Plan(1, (("a",),), 1, 4, 8, None, 1.0, 3, 3, {}, tag=TAG, tickets=tickets))
        self.conductor.door.home = HOME
        self.now = 1

    def say(self, identity: bytes, kind: str, **fields: Any) -> list[Send]:
        self.now += 1
        out = self.conductor.receive(identity, Note(kind, fields), self.now)
        return [each for each in out if isinstance(each, Send)]

    def join(
        self, role: str, name: str, *, tag: int | None = None, endpoint: str = "tcp://127.0.0.1:1"
    ) -> str:
        """Register; return the sentence of a refusal."""
        address = "" if role == "producer" else endpoint
        out = self.say(name.encode(), "register", role=role, name=name, endpoint=address, tag=tag)
        return next((str(each.fields["reason"]) for each in out if each.fields.get("refused")), "")

    def ready(self, name: str) -> list[Send]:
        figures = {"memory": 0, "counters": {}, "progress": 0}
        return self.say(name.encode(), "ready", **figures, next=0, tag=TAG)

    def gather(self, tag: int | None = None) -> None:
        for role in ("producer", "worker", "recorder"):
            assert not self.join(role, role, tag=tag)
            self.ready(role)

    @property
    def foreign(self) -> int:
        return self.conductor.peers.count("foreign")


@pytest.mark.parametrize(
    "endpoint",
    [
        "tcp://999.1.1.1:1",
        "inproc://x",
        "ipc:///tmp/x",
        "tcp://127.0.0.1:70000",
        "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:*",
        "tcp://10.0.0.1:99",
        "tcp://0.0.0.0:99",
        "tcp://example.org:99",
        "tcp://[::1:99",
        "tcp://127.0.0.1:1\x1b[2J",
        "x" * 100_000,
        "",
    ],
)
def test_an_address_that_nobody_can_connect_to_is_refused_by_name(endpoint: str) -> None:
    party = Party()
    if len(endpoint) > 4096:
        # What a message may not even carry is for the caller to count.
        assert check_endpoint(endpoint, HOME)
        return
    sentence = party.join("worker", "w-1", endpoint=endpoint)
    assert sentence.startswith("w-1 cannot be sent anything")
    assert len(sentence) < 200
    assert sentence.isprintable()
    assert party.foreign == 1
    party.gather()
    assert party.conductor.state.state is not State.IDLE


@pytest.mark.parametrize(
    ("control", "good", "bad"),
    [
        ("ipc:///tmp/tge-1/control", "ipc:///tmp/tge-1/33-1", "ipc:///tmp/tge-2/33-1"),
        ("ipc:///tmp/tge-1/control", "ipc:///tmp/tge-1/x", "ipc:///tmp/tge-1/../x"),
        ("tcp://[::1]:5755", "tcp://[::1]:99", "tcp://[fe80::1]:99"),
        ("tcp://0.0.0.0:5755", "tcp://10.0.0.3:99", "tcp://224.0.0.1:99"),
    ],
)
def test_addresses_are_of_the_kind_that_control_has(control: str, good: str, bad: str) -> None:
    assert not check_endpoint(good, control)
    assert check_endpoint(bad, control)


@pytest.mark.parametrize("name", ["", "a" * 65, "../x", "w\x1b[2J", "w 1", "[red]", "-x"])
def test_a_name_must_be_one(name: str) -> None:
    assert "letters" in check_name(name)
    party = Party()
    assert "letters" in party.join("worker", name)
    assert not check_name("worker-0.b_2")


def test_a_role_of_another_run_is_refused_and_counted() -> None:
    party = Party()
    assert "another run" in party.join("worker", "w", tag=TAG + 1)
    assert party.foreign == 1
    party.gather()
    for kind in ("ended", "failed", "durable", "beat", "ready"):
        party.say(
            b"worker", kind, tag=TAG + 1, reason="x", totals={}, upto=1, counters={}, memory=0, progress=0
        )
        party.say(b"worker", kind, reason="x", totals={}, upto=1, counters={}, memory=0, progress=0)
    assert party.foreign == 11
    assert party.conductor.state.state is State.DRAINING
    assert not party.conductor.failure


def test_where_control_starts_the_roles_nobody_else_can_register() -> None:
    party = Party(tickets=True)
    for role in ("producer", "worker", "recorder"):
        assert "another run" in party.join(role, role)
        assert "another run" in party.join(role, role, tag=TAG - 1)
    assert party.foreign == 6
    party.gather(TAG)
    assert party.conductor.state.state is State.DRAINING


def test_a_flood_of_registrations_is_bounded_and_holds_up_nothing() -> None:
    party = Party()
    party.gather()
    answers = 0
    for i in range(3 * MAX_ANSWERS):
        role = ("worker", "producer", "recorder")[i % 3]
        answers += bool(party.join(role, f"stranger-{i}"))
    # One more worker than planned might help; it says nothing more.
    assert len(list(party.conductor.peers)) == 4
    assert answers == MAX_ANSWERS
    assert party.foreign == 3 * MAX_ANSWERS - 1
    party.say(b"recorder", "durable", upto=1, tag=TAG)
    figures = {"memory": 0, "counters": {}, "progress": 1, "totals": {}}
    for name in (b"producer", b"worker", b"recorder"):
        party.say(name, "ended", **figures, tag=TAG)
    assert party.conductor.state.state is State.STOPPED


def test_one_process_is_one_role() -> None:
    party = Party()
    assert not party.join("worker", "w-1")
    out = party.say(b"w-1", "register", role="worker", name="w-2", endpoint="tcp://127.0.0.1:2")
    assert "second name" in out[0].fields["reason"]


def test_keys_are_made_once_for_the_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = choose_keys(None, False, HOME)
    assert folder == tmp_path / "state" / "trigemu" / "keys"
    assert choose_keys(None, True, HOME) is None
    load_keys(folder, create=True)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    load_keys(folder, create=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert list(folder.parent.iterdir()) == [folder]


def test_keys_that_are_no_folder_or_among_other_files(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for create in (True, False):
        with pytest.raises(InputError, match="is no folder; give the folder"):
            load_keys(file, create=create)
        with pytest.raises(InputError, match=r"server.key is missing, and there are other files"):
            load_keys(tmp_path, create=create)
    with pytest.raises(InputError, match="start it first"):
        load_keys(tmp_path / "new")
    assert list(tmp_path.iterdir()) == [file]


def test_a_user_without_a_home_must_say_where_keys_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(InputError, match="--keys DIR"):
        default_folder()


@pytest.mark.skipif(not os.path.exists("/proc/net/if_inet6"), reason="no addresses of version 6 here")
def test_addresses_of_version_6_have_brackets() -> None:
    assert own_address("tcp://[::1]:5755") == "[::1]"


@pytest.mark.parametrize("port", ["70000", "0", "1" * 5000, "x", ""])
def test_a_port_must_be_one(port: str) -> None:
    with pytest.raises(InputError, match="65535"):
        own_address(f"tcp://127.0.0.1:{port}")


@pytest.mark.parametrize(
    "endpoint",
    [
        *("inproc://x", "udp://127.0.0.1:5", "x", "", "ipc://", "ipc://*", "ipc://@name", "ipc:///tmp/a\0b"),
        *("tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:-5", "tcp://127.0.0.1:70000"),
        "inproc://" + "x" * 5000,
    ],
)
def test_control_listens_at_addresses_of_two_kinds(endpoint: str) -> None:
    with pytest.raises(InputError, match="cannot listen on") as caught:
        check_bind(endpoint)
    assert len(str(caught.value)) < 300


def test_a_socket_takes_the_place_of_no_file_and_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("precious")
    with pytest.raises(InputError, match="no socket"):
        check_bind(f"ipc://{file}")
    endpoint = f"ipc://{tmp_path / 'control'}"
    check_bind(endpoint)
    transport = Transport()
    transport.router(endpoint)
    with pytest.raises(InputError, match="another process listens there"):
        check_bind(endpoint)
    transport.close()
    assert sorted(tmp_path.iterdir()) == [file]


def test_a_socket_that_a_dead_process_left_is_in_nobodys_way(tmp_path: Path) -> None:
    with sockets.socket(sockets.AF_UNIX) as left:
        left.bind(str(tmp_path / "control"))
    check_bind(f"ipc://{tmp_path / 'control'}")


@pytest.mark.parametrize("parent", [0, os.getpid()], ids=["none", "own"])
def test_a_users_own_folder_stays_when_control_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parent: int
) -> None:
    folder = tmp_path / "sockets"
    folder.mkdir()
    links: list[Any] = []

    def lost(link: Any, *_: object) -> None:
        links.append(link)
        raise ControlLostError("control sends no heartbeats")

    monkeypatch.setattr(serve, "_serve", lost)
    with pytest.raises(ControlLostError):
        serve.serve_role("producer", f"ipc://{folder}/control", "p", parent=parent)
    assert folder.exists() is not bool(parent)
    # The thread that ends a role whose main thread is deep in something does the same.
    folder.mkdir(exist_ok=True)
    monkeypatch.setattr(os, "_exit", lambda code: None)
    links[0].pulse._end()
    assert folder.exists() is not bool(parent)
