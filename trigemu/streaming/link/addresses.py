"""Addresses of sockets on this machine."""

from __future__ import annotations

import socket as sockets
from pathlib import Path

from trigemu.errors import InputError


def ipc_endpoint(folder: Path, name: str) -> str:
    """Return the endpoint of a socket in a folder."""
    return f"ipc://{folder / name}"


def ipc_folder_of(endpoint: str) -> Path | None:
    """Return the folder of an ipc endpoint, or None for another kind."""
    return Path(endpoint.removeprefix("ipc://")).parent if endpoint.startswith("ipc://") else None


def own_address(endpoint: str) -> str:
    """Return the address of this machine on the way to a ``tcp://host:port`` endpoint.

    Raises
    ------
    InputError
        It is no such endpoint, or its host is not known.
    """
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
    if not endpoint.startswith("tcp://") or not host or not 0 < number < 65536:
        raise InputError(
            f"control address {endpoint!r} is neither ipc://PATH nor tcp://HOST:PORT with a port from 1 to 65535"
        )
    try:
        kind = sockets.SOCK_DGRAM
        family, kind, protocol, _, address = sockets.getaddrinfo(host.strip("[]"), number, type=kind)[0]
        with sockets.socket(family, kind, protocol) as probe:
            # Connecting a datagram socket sends nothing; it only chooses the route.
            probe.connect(address)
            own = str(probe.getsockname()[0])
            return f"[{own}]" if ":" in own else own
    except (OSError, UnicodeError) as error:
        raise InputError(
            f"control address {endpoint!r}: {getattr(error, 'strerror', None) or error}"
        ) from None


def check_bind(endpoint: str) -> None:
    """Check where to listen; the library takes a port above 65535 for another one.

    Raises
    ------
    InputError
        It is ``tcp://`` with a port that is none.
    """
    port = endpoint.rpartition(":")[2]
    if endpoint.startswith("tcp://") and port.isascii() and port.isdigit() and not int(port[:6]) <= 65535:
        raise InputError(f"cannot listen on {endpoint!r}: a port is a number from 1 to 65535, or * for any")
