"""Particles from HepMC3 ascii files (plain or gzipped), checked at the door.

A file is read whole before anything of it is used: a torn, foreign or empty one never gets into a run.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.errors import InputError
from trigemu.physics.event_file import read_bytes

F64 = NDArray[np.float64]

_VERSION = b"HepMC::Version 3."
_START = b"HepMC::Asciiv3-START_EVENT_LISTING"
_END = b"HepMC::Asciiv3-END_EVENT_LISTING"
ALLOWED = "give a HepMC3 ascii file (.hepmc3 or .hepmc3.gz)"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Chosen particles of a file, one row each, in file order.

    Attributes
    ----------
    events
        Events in the file.
    event
        int64[n], number of the event (from 0) that the particle is of.
    pdg
        int32[n], PDG code.
    px, py, pz, energy
        float64[n], GeV.
    mass
        float64[n], generated mass in GeV.
    x, y, z
        float64[n], production vertex in mm.
    """

    events: int
    event: NDArray[np.int64]
    pdg: NDArray[np.int32]
    px: F64
    py: F64
    pz: F64
    energy: F64
    mass: F64
    x: F64
    y: F64
    z: F64

    def __len__(self) -> int:
        return len(self.event)

    def take(self, rows: NDArray[np.bool_]) -> Sample:
        """Return the rows of a mask."""
        columns = (getattr(self, f.name)[rows] for f in fields(self)[1:])
        return Sample(self.events, *columns)


def read_text(path: Path) -> bytes:
    """Return the file's text, unpacked; InputError if it is absent, torn or not HepMC3 ascii."""
    where = f"event file {path}"
    data = read_bytes(path, ALLOWED)
    head = data[:4096].lstrip()
    if not head:
        raise InputError(f"{where} is empty: {ALLOWED}")
    if b"HepMC::IO_GenEvent" in head or head.startswith(b"HepMC::Version 2"):
        raise InputError(f"{where} is in HepMC2 format, which is not read: {ALLOWED}")
    if not head.startswith(_VERSION) or _START not in head:
        raise InputError(f"{where} is not HepMC3 ascii (no 'HepMC::Version 3' header): {ALLOWED}")
    if not data.rstrip().endswith(_END):
        raise InputError(f"{where} is truncated: it does not end with '{_END.decode()}'; copy it again")
    return data


def _rows(event: Any, units: Any, pdgs: frozenset[int]) -> tuple[Any, F64, F64]:
    """Return the chosen particles' codes, momenta (n x 5: px, py, pz, E, m; GeV) and vertices (n x 3, mm)."""
    event.set_units(units.GEV, units.MM)
    table = event.numpy.particles
    particles = event.particles
    keep = []
    vertices = []
    for i, code in enumerate(table.pid.tolist()):
        if code not in pdgs:
            continue
        particle = particles[i]
        end, begin = particle.end_vertex, particle.production_vertex
        # A copy (a particle that "decays" to itself) is counted once, the last time.
        if end is not None and any(child.pid == code for child in end.particles_out):
            continue
        keep.append(i)
        if begin is None:
            vertices.append((0.0, 0.0, 0.0))
        else:
            position = begin.position
            vertices.append((position.x, position.y, position.z))
    columns = (table.px, table.py, table.pz, table.e, table.generated_mass)
    momenta = np.stack([column[keep] for column in columns], axis=1)
    return table.pid[keep], momenta, np.array(vertices).reshape(-1, 3)


def read(path: str | Path, pdgs: Collection[int]) -> Sample:
    """Read the particles with the given codes from a HepMC3 ascii file.

    Parameters
    ----------
    path
        The file, plain or gzipped.
    pdgs
        PDG codes; ``211`` does not stand for ``-211``.

    Returns
    -------
    Sample
        Momenta in GeV, vertices in mm, whatever the file's units.  The same file is read only once per
        process.

    Raises
    ------
    InputError
        The file is missing, torn, foreign, damaged or empty, or has no such particle.
    """
    file = Path(path)
    try:
        stat = file.stat()
    except OSError:
        raise InputError(f"event file {file} does not exist: {ALLOWED}") from None
    return _read(file, tuple(sorted(set(pdgs))), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, pdgs: tuple[int, ...], size: int, changed: int) -> Sample:
    data = read_text(path)
    where = f"event file {path}"
    import pyhepmc

    wanted = frozenset(pdgs)
    numbers: list[NDArray[np.int64]] = []
    codes, momenta, vertices = [], [], []
    events = 0
    try:
        with pyhepmc.open(io.BytesIO(data), format="HepMC3") as reader:
            for event in reader:
                pid, momentum, vertex = _rows(event, pyhepmc.Units, wanted)
                numbers.append(np.full(len(pid), events))
                codes.append(pid)
                momenta.append(momentum)
                vertices.append(vertex)
                events += 1
    except (OSError, RuntimeError, ValueError, IndexError) as error:
        raise InputError(f"{where} is damaged after event {events}: {str(error).splitlines()[0]}") from None
    announced = data.count(b"\nE ")
    if announced == 0:
        raise InputError(f"{where} holds no event: {ALLOWED}")
    if events != announced:
        raise InputError(f"{where} is damaged: only {events} of its {announced} events can be read")
    p = np.concatenate(momenta)
    v = np.concatenate(vertices)
    if len(p) == 0:
        names = ", ".join(str(code) for code in pdgs)
        raise InputError(f"{where} has no particle with PDG code {names} in its {events} events")
    if not (np.isfinite(p).all() and np.isfinite(v).all()):
        raise InputError(f"{where} is damaged: a momentum or vertex is not a finite number")
    columns = (*(np.ascontiguousarray(c) for c in p.T), *(np.ascontiguousarray(c) for c in v.T))
    sample = Sample(events, np.concatenate(numbers), np.concatenate(codes).astype(np.int32), *columns)
    for f in fields(sample)[1:]:
        getattr(sample, f.name).setflags(write=False)
    return sample
