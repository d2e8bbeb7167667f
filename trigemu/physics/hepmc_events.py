"""Whole events from HepMC3 ascii files (see `trigemu.physics.hepmc_ascii` for what is checked at the door)."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np

from trigemu.errors import InputError
from trigemu.physics.event_file import EventFile, from_rows
from trigemu.physics.hepmc_ascii import ALLOWED, BEAM, FINAL, Event, Row, read_ascii


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


class _Collector:
    """Rows of final particles and primaries of all events read so far."""

    def __init__(self) -> None:
        self.final: list[Row] = []
        self.primaries: list[Row] = []
        self.final_counts, self.primary_counts = [0], [0]
        self.weights: list[list[float]] = []
        self.cross_section: float | None = None
        self.beams: list[Row] = []
        self.first_beam = 0

    def add(self, event: Event) -> None:
        """Take a whole event in."""
        code, status = event.code, event.status
        primary = [-1] * len(code)
        found = 0
        beams = []
        for i in range(1, len(code)):
            above = event.mother(i)
            if status[i] == BEAM:
                beams.append(i)
                continue
            if above == 0 or status[above] == BEAM:
                primary[i] = found
                found += 1
                end = event.end.get(i)
                point = event.vertices[end][1] if end else None
                self.primaries.append(event.row(i, 0, primary[i], point or event.start(i)))
            else:
                primary[i] = primary[above]
            if status[i] == FINAL and i not in event.end:
                while above and code[above] == code[i]:
                    above = event.mother(above)
                mother = 0 if above == 0 or status[above] == BEAM else code[above]
                self.final.append(event.row(i, mother, primary[i], event.start(i)))
        self.final_counts.append(len(self.final))
        self.primary_counts.append(len(self.primaries))
        self.weights.append(event.weights)
        if event.cross_section is not None and event.cross_section > 0.0:
            self.cross_section = event.cross_section
        if not self.beams and beams:
            self.beams = [event.momentum(i)[1:] for i in beams]
            self.first_beam = code[beams[0]]


@lru_cache(maxsize=8)
def _read(path: Path, size: int, changed: int) -> EventFile:
    where = f"event file {path}"
    collector = _Collector()
    names: list[str] = []
    for event, names in read_ascii(path):  # noqa: B007
        collector.add(event)
    final = from_rows(collector.final, collector.final_counts)
    primaries = from_rows(collector.primaries, collector.primary_counts)
    counts = np.diff(final.offsets)
    if not counts.all():
        raise InputError(f"{where}: event {int(np.argmin(counts))} has no final particle (status 1)")
    for particles in (final, primaries):
        if not all(np.isfinite(v).all() for v in (particles.momentum, particles.point, particles.mass)):
            raise InputError(f"{where} is damaged: a momentum, mass or vertex is not a finite number")
    weights = {}
    if len({len(row) for row in collector.weights}) == 1:
        columns = np.array(collector.weights, np.float64).reshape(len(counts), -1).T
        weights = {name: np.ascontiguousarray(c) for name, c in zip(names, columns, strict=False)}
    if any(not np.isfinite(weight).all() for weight in weights.values()):
        raise InputError(f"{where} is damaged: an event weight is not a finite number")
    section = collector.cross_section
    if section is not None and not math.isfinite(section):
        raise InputError(f"{where} is damaged: its cross-section is not a finite number")
    beams = np.array(collector.beams) if len(collector.beams) == 2 else None
    if beams is not None and not np.isfinite(beams).all():
        raise InputError(f"{where} is damaged: a beam's momentum is not a finite number")
    return EventFile(where, final, primaries, weights, section, beams, collector.first_beam)
