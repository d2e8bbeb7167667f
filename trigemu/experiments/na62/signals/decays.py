"""Decays of long-lived particles from the dump, in the volume: momenta, vertices and what they decay to."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from trigemu.arrays import F32, F64, I8
from trigemu.errors import InputError, RunError
from trigemu.experiments.na62.detector.geometry import FIDUCIAL_Z, TAX_SOURCE
from trigemu.experiments.na62.detector.transport import EVENT_PLANE_MM
from trigemu.experiments.na62.signals.cone import detector_cone
from trigemu.experiments.na62.signals.final_states import FinalState
from trigemu.experiments.na62.signals.long_lived import LongLived
from trigemu.experiments.na62.signals.state_table import BOUND, ELEMENT, FIRST, SECOND, UP_TO, StateTable
from trigemu.jit import kernel
from trigemu.physics import constants
from trigemu.physics.decay import truncated_exponential
from trigemu.physics.draw import draw_momentum
from trigemu.physics.flight import Flight
from trigemu.physics.forward import biased
from trigemu.physics.kinematics import decay_daughter, from_rest_frame
from trigemu.physics.pair_decay import pair_decay
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.production import Cells, Producer, Tables
from trigemu.physics.purpose import Purpose
from trigemu.physics.rng import Int, stream, uniform2
from trigemu.physics.steered import Steering, steer

_SOURCE_X, _SOURCE_Y, _SOURCE_Z = TAX_SOURCE
_NEAR_Z, _FAR_Z = FIDUCIAL_Z
_C = constants.SPEED_OF_LIGHT


@kernel
def _generate(
    seed: Int,
    frame: Int,
    purpose: Int,
    first: Int,
    tables: Tables,
    steering: Steering,
    states: F64,
    four: F64,
    point: F64,
    parent: F32,
    weight: F64,
    state: I8,
) -> int:
    # Row k of four[i] (px, py, pz, E) and point[i] (x, y, z, t) is daughter k of decay i; where there are three, row 0
    # is what decays, and row 1 begins with the uniforms for the direction (see _to_pairs).
    rows, channels, constant, cutoff = tables
    bins, axes = steering
    m, slope = constant[0], constant[3]
    points = 0
    for i in range(parent.shape[0]):
        index = first + i
        qx, qy, qz, used, weight[i] = draw_momentum(
            seed, frame, purpose, index, rows, channels, constant, cutoff
        )
        if used == 0:
            return -1
        points += used
        u_vertex, u_state = uniform2(seed, frame, purpose, index, 0)
        u, v = uniform2(seed, frame, purpose, index, 1)
        u_vertex, u, v, share = steer(qx, qy, qz, bins, axes, u_vertex, u, v)
        weight[i] *= share
        depth = truncated_exponential(u_vertex, slope * qz, _FAR_Z - _NEAR_Z)
        flown = _NEAR_Z - _SOURCE_Z + depth
        momentum = math.sqrt(qx * qx + qy * qy + qz * qz)
        slowness = math.sqrt(1.0 + (m / momentum) ** 2)
        time = (flown * momentum / qz * slowness - (EVENT_PLANE_MM - _SOURCE_Z)) / _C
        for k in range(four.shape[1]):
            start = point[i, k]
            start[0] = _SOURCE_X + qx / qz * flown
            start[1] = _SOURCE_Y + qy / qz * flown
            start[2] = _SOURCE_Z + flown
            start[3] = time
        chosen = 0
        while chosen + 1 < len(states) and u_state >= states[chosen, UP_TO]:
            chosen += 1
        state[i] = chosen
        mass, other_mass = states[chosen, FIRST], states[chosen, SECOND]
        one, two = four[i, 0], four[i, 1]
        if states[chosen, BOUND] > 0.0:
            one[0], one[1], one[2], one[3] = qx, qy, qz, math.sqrt(momentum * momentum + m * m)
            two[0], two[1] = u, v
        else:
            px, py, pz, energy = decay_daughter(qx, qy, qz, m, mass, other_mass, u, v)
            one[0], one[1], one[2], one[3] = px, py, pz, energy
            two[0], two[1], two[2] = qx - px, qy - py, qz - pz
            two[3] = math.sqrt(momentum * momentum + m * m) - energy
        parent[i, 0] = momentum
        parent[i, 1] = _NEAR_Z + depth
    return points


@kernel
def _to_pairs(
    seed: Int, frame: Int, purpose: Int, first: Int, m: float, states: F64, four: F64, state: I8
) -> bool:
    # Puts three daughters where _generate left what decays; False if one decay found none.
    for i in range(len(state)):
        row = states[state[i]]
        if row[BOUND] == 0.0:
            continue
        one, two, rest = four[i, 0], four[i, 1], four[i, 2]
        qx, qy, qz, whole = one[0], one[1], one[2], one[3]
        index = first + i
        ax, ay, az, ae, bx, by, bz, be = pair_decay(
            seed, frame, purpose, index, m, row[FIRST], row[SECOND], row[ELEMENT:], two[0], two[1]
        )
        if ae == 0.0:
            return False
        one[0], one[1], one[2], one[3] = from_rest_frame(ax, ay, az, ae, qx, qy, qz, m)
        two[0], two[1], two[2], two[3] = from_rest_frame(bx, by, bz, be, qx, qy, qz, m)
        rest[0], rest[1] = qx - one[0] - two[0], qy - one[1] - two[1]
        rest[2], rest[3] = qz - one[2] - two[2], whole - one[3] - two[3]
    return True


def flight_of(mass: float, ctau: float) -> Flight:
    """Return how a particle of this mass (GeV) and lifetime (ctau in mm) flies from the dump to the volume."""
    return Flight(_NEAR_Z - _SOURCE_Z, _FAR_Z - _SOURCE_Z, mass, ctau)


class DecaySource:
    """Decays of one signal: a pure function of (seed, frame, index).

    Decays are distributed as production times the probability to decay inside the fiducial volume (105-180 m).
    What decays is not polarised: two daughters are isotropic.

    Parameters
    ----------
    model
        The signal's table.
    seed
        Seed of the run.
    number
        Index of the signal's table in the configuration: signals do not share random numbers.
    flight
        The decay volume and lifetime.
    parts
        Where what decays comes from.
    states
        What it decays to.
    nothing
        What to say if nothing decays in the volume.
    pt_max, cutoff
        See `trigemu.physics.production.Producer.build`.

    Raises
    ------
    InputError
        Nothing decays in the volume.

    Attributes
    ----------
    model, flight
        See above.
    producer
        The tables of production.
    """

    def __init__(
        self,
        model: LongLived,
        seed: int,
        number: int,
        *,
        flight: Flight,
        parts: list[Cells],
        states: list[FinalState],
        nothing: str,
        pt_max: float = 0.0,
        cutoff: float | None = None,
    ) -> None:
        self.model, self.flight = model, flight
        bias = partial(biased, cone=detector_cone(states)) if model.forward else None
        try:
            self.producer = Producer.build(flight, parts, model.p_min, pt_max, cutoff, bias)
        except ValueError:
            raise InputError(nothing) from None
        self._seed = np.uint64(seed)
        self._purpose = stream(Purpose.SIGNAL, number)
        self._states = StateTable.of(model.mass, states)

    def accepted_weight(self, n: int = 10_000) -> float:
        """Return particles per proton and squared coupling times decay probability.

        In the long-lived limit the probability is in units of GeV / p.  Estimated from how often ``n`` draws are
        accepted: a relative error of about 1 / sqrt(n).
        """
        points, _, _, _, weight, _ = self._draw(0, 0, n)
        return self.producer.drawn_weight * float(weight.sum()) / points

    def _draw(self, frame: int, first: int, n: int) -> tuple[int, F64, F64, F32, F64, I8]:
        """Return attempts (-1: an index found none), momenta, points, parents' p and z, weights, final states."""
        t = self._states
        most = t.codes.shape[1]
        four, point, parent = np.zeros((n, most, 4)), np.zeros((n, most, 4)), np.zeros((n, 2), np.float32)
        weight, state = np.empty(n), np.empty(n, np.int8)
        address = (self._seed, frame, self._purpose, first)
        tables, steering = self.producer.tables, self.producer.steering
        points = _generate(*address, tables, steering, t.numbers, four, point, parent, weight, state)
        if t.threes and not _to_pairs(*address, self.model.mass, t.numbers, four, state):
            points = -1
        return points, four, point, parent, weight, state

    def sample(self, frame: int, n: int, *, first: int = 0) -> tuple[Particles, F32, F32]:
        """Return n decays.

        Parameters
        ----------
        frame
            Frame number; part of the address.
        n
            How many.
        first
            Index of the first: ``sample(f, 5)`` ends as ``sample(f, 2, first=3)`` does.

        Returns
        -------
        particles
            The daughters of each decay, in the order of its final state; ``weight`` is what each decay counts, at
            most 1.
        momentum, vertex_z
            float32[n]: momentum of what decays in GeV, z of the decay in mm.

        Raises
        ------
        RunError
            No decay was found after a million attempts for one index.
        """
        points, four, point, parent, weight, state = self._draw(frame, first, n)
        if points < 0:
            raise RunError(
                f"signal {self.model.label or self.model.mass}: sampling found no decay in the volume"
            )
        daughters = self._particles(four, point, weight, state)
        return daughters, np.ascontiguousarray(parent[:, 0]), np.ascontiguousarray(parent[:, 1])

    def _particles(self, four: F64, point: F64, weight: F64, state: I8) -> Particles:
        n, most = four.shape[:2]
        event = np.repeat(np.arange(n), most)
        pdg, mass = self._states.daughters(state)
        momentum, place = four.reshape(-1, 4), point.reshape(-1, 4)
        if not self._states.full:
            there = pdg != 0
            mass = mass[there] if isinstance(mass, np.ndarray) else mass
            event, pdg, momentum, place = event[there], pdg[there], momentum[there], place[there]
        return make_particles(event, pdg, mass, momentum, place, weight=weight)
