"""CURVE keys for runs over a network: a folder with the server's and the clients' key pair."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from trigemu.errors import InputError

FILES = ("server.key", "server.key_secret", "client.key", "client.key_secret")


class Guard(Protocol):
    """What checks clients' keys while a process serves."""

    def stop(self) -> None:
        """End."""
        ...


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one installation: whoever binds is a server, whoever connects a client.

    Attributes
    ----------
    folder
        Where they are.
    serve, join
        Set the keys on a socket that will bind, or connect.
    guard
        Begin to refuse clients without the client key; returns what ends it.
    """

    folder: Path
    serve: Callable[[Any], None]
    join: Callable[[Any], None]
    guard: Callable[[Any], Guard]


def is_loopback(endpoint: str) -> bool:
    """Return whether an endpoint cannot be reached from another machine."""
    if not endpoint.startswith("tcp://"):
        return True
    host = endpoint.removeprefix("tcp://").rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_exposure(endpoint: str, keys: Path | None, insecure: bool) -> None:
    """Refuse to be reachable from other machines without keys, unless told to.

    Raises
    ------
    InputError
        ``endpoint`` is not loopback, there are no keys, and ``insecure`` is not set.
    """
    if keys is None and not insecure and not is_loopback(endpoint):
        raise InputError(
            f"{endpoint} can be reached from other machines: give a folder of keys, "
            "or say that it may be insecure"
        )


def check_folder(folder: Path) -> None:
    """Check that the four key files are there and that nobody else can read the secret ones.

    Raises
    ------
    InputError
        They are not.
    """
    for name in FILES:
        path = folder / name
        if not path.is_file():
            raise InputError(f"{folder}: {name} is missing; control makes new keys in an empty folder")
        if name.endswith("_secret") and path.stat().st_mode & 0o077:
            raise InputError(f"{path}: others can read it; its mode must be 0600")


def make_folder(folder: Path) -> bool:
    """Make the folder of new keys (0700) unless it holds some; return whether it is new."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        return False
    os.chmod(folder, 0o700)
    return True
