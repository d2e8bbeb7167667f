"""Sockets.  The only file that knows ZeroMQ.

PUSH/PULL carry data, DEALER/ROUTER carry control; nothing here blocks, and nothing is dropped: what the
library does not take at once waits in the port's own queue, which credits bound.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import zmq
from numpy.typing import NDArray

from trigemu.errors import InputError
from trigemu.frames.columns import Buffer
from trigemu.streaming.link.addresses import ipc_endpoint
from trigemu.streaming.link.keys import Guard, Keys, check_folder, new_folder

COPY_BELOW = 65536
"""Bytes; smaller parts are copied, which costs less than handing them over (measured by pyzmq's authors)."""

MAX_MESSAGE = 256 << 20
"""Bytes of one part that a socket takes from the network."""

MAX_PARTS = 65536
"""Parts of one message; a longer one is thrown away."""

MAX_HEARD = 10_000
"""Messages of one role that wait for control in the library; the others wait at the role."""

FAILED_TRIES = 3
"""Connections that fail in the middle of their handshake before it is for the keys."""

_E = zmq.Event
_STRANGER = int(_E.HANDSHAKE_FAILED_AUTH | _E.HANDSHAKE_FAILED_PROTOCOL | _E.HANDSHAKE_FAILED_NO_DETAIL)

# Plain numbers: combining the library's enumeration members costs more than a small message.
_NOBLOCK = int(zmq.NOBLOCK)
_NOBLOCK_MORE = int(zmq.NOBLOCK | zmq.SNDMORE)

IPC_PATH_MAX = int(zmq.IPC_PATH_MAX_LEN)


Part: TypeAlias = Buffer | zmq.Frame
"""Part of a message to be sent."""


def share(buffer: NDArray[np.uint8]) -> Part:
    """Return memory in the form in which it can be sent many times.

    Memory that is sent without being copied is handed over to the library, and later handed back by a thread
    of its own.  What this returns is handed over once, however often it is sent.
    """
    return buffer if buffer.nbytes < COPY_BELOW else zmq.Frame(buffer, copy=False)


class Port:
    """A socket that never blocks and never drops.

    Attributes
    ----------
    endpoint
        Where others can reach it (bound sockets), or whom it reaches.
    kind
        Type of the socket.
    oversized
        Messages that were cut because they had too many parts.
    """

    def __init__(self, socket: zmq.Socket[bytes], endpoint: str = "") -> None:
        self.socket = socket
        self.endpoint = endpoint
        self.kind = int(socket.type)
        self.oversized = 0
        self._waiting: deque[Sequence[Part]] = deque()

    def send(self, parts: Sequence[Part]) -> None:
        """Send a message now, or as soon as there is room (`Transport.wait` sees to that)."""
        if self._waiting or not self._try(parts):
            self._waiting.append(parts)

    def _try(self, parts: Sequence[Part]) -> bool:
        flags = _NOBLOCK_MORE
        last = len(parts) - 1
        send: Any = self.socket.send
        try:
            for index, part in enumerate(parts):
                if index == last:
                    flags = _NOBLOCK
                # Whether a message fits is decided by its first part; for the others there is room.
                send(part, flags, len(part) < COPY_BELOW)
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            # The peer is gone; whoever watches it will say so.
        return True

    def flush(self) -> None:
        """Send what waits, as far as there is room."""
        while self._waiting and self._try(self._waiting[0]):
            self._waiting.popleft()

    @property
    def waiting(self) -> int:
        """Messages that wait for room."""
        return len(self._waiting)

    def receive(self, limit: int = 64) -> Iterator[list[Buffer]]:
        """Yield messages that are there, at most ``limit``; the parts are not copied."""
        receive = self.socket.recv
        for _ in range(limit):
            try:
                part = receive(_NOBLOCK, False)
            except zmq.Again:
                return
            parts: list[Buffer] = [part.buffer]
            while part.more:
                part = receive(_NOBLOCK, False)
                if len(parts) < MAX_PARTS:
                    parts.append(part.buffer)
                else:
                    self.oversized += 1
            yield parts

    def close(self, linger_s: float = 0.0) -> None:
        """Close; what was sent has ``linger_s`` to leave."""
        self.socket.close(int(linger_s * 1000))


class Transport:
    """The sockets of one process.

    Parameters
    ----------
    keys
        CURVE keys, for sockets that leave the machine.
    folder
        Where ipc sockets are made (`ipc_folder`); None: bind to ``host`` over tcp.
    host
        Address that bound sockets listen on.
    """

    def __init__(
        self, *, keys: Keys | None = None, folder: Path | None = None, host: str = "127.0.0.1"
    ) -> None:
        self._context = zmq.Context()
        self._poller = zmq.Poller()
        self._ports: dict[zmq.Socket[bytes], Port] = {}
        self._keys = keys
        self._folder = folder
        self._host = host
        self._guard = keys.guard(self._context) if keys else None
        self._made = 0
        self._files: list[Path] = []
        self._watchers: list[zmq.Socket[bytes]] = []
        self._strangers = 0
        self._hopeless = False

    def router(self, endpoint: str = "") -> Port:
        """Return control's socket."""
        socket = self._socket(zmq.ROUTER, 0)
        socket.setsockopt(zmq.RCVHWM, MAX_HEARD)
        socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        return self._bind(socket, endpoint)

    def dealer(self, endpoint: str, identity: bytes, *, polled: bool = True) -> Port:
        """Return a role's end of the control socket; one that is not ``polled`` belongs to another thread."""
        socket = self._socket(zmq.DEALER, 0)
        socket.setsockopt(zmq.IDENTITY, identity)
        self._watch(socket)
        return self._connect(socket, endpoint, polled=polled)

    def pull(self, high_water: int) -> Port:
        """Return a socket that takes data."""
        return self._bind(self._socket(zmq.PULL, high_water), "")

    def push(self, endpoint: str, high_water: int) -> Port:
        """Return a socket that sends data to one peer."""
        socket = self._socket(zmq.PUSH, high_water)
        # Queue only for a peer that is there.
        socket.setsockopt(zmq.IMMEDIATE, 1)
        return self._connect(socket, endpoint)

    def _socket(self, kind: int, high_water: int) -> zmq.Socket[bytes]:
        socket: zmq.Socket[bytes] = self._context.socket(kind)
        socket.setsockopt(zmq.SNDHWM, high_water)
        socket.setsockopt(zmq.RCVHWM, high_water)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE)
        socket.setsockopt(zmq.HANDSHAKE_IVL, 5000)
        return socket

    def _bind(self, socket: zmq.Socket[bytes], endpoint: str) -> Port:
        if self._keys:
            self._keys.serve(socket)
            self._watch(socket)
        self._made += 1
        if not endpoint:
            endpoint = (
                ipc_endpoint(self._folder, f"{os.getpid()}-{self._made}")
                if self._folder
                else f"tcp://{self._host}:*"
            )
        try:
            # An address in brackets is one of version 6.
            socket.setsockopt(zmq.IPV6, int("[" in endpoint))
            socket.bind(endpoint)
        except zmq.ZMQError as error:
            socket.close(0)
            raise InputError(f"cannot listen on {endpoint}: {error.strerror}") from None
        port = Port(socket, socket.getsockopt_string(zmq.LAST_ENDPOINT))
        if port.endpoint.startswith("ipc://"):
            self._files.append(Path(port.endpoint.removeprefix("ipc://")))
        self._register(port)
        return port

    def _connect(self, socket: zmq.Socket[bytes], endpoint: str, *, polled: bool = True) -> Port:
        if self._keys:
            self._keys.join(socket)
        if endpoint.startswith("tcp:"):
            # A half-open connection does not end by itself.
            socket.setsockopt(zmq.HEARTBEAT_IVL, 2000)
            socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 10000)
        try:
            socket.setsockopt(zmq.IPV6, int("[" in endpoint))
            socket.connect(endpoint)
        except zmq.ZMQError as error:
            socket.close(0)
            raise InputError(f"cannot connect to {endpoint}: {error.strerror}") from None
        port = Port(socket, endpoint)
        if polled:
            self._register(port)
        return port

    def _watch(self, socket: zmq.Socket[bytes]) -> None:
        """Have the library tell of connections that fail because the keys of the two ends do not match."""
        address = f"inproc://stranger-{len(self._watchers)}"
        socket.monitor(address, _STRANGER)
        watcher: zmq.Socket[bytes] = self._context.socket(zmq.PAIR)
        # No limit: the library's own thread would wait for room.
        watcher.setsockopt(zmq.RCVHWM, 0)
        watcher.setsockopt(zmq.LINGER, 0)
        watcher.connect(address)
        self._watchers.append(watcher)

    @property
    def strangers(self) -> int:
        """Connections refused so far because the other end has other keys, or none (each try counts)."""
        for watcher in self._watchers:
            with suppress(zmq.Again):
                while True:
                    event = int.from_bytes(watcher.recv_multipart(_NOBLOCK)[0][:2], sys.byteorder)
                    self._strangers += 1
                    # The library does not try again after these; anything else may be an end that has just closed.
                    self._hopeless = self._hopeless or event != int(_E.HANDSHAKE_FAILED_NO_DETAIL)
        return self._strangers

    @property
    def locked_out(self) -> bool:
        """Whether connections fail because the other end has other keys, or because only one of the two has any."""
        return self.strangers >= FAILED_TRIES or self._hopeless

    def _register(self, port: Port) -> None:
        self._ports[port.socket] = port
        # A socket that only sends is polled when it has something to send.
        if port.kind != zmq.PUSH:
            self._poller.register(port.socket, zmq.POLLIN)

    def wait(self, timeout_s: float) -> list[Port]:
        """Wait until a port can be read, or has room for what waits; return the readable ones."""
        blocked = [port for port in self._ports.values() if port.waiting]
        for port in blocked:
            kind = port.kind
            if kind == zmq.ROUTER:
                # A router is always writable as a whole; its full peers are tried again soon.
                timeout_s = min(timeout_s, 0.005)
            else:
                self._poller.register(port.socket, zmq.POLLOUT | (0 if kind == zmq.PUSH else zmq.POLLIN))
        events = self._poller.poll(max(0, int(timeout_s * 1000)))
        for port in blocked:
            port.flush()
            if port.kind == zmq.PUSH:
                self._poller.unregister(port.socket)
            elif port.kind != zmq.ROUTER:
                self._poller.register(port.socket, zmq.POLLIN)
        return [
            self._ports[socket] for socket, event in events if event & zmq.POLLIN and socket in self._ports
        ]

    def drop(self, port: Port) -> None:
        """Close one port; what it has not sent is given up (its peer is gone)."""
        if self._ports.pop(port.socket, None) is not None:
            if port.socket in self._poller:
                self._poller.unregister(port.socket)
            port.close()

    def close(self, linger_s: float = 1.0) -> None:
        """Close everything; what was sent has ``linger_s`` to leave."""
        for port in self._ports.values():
            port.close(linger_s)
        self._ports.clear()
        # Who was refused can still be asked for afterwards.
        self._strangers = self.strangers
        while self._watchers:
            self._watchers.pop().close(0)
        if self._guard is not None:
            self._guard.stop()
        self._context.term()
        # The library leaves the files of its sockets behind.
        while self._files:
            with suppress(OSError):
                self._files.pop().unlink()


