"""Particles from HepMC3 ascii files (plain or gzipped), checked at the door.

A file is read whole before anything of it is used: a torn, foreign or empty one never gets into a run.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import numpy as np

from trigemu.arrays import F64
from trigemu.errors import InputError
from trigemu.physics.event_text import label, signature
from trigemu.physics.event_weights import WeightBuilder, chosen
from trigemu.physics.final_codes import FinalCodes, check_partons
from trigemu.physics.hepmc_ascii import ALLOWED, BEAM, FINAL
from trigemu.physics.hepmc_table import Table, read_tables
from trigemu.physics.particles import Particles, join, make_particles, read_only

BEAM_TOLERANCE = 0.01
"""How far a beam's energy may be from what is wanted, as a fraction."""

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
        The file is missing, torn, foreign, damaged or empty, has no such particle, negative weights or final
        partons.
    """
    file = Path(path)
    return _read(file, tuple(sorted(set(pdgs))), *signature(file, ALLOWED))[0]


def check_beam(path: str | Path, pdgs: Collection[int], energy: float) -> None:
    """Refuse a file whose faster beam is not one of this energy (GeV) along +z, on a target.

    ``path`` and ``pdgs`` are those of `read`, so that the file is read only once.

    Raises
    ------
    InputError
        See `read`; or an event lists another beam (one that lists none is taken).
    """
    file = Path(path)
    _, (low, high) = _read(file, tuple(sorted(set(pdgs))), *signature(file, ALLOWED))
    if low < (1.0 - BEAM_TOLERANCE) * energy or high > (1.0 + BEAM_TOLERANCE) * energy:
        raise InputError(
            f"{label(file)}: its beams have p_z of {low:.5g} to {high:.5g} GeV; a beam of {energy:.5g} GeV along +z on "
            "a target is wanted"
        )


def _of(table: Table, pdgs: tuple[int, ...], where: str) -> Particles:
    # A copy (a particle that "decays" to itself) is counted once, the last time.
    rows = np.flatnonzero(np.isin(table.code, pdgs) & ~table.copied)
    momentum, start = table.momentum[rows], table.start[rows]
    if not (np.isfinite(momentum).all() and np.isfinite(start[:, :3]).all()):
        raise InputError(f"{where} is damaged: a momentum or vertex is not a finite number")
    event = np.searchsorted(table.offsets, rows, side="right") - 1
    four, weight = np.ascontiguousarray(momentum[:, 1:]), np.ones(len(table))
    return make_particles(event, table.code[rows], momentum[:, 0].copy(), four, start, weight=weight)


def _along(table: Table) -> F64:
    """Return the p_z of the faster beam of each event that lists beams, GeV."""
    rows = np.flatnonzero(table.status == BEAM)
    event = np.searchsorted(table.offsets, rows, side="right") - 1
    order = np.lexsort((table.momentum[rows, 4], event))
    last = np.flatnonzero(np.append(np.diff(event[order]), 1)) if len(rows) else order
    return np.asarray(table.momentum[rows[order[last]], 3])


@lru_cache(maxsize=4)
def _read(
    path: Path, pdgs: tuple[int, ...], size: int, changed: int
) -> tuple[Particles, tuple[float, float]]:
    where = label(path)
    parts: list[Particles] = []
    weights: WeightBuilder | None = None
    codes, events, found = FinalCodes(), 0, 0
    low, high = math.inf, -math.inf
    for table in read_tables(path):
        final = np.flatnonzero((table.status == FINAL) & ~table.ended)
        codes.add(table.code[final], np.searchsorted(table.offsets, final, side="right") - 1, events)
        beams = _along(table)
        low, high = min(low, float(beams.min(initial=np.inf))), max(high, float(beams.max(initial=-np.inf)))
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
    return read_only(made), (low, high)
