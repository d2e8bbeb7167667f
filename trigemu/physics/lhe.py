"""Les Houches event files (``.lhe``, ``.lhe.gz``): momenta in GeV, decay vertices from the lifetime column.

The format: hep-ph/0609017.  An event's line per particle holds code, status, two mothers, two colours, px, py,
pz, E, mass, lifetime (c tau in mm) and spin; status -1 is a beam, 2 a particle that decays, 1 a final one.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np

from trigemu.arrays import F64
from trigemu.errors import InputError
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.event_energy import Energies
from trigemu.physics.event_file import EventFile
from trigemu.physics.event_rows import RowsBuilder
from trigemu.physics.event_text import signature
from trigemu.physics.event_weights import WeightBuilder
from trigemu.physics.final_codes import FinalCodes
from trigemu.physics.lhe_text import ALLOWED, LheText
from trigemu.physics.particles import Particles, make_particles

BALANCE = 1e-4
"""How far the final state may be from the initial one, as a fraction of the energy."""

_COLUMNS = 13

_TOGETHER = 2000
"""Events whose numbers are put into arrays together."""


def read_lhe(path: str | Path) -> EventFile:
    """Read all events of a Les Houches file; the same file is read only once per process.

    Raises
    ------
    InputError
        The file is missing, torn or foreign, holds no event, a number that is not finite, a mother that is not
        there, or an event whose momenta do not balance.
    """
    file = Path(path)
    return _read(file, *signature(file, ALLOWED))


def _numbers(line: bytes, where: str) -> list[float]:
    try:
        # Fortran programs write exponents with D.
        values = [float(word) for word in line.replace(b"D", b"E").replace(b"d", b"e").split()]
    except ValueError:
        text = line.strip()[:60].decode(errors="replace")
        raise InputError(f"{where}: {text!r} is not a line of numbers") from None
    if not all(map(math.isfinite, values)):
        raise InputError(f"{where}: a number is not finite")
    return values


def _lines(block: list[bytes]) -> list[bytes]:
    return [line for line in block if line.strip() and not line.lstrip().startswith((b"#", b"<", b"&"))]


def _init(block: list[bytes], where: str) -> tuple[float, int]:
    """Return the cross-section (pb) and the first beam's code."""
    lines = _lines(block)
    if not lines:
        raise InputError(f"{where} has no <init> block: {ALLOWED}")
    head = _numbers(lines[0], f"{where}, <init>")
    processes = int(head[9]) if len(head) >= 10 else -1
    if len(head) < 10 or not 0 < processes <= len(lines) - 1:
        raise InputError(
            f"{where}: its <init> block is damaged; ten numbers and one line per process are wanted"
        )
    rows = [_numbers(line, f"{where}, <init>") for line in lines[1 : processes + 1]]
    if any(len(row) < 4 for row in rows):
        raise InputError(f"{where}: its <init> block is damaged; a process has four numbers")
    return sum(row[0] for row in rows), int(head[0])


def _event(block: list[bytes], where: str) -> tuple[list[list[float]], float]:
    """Return an event's particles (checked) and its weight."""
    lines = _lines(block)
    head = _numbers(lines[0], where) if lines else []
    count = int(head[0]) if len(head) >= 6 else 0
    if count < 1 or len(lines) < count + 1:
        raise InputError(f"{where} is damaged: its first line announces other lines than there are")
    particles = [_numbers(line, where) for line in lines[1 : count + 1]]
    if any(len(row) != _COLUMNS for row in particles):
        raise InputError(f"{where} is damaged: a particle has {_COLUMNS} numbers")
    for number, row in enumerate(particles, 1):
        # Mothers stand before daughters, so that chains end.
        if not (0 <= row[2] < number or row[1] == -1):
            raise InputError(
                f"{where}: particle {number} has mother {row[2]:g}, which does not stand before it"
            )
        if row[0] != int(row[0]) or abs(row[0]) >= 2**31:
            raise InputError(f"{where}: particle {number} has the code {row[0]:g}, a PDG code is wanted")
        if row[9] < 0.0 or (row[11] < 0.0 and row[1] == 2):
            raise InputError(f"{where}: particle {number} has a negative energy or lifetime")
    table = np.array([row[6:10] for row in particles])
    status = np.array([row[1] for row in particles])
    if not (status == 1).any():
        raise InputError(f"{where} has no final particle (status 1)")
    start, end = table[status == -1].sum(axis=0), table[status == 1].sum(axis=0)
    if (status == -1).any() and np.abs(start - end).max() > BALANCE * start[3]:
        raise InputError(
            f"{where} is not balanced: final and initial momenta differ by {np.abs(start - end).max():.3g} GeV"
        )
    return particles, head[2]