class ControlPort:
    """Control's socket: messages with the identity of the role they come from or go to."""

    def __init__(self, port: Port) -> None:
        self.port = port

    def send(self, identity: bytes, parts: Sequence[Buffer]) -> None:
        """Send to one role; a role that is gone is not an error (liveness says so)."""
        self.port.send([identity, *parts])

    def receive(self) -> Iterator[tuple[bytes, list[Buffer]]]:
        """Yield identity and parts of the messages that are there."""
        for parts in self.port.receive(256):
            yield bytes(parts[0]), parts[1:]


def load_keys(folder: Path, *, create: bool = False) -> Keys:
    """Return the CURVE keys in a folder (see `trigemu.streaming.link.keys`), making them first if asked.

    Raises
    ------
    InputError
        A key is missing, or others can read it.
    """
    # The authenticator brings asyncio along: only where it is used.
    import zmq.auth
    from zmq.auth.thread import ThreadAuthenticator

    if create:
        with new_folder(folder) as draft:
            for name in () if draft is None else ("server", "client"):
                for made in zmq.auth.create_certificates(str(draft), name):
                    os.chmod(made, 0o600)
    check_folder(folder)
    try:
        server, server_secret = zmq.auth.load_certificate(folder / "server.key_secret")
        client, client_secret = zmq.auth.load_certificate(folder / "client.key_secret")
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: the keys cannot be read ({error})") from None

    def serve(socket: zmq.Socket[bytes]) -> None:
        socket.curve_secretkey, socket.curve_publickey, socket.curve_server = server_secret, server, True

    def join(socket: zmq.Socket[bytes]) -> None:
        socket.curve_secretkey, socket.curve_publickey, socket.curve_serverkey = client_secret, client, server

    def guard(context: zmq.Context[zmq.Socket[bytes]]) -> Guard:
        # Without an authenticator any client that knows the server's public key would be let in.
        authenticator = ThreadAuthenticator(context)
        authenticator.start()
        authenticator.configure_curve_callback(domain="*", credentials_provider=_OneClient(client))
        return authenticator

    return Keys(folder, serve, join, guard)


class _OneClient:
    """Lets in whoever has the client key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def callback(self, domain: str, key: bytes) -> bool:
        """Return whether a client with this public key may come in."""
        return key == self._key
