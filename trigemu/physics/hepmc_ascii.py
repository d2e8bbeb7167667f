"""HepMC3 ascii files, plain or gzipped: what is checked at the door, and their lines.

Lines of an event: ``E`` number, vertices, particles [@ position]; ``U`` units; ``W`` weights; ``A`` attributes; ``V``
vertex, status, [incoming particles] [@ position]; ``P`` particle, where it comes from (a vertex < 0, or the one
particle > 0 that becomes it and others), code, px, py, pz, E, mass, status.  The format is that of HepMC3's
WriterAscii.  Read here line by line, slowly: `trigemu.physics.hepmc_table` does so only with files that its kernel
does not understand, or that are damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from trigemu.errors import InputError
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.event_text import LARGEST, label, read_chunks, too_large

ALLOWED = "give a HepMC3 ascii file (.hepmc3 or .hepmc3.gz)"
BEAM, FINAL = 4, 1
"""Status codes."""

Point = tuple[float, float, float, float]
Row = tuple[float, ...]

_VERSION = b"HepMC::Version 3."
_START = b"HepMC::Asciiv3-START_EVENT_LISTING"
_END = b"HepMC::Asciiv3-END_EVENT_LISTING"
_MOMENTUM = {"GEV": 1.0, "MEV": 1e-3}
_LENGTH = {"MM": 1.0, "CM": 10.0}
_AGAIN = b"\nHepMC::Version"
_TAIL = 128
_LARGEST_CODE = 2**31
_NUMBER = re.compile(rb"^E +(\S+)", re.MULTILINE)
_LONGEST = 40
"""Letters of a number; Python takes quadratic time for thousands of digits."""


def event_numbers(path: Path) -> list[int]:
    """Return the numbers that a file (which can be read) gives its events, in order; none where one is no number."""
    found = [word for block in read_blocks(path) for word in _NUMBER.findall(block.body)]
    return [int(word) for word in found] if all(map(_is_number, found)) else []


def _is_number(word: bytes) -> bool:
    return len(word) < _LONGEST and word.removeprefix(b"-").isdigit() and abs(int(word)) < 2**63


class Block(NamedTuple):
    """A piece of a file: the lines before the first event, some events, and how many lines and events came before."""

    head: bytes
    body: bytes
    line: int
    event: int

    @property
    def data(self) -> bytes:
        """What a file with these events alone would hold."""
        return self.head + self.body


def read_blocks(path: Path) -> Iterator[Block]:
    """Yield a file's text, unpacked, in pieces of whole events, each behind the lines before the first event.

    Raises
    ------
    InputError
        It is absent, torn, not HepMC3 ascii or several files in one, or one event is far too large.
    """
    where = label(path)
    chunks = read_chunks(path, ALLOWED)
    text = next(chunks, b"")
    _check_head(where, text[:4096].lstrip())
    head: bytes | None = None
    tail, line, event = text.rstrip()[-_TAIL:], 0, 0
    last = False
    while True:
        if head is None and (begin := text.find(b"\nE ") + 1):
            head, text, line = text[:begin], text[begin:], text.count(b"\n", 0, begin)
        # The last event that has begun may go on in the next piece; at the end of the file it is whole.
        stop = len(text) if last else text.rfind(b"\nE ") + 1
        if head is not None and stop and text[:stop].strip():
            if text.find(_AGAIN, 0, stop) >= 0:
                raise InputError(
                    f"{where} holds several listings, one put behind the other: give one file for each"
                )
            yield Block(head, text[:stop], line, event)
            line += text.count(b"\n", 0, stop)
            event += text.count(b"\nE ", 0, stop) + 1
            text = text[stop:]
        if last:
            break
        if len(text) > LARGEST:
            raise too_large(path, f"event {event}" if head else "what stands before the first event")
        try:
            more = next(chunks)
        except StopIteration:
            last = True
            if not tail.endswith(_END):
                raise InputError(
                    f"{where} is truncated: it does not end with '{_END.decode()}'; copy it again"
                ) from None
            continue
        if more.strip():
            tail = (tail + more).rstrip()[-_TAIL:]
        text += more
    if head is None:
        raise InputError(f"{where} holds no event: {ALLOWED}")


def _check_head(where: str, head: bytes) -> None:
    if not head:
        raise InputError(f"{where} is empty: {ALLOWED}")
    if b"HepMC::IO_GenEvent" in head or head.startswith(b"HepMC::Version 2"):
        raise InputError(f"{where} is in HepMC2 format, which is not read: {ALLOWED}")
    if not head.startswith(_VERSION) or _START not in head:
        raise InputError(f"{where} is not HepMC3 ascii (no 'HepMC::Version 3' header): {ALLOWED}")


class Event:
    """One event while its lines come in; ValueError says what is wrong with one."""

    def __init__(self, line: str) -> None:
        words = line.split()
        self.count = _whole(words[3])
        self.position = _point(words[5:9]) if len(words) > 4 else (0.0,) * 4
        self.scale, self.length = 0.0, 0.0
        self.weights: list[float] = []
        self.cross_section: float | None = None
        # Particles count from 1; entry 0 is none.
        self.code, self.status = [0], [0]
        self.numbers: list[Row] = [()]
        self.source = [0]
        self.vertices: dict[int, tuple[int, Point | None]] = {}
        self.incoming: dict[int, list[int]] = {}
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
        number, source = _whole(words[1]), _whole(words[2])
        code = _whole(words[3])
        if number != len(self.code) or len(words) != 10 or abs(code) >= _LARGEST_CODE:
            raise ValueError(f"a particle line {' '.join(words)[:40]!r}")
        if source >= number or (source < 0 and source not in self.vertices):
            raise ValueError(f"particle {number} comes from {source}, which is not there")
        px, py, pz, energy, mass = (float(word) for word in words[4:9])
        self.code.append(code)
        self.status.append(_whole(words[9]))
        self.numbers.append((mass, px, py, pz, energy))
        self.source.append(source)
        if source > 0:
            self.end.setdefault(source, 0)

    def _vertex(self, text: str) -> None:
        left, _, rest = text.partition("[")
        inside, closed, after = rest.partition("]")
        number = _whole(left.split()[1])
        incoming = [_whole(word) for word in inside.split(",") if word.strip()]
        if number >= 0 or not closed or any(not 0 < one < len(self.code) for one in incoming):
            raise ValueError(f"a vertex line {text[:40]!r}")
        words = after.split()
        self.vertices[number] = (incoming[0] if incoming else 0, _point(words[1:]) if words else None)
        self.incoming[number] = incoming
        for one in incoming:
            self.end[one] = number

    def mother(self, particle: int) -> int:
        """Return the number of the first particle that it comes from, 0 if there is none."""
        source = self.source[particle]
        return source if source >= 0 else self.vertices[source][0]

    def starts(self) -> list[Point]:
        """Return where each particle begins: its vertex, or where the next ancestor with a point does."""
        out: list[Point] = [self.position]
        for particle in range(1, len(self.code)):
            source = self.source[particle]
            point = self.vertices[source][1] if source < 0 else None
            out.append(out[self.mother(particle)] if point is None else point)
        return out

    def momentum(self, particle: int) -> Row:
        """Return mass, px, py, pz and E in GeV."""
        return tuple(value * self.scale for value in self.numbers[particle])

    def place(self, point: Point) -> Point:
        """Return a point of this event in mm and ns."""
        x, y, z, t = (value * self.length for value in point)
        return x, y, z, t / SPEED_OF_LIGHT

    def check(self) -> None:
        """Raise ValueError if lines are missing."""
        if len(self.code) - 1 != self.count:
            raise ValueError(f"{len(self.code) - 1} particles where {self.count} are announced")
        if not self.scale:
            raise ValueError("no line of units")
        if any(self.mother(i) >= i for i in range(1, len(self.code))):
            raise ValueError("a particle that comes from a later one")


def _whole(word: str) -> int:
    if len(word) > _LONGEST:
        raise ValueError(f"a number of {len(word)} digits")
    value = int(word)
    if abs(value) >= 2**63:
        raise ValueError(f"the number {word}, which no integer column can hold")
    return value


def _point(words: list[str]) -> Point:
    x, y, z, t = (float(word) for word in words)
    return x, y, z, t


def weight_names(head: list[str]) -> list[str]:
    """Return the names of weights that the lines before the first event give."""
    names: list[str] = []
    for line in head:
        if line.startswith("W "):
            names = line[2:].split("\\|")
    return names


def read_lines(path: Path, data: bytes, line: int = 0, number: int = 0) -> Iterator[tuple[Event, list[str]]]:
    """Yield every event of a text (`Block.data`), checked, with the names of the weights.

    Parameters
    ----------
    path
        The file, for messages.
    data
        Header and events.
    line, number
        Lines of the file before the text that are not in it, and events before it.

    Raises
    ------
    InputError
        The file is damaged or empty.
    """
    where = label(path)
    head: list[str] = []
    names: list[str] = []
    event: Event | None = None
    begun = 0
    try:
        for text in data.decode("utf-8", errors="replace").splitlines():
            line += 1
            if text.startswith("E "):
                if event is None:
                    names = weight_names(head)
                else:
                    event.check()
                    yield event, names
                begun += 1
                event = Event(text)
            elif event is None:
                head.append(text)
            elif not text.startswith("HepMC::") and text.strip():
                event.line(text)
        if event is not None:
            event.check()
            yield event, names
    except (ValueError, IndexError) as error:
        # Python's own sentences on bad numbers hold the text of the file: keep them short.
        reason = "words are missing" if isinstance(error, IndexError) else str(error)[:120]
        raise InputError(
            f"{where} is damaged at line {line} (event {number + max(begun - 1, 0)}): {reason}"
        ) from None
    if begun == 0:
        raise InputError(f"{where} holds no event: {ALLOWED}")
