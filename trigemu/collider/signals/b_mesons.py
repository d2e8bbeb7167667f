"""B -> K S and B -> K* S with a long-lived scalar; the other B comes from a file or is absent.

Everything is decayed where the B rests, flight of S included, and boosted.  Sources: signals_facts 5.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.collider import Collider
from trigemu.collider.signals.acceptance import all_of
from trigemu.collider.signals.collision import (
    FIRST_STEP,
    Sampled,
    boosted,
    draws_of,
    energies,
    spot,
)
from trigemu.collider.signals.models import BtoKS
from trigemu.collider.signals.pair_production import back_to_back
from trigemu.errors import InputError
from trigemu.physics import constants
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.event_energy import check_energy
from trigemu.physics.event_rows import EventRows
from trigemu.physics.event_weights import chosen
from trigemu.physics.final_codes import check_codes
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.line_shapes import PWave, breit_wigner
from trigemu.physics.particles import Particles, make_particles, merge
from trigemu.physics.vectors import along, decay_vertex, direction, isotropic, momentum_of_two, two_body_decay

SCALAR = 9900035
"""PDG code of S."""

_PIECE = 100_000
"""Events that are looked at together."""

_CTAU = {521: 0.4907, 511: 0.4531}
_KAON, _PION = constants.mass(constants.KAON), constants.mass(constants.PION)
_K_STAR = PWave(0.89556, 0.0471, _KAON, _PION)
_K_STAR_LEAST, _K_STAR_MOST = _KAON + _PION + 1e-3, 1.2
_K_STAR_BOUND = 1.02 * float(_K_STAR.over_constant(np.linspace(_K_STAR_LEAST, _K_STAR_MOST, 400)).max())


class _Native:
    """Signal B mesons from Upsilon(4S) at rest: sin^2 theta in the CM; nothing else."""

    def __init__(self, table: BtoKS, collider: Collider) -> None:
        self._table, self._beams = table, collider.beams

    def draw(self, draws: Draws, index: I64) -> tuple[F64, F64, F64, I64, list[Particles]]:
        """Return momentum, mass, decay point (laboratory) and sign of the B; other particles."""
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
        return momentum, np.full(len(index), table.heavy), point, sign, []


class _FromFile:
    """Events of B pairs of a file, in which one B is replaced."""

    def __init__(self, table: BtoKS, collider: Collider, path: str) -> None:
        self._table = table
        self._file = file = read_events(path)
        check_energy(file.name, file.energies, collider.sqrt_s, collider.beams.total, lab=True)
        check_codes(file.name, file.codes)
        if not _are_pairs(file.primary_rows, table.parent):
            raise InputError(
                f"{file.name} (other_b) is not of B pairs: every event must be two mesons of PDG code "
                f"{table.parent} and what they decay to"
            )
        weight = chosen(file.name, file.weights, file.weight_names, "", len(file))
        if weight is not None and (weight < 0.0).any():
            raise InputError(
                f"{file.name} (other_b): {int((weight < 0.0).sum())} events have negative weights, from which the "
                "other B cannot be drawn; give a file without them"
            )
        self._cumulative = None if weight is None else np.cumsum(weight) / weight.sum()

    def draw(self, draws: Draws, index: I64) -> tuple[F64, F64, F64, I64, list[Particles]]:
        """Return momentum, mass, decay point (laboratory) and sign of the B; particles of the other."""
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
        return b.momentum, b.mass, b.point + origin, np.sign(b.pdg), [kept]


def _are_pairs(rows: EventRows, parent: int) -> bool:
    """Return whether every event is two particles of a kind."""
    if not (np.diff(rows.offsets) == 2).all():
        return False
    pieces = (np.arange(first, min(first + _PIECE, len(rows))) for first in range(0, len(rows), _PIECE))
    return all(bool((np.abs(rows.take(piece)[0].pdg) == parent).all()) for piece in pieces)


class BMesonSampler:
    """Events with B -> K S or K*0 S.

    Parameters
    ----------
    table
        The table.
    collider
        Where it happens.
    seed, number
        Seed of the run; sub-stream of the table.

    Raises
    ------
    InputError
        ``other_b`` is bad or not of the right B mesons.
    """

    cross_section_nb = None

    def __init__(self, table: BtoKS, collider: Collider, seed: int, number: int) -> None:
        self._table, self._acceptance = table, collider.acceptance
        self._seed, self._number = seed, number
        self._origin = (
            _Native(table, collider) if table.other_b is None else _FromFile(table, collider, table.other_b)
        )

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        table, index = self._table, np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        momentum, heavy, point, sign, others = self._origin.draw(draws, index)
        parts = self._decay(draws, index, heavy, sign)
        made = boosted(parts, momentum[:, :3][parts.event] / momentum[:, 3:][parts.event]).moved(point)
        is_daughter = made.mother == SCALAR
        first = np.flatnonzero(is_daughter)[::2]
        there = made.point[first]
        flown = there - point
        radius = np.hypot(flown[:, 0], flown[:, 1])
        accepted = all_of(made, is_daughter, self._acceptance.in_tracker(made.momentum), 2)
        accepted &= np.hypot(there[:, 0], there[:, 1]) < table.radius_max
        return Sampled(merge([made, *others], n), accepted.astype(np.uint8), radius.astype(np.float32))

    def _kaon_mass(self, draws: Draws, index: I64, heavy: F64) -> F64:
        """Return masses of K*0: P-wave line shape times the cube of its momentum, as it is longitudinal."""
        scalar = self._table.mass
        high = np.minimum(heavy - scalar - 1e-4, _K_STAR_MOST)
        fastest = momentum_of_two(heavy, _K_STAR_LEAST, scalar)

        def weight(m: F64, at: I64) -> F64:
            momentum = momentum_of_two(heavy[at], m, scalar) / fastest[at]
            return np.asarray(_K_STAR.over_constant(m) / _K_STAR_BOUND * momentum**3)

        return breit_wigner((_K_STAR.pole, _K_STAR.width), _K_STAR_LEAST, high, weight, draws, index)

    def _decay(self, draws: Draws, index: I64, heavy: F64, sign: I64) -> Particles:
        """Return K or K pi and the daughters of S in the B's rest frame, B at the origin."""
        table = self._table
        n = len(index)
        rest = np.zeros((n, 4))
        rest[:, 3] = heavy
        origin = np.zeros((n, 4))
        step = FIRST_STEP + 4
        axis = isotropic(draws.step(step).uniform(index))
        star = table.parent == 511
        kaon_mass: F64 = np.full(n, _KAON)
        if star:
            kaon_mass = self._kaon_mass(draws.step(step + 1), index, heavy)
        kaon, scalar = two_body_decay(rest, heavy, kaon_mass, table.mass, axis)
        parts = []
        b_code = sign * table.parent
        if star:
            u = draws.step(step + 2).uniform(index)
            # Longitudinal K*: the kaon's angle goes as cos^2.
            c = np.cbrt(2.0 * u[:, 0] - 1.0)
            four = np.zeros((n, 4))
            four[:, :3] = direction(c, u[:, 1])
            first, second = two_body_decay(kaon, kaon_mass, _KAON, _PION, along(axis, four)[:, :3])
            # B0 -> K*0 -> K+ pi-.
            parts.append(make_particles(index, sign * constants.KAON, _KAON, first, mother=sign * 313))
            parts.append(make_particles(index, -sign * constants.PION, _PION, second, mother=sign * 313))
        else:
            parts.append(make_particles(index, sign * constants.KAON, _KAON, kaon, mother=b_code))
        u_flight = draws.step(step + 3).uniform(index)
        point = decay_vertex(scalar, table.mass, table.ctau, origin, u_flight[:, 0])
        mass = constants.mass(table.final)
        pair = isotropic(draws.step(step + 4).uniform(index))
        minus, plus = two_body_decay(scalar, table.mass, mass, mass, pair)
        code = table.final if table.final in (constants.ELECTRON, constants.MUON) else -table.final
        parts.append(make_particles(index, code, mass, minus, point, SCALAR))
        parts.append(make_particles(index, -code, mass, plus, point, SCALAR))
        return merge(parts, n)
