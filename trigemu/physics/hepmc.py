"""Particles from HepMC3 ascii files (plain or gzipped), checked at the door.

A file is read whole before anything of it is used: a torn, foreign or empty one never gets into a run.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import numpy as np

from trigemu.errors import InputError
from trigemu.physics.event_text import label, signature
from trigemu.physics.event_weights import WeightBuilder, chosen
from trigemu.physics.final_codes import FinalCodes, check_partons
from trigemu.physics.hepmc_ascii import ALLOWED, FINAL
from trigemu.physics.hepmc_table import Table, read_tables
from trigemu.physics.particles import Particles, join, make_particles, read_only

MOST = 1_000_000
"""Particles that are kept: enough for any pool to draw from.  Events beyond are checked but not used."""


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
        file's units; without mothers.  Of files with more than `MOST` of them: of the first events.  ``weight`` is the
        event's default weight, with a mean of 1.  The same file is read only once per process.

    Raises
    ------
    InputError
        The file is missing, torn, foreign, damaged or empty, has no such particle, weights whose sum is not positive,
        or final partons.
    """
    file = Path(path)
    return _read(file, tuple(sorted(set(pdgs))), *signature(file, ALLOWED))


def _of(table: Table, pdgs: tuple[int, ...], where: str) -> Particles:
    # A copy (a particle that "decays" to itself) is counted once, the last time.
    rows = np.flatnonzero(np.isin(table.code, pdgs) & ~table.copied)
    momentum, start = table.momentum[rows], table.start[rows]
    if not (np.isfinite(momentum).all() and np.isfinite(start[:, :3]).all()):
        raise InputError(f"{where} is damaged: a momentum or vertex is not a finite number")
    event = np.searchsorted(table.offsets, rows, side="right") - 1
    four, weight = np.ascontiguousarray(momentum[:, 1:]), np.ones(len(table))
    return make_particles(event, table.code[rows], momentum[:, 0].copy(), four, start, weight=weight)


@lru_cache(maxsize=4)
def _read(path: Path, pdgs: tuple[int, ...], size: int, changed: int) -> Particles:
    where = label(path)
    parts: list[Particles] = []
    weights: WeightBuilder | None = None
    codes, events, found = FinalCodes(), 0, 0
    for table in read_tables(path):
        final = np.flatnonzero((table.status == FINAL) & ~table.ended)
        codes.add(table.code[final], np.searchsorted(table.offsets, final, side="right") - 1, events)
        if weights is None:
            weights = WeightBuilder(where, table.names)
        weights.add(table.weight_offsets, table.weights, events)
        events += len(table)
        part = _of(table, pdgs, where)
        if found < MOST:
            parts.append(part)
            found += len(part)
    check_partons(where, codes)
    used = sum(part.events for part in parts)
    if not found or weights is None:
        names = ", ".join(str(code) for code in pdgs)
        raise InputError(f"{where} has no particle with PDG code {names} in its {events} events")
    made = join(parts)
    kept = weights.finish()
    weight = chosen(where, kept, weights.names, "", events)
    if weight is not None:
        weight = weight[:used]
        if (weight < 0.0).any() or not weight.any():
            raise InputError(
                f"{where}: {int((weight < 0.0).sum())} of its {events} events have negative weights, from which "
                "nothing can be drawn; give a file without them"
            )
        made.weight[:] = weight / weight.mean()
    return read_only(made)
