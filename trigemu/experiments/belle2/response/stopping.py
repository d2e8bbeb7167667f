"""Hits of one particle in the iron yoke (KLM): how far it comes, and which planes see it."""

from __future__ import annotations

import math
from typing import NamedTuple

from trigemu.arrays import U16
from trigemu.collider.response.helix import Track, direction, path, position
from trigemu.experiments.belle2.purposes import Belle2Purpose
from trigemu.experiments.belle2.response.config import Muons
from trigemu.experiments.belle2.response.yoke import (
    BARREL_HALF_LENGTH,
    BARREL_LAYERS,
    CENTRE_Z,
    ENDCAP_INNER,
    ENDCAP_LAYERS,
    ENDCAP_OUTER,
    IRON,
    MODULE_HALF_LENGTH,
    barrel_crossing,
    calorimeter_arc,
    endcap_crossing,
    incidence,
    leave_field,
    slowed,
)
from trigemu.jit import inlined
from trigemu.physics.constants import KAON, MUON, PARTICLES, PION
from trigemu.physics.rng import Int, normal2, uniform2

Vector = tuple[float, float, float]
Address = tuple[Int, Int, int, int]
"""Seed, frame, event, and the first number of a particle's block."""

HITS = 2 * (BARREL_LAYERS + max(ENDCAP_LAYERS))
"""Hits that one particle can make."""

_MUON_MASS = PARTICLES[MUON].mass
# Decays to mu nu: mass of the parent, ctau in mm, branching ratio (PDG; kaon 63.6 %).
_PION = (PARTICLES[PION].mass, PARTICLES[PION].ctau, 1.0)
_KAON = (PARTICLES[KAON].mass, PARTICLES[KAON].ctau, 0.636)
_MUON_ID, _PION_ID, _KAON_ID = 13, 211, 321

_RANGE = int(Belle2Purpose.KLM_RANGE)
_HIT = int(Belle2Purpose.KLM_HIT)


class KlmNumbers(NamedTuple):
    """What kernels need of `Muons`.  Energies in GeV, depths in interaction lengths of pions.

    ``barrel`` and ``endcap``: energy lost in front of the iron at minimum ionisation; ``plate``: in one iron plate;
    ``barrel_depth`` and ``endcap_depth`` in front of the iron; ``plate_depth`` of an iron plate.
    """

    efficiency: float
    barrel: float
    endcap: float
    plate: float
    straggling: float
    field_radius_mm: float
    barrel_depth: float
    endcap_depth: float
    plate_depth: float
    shower_layers: float
    dead_edge_mm: float


