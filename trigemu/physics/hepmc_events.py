"""Whole events from HepMC3 ascii files (see `trigemu.physics.hepmc_ascii` for what is checked at the door)."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.errors import InputError
from trigemu.physics.event_file import EventFile
from trigemu.physics.hepmc_ascii import ALLOWED, BEAM, FINAL
from trigemu.physics.hepmc_table import Table, read_table
from trigemu.physics.particles import Particles, make_particles, read_only


def read_events(path: str | Path) -> EventFile:
    """Read all events of a HepMC3 ascii file, plain or gzipped.

    Momenta and lengths are converted to GeV and mm, whatever the units that the file declares.  The same file is
    read only once per process.

    Raises
    ------
    InputError
        The file is missing, torn, foreign, damaged or empty, or has an event without final particles.
    """
    file = Path(path)
    try:
        stat = file.stat()
    except OSError:
        raise InputError(f"event file {file} does not exist: {ALLOWED}") from None
    return _read(file, stat.st_size, stat.st_mtime_ns)


def _particles(table: Table, rows: I64, mother: I64, point: F64) -> Particles:
    """Return rows of a table as read-only particles."""
    particles = make_particles(
        np.searchsorted(table.offsets, rows, side="right") - 1,
        table.code[rows],
        table.momentum[rows, 0],
        np.ascontiguousarray(table.momentum[rows, 1:]),
        point,
        mother,
        np.ones(len(table)),
    )
    return read_only(particles)


def _final(table: Table) -> tuple[Particles, I64]:
    """Return what is left in the end, and which of its event's primaries each comes from."""
    rows = np.flatnonzero((table.status == FINAL) & ~table.ended)
    other = table.other[rows]
    from_beam = (other < 0) | (table.status[other] == BEAM)
    mother = np.where(from_beam, 0, table.code[other])
    return _particles(table, rows, mother, table.start[rows]), table.primary[rows]


def _primaries(table: Table) -> Particles:
    above = table.mother
    rows = np.flatnonzero((table.status != BEAM) & ((above < 0) | (table.status[above] == BEAM)))
    end = table.end[rows]
    point = table.start[rows]
    point[end >= 0] = table.point[end[end >= 0]]
    return _particles(table, rows, np.zeros(len(rows), np.int64), point)


def _beams(table: Table) -> tuple[F64, int]:
    """Return the beams' momenta (as many as there are) and the first one's code, of the first event with beams."""
    rows = np.flatnonzero(table.status == BEAM)
    if not len(rows):
        return np.empty((0, 4)), 0
    event = np.searchsorted(table.offsets, rows, side="right")
    rows = rows[event == event[0]]
    return table.momentum[rows, 1:], int(table.code[rows[0]])


@lru_cache(maxsize=8)
def _read(path: Path, size: int, changed: int) -> EventFile:
    where = f"event file {path}"
    table = read_table(path)
    (final, origin), primaries = _final(table), _primaries(table)
    counts = np.diff(final.offsets)
    if not counts.all():
        raise InputError(f"{where}: event {int(np.argmin(counts))} has no final particle (status 1)")
    for particles in (final, primaries):
        if not all(np.isfinite(v).all() for v in (particles.momentum, particles.point, particles.mass)):
            raise InputError(f"{where} is damaged: a momentum, mass or vertex is not a finite number")
    weights = {}
    each = np.diff(table.weight_offsets)
    if (each == each[0]).all():
        columns = table.weights.reshape(len(counts), -1).T
        weights = {name: np.ascontiguousarray(c) for name, c in zip(table.names, columns, strict=False)}
    if any(not np.isfinite(weight).all() for weight in weights.values()):
        raise InputError(f"{where} is damaged: an event weight is not a finite number")
    stated = table.section[table.section > 0.0]
    section = float(stated[-1]) if len(stated) else None
    if section is not None and not math.isfinite(section):
        raise InputError(f"{where} is damaged: its cross-section is not a finite number")
    beams, first_beam = _beams(table)
    if len(beams) == 2 and not np.isfinite(beams).all():
        raise InputError(f"{where} is damaged: a beam's momentum is not a finite number")
    return EventFile(
        where, final, origin, primaries, weights, section, beams if len(beams) == 2 else None, first_beam
    )
