"""Whole events from HepMC3 ascii files (see `trigemu.physics.hepmc` for what is checked at the door)."""

from __future__ import annotations

import io
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from trigemu.errors import InputError
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.event_file import EventFile, from_rows
from trigemu.physics.hepmc import ALLOWED, read_text

_BEAM, _FINAL = 4, 1


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
        self.final: list[tuple[float, ...]] = []
        self.primaries: list[tuple[float, ...]] = []
        self.final_counts, self.primary_counts = [0], [0]
        self.weights: list[list[float]] = []
        self.cross_section: float | None = None
        self.beams: list[tuple[float, ...]] = []
        self.first_beam = 0

    def add(self, event: Any, units: Any) -> None:
        """Take an event in."""
        event.set_units(units.GEV, units.MM)
        table = event.numpy.particles
        pid, status = table.pid.tolist(), table.status.tolist()
        columns = (table.generated_mass, table.px, table.py, table.pz, table.e)
        numbers = np.stack(columns, axis=1).tolist()
        # Particles are numbered from 1; mother 0 means none.
        count = len(pid)
        mother, begin, end = [0] * (count + 1), [(0.0,) * 4] * (count + 1), [None] * (count + 1)
        order = []
        for vertex in event.vertices:
            p = vertex.position
            point: Any = (p.x, p.y, p.z, p.t / SPEED_OF_LIGHT)
            incoming = [particle.id for particle in vertex.particles_in]
            for particle in incoming:
                end[particle] = point
            for particle in vertex.particles_out:
                mother[particle.id] = incoming[0] if incoming else 0
                begin[particle.id] = point
                order.append(particle.id)
        primary = [-1] * (count + 1)
        found = 0
        # Mothers come before daughters in any valid file.
        for i in sorted(order):
            above = mother[i]
            if above == 0 or status[above - 1] == _BEAM:
                primary[i] = found
                row = (pid[i - 1], 0, found, *numbers[i - 1], *(end[i] or begin[i]))
                self.primaries.append(row)
                found += 1
            else:
                primary[i] = primary[above]
        for i in range(1, count + 1):
            if status[i - 1] == _FINAL and end[i] is None:
                above = mother[i]
                while above and pid[above - 1] == pid[i - 1]:
                    above = mother[above]
                code = 0 if above == 0 or status[above - 1] == _BEAM else pid[above - 1]
                self.final.append((pid[i - 1], code, primary[i], *numbers[i - 1], *begin[i]))
        self.final_counts.append(len(self.final))
        self.primary_counts.append(len(self.primaries))
        self.weights.append(list(event.weights))
        section = event.cross_section
        if section is not None and section.xsec() > 0.0:
            self.cross_section = float(section.xsec())
        if not self.beams:
            at = [i for i in range(count) if status[i] == _BEAM]
            self.beams = [tuple(numbers[i][1:]) for i in at]
            self.first_beam = pid[at[0]] if at else 0


@lru_cache(maxsize=8)
def _read(path: Path, size: int, changed: int) -> EventFile:
    data = read_text(path)
    where = f"event file {path}"
    import pyhepmc

    collector = _Collector()
    names: list[str] = []
    events = 0
    try:
        with pyhepmc.open(io.BytesIO(data), format="HepMC3") as reader:
            for event in reader:
                if not names:
                    names = list(event.weight_names)
                collector.add(event, pyhepmc.Units)
                events += 1
    except (OSError, RuntimeError, ValueError, IndexError, KeyError) as error:
        raise InputError(f"{where} is damaged after event {events}: {str(error).splitlines()[0]}") from None
    announced = data.count(b"\nE ")
    if announced == 0:
        raise InputError(f"{where} holds no event: {ALLOWED}")
    if events != announced:
        raise InputError(f"{where} is damaged: only {events} of its {announced} events can be read")
    final = from_rows(collector.final, collector.final_counts)
    primaries = from_rows(collector.primaries, collector.primary_counts)
    counts = np.diff(final.offsets)
    if not counts.all():
        raise InputError(f"{where}: event {int(np.argmin(counts))} has no final particle (status 1)")
    for particles in (final, primaries):
        if not (np.isfinite(particles.momentum).all() and np.isfinite(particles.point).all()):
            raise InputError(f"{where} is damaged: a momentum or vertex is not a finite number")
    weights = {}
    if len({len(row) for row in collector.weights}) == 1:
        columns = np.array(collector.weights, np.float64).reshape(events, -1).T
        weights = {name: np.ascontiguousarray(c) for name, c in zip(names, columns, strict=False)}
    if any(not np.isfinite(weight).all() for weight in weights.values()):
        raise InputError(f"{where} is damaged: an event weight is not a finite number")
    section = collector.cross_section
    if section is not None and not math.isfinite(section):
        raise InputError(f"{where} is damaged: its cross-section is not a finite number")
    beams = np.array(collector.beams) if len(collector.beams) == 2 else None
    return EventFile(where, final, primaries, weights, section, beams, collector.first_beam)
