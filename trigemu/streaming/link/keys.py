"""CURVE keys for runs over tcp: a folder with the server's and the clients' key pair."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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


def default_folder() -> Path:
    """Return where a user's own keys are: ``$XDG_STATE_HOME/trigemu/keys``, by default below ``~/.local/state``.

    Raises
    ------
    InputError
        The user has no home folder.
    """
    state = os.environ.get("XDG_STATE_HOME", "")
    try:
        # The standard says that a relative path counts for nothing.
        base = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    except RuntimeError:
        raise InputError(
            "there is no home folder to keep keys in: give a folder for them (--keys DIR), or do without (--insecure)"
        ) from None
    return base / "trigemu" / "keys"


def choose_keys(keys: Path | None, insecure: bool, endpoint: str) -> Path | None:
    """Return the folder of keys to use: the given one, else the user's own on loopback; None for ``insecure``.

    Raises
    ------
    InputError
        Both are given, there is no folder, or the endpoint can be reached from other machines, which do not have the
        user's own keys.
    """
    if insecure and keys is not None:
        raise InputError(f"--keys {keys} and --insecure exclude each other: give one of them")
    if insecure or keys is not None:
        return keys
    if not is_loopback(endpoint):
        raise InputError(
            f"{endpoint} can be reached from other machines: give a folder of keys that all of them have (--keys DIR), "
            "or say that it may be insecure (--insecure)"
        )
    return default_folder()


def is_loopback(endpoint: str) -> bool:
    """Return whether an endpoint cannot be reached from another machine."""
    if not endpoint.startswith("tcp://"):
        return True
    host = re.sub(r":[0-9*]*$", "", endpoint.removeprefix("tcp://")).strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_folder(folder: Path) -> None:
    """Check that the four key files are there and that nobody else can read the secret ones.

    Raises
    ------
    InputError
        They are not.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is no folder; give the folder that holds the keys (--keys DIR)")
    for name in FILES:
        path = folder / name
        if not path.is_file() and _holds_files(folder):
            raise InputError(
                f"{folder}: {name} is missing, and there are other files: give the folder that trigemu control "
                "has made (--keys DIR), or an empty or new one to have new keys made there"
            )
        if not path.is_file():
            raise InputError(
                f"{folder}: {name} is missing; trigemu control makes new keys in an empty folder: start it first, or "
                "copy the folder from its machine and give it (--keys DIR)"
            )
        if name.endswith("_secret") and path.stat().st_mode & 0o077:
            raise InputError(f"{path}: others can read it; its mode must be 0600")


def _holds_files(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False


@contextmanager
def new_folder(folder: Path) -> Iterator[Path | None]:
    """Give a folder (0700) to make keys in, which takes the place of ``folder`` at once when they are all there.

    Gives None where ``folder`` holds files already.  Of two processes that make keys together one wins, and both use
    the winner's.

    Raises
    ------
    InputError
        Nothing can be written there.
    """
    try:
        if folder.is_dir() and any(folder.iterdir()):
            yield None
            return
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise InputError(
            f"{folder}: keys cannot be kept there ({error.strerror or error}); give another folder (--keys DIR), or do "
            "without keys (--insecure)"
        ) from None
    try:
        yield draft
        with suppress(OSError):
            draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
