"""Particles of the events of a file, any of which can be taken: in memory, or in a temporary file if they are many."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I64
from trigemu.errors import RunError
from trigemu.files import MIB
from trigemu.physics.particles import Particles, join, make_particles, read_only

IN_MEMORY = 64 * MIB
"""Bytes of particles that are kept in memory; those of larger files go to a temporary file (in ``TMPDIR``)."""

_PIECE = 64 * MIB

_ROW = np.dtype(
    [
        ("pdg", "<i4"),
        ("mother", "<i4"),
        ("origin", "<i4"),
        ("mass", "<f8"),
        ("momentum", "<f8", 4),
        ("point", "<f8", 4),
    ]
)


class Spool:
    """A temporary file that vanishes with this object, and with the process however that ends."""

    def __init__(self) -> None:
        self._file, path = tempfile.mkstemp(prefix="trigemu-events-")
        os.unlink(path)

    def __del__(self) -> None:
        os.close(self._file)

    def write(self, rows: NDArray[np.void]) -> None:
        """Append rows; RunError if there is no space for them."""
        data = memoryview(rows.tobytes())
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise RunError(
                f"a large event file does not fit into {tempfile.gettempdir()} ({error.strerror}): set TMPDIR to a "
                "folder with more space"
            ) from None

    def read(self, start: int, size: int) -> bytes:
        """Return so many bytes from a place on."""
        parts = []
        while size > 0 and (part := os.pread(self._file, min(size, _PIECE), start)):
            parts.append(part)
            start, size = start + len(part), size - len(part)
        return b"".join(parts)


@dataclass(frozen=True, eq=False)
class EventRows:
    """Particles by event.

    Attributes
    ----------
    offsets
        int64[n + 1]; rows of event i are ``offsets[i]:offsets[i + 1]``.
    kept
        Particles, and int64[m], which of its event's primaries each comes from; None if they are in ``spool``.
    spool
        The temporary file; it vanishes with this object.
    """

    offsets: I64
    kept: tuple[Particles, I64] | None
    spool: Spool | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, events: I64) -> tuple[Particles, I64]:
        """Return the events with these numbers, numbered from 0, and the origins of their particles."""
        if self.kept is not None:
            particles, origin = self.kept
            first = self.offsets[events]
            counts = self.offsets[events + 1] - first
            start = np.cumsum(counts) - counts
            rows = np.arange(counts.sum()) + np.repeat(first - start, counts)
            return particles.take(events), origin[rows]
        return _read(self.spool, self.offsets, events)

    @cached_property
    def whole(self) -> tuple[Particles, I64]:
        """All particles and their origins; those of a large file fill the memory."""
        if self.kept is not None:
            return self.kept
        return _read(self.spool, self.offsets, np.arange(len(self)))


class RowsBuilder:
    """Collects particles of consecutive events."""

    def __init__(self) -> None:
        self._parts: list[tuple[Particles, I64]] = []
        self._counts: list[I64] = []
        self._size = 0
        self._spool: Spool | None = None

    def add(self, particles: Particles, origin: I64) -> None:
        """Append events; numbers of events are counted on."""
        self._counts.append(np.bincount(particles.event, minlength=particles.events))
        self._size += len(particles) * _ROW.itemsize
        if self._spool is None:
            self._parts.append((particles, origin))
            if self._size <= IN_MEMORY:
                return
            self._spool = Spool()
            for part in self._parts:
                self._spool.write(_packed(*part))
            self._parts.clear()
        else:
            self._spool.write(_packed(particles, origin))

    def finish(self) -> EventRows:
        """Return all of them."""
        counts = np.concatenate(self._counts) if self._counts else np.zeros(0, np.int64)
        offsets = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=offsets[1:])
        if self._spool is not None:
            return EventRows(offsets, None, self._spool)
        particles = join([part for part, _ in self._parts])
        particles = replace(particles, weight=np.ones(len(counts)))
        return EventRows(
            offsets, (read_only(particles), np.concatenate([origin for _, origin in self._parts]))
        )


def _packed(particles: Particles, origin: I64) -> NDArray[np.void]:
    rows = np.empty(len(particles), _ROW)
    rows["origin"] = origin
    for name in _ROW.names or ():
        if name != "origin":
            rows[name] = getattr(particles, name)
    return rows


def _read(spool: Spool | None, offsets: I64, events: I64) -> tuple[Particles, I64]:
    """Return events from a temporary file and the origins of their particles."""
    if spool is None:
        raise ValueError("particles are neither in memory nor in a file")
    size = _ROW.itemsize
    first, counts = offsets[events], offsets[events + 1] - offsets[events]
    # Neighbours are read together.
    gap = np.flatnonzero(first[1:] != first[:-1] + counts[:-1]) + 1
    starts = np.concatenate([[0], gap]) if len(events) else np.zeros(0, np.int64)
    lengths = np.add.reduceat(counts, starts) if len(events) else counts
    parts = [spool.read(int(at) * size, int(n) * size) for at, n in zip(first[starts], lengths, strict=True)]
    rows = np.frombuffer(b"".join(parts), _ROW)
    made = make_particles(
        np.repeat(np.arange(len(events)), counts),
        rows["pdg"].copy(),
        rows["mass"].copy(),
        rows["momentum"].copy(),
        rows["point"].copy(),
        rows["mother"].copy(),
        np.ones(len(events)),
    )
    return made, rows["origin"].astype(np.int64)
