"""Particles from HepMC3 ascii files (plain or gzipped), checked at the door.

A file is read whole before anything of it is used: a torn, foreign or empty one never gets into a run.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import numpy as np

from trigemu.errors import InputError
from trigemu.physics.hepmc_ascii import ALLOWED
from trigemu.physics.hepmc_table import read_table
from trigemu.physics.particles import Particles, make_particles, read_only


def read(path: str | Path, pdgs: Collection[int]) -> Particles:
    """Read the particles with the given codes from a HepMC3 ascii file.

    Parameters
    ----------
    path
        The file, plain or gzipped.
    pdgs
        PDG codes; ``211`` does not stand for ``-211``.

    Returns
    -------
    Particles
        Those of all events, in file order, where they start, with their generated mass: GeV, mm and ns, whatever the
        file's units; without mothers.  The same file is read only once per process.

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
def _read(path: Path, pdgs: tuple[int, ...], size: int, changed: int) -> Particles:
    where = f"event file {path}"
    table = read_table(path)
    # A copy (a particle that "decays" to itself) is counted once, the last time.
    rows = np.flatnonzero(np.isin(table.code, pdgs) & ~table.copied)
    if not len(rows):
        names = ", ".join(str(code) for code in pdgs)
        raise InputError(f"{where} has no particle with PDG code {names} in its {len(table)} events")
    momentum, start = table.momentum[rows], table.start[rows]
    if not (np.isfinite(momentum).all() and np.isfinite(start[:, :3]).all()):
        raise InputError(f"{where} is damaged: a momentum or vertex is not a finite number")
    event = np.searchsorted(table.offsets, rows, side="right") - 1
    four, weight = np.ascontiguousarray(momentum[:, 1:]), np.ones(len(table))
    made = make_particles(event, table.code[rows], momentum[:, 0].copy(), four, start, weight=weight)
    return read_only(made)
