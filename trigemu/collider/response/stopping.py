"""One particle in an instrumented iron yoke: how far it comes, and which layers it crosses.

Plan.  In front of the iron a charged particle loses energy in calorimeter and coil; a pion or kaon may decay to a muon
before.  In the yoke it goes on layer by layer (`yoke`) until its energy is used up.  A hadron interacts after an
exponential depth; its shower reaches some layers further.

Lengths in mm, energies in GeV, depths in interaction lengths of pions.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.response.config import Muons
from trigemu.collider.response.energy_loss import slowed
from trigemu.collider.response.helix import Track, direction, path, position
from trigemu.collider.response.yoke import (
    Shape,
    Yoke,
    barrel_crossing,
    calorimeter_arc,
    end_crossing,
    incidence,
    leave_field,
    side_at,
)
from trigemu.jit import inlined
from trigemu.physics.constants import KAON, MUON, PARTICLES, PION
from trigemu.physics.rng import Int, normal2, uniform2

Vector = tuple[float, float, float]
Address = tuple[Int, Int, int, int]
"""Seed, frame, event, and the first number of a particle's block."""

BARREL_BACKWARD, BARREL_FORWARD, END_BACKWARD, END_FORWARD = range(4)
"""Sections of a yoke; those of the barrel are told apart by the sign of z from the middle."""

DISTANCE, LOSS, DEPTH = range(3)
"""Columns of `layer_tables`: where a layer is, energy lost in front of it at minimum ionisation, and depth."""

_ELECTRON, _K_LONG, _NEUTRON = 11, 130, 2112
_MUON_MASS = PARTICLES[MUON].mass
# Decays to mu nu: mass of the parent, ctau in mm, branching ratio (PDG; kaon 63.6 %).
_PION = (PARTICLES[PION].mass, PARTICLES[PION].ctau, 1.0)
_KAON = (PARTICLES[KAON].mass, PARTICLES[KAON].ctau, 0.636)
_MUON_ID, _PION_ID, _KAON_ID = 13, 211, 321


class MuonNumbers(NamedTuple):
    """What kernels need of `Muons` besides the layers.  Energies in GeV, depths in interaction lengths of pions.

    ``barrel`` and ``end``: energy lost in front of the iron at minimum ionisation; ``barrel_depth`` and
    ``end_depth`` in front of the iron; ``plate_depth`` of an average iron plate.
    """

    barrel: float
    end: float
    straggling: float
    barrel_depth: float
    end_depth: float
    plate_depth: float
    shower_layers: float
    dead_edge_mm: float


def settings(config: Muons, yoke: Yoke) -> MuonNumbers:
    """Return the numbers that the kernels take."""
    return MuonNumbers(
        barrel=(config.calorimeter_mev + config.barrel_mev) * 1e-3,
        end=(config.calorimeter_mev + config.endcap_mev) * 1e-3,
        straggling=config.straggling,
        barrel_depth=config.calorimeter_lengths + config.coil_lengths,
        end_depth=config.calorimeter_lengths,
        plate_depth=yoke.plate / config.iron_length_mm,
        shower_layers=config.shower_layers,
        dead_edge_mm=config.dead_edge_mm,
    )


def layer_tables(config: Muons, yoke: Yoke) -> tuple[F64, F64, F64]:
    """Return the layers of the barrel, the backward and the forward end: float64[layers, 3] each."""

    def table(layers: F64) -> F64:
        distance, iron = layers.T
        loss = config.iron_mev_mm * iron * 1e-3
        return np.ascontiguousarray(np.stack([distance, loss, iron / config.iron_length_mm], axis=1))

    return table(yoke.barrel), table(yoke.backward), table(yoke.forward)


@inlined
def enters(pdg: int, charged: bool) -> bool:
    """Return whether a particle (code without sign) can come as far as the iron."""
    return pdg != _ELECTRON and (charged or pdg in (_K_LONG, _NEUTRON))


@inlined
def _decayed(momentum: float, parent: tuple[float, float, float], way: float, u: float, v: float) -> float:
    # Momentum of the muon if the parent decays to mu nu within `way`, else 0.  Its direction is kept.
    mass, ctau, branching = parent
    if u >= branching * (1.0 - math.exp(-way * mass / (momentum * ctau))):
        return 0.0
    energy = math.sqrt(momentum * momentum + mass * mass)
    e_star = (mass * mass + _MUON_MASS * _MUON_MASS) / (2.0 * mass)
    p_star = (mass * mass - _MUON_MASS * _MUON_MASS) / (2.0 * mass)
    lab = (energy * e_star + momentum * p_star * (2.0 * v - 1.0)) / mass
    return math.sqrt(max(lab * lab - _MUON_MASS * _MUON_MASS, 0.0))


@inlined
def _state(kinetic: float, depth: float, begin: float, end: float, charged: bool) -> int:
    # 0 not seen here (a neutral particle before its shower), 1 seen, 2 nothing left.
    if depth >= begin:
        return 1 if depth < end else 2
    if charged:
        return 1 if kinetic > 0.0 else 2
    return 0


