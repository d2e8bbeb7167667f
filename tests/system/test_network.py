"""Roles started one by one over tcp, with CURVE keys."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import zmq
from support.commands import complaints
from support.runs import same_decisions
from support.strangers import Stranger

from trigemu import streaming
from trigemu.errors import InputError
from trigemu.streaming.core.totals import Snapshot

ROLE = "import sys; from pathlib import Path; from trigemu.streaming import serve_role; "
ROLE += "sys.exit(serve_role(sys.argv[1], sys.argv[2], sys.argv[3], keys=Path(sys.argv[4])))"


def test_roles_over_tcp_with_keys(pulser, tmp_path: Path) -> None:
    setup = pulser("run.frames=60")
    expected = streaming.run(setup, tmp_path / "offline", offline=True)
    keys = tmp_path / "keys"
    children: list[subprocess.Popen[bytes]] = []
    strangers: list[zmq.Socket[bytes]] = []
    context = zmq.Context()

    def start_roles(endpoint: str) -> None:
        for role, name in [
            *(("producer", f"p-{i}") for i in range(3)),
            *(("worker", f"w-{i}") for i in range(2)),
            ("recorder", "r"),
        ]:
            command = [sys.executable, "-P", "-c", ROLE, role, endpoint, name, str(keys)]
            children.append(subprocess.Popen(command))
        # A client without the keys is not heard.
        stranger = context.socket(zmq.DEALER)
        stranger.connect(endpoint)
        stranger.send(b"let me in")
        strangers.append(stranger)

    totals = streaming.serve_control(
        setup, tmp_path / "live", bind="tcp://127.0.0.1:*", keys=keys, on_endpoint=start_roles
    )
    assert [child.wait(30) for child in children] == [0] * 6
    for stranger in strangers:
        stranger.close(linger=0)
    context.term()
    same_decisions(totals, expected)
    assert totals.closed
    assert totals.fragments["damaged"] == 0
    assert {path.stat().st_mode & 0o777 for path in keys.glob("*_secret")} == {0o600}


@pytest.mark.parametrize("names", [("p-0", "p-1", "p-2", "p-3"), ("p-0", "p-1", "p-2", "p-0")])
def test_a_role_too_many_is_sent_home_with_one_sentence(
    pulser, tmp_path: Path, names: tuple[str, ...]
) -> None:
    setup = pulser("run.frames=60", "streaming.workers=1")
    producers: list[subprocess.Popen[bytes]] = []
    others: list[subprocess.Popen[bytes]] = []
    done = threading.Event()

    def start(endpoint: str, role: str, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "trigemu", role, "--control", endpoint, "--name", name]
        return subprocess.Popen(command, stderr=subprocess.PIPE)

    def start_roles(endpoint: str) -> None:
        producers.extend(start(endpoint, "producer", name) for name in names)
        # The run begins when the surplus producer has gone, whichever of them it is.
        while all(producer.poll() is None for producer in producers) and not done.wait(0.05):
            pass
        others.extend(start(endpoint, role, role) for role in ("worker", "recorder"))

    threads: list[threading.Thread] = []

    def begin(endpoint: str) -> None:
        threads.append(threading.Thread(target=start_roles, args=(endpoint,)))
        threads[0].start()

    try:
        totals = streaming.serve_control(setup, tmp_path / "run", bind="tcp://127.0.0.1:*", on_endpoint=begin)
    finally:
        done.set()
        threads[0].join()
    ends = [(child.communicate(timeout=60)[1].decode(), child.returncode) for child in [*producers, *others]]
    assert totals.closed
    assert totals.quality == "good"
    assert [code for _, code in ends].count(0) == len(ends) - 1
    ((said, code),) = [end for end in ends if end[1]]
    assert code == 1
    (said,) = complaints(said)
    assert "p-" in said
    assert any(words in said for words in ("no other producer", "already", "taken its place"))


@pytest.mark.parametrize("bind", ["tcp://0.0.0.0:5755", "tcp://[::]:5755", "tcp://*:5755"])
def test_an_open_door_without_keys_is_refused(pulser, tmp_path: Path, bind: str) -> None:
    with pytest.raises(InputError, match="other machines"):
        streaming.serve_control(pulser(), tmp_path / "run", bind=bind)
    assert not (tmp_path / "run").exists()


def test_a_role_opens_no_door_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trigemu.streaming.roles.serve.own_address", lambda endpoint: "10.0.0.3")
    with pytest.raises(InputError, match="other machines"):
        streaming.serve_role("worker", "tcp://10.0.0.2:5755", "w")


def test_without_a_place_for_keys_they_must_be_given(
    pulser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bind = "tcp://127.0.0.1:*"
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(InputError, match="--keys DIR"):
        streaming.serve_control(pulser(), tmp_path / "run", bind=bind)
    with pytest.raises(InputError, match="exclude each other"):
        streaming.serve_control(pulser(), tmp_path / "run", bind=bind, keys=tmp_path, insecure=True)
    assert not (tmp_path / "run").exists()


def start_all(endpoint: str, *options: str, prefix: str = "") -> list[subprocess.Popen[bytes]]:
    """Start three producers, two workers and a recorder."""
    names = [f"producer:p-{i}" for i in range(3)] + ["worker:w-0", "worker:w-1", "recorder:r"]
    children = []
    for each in names:
        role, _, name = each.partition(":")
        command = [
            sys.executable,
            "-P",
            "-m",
            "trigemu",
            role,
            "--control",
            endpoint,
            "--name",
            name,
            *options,
        ]
        children.append(subprocess.Popen(command, stderr=subprocess.PIPE))
    return children


def ends(children: list[subprocess.Popen[bytes]]) -> list[tuple[int, str]]:
    said = [child.communicate(timeout=60)[1].decode() for child in children]
    return [(child.returncode, sentence) for child, sentence in zip(children, said, strict=True)]


def test_keys_are_the_users_own_unless_something_else_is_said(pulser, tmp_path: Path) -> None:
    children: list[subprocess.Popen[bytes]] = []
    outsiders: list[subprocess.Popen[bytes]] = []

    def begin(endpoint: str) -> None:
        command = [sys.executable, "-P", "-m", "trigemu", "worker", "--control", endpoint, "--name", "w-9"]
        # Without keys, and with others: both are told, and counted.
        make = (
            "import sys; from pathlib import Path; from trigemu.streaming.link.transport import load_keys; "
        )
        make += "load_keys(Path(sys.argv[1]), create=True)"
        subprocess.run([sys.executable, "-P", "-c", make, str(tmp_path / "other")], check=True, timeout=60)
        for options in (["--insecure"], ["--keys", str(tmp_path / "other")]):
            outsiders.append(subprocess.Popen([*command, *options], stderr=subprocess.PIPE))
        for outsider in outsiders:
            assert outsider.wait(60) == 2
        children.extend(start_all(endpoint))

    totals = streaming.serve_control(
        pulser("run.frames=40"), tmp_path / "run", bind="tcp://127.0.0.1:*", on_endpoint=begin
    )
    assert [code for code, _ in ends(children)] == [0] * 6
    for _, sentence in ends(outsiders):
        (said,) = complaints(sentence)
        assert "same keys" in said
    assert totals.quality == "good"
    assert totals.fragments["foreign"] >= 2


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_strangers_cannot_join_stop_or_stall_a_run_without_keys(pulser, tmp_path: Path, host: str) -> None:
    if host == "[::1]" and not Path("/proc/net/if_inet6").exists():
        pytest.skip("no addresses of version 6 here")
    setup = pulser("run.frames=2000", "streaming.credits=16")
    expected = streaming.run(setup, tmp_path / "offline", offline=True)
    children: list[subprocess.Popen[bytes]] = []
    strangers: list[Stranger] = []

    def begin(endpoint: str) -> None:
        strangers.append(Stranger(endpoint, [], setup.schemas["p0"]))
        children.extend(start_all(endpoint, "--insecure"))

    def attack(snapshot: Snapshot) -> None:
        if snapshot.state == "running" and not strangers[0].ident:
            strangers[0].start()

    totals = streaming.serve_control(
        setup, tmp_path / "run", bind=f"tcp://{host}:*", insecure=True, on_snapshot=attack, on_endpoint=begin
    )
    assert [code for code, _ in ends(children)] == [0] * 6
    strangers[0].join(30)
    same_decisions(totals, expected)
    assert totals.quality == "good"
    assert totals.fragments["foreign"] > 100


def test_keys_that_others_can_read_are_refused(pulser, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    for name in ("server.key", "server.key_secret", "client.key", "client.key_secret"):
        (keys / name).write_text("x")
        (keys / name).chmod(0o644)
    with pytest.raises(InputError, match="0600"):
        streaming.serve_control(pulser(), tmp_path / "run", bind="tcp://127.0.0.1:*", keys=keys)


@pytest.mark.parametrize("control", ["nowhere", "tcp://host", "tcp://:1", "http://a:1"])
def test_a_control_address_must_be_one(control: str) -> None:
    with pytest.raises(InputError, match="neither ipc"):
        streaming.serve_role("worker", control, "w")


def test_a_role_must_be_one() -> None:
    with pytest.raises(InputError, match="producer, worker, recorder"):
        streaming.serve_role("clerk", "tcp://127.0.0.1:1", "w")