def settings(config: Muons) -> KlmNumbers:
    """Return the numbers that the kernels take."""
    return KlmNumbers(
        efficiency=config.efficiency,
        barrel=(config.calorimeter_mev + config.barrel_mev) * 1e-3,
        endcap=(config.calorimeter_mev + config.endcap_mev) * 1e-3,
        plate=config.iron_mev_mm * IRON * 1e-3,
        straggling=config.straggling,
        field_radius_mm=config.field_radius_mm,
        barrel_depth=config.calorimeter_lengths + config.coil_lengths,
        endcap_depth=config.calorimeter_lengths,
        plate_depth=IRON / config.iron_length_mm,
        shower_layers=config.shower_layers,
        dead_edge_mm=config.dead_edge_mm,
    )


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
def _plane_hits(
    section: int,
    sector: int,
    layer: int,
    efficiency: float,
    address: Address,
    channels: U16,
    n: int,
) -> int:
    seed, frame, event, block = address
    u, v = uniform2(seed, frame, _HIT, event, block + layer + (16 if section > 1 else 0))
    first = ((section * 8 + sector) * 16 + layer) * 2
    for plane in range(2):
        if (u if plane == 0 else v) < efficiency:
            if n < len(channels):
                channels[n] = first + plane
            n += 1
    return n


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
    klm: KlmNumbers,
    straggle: float,
    address: Address,
    channels: U16,
    n: int,
) -> tuple[int, int]:
    # Layer by layer until nothing is left; returns hits and layers with a hit.
    efficiency, iron, plate, dead = klm.efficiency, klm.plate * straggle, klm.plate_depth, klm.dead_edge_mm
    begin, end = shower
    near = math.floor(math.atan2(point[1], point[0]) / (0.25 * math.pi) + 0.5) % 8
    seen = 0
    for layer in range(BARREL_LAYERS):
        way, sector, edge = barrel_crossing(point, along, layer, near)
        z = point[2] + way * along[2] - CENTRE_Z
        if math.isnan(way) or abs(z) > BARREL_HALF_LENGTH:
            break
        near = sector
        if layer > 0:
            angle = sector * 0.25 * math.pi
            cosine = along[0] * math.cos(angle) + along[1] * math.sin(angle)
            kinetic = slowed(kinetic, mass, iron / cosine)
            depth += plate / cosine
        state = _state(kinetic, depth, begin, end, charged)
        if state == 2:
            return n, seen
        if state == 1 and abs(z) < MODULE_HALF_LENGTH and edge > dead:
            before = n
            n = _plane_hits(1 if z > 0.0 else 0, sector, layer, efficiency, address, channels, n)
            seen += n > before
    side = 1 if along[2] > 0.0 else 0
    for layer in range(ENDCAP_LAYERS[side]):
        way, sector, radius = endcap_crossing(point, along, layer)
        if math.isnan(way) or radius > ENDCAP_OUTER:
            break
        if radius < ENDCAP_INNER:
            continue  # through the hole around the beam pipe
        kinetic = slowed(kinetic, mass, iron / abs(along[2]))
        depth += plate / abs(along[2])
        state = _state(kinetic, depth, begin, end, charged)
        if state == 2:
            return n, seen
        if state == 1:
            before = n
            n = _plane_hits(2 + side, sector, layer, efficiency, address, channels, n)
            seen += n > before
    return n, seen


@inlined
def particle_hits(
    track: Track,
    pdg: int,
    mass: float,
    momentum: float,
    klm: KlmNumbers,
    address: Address,
    channels: U16,
    n: int,
) -> tuple[int, int]:
    """Add a particle's hits from row n on; return the new number of rows (counted beyond ``channels``) and its layers.

    ``pdg`` without sign.
    """
    seed, frame, event, block = address
    charged = track.omega != 0.0
    out, barrel = leave_field(track, klm.field_radius_mm)
    if math.isnan(out):
        return n, 0
    face = calorimeter_arc(track, out, barrel)
    cosine = incidence(track, 0.5 * (face + out), barrel)
    muon = pdg == _MUON_ID
    if charged and not muon and pdg in (_PION_ID, _KAON_ID):
        u, v = uniform2(seed, frame, _RANGE, event, block)
        parent = _PION if pdg == _PION_ID else _KAON
        left = _decayed(momentum, parent, path(face - track.start, track.tan_lambda), u, v)
        if left > 0.0:
            muon, mass, momentum = True, _MUON_MASS, left
    g, _ = normal2(seed, frame, _RANGE, event, block + 1)
    straggle = max(1.0 + klm.straggling * g, 0.1)
    begin, end = math.inf, math.inf
    if not muon:
        u, v = uniform2(seed, frame, _RANGE, event, block + 2)
        begin = -math.log(1.0 - u)
        end = begin - math.log(1.0 - v) * klm.shower_layers * klm.plate_depth
    kinetic = math.sqrt(momentum * momentum + mass * mass) - mass
    if charged:
        kinetic = slowed(kinetic, mass, (klm.barrel if barrel else klm.endcap) * straggle / cosine)
        if kinetic <= 0.0:
            return n, 0
    stretch = math.sqrt(1.0 + track.tan_lambda * track.tan_lambda)
    phi = direction(track.phi0, track.omega, out)
    along = (math.cos(phi) / stretch, math.sin(phi) / stretch, track.tan_lambda / stretch)
    point = position(track.d0, track.phi0, track.omega, track.z0, track.tan_lambda, out)
    depth = (klm.barrel_depth if barrel else klm.endcap_depth) / cosine
    return _through_iron(
        point, along, kinetic, mass, depth, (begin, end), charged, klm, straggle, address, channels, n
    )