def _starts(particles: list[list[float]]) -> list[tuple[list[float], list[float], int, int]]:
    """Return, per particle, where it starts and ends, its mother's code and its primary (-1 for beams)."""
    out: list[tuple[list[float], list[float], int, int]] = []
    found = 0
    for row in particles:
        above = int(row[2]) - 1
        fresh = row[1] == -1 or above < 0 or particles[above][1] == -1
        begin = [0.0] * 4 if fresh else out[above][1]
        end = begin
        if row[1] == 2 and row[11] > 0.0 and row[10] > 0.0:
            path = row[11] / row[10]
            steps = (row[6], row[7], row[8], row[9] / SPEED_OF_LIGHT)
            end = [b + path * step for b, step in zip(begin, steps, strict=True)]
        if row[1] == -1:
            primary = -1
        elif fresh:
            primary = found
            found += 1
        else:
            primary = out[above][3]
        out.append((begin, end, 0 if fresh else int(particles[above][0]), primary))
    return out


class _Reading:
    """What is kept of a file while its events come in."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._final: list[tuple[float, ...]] = []
        self._primaries: list[tuple[float, ...]] = []
        self._origin: list[int] = []
        self._beam: list[tuple[float, ...]] = []
        self._weight: list[float] = []
        self.final, self.primaries = RowsBuilder(), RowsBuilder()
        self.weights = WeightBuilder(where, ["XWGTUP"])
        self.energies, self.codes = Energies(), FinalCodes()
        self.events = 0
        self.beams: F64 | None = None

    def add(self, block: list[bytes]) -> None:
        number = len(self._weight)
        particles, weight = _event(block, f"{self._where}: event {self.events + number}")
        self._weight.append(weight)
        for row, (begin, end, mother, primary) in zip(particles, _starts(particles), strict=True):
            common = (row[10], *row[6:10])
            if row[1] == 1:
                self._final.append((number, row[0], mother, *common, *begin))
                self._origin.append(primary)
            if row[1] == -1:
                self._beam.append((number, *row[6:10]))
            elif mother == 0:
                self._primaries.append((number, row[0], 0, *common, *end))
        if len(self._weight) == _TOGETHER:
            self.flush()

    def flush(self) -> None:
        n = len(self._weight)
        if n == 0:
            return
        final, primaries = _table(self._final, n), _table(self._primaries, n)
        beam = np.array(self._beam, np.float64).reshape(-1, 5)
        if self.beams is None:
            self.beams = beam[beam[:, 0] == 0][:, 1:]
        self.weights.add(np.arange(n + 1), np.array(self._weight), self.events)
        self.energies.add(final, beam[:, 0].astype(np.int64), beam[:, 1:])
        self.codes.add(final.pdg, final.event, self.events)
        self.final.add(final, np.array(self._origin, np.int64))
        self.primaries.add(primaries, np.zeros(len(primaries), np.int64))
        self.events += n
        for rows in (self._final, self._primaries, self._origin, self._beam, self._weight):
            rows.clear()


def _table(rows: list[tuple[float, ...]], events: int) -> Particles:
    """Return particles from rows of twelve numbers: event, the two codes, mass, momentum and point."""
    data = np.array(rows, dtype=np.float64).reshape(-1, 12)
    event, pdg, mother = data[:, :3].astype(np.int64).T.copy()
    columns = (data[:, 3].copy(), data[:, 4:8].copy(), data[:, 8:12].copy())
    return make_particles(event, pdg, *columns, mother, np.ones(events))


@lru_cache(maxsize=8)
def _read(path: Path, size: int, changed: int) -> EventFile:
    text = LheText(path)
    reading = _Reading(text.where)
    head: tuple[float, int] | None = None
    for block in text.events():
        if head is None:
            head = _init(text.init or [], text.where)
        reading.add(block)
    reading.flush()
    cross_section, first_beam = head or (0.0, 0)
    beams = reading.beams
    return EventFile(
        text.where,
        reading.final.finish(),
        reading.primaries.finish(),
        reading.weights.finish(),
        tuple(reading.weights.names),
        cross_section if cross_section > 0.0 else None,
        beams if beams is not None and len(beams) == 2 else None,
        first_beam,
        reading.energies,
        reading.codes,
    )
