"""Addresses of sockets on this machine."""

from __future__ import annotations

import os
import socket as sockets
import stat
from pathlib import Path

from trigemu.errors import InputError
from trigemu.plain import short


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
    """Check where to listen: the library takes odd ports for others, and puts its socket in the place of any file.

    Raises
    ------
    InputError
        It is neither ``tcp://ADDRESS:PORT`` nor ``ipc://PATH``, or there is something at the path already.
    """
    where = f"cannot listen on {short(repr(endpoint), 100)}"
    if endpoint.startswith("ipc://") and endpoint[6:7] not in ("", "*", "@"):
        if taken := _in_the_way(endpoint.removeprefix("ipc://")):
            raise InputError(f"{where}: {taken}")
    elif not endpoint.startswith("tcp://"):
        raise InputError(f"{where}: it is neither tcp://ADDRESS:PORT nor ipc://PATH")
    else:
        port = endpoint.rpartition(":")[2]
        if port != "*" and not (port.isascii() and port.isdigit() and int(port[:6]) <= 65535):
            raise InputError(f"{where}: a port is a number from 1 to 65535, or * for any")


def _in_the_way(path: str) -> str:
    """Return what is at a path where a socket is wanted, "" for nothing but what a dead process left."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            return "there is a file or folder of this name, which is no socket"
        with sockets.socket(sockets.AF_UNIX) as probe:
            # A socket that somebody listens on, but does not answer, is in the way, too.
            probe.settimeout(1.0)
            probe.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):
        return ""
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return "another process listens there"
