"""Whole events from HepMC3 ascii files (see `trigemu.physics.hepmc` for what is checked at the door).

Lines of an event: ``E`` number, vertices, particles [@ position]; ``U`` units; ``W`` weights; ``A`` attributes; ``V``
vertex, status, [incoming particles] [@ position]; ``P`` particle, where it comes from (a vertex < 0, or the one
particle > 0 that becomes it and others), code, px, py, pz, E, mass, status.  The format is that of HepMC3's
WriterAscii.  Parsed here line by line, because HepMC3's own reader can crash on damaged files.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np

from trigemu.errors import InputError
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.event_file import EventFile, from_rows
from trigemu.physics.hepmc import ALLOWED, read_text

_BEAM, _FINAL = 4, 1
_MOMENTUM = {"GEV": 1.0, "MEV": 1e-3}
_LENGTH = {"MM": 1.0, "CM": 10.0}
_LARGEST_CODE = 2**31

Point = tuple[float, float, float, float]
Row = tuple[float, ...]


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


class _Event:
    """One event while its lines come in; ValueError says what is wrong with one."""

    def __init__(self, line: str) -> None:
        words = line.split()
        self.count = int(words[3])
        self.position = _point(words[5:9]) if len(words) > 4 else (0.0,) * 4
        self.scale, self.length = 0.0, 0.0
        self.weights: list[float] = []
        self.cross_section: float | None = None
        # Particles count from 1; entry 0 is none.
        self.code, self.status = [0], [0]
        self.numbers: list[Row] = [()]
        self.source = [0]
        self.vertices: dict[int, tuple[int, Point | None]] = {}
        self.end: dict[int, int] = {}

    def line(self, text: str) -> None:
        """Take a line after E."""
        kind = text[:2]
        if kind == "P ":
            self._particle(text.split())
        elif kind == "V ":
            self._vertex(text)
        elif kind == "U ":
            words = text.split()
            self.scale, self.length = _MOMENTUM.get(words[1], 0.0), _LENGTH.get(words[2], 0.0)
            if not (self.scale and self.length):
                raise ValueError(f"units {words[1]} {words[2]}; GEV or MEV and MM or CM are allowed")
        elif kind == "W ":
            self.weights = [float(word) for word in text.split()[1:]]
        elif kind == "A ":
            words = text.split()
            if words[1:3] == ["0", "GenCrossSection"]:
                self.cross_section = float(words[3])
        else:
            raise ValueError(f"an unknown line {text[:40]!r}")

    def _particle(self, words: list[str]) -> None:
        number, source = int(words[1]), int(words[2])
        code = int(words[3])
        if number != len(self.code) or len(words) != 10 or abs(code) >= _LARGEST_CODE:
            raise ValueError(f"a particle line {' '.join(words)[:40]!r}")
        if source >= number or (source < 0 and source not in self.vertices):
            raise ValueError(f"particle {number} comes from {source}, which is not there")
        px, py, pz, energy, mass = (float(word) for word in words[4:9])
        self.code.append(code)
        self.status.append(int(words[9]))
        self.numbers.append((mass, px, py, pz, energy))
        self.source.append(source)
        if source > 0:
            self.end.setdefault(source, 0)

    def _vertex(self, text: str) -> None:
        left, _, rest = text.partition("[")
        inside, closed, after = rest.partition("]")
        number = int(left.split()[1])
        incoming = [int(word) for word in inside.split(",") if word.strip()]
        if number >= 0 or not closed or any(not 0 < one < len(self.code) for one in incoming):
            raise ValueError(f"a vertex line {text[:40]!r}")
        words = after.split()
        self.vertices[number] = (incoming[0] if incoming else 0, _point(words[1:]) if words else None)
        for one in incoming:
            self.end[one] = number

    def mother(self, particle: int) -> int:
        """Return the number of the first particle that it comes from, 0 if there is none."""
        source = self.source[particle]
        return source if source >= 0 else self.vertices[source][0]

    def start(self, particle: int) -> Point:
        """Return where a particle begins: its vertex, or where the next ancestor with a point does."""
        while True:
            source = self.source[particle]
            point = self.vertices[source][1] if source < 0 else None
            if point is not None:
                return point
            particle = self.mother(particle)
            if particle == 0:
                return self.position

    def check(self) -> None:
        """Raise ValueError if lines are missing."""
        if len(self.code) - 1 != self.count:
            raise ValueError(f"{len(self.code) - 1} particles where {self.count} are announced")
        if not self.scale:
            raise ValueError("no line of units")
        if any(self.mother(i) >= i for i in range(1, len(self.code))):
            raise ValueError("a particle that comes from a later one")


def _point(words: list[str]) -> Point:
    x, y, z, t = (float(word) for word in words)
    return x, y, z, t


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

    def add(self, event: _Event) -> None:
        """Take a whole event in."""
        event.check()
        code, status = event.code, event.status
        primary = [-1] * len(code)
        found = 0
        beams = []
        for i in range(1, len(code)):
            above = event.mother(i)
            if status[i] == _BEAM:
                beams.append(i)
                continue
            if above == 0 or status[above] == _BEAM:
                primary[i] = found
                found += 1
                end = event.end.get(i)
                point = event.vertices[end][1] if end else None
                self.primaries.append(self._row(event, i, 0, primary[i], point or event.start(i)))
            else:
                primary[i] = primary[above]
            if status[i] == _FINAL and i not in event.end:
                while above and code[above] == code[i]:
                    above = event.mother(above)
                mother = 0 if above == 0 or status[above] == _BEAM else code[above]
                self.final.append(self._row(event, i, mother, primary[i], event.start(i)))
        self.final_counts.append(len(self.final))
        self.primary_counts.append(len(self.primaries))
        self.weights.append(event.weights)
        if event.cross_section is not None and event.cross_section > 0.0:
            self.cross_section = event.cross_section
        if not self.beams and beams:
            self.beams = [tuple(v * event.scale for v in event.numbers[i][1:]) for i in beams]
            self.first_beam = code[beams[0]]

    @staticmethod
    def _row(event: _Event, i: int, mother: int, primary: int, point: Point) -> Row:
        x, y, z, t = (v * event.length for v in point)
        numbers = (v * event.scale for v in event.numbers[i])
        return (event.code[i], mother, primary, *numbers, x, y, z, t / SPEED_OF_LIGHT)


def _collect(text: str, where: str) -> tuple[_Collector, list[str]]:
    collector = _Collector()
    names: list[str] = []
    event: _Event | None = None
    begun = 0
    for number, line in enumerate(text.splitlines(), 1):
        try:
            if line.startswith("E "):
                if event is not None:
                    collector.add(event)
                begun += 1
                event = _Event(line)
            elif line.startswith("HepMC::") or not line.strip():
                continue
            elif event is not None:
                event.line(line)
            elif line.startswith("W "):
                names = line[2:].split("\\|")
        except (ValueError, IndexError) as error:
            # Python's own sentences on bad numbers hold the text of the file: keep them short.
            raise InputError(f"{where} is damaged at line {number}: {str(error)[:120]}") from None
    try:
        if event is not None:
            collector.add(event)
    except ValueError as error:
        raise InputError(f"{where} is damaged at its end: {error}") from None
    if begun == 0:
        raise InputError(f"{where} holds no event: {ALLOWED}")
    return collector, names


@lru_cache(maxsize=8)
def _read(path: Path, size: int, changed: int) -> EventFile:
    where = f"event file {path}"
    collector, names = _collect(read_text(path).decode("utf-8", errors="replace"), where)
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
