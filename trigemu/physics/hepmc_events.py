"""Whole events from HepMC3 ascii files (see `trigemu.physics.hepmc_ascii` for what is checked at the door)."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.errors import InputError
from trigemu.physics.event_energy import Energies
from trigemu.physics.event_file import EventFile
from trigemu.physics.event_rows import RowsBuilder
from trigemu.physics.event_text import label, signature
from trigemu.physics.event_weights import WeightBuilder
from trigemu.physics.final_codes import FinalCodes
from trigemu.physics.hepmc_ascii import ALLOWED, BEAM, FINAL
from trigemu.physics.hepmc_table import Table, read_tables
from trigemu.physics.particles import Particles, make_particles


def read_events(path: str | Path, weight: str = "") -> EventFile:
    """Read all events of a HepMC3 ascii file, plain or gzipped.

    Momenta and lengths are converted to GeV and mm, whatever the units that the file declares.  The same file is
    read only once per process, piece by piece; what is needed of it is kept (`trigemu.physics.event_rows`).

    Parameters
    ----------
    path
        The file.
    weight
        Name of an event weight that is wanted, for files with many.

    Raises
    ------
    InputError
        The file is missing, torn, foreign, damaged or empty, or has an event without final particles.
    """
    file = Path(path)
    return _read(file, weight, *signature(file, ALLOWED))


def come_from(path: str | Path, codes: Collection[int]) -> Bool:
    """Return which final particles of a file (which can be read) have an ancestor of one of these kinds.

    Parameters
    ----------
    path
        The file.
    codes
        Absolute PDG codes.

    Returns
    -------
    bool[m]
        A final particle each, in the order of `EventFile.final_rows`.
    """
    file = Path(path)
    return _come_from(file, tuple(sorted(set(codes))), *signature(file, ALLOWED))


@lru_cache(maxsize=4)
def _come_from(path: Path, codes: tuple[int, ...], size: int, changed: int) -> Bool:
    found: list[Bool] = []
    for table in read_tables(path):
        wanted = np.isin(np.abs(table.code), codes)
        has, above = np.zeros(len(wanted), np.bool_), table.mother.copy()
        # One generation after the other, up to the beams.
        while (left := above >= 0).any():
            has[left] |= wanted[above[left]]
            above[left] = table.mother[above[left]]
        found.append(has[(table.status == FINAL) & ~table.ended])
    return np.concatenate(found)


def _particles(table: Table, rows: I64, mother: I64, point: F64) -> Particles:
    """Return rows of a table as particles."""
    return make_particles(
        np.searchsorted(table.offsets, rows, side="right") - 1,
        table.code[rows],
        table.momentum[rows, 0],
        np.ascontiguousarray(table.momentum[rows, 1:]),
        point,
        mother,
        np.ones(len(table)),
    )


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


class _Reading:
    """What is kept of a file while its tables come in."""

    def __init__(self, where: str, weights: WeightBuilder) -> None:
        self.where, self.weights = where, weights
        self.final, self.primaries = RowsBuilder(), RowsBuilder()
        self.energies, self.codes = Energies(), FinalCodes()
        self.events = 0
        self.section: float | None = None
        self.beams: F64 | None = None
        self.first_beam = 0

    def add(self, table: Table) -> None:
        where, first = self.where, self.events
        (final, origin), primaries = _final(table), _primaries(table)
        counts = np.diff(final.offsets)
        if not counts.all():
            raise InputError(
                f"{where}: event {first + int(np.argmin(counts))} has no final particle (status 1)"
            )
        for particles in (final, primaries):
            if not all(np.isfinite(v).all() for v in (particles.momentum, particles.point, particles.mass)):
                raise InputError(f"{where} is damaged: a momentum, mass or vertex is not a finite number")
        self.weights.add(table.weight_offsets, table.weights, first)
        stated = table.section[table.section > 0.0]
        if len(stated):
            self.section = float(stated[-1])
        if self.section is not None and not math.isfinite(self.section):
            raise InputError(f"{where} is damaged: its cross-section is not a finite number")
        beams = np.flatnonzero(table.status == BEAM)
        event = np.searchsorted(table.offsets, beams, side="right") - 1
        if not np.isfinite(table.momentum[beams]).all():
            raise InputError(f"{where} is damaged: a beam's momentum is not a finite number")
        if len(beams) and self.beams is None:
            mine = beams[event == event[0]]
            self.beams, self.first_beam = table.momentum[mine, 1:], int(table.code[mine[0]])
        self.energies.add(final, event, table.momentum[beams, 1:])
        self.codes.add(final.pdg, final.event, first)
        self.final.add(final, origin)
        self.primaries.add(primaries, np.zeros(len(primaries), np.int64))
        self.events += len(table)

    def finish(self) -> EventFile:
        beams = self.beams
        return EventFile(
            self.where,
            self.final.finish(),
            self.primaries.finish(),
            self.weights.finish(),
            tuple(self.weights.names),
            self.section,
            beams if beams is not None and len(beams) == 2 else None,
            self.first_beam,
            self.energies,
            self.codes,
        )


@lru_cache(maxsize=8)
def _read(path: Path, weight: str, size: int, changed: int) -> EventFile:
    where = label(path)
    tables = read_tables(path)
    # There is one at least.
    first = next(tables)
    reading = _Reading(where, WeightBuilder(where, first.names, weight))
    reading.add(first)
    for table in tables:
        reading.add(table)
    return reading.finish()
