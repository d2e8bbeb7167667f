"""The folder of a run's sockets: private, held by a lock while control lives, and swept when nobody holds it."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from trigemu.errors import RunError
from trigemu.streaming.link.transport import IPC_PATH_MAX

SOCKETS_PREFIX = "tge-"
"""Names of the folders begin with this."""

LOCK = "control.lock"
"""Control holds a lock on this file; the system lets go of it however control ends."""


def ipc_folder() -> Path:
    """Make a private folder (0700) for ipc sockets, short enough for the system's limit on their paths.

    Raises
    ------
    RunError
        Even the shortest folder makes paths that are too long.
    """
    for parent in (tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp"):  # noqa: S108 mkdtemp is safe
        if parent and os.path.isdir(parent):
            folder = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX, dir=parent))
            if len(str(folder)) + 24 <= IPC_PATH_MAX:
                return folder
            shutil.rmtree(folder, ignore_errors=True)
    raise RunError(
        f"no folder for sockets whose paths stay below {IPC_PATH_MAX} characters; set TMPDIR to a shorter one"
    )


class SocketFolder:
    """A new folder for the sockets of one run.

    Folders that dead runs of this user have left are removed first.

    Attributes
    ----------
    path
        The folder.
    """

    def __init__(self) -> None:
        self.path = ipc_folder()
        sweep(self.path.parent)
        # Made under another name and locked first: nobody ever sees it without its lock.
        draft = self.path / f"{LOCK}.new"
        self._file = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        draft.rename(self.path / LOCK)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._file)

    def __enter__(self) -> SocketFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def sweep(parent: Path) -> list[Path]:
    """Remove the folders of this user's runs whose control has died, and return them."""
    removed = []
    with suppress(OSError):
        for folder in parent.glob(f"{SOCKETS_PREFIX}*"):
            with suppress(OSError):
                if _is_stale(folder):
                    removed.append(folder)
    return removed


def _is_stale(folder: Path) -> bool:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        return False
    # A folder without a lock was made by something else, or only a moment ago.
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
