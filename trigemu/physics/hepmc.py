"""Particles from HepMC3 ascii files (plain or gzipped), checked at the door.

A file is read whole before anything of it is used: a torn, foreign or empty one never gets into a run.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64
from trigemu.errors import InputError
from trigemu.physics.hepmc_ascii import ALLOWED
from trigemu.physics.hepmc_table import read_table


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
    where = f"event file {path}"
    table = read_table(path)
    # A copy (a particle that "decays" to itself) is counted once, the last time.
    rows = np.flatnonzero(np.isin(table.code, pdgs) & ~table.copied)
    if not len(rows):
        names = ", ".join(str(code) for code in pdgs)
        raise InputError(f"{where} has no particle with PDG code {names} in its {len(table)} events")
    mass, px, py, pz, energy = table.momentum[rows].T.copy()
    x, y, z, _ = table.start[rows].T.copy()
    columns = (px, py, pz, energy, mass, x, y, z)
    if not all(np.isfinite(column).all() for column in columns):
        raise InputError(f"{where} is damaged: a momentum or vertex is not a finite number")
    event = np.searchsorted(table.offsets, rows, side="right") - 1
    sample = Sample(len(table), event, table.code[rows].astype(np.int32), *columns)
    for f in fields(sample)[1:]:
        getattr(sample, f.name).setflags(write=False)
    return sample
