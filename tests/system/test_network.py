"""Roles started one by one over tcp, with CURVE keys."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import zmq
from support.runs import same_decisions

from trigemu import streaming
from trigemu.errors import InputError

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
    assert len(said.strip().splitlines()) == 1
    assert "p-" in said
    assert any(words in said for words in ("no other producer", "already", "taken its place"))


def test_an_open_door_without_keys_is_refused(pulser, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="other machines"):
        streaming.serve_control(pulser(), tmp_path / "run", bind="tcp://0.0.0.0:5755")
    assert not (tmp_path / "run").exists()


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