@inlined
def _through_iron(
    point: Vector,
    along: Vector,
    kinetic: float,
    mass: float,
    depth: float,
    shower: tuple[float, float],
    charged: bool,
    straggle: float,
    dead: float,
    shape: Shape,
    layers: tuple[F64, F64, F64],
    crossed: I64,
) -> int:
    # Layer by layer until nothing is left.
    begin, end = shower
    barrel, backward, forward = layers
    near = side_at(point[0], point[1], shape)
    n = 0
    for layer in range(len(barrel)):
        way, side, edge = barrel_crossing(point, along, barrel[layer, DISTANCE], near, shape)
        z = point[2] + way * along[2] - shape.centre
        if math.isnan(way) or abs(z) > shape.half_length:
            break
        near = side
        if barrel[layer, LOSS] > 0.0:
            angle = shape.normal + side * (2.0 * math.pi / shape.sides)
            cosine = along[0] * math.cos(angle) + along[1] * math.sin(angle)
            kinetic = slowed(kinetic, mass, barrel[layer, LOSS] * straggle / cosine)
            depth += barrel[layer, DEPTH] / cosine
        state = _state(kinetic, depth, begin, end, charged)
        if state == 2:
            return n
        if state == 1 and abs(z) < shape.module and edge > dead:
            crossed[n, 0] = BARREL_FORWARD if z > 0.0 else BARREL_BACKWARD
            crossed[n, 1], crossed[n, 2] = side, layer
            n += 1
    ahead = along[2] > 0.0
    planes = forward if ahead else backward
    for layer in range(len(planes)):
        way, door, radius = end_crossing(point, along, planes[layer, DISTANCE], shape)
        if math.isnan(way) or radius > shape.outer:
            break
        if radius < shape.inner:
            continue  # through the hole around the beam pipe
        if planes[layer, LOSS] > 0.0:
            kinetic = slowed(kinetic, mass, planes[layer, LOSS] * straggle / abs(along[2]))
            depth += planes[layer, DEPTH] / abs(along[2])
        state = _state(kinetic, depth, begin, end, charged)
        if state == 2:
            return n
        if state == 1:
            crossed[n, 0] = END_FORWARD if ahead else END_BACKWARD
            crossed[n, 1], crossed[n, 2] = door, layer
            n += 1
    return n


@inlined
def layers_crossed(
    track: Track,
    pdg: int,
    mass: float,
    momentum: float,
    muons: MuonNumbers,
    shape: Shape,
    layers: tuple[F64, F64, F64],
    purpose: int,
    address: Address,
    crossed: I64,
) -> int:
    """Return how many layers see a particle; rows of ``crossed`` are section, side or door, and layer.

    Parameters
    ----------
    track, pdg, mass, momentum
        The particle at its start; ``pdg`` without sign.
    muons, shape, layers
        See `settings`, `Shape`, `layer_tables`.
    purpose, address
        Random numbers; a particle uses three blocks.
    crossed
        int64[rows, 3] with a row for each layer of `Yoke.layers`.
    """
    seed, frame, event, block = address
    charged = track.omega != 0.0
    out, barrel = leave_field(track, shape)
    if math.isnan(out):
        return 0
    face = calorimeter_arc(track, out, barrel, shape.calorimeter_radius)
    cosine = incidence(track, 0.5 * (face + out), barrel)
    muon = pdg == _MUON_ID
    if charged and not muon and pdg in (_PION_ID, _KAON_ID):
        u, v = uniform2(seed, frame, purpose, event, block)
        parent = _PION if pdg == _PION_ID else _KAON
        left = _decayed(momentum, parent, path(face - track.start, track.tan_lambda), u, v)
        if left > 0.0:
            muon, mass, momentum = True, _MUON_MASS, left
    g, _ = normal2(seed, frame, purpose, event, block + 1)
    straggle = max(1.0 + muons.straggling * g, 0.1)
    begin, end = math.inf, math.inf
    if not muon:
        u, v = uniform2(seed, frame, purpose, event, block + 2)
        begin = -math.log(1.0 - u)
        end = begin - math.log(1.0 - v) * muons.shower_layers * muons.plate_depth
    kinetic = math.sqrt(momentum * momentum + mass * mass) - mass
    if charged:
        kinetic = slowed(kinetic, mass, (muons.barrel if barrel else muons.end) * straggle / cosine)
        if kinetic <= 0.0:
            return 0
    stretch = math.sqrt(1.0 + track.tan_lambda * track.tan_lambda)
    phi = direction(track.phi0, track.omega, out)
    along = (math.cos(phi) / stretch, math.sin(phi) / stretch, track.tan_lambda / stretch)
    point = position(track.d0, track.phi0, track.omega, track.z0, track.tan_lambda, out)
    depth = (muons.barrel_depth if barrel else muons.end_depth) / cosine
    return _through_iron(
        point,
        along,
        kinetic,
        mass,
        depth,
        (begin, end),
        charged,
        straggle,
        muons.dead_edge_mm,
        shape,
        layers,
        crossed,
    )
