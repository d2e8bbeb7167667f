"""Where a signal B meson comes from: an Upsilon(4S) made here, or a pair of a file, whose other B stays."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.collider import Collider
from trigemu.collider.signals.b_models import BSignal
from trigemu.collider.signals.collision import FIRST_STEP, energies, spot
from trigemu.collider.signals.pair_production import back_to_back
from trigemu.errors import InputError
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.event_energy import check_energy
from trigemu.physics.event_rows import EventRows
from trigemu.physics.event_weights import chosen
from trigemu.physics.final_codes import check_codes
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.vectors import decay_vertex, direction

ORIGIN_STEPS = 4
"""Steps of random numbers, from the first on, that belong to the B's origin."""

_PIECE = 100_000
"""Events that are looked at together."""

_CTAU = {521: 0.4907, 511: 0.4531}


class SignalB(NamedTuple):
    """Signal B mesons, one per event, in the laboratory.

    Attributes
    ----------
    momentum, mass
        float64[n, 4] and float64[n], GeV.
    point
        float64[n, 4], where it decays, mm and ns.
    sign
        int64[n], of its PDG code.
    others
        What else the events have.
    """

    momentum: F64
    mass: F64
    point: F64
    sign: I64
    others: list[Particles]


class Origin(Protocol):
    """Makes signal B mesons."""

    def draw(self, draws: Draws, index: I64) -> SignalB:
        """Return the B mesons of events ``index``."""
        ...


def origin_of(table: BSignal, collider: Collider) -> Origin:
    """Return what makes the signal B mesons of a table.

    Raises
    ------
    InputError
        ``other_b`` is bad or not of the right B mesons.
    """
    return _Native(table, collider) if table.other_b is None else _FromFile(table, collider, table.other_b)


class _Native:
    """Signal B mesons from Upsilon(4S) at rest: sin^2 theta in the CM; nothing else."""

    def __init__(self, table: BSignal, collider: Collider) -> None:
        self._table, self._beams = table, collider.beams

    def draw(self, draws: Draws, index: I64) -> SignalB:
        table = self._table
        total = energies(table, self._beams, draws, index)
        step = draws.step(FIRST_STEP)

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            u = step.uniform(index[at], attempt)
            c = 2.0 * u[:, 0] - 1.0
            return c, 1.0 - c * c - u[:, 1]

        c = accept_reject(index, propose, "Upsilon(4S) -> B B")
        u = draws.step(FIRST_STEP + 1).uniform(index)
        momentum, _ = back_to_back(total, table.heavy, table.heavy, direction(c, u[:, 0]))
        momentum = self._beams.to_lab(momentum)
        u_flight = draws.step(FIRST_STEP + 2).uniform(index)
        origin = spot(table, draws, index)
        point = decay_vertex(momentum, table.heavy, _CTAU[table.parent], origin, u_flight[:, 0])
        sign = np.where(u[:, 1] < 0.5, 1, -1)
        return SignalB(momentum, np.full(len(index), table.heavy), point, sign, [])


class _FromFile:
    """Events of B pairs of a file, in which one B is replaced."""

    def __init__(self, table: BSignal, collider: Collider, path: str) -> None:
        self._table = table
        self._file = file = read_events(path)
        check_energy(file.name, file.energies, collider.sqrt_s, collider.beams.total, lab=True)
        check_codes(file.name, file.codes)
        lightest = _lightest(file.primary_rows, table.parent)
        if lightest is None:
            raise InputError(
                f"{file.name} (other_b) is not of B pairs: every event must be two mesons of PDG code "
                f"{table.parent} and what they decay to"
            )
        if table.mass >= lightest - table.beside:
            raise InputError(
                f"{file.name} (other_b) has B mesons of {lightest:.6g} GeV: mass must be below "
                f"{lightest - table.beside:.6g} GeV, not {table.mass:.6g}"
            )
        weight = chosen(file.name, file.weights, file.weight_names, "", len(file))
        if weight is not None and (weight < 0.0).any():
            raise InputError(
                f"{file.name} (other_b): {int((weight < 0.0).sum())} events have negative weights, from which the "
                "other B cannot be drawn; give a file without them"
            )
        self._cumulative = None if weight is None else np.cumsum(weight) / weight.sum()

    def draw(self, draws: Draws, index: I64) -> SignalB:
        file = self._file
        u = draws.step(FIRST_STEP).uniform(index)
        size = len(file)
        if self._cumulative is None:
            event = np.minimum((u[:, 0] * size).astype(np.int64), size - 1)
        else:
            event = np.minimum(np.searchsorted(self._cumulative, u[:, 0], side="right"), size - 1)
        side = (u[:, 1] < 0.5).astype(np.int64)
        origin = spot(self._table, draws, index)
        final, primary = file.final_rows.take(event)
        other = final.select(primary != side[final.event])
        kept = make_particles(
            index[other.event],
            other.pdg,
            other.mass,
            other.momentum,
            other.point + origin[other.event],
            other.mother,
        )
        b = file.primary_rows.take(event)[0].select(2 * np.arange(len(index)) + side)
        return SignalB(b.momentum, b.mass, b.point + origin, np.sign(b.pdg).astype(np.int64), [kept])


def _lightest(rows: EventRows, parent: int) -> float | None:
    """Return the least mass (GeV); None unless every event is two particles of a kind."""
    if not (np.diff(rows.offsets) == 2).all():
        return None
    least = np.inf
    for first in range(0, len(rows), _PIECE):
        pair, _ = rows.take(np.arange(first, min(first + _PIECE, len(rows))))
        if (np.abs(pair.pdg) != parent).any():
            return None
        least = min(least, float(pair.mass.min()))
    return least
