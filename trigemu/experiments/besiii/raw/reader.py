"""Digis of events through pybes3, which runs in a process of its own.

Damaged events may end that process or keep it busy for ever: both become one sentence about the events.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from trigemu.arrays import I64, U32
from trigemu.errors import InputError
from trigemu.experiments.besiii.raw.child import COLUMNS, MISSING
from trigemu.experiments.besiii.raw.file import RawFile

PATIENCE_S = 60.0
"""How long pybes3 may take for a piece of a file; it reads some 10,000 events a second."""

_LINE = 1 << 16
_PIECE = 1 << 16

Digis = dict[str, dict[str, "U32 | I64"]]
"""Detector -> columns of `trigemu.experiments.besiii.raw.child.COLUMNS` (uint32) and ``offsets`` (int64[n + 1])."""


class DigiReader:
    """Reads the digis of events of one file; starts a process when it is first asked.

    Parameters
    ----------
    file
        The file.
    patience_s
        How long a piece may take.
    """

    def __init__(self, file: RawFile, patience_s: float = PATIENCE_S) -> None:
        self._file = file
        self._patience_s = patience_s
        self._process: subprocess.Popen[bytes] | None = None
        self._finalizer: Any = None

    def read(self, first: int, stop: int) -> Digis:
        """Return the digis of some events.

        Raises
        ------
        InputError
            pybes3 is not installed, cannot read these events, or the file has changed.
        """
        words, starts = self._file.read(first, stop)
        if not len(starts):
            return {name: _nothing(name) for name in COLUMNS}
        self._where = (
            f"{self._file.name}, events {first}-{stop - 1} (from byte {self._file.starts[first]} on)"
        )
        self._until = time.monotonic() + self._patience_s
        process = self._started()
        self._send(process, np.array([words.nbytes, len(starts)], "<i8").tobytes() + words.tobytes())
        answer = json.loads(self._line(process))
        if "error" in answer:
            self._explain(answer)
        return self._columns(process, answer["lengths"], len(starts), len(words))

    def close(self) -> None:
        """End the process."""
        if self._finalizer is not None:
            self._finalizer()
        self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [sys.executable, "-P", "-m", "trigemu.experiments.besiii.raw.child"]
            # Libraries that start threads set memory aside for each, and the process may have only so much.
            alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={**os.environ, **alone},
            )
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    os.set_blocking(pipe.fileno(), False)
            self._finalizer = weakref.finalize(self, _end, self._process)
        return self._process

    def _send(self, process: subprocess.Popen[bytes], data: bytes) -> None:
        left = memoryview(data)
        while len(left):
            self._wait(process, reading=False)
            try:
                left = left[os.write(process.stdin.fileno(), left) :]  # type: ignore[union-attr]
            except BlockingIOError:
                continue
            except OSError:
                self._lost(process)

    def _line(self, process: subprocess.Popen[bytes]) -> bytes:
        line = bytearray()
        while not line.endswith(b"\n"):
            # One byte at a time: what follows the line is not for here.
            line += self._receive(process, 1)
            if len(line) > _LINE:
                self._lost(process)
        return bytes(line)

    def _receive(self, process: subprocess.Popen[bytes], size: int) -> bytes:
        parts: list[bytes] = []
        while size:
            self._wait(process, reading=True)
            try:
                part = os.read(process.stdout.fileno(), min(size, _PIECE))  # type: ignore[union-attr]
            except BlockingIOError:
                continue
            if not part:
                self._lost(process)
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _wait(self, process: subprocess.Popen[bytes], *, reading: bool) -> None:
        left = self._until - time.monotonic()
        # An answer while the request is still under way, or an end, is seen by the next read.
        pipes = [pipe for pipe in (process.stdout if reading else process.stdin,) if pipe is not None]
        ready = select.select(pipes if reading else [], [] if reading else pipes, [], max(left, 0.0))
        if not (ready[0] or ready[1]):
            self.close()
            raise InputError(f"{self._where}: pybes3 does not come to an end with them; they are damaged")

    def _lost(self, process: subprocess.Popen[bytes]) -> NoReturn:
        self.close()
        code = process.returncode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        raise InputError(f"{self._where}: pybes3 ended on them ({how}); they are damaged")

    def _explain(self, answer: Mapping[str, Any]) -> NoReturn:
        self.close()
        if answer["error"] == MISSING:
            raise InputError(
                f"{self._file.name}: raw data are read with pybes3, which cannot be imported ({answer['what']}): "
                "pip install 'trigemu[besiii]'"
            )
        raise InputError(f"{self._where}: pybes3 cannot read them ({answer['error']}: {answer['what']})")

    def _columns(
        self, process: subprocess.Popen[bytes], lengths: Mapping[str, list[int]], events: int, words: int
    ) -> Digis:
        found: Digis = {}
        for detector, names in COLUMNS.items():
            sizes = lengths[detector]
            # A digi takes a word at least.
            if sizes[0] != events + 1 or max(sizes[1:]) > 4 * words:
                self._lost(process)
            offsets = np.frombuffer(self._receive(process, 8 * sizes[0]), "<i8")
            columns: dict[str, U32 | I64] = {"offsets": offsets}
            for name, size in zip(names, sizes[1:], strict=True):
                columns[name] = np.frombuffer(self._receive(process, 4 * size), "<u4")
            if (
                offsets[0] != 0
                or (np.diff(offsets) < 0).any()
                or any(size != offsets[-1] for size in sizes[1:])
            ):
                self._lost(process)
            found[detector] = columns
        return found


def _nothing(detector: str) -> dict[str, U32 | I64]:
    none = np.zeros(0, np.uint32)
    return {"offsets": np.zeros(1, np.int64), **dict.fromkeys(COLUMNS[detector], none)}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the process end: without a request there is nothing left to do, and what it does is of no use."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
