"""The instrumented iron yoke (KLM): where a particle crosses its layers, and what stops it.

Plan.  Inside the solenoid a particle follows its helix; outside it flies straight on (the field in the yoke is left
out).  It crosses the barrel's octagon layer by layer as long as z stays inside the barrel, then the planes of
the endcap on its side.  On the way it loses energy by Bethe's formula, with the shape that it has in iron (that in
caesium iodide differs by up to 3 %), and hadrons may interact: a shower reaches some layers further.

Lengths in mm, energies in GeV, depths in interaction lengths of pions.
"""

from __future__ import annotations

import math

from trigemu.collider.response.helix import (
    Track,
    arc_at_radius,
    arc_at_z,
    crossing,
    direction,
    position,
    starts_within,
)
from trigemu.jit import inlined
from trigemu.physics.constants import ELECTRON, mass

CENTRE_Z = 470.0
"""z of the middle of barrel and endcaps (OffsetZ, SolenoidZ in the experiment's BKLM.xml and EKLM.xml)."""
BARREL_HALF_LENGTH = 2300.0
MODULE_HALF_LENGTH = 2220.0
BARREL_RADIUS = 2019.0
PITCH = 91.0
"""From layer to layer: a gap of 44 mm and 47 mm of iron (EKLM.xml; in the barrel belle2_facts 7)."""
IRON = 47.0
HALF_GAP = 22.0
ENDCAP_INNER, ENDCAP_OUTER = 1325.0, 3290.0
"""Radii that endcap planes cover (EKLM.xml)."""
BARREL_LAYERS = 15
ENDCAP_LAYERS = (12, 14)
"""Backward and forward."""
CALORIMETER_RADIUS = 1250.0
"""Recalled: inner radius of the barrel calorimeter."""

_EIGHTH = math.pi / 4.0
_TAN = math.tan(math.pi / 8.0)
_SLICES = 4
_LEAST = 0.02
"""Particles with less than this of their mass as kinetic energy stop: 0.1 mm of iron for a muon."""


_ELECTRON = mass(ELECTRON)
_EXCITATION = 286.0e-9
"""Mean excitation energy of iron in GeV (PDG)."""
_X0, _X1, _C, _A, _K = -0.0012, 3.1531, 4.2911, 0.14680, 2.9632
"""Density effect in iron (Sternheimer, Berger, Seltzer, At. Data Nucl. Data Tables 30 (1984) 261)."""
_MINIMUM = 10.1445
"""Smallest value of `_bethe` for muons, at beta gamma = 3.43."""


@inlined
def _bethe(square: float, mass: float) -> float:
    """Return Bethe's formula but for its factor in front, in iron, at a (beta gamma)^2; ``mass`` in GeV."""
    beta2 = square / (1.0 + square)
    x = 0.5 * math.log10(square)
    density = 0.0
    if x >= _X0:
        density = 2.0 * math.log(10.0) * x - _C
        if x < _X1:
            density += _A * (_X1 - x) ** _K
    ratio = _ELECTRON / mass
    recoil = 1.0 + 2.0 * math.sqrt(1.0 + square) * ratio + ratio * ratio
    logarithm = math.log(2.0 * _ELECTRON * square / _EXCITATION) - 0.5 * math.log(recoil)
    return (logarithm - beta2 - 0.5 * density) / beta2


@inlined
def slowed(kinetic: float, mass: float, minimum: float) -> float:
    """Return the kinetic energy (GeV, 0: stopped) behind matter that costs ``minimum`` at minimum ionisation."""
    step = minimum / (_SLICES * _MINIMUM)
    for _ in range(_SLICES):
        # Below a few MeV all is lost in less than a slice.
        if kinetic <= _LEAST * mass:
            return 0.0
        gamma = 1.0 + kinetic / mass
        kinetic -= step * _bethe(gamma * gamma - 1.0, mass)
    return max(kinetic, 0.0)


@inlined
def leave_field(track: Track, radius: float) -> tuple[float, bool]:
    """Return (arc, barrel): where a particle leaves the field, at ``radius`` or through an end (nan: it never does)."""
    if not starts_within(track, radius):
        return math.nan, False
    out = crossing(track.d0, track.omega, track.start, radius, 0)
    end = arc_at_z(track.z0, track.tan_lambda, CENTRE_Z + math.copysign(BARREL_HALF_LENGTH, track.tan_lambda))
    if not math.isnan(out) and out < end:
        z = track.z0 + track.tan_lambda * out
        if abs(z - CENTRE_Z) < BARREL_HALF_LENGTH:
            return out, True
    if math.isinf(end) or end < track.start:
        return math.nan, False
    # A curling track that would need more than one turn is lost in front.
    turn = math.inf if track.omega == 0.0 else 2.0 * math.pi / abs(track.omega)
    return (end, False) if end - track.start < turn else (math.nan, False)


@inlined
def incidence(track: Track, arc: float, barrel: bool) -> float:
    """Return the cosine of the angle to the normal of barrel or endcap at an arc (at least 0.05)."""
    stretch = math.sqrt(1.0 + track.tan_lambda * track.tan_lambda)
    if not barrel:
        slope: float = abs(track.tan_lambda) / stretch
        return max(slope, 0.05)
    if math.isnan(arc):
        return 0.05
    x, y, _ = position(track.d0, track.phi0, track.omega, track.z0, track.tan_lambda, arc)
    phi = direction(track.phi0, track.omega, arc)
    return max((x * math.cos(phi) + y * math.sin(phi)) / math.hypot(x, y) / stretch, 0.05)


@inlined
def calorimeter_arc(track: Track, arc: float, barrel: bool) -> float:
    """Return the arc at which a particle enters the calorimeter, not after ``arc``."""
    if not barrel:
        return arc
    inner = arc_at_radius(track.d0, track.omega, CALORIMETER_RADIUS)
    return arc if math.isnan(inner) else min(max(inner, track.start), arc)


@inlined
def barrel_crossing(
    point: tuple[float, float, float], along: tuple[float, float, float], layer: int, near: int
) -> tuple[float, int, float]:
    """Return (way, sector, edge) of a straight line and a barrel layer; way is nan where they do not meet.

    ``near`` is the sector to look in first, ``edge`` the distance in azimuth from the crossing to the octagon's
    corner.
    """
    distance = BARREL_RADIUS + HALF_GAP + PITCH * layer
    for step in (0, 1, -1):
        sector = (near + step) % 8
        nx, ny = math.cos(sector * _EIGHTH), math.sin(sector * _EIGHTH)
        speed = along[0] * nx + along[1] * ny
        if speed <= 1e-6:
            continue
        way = (distance - point[0] * nx - point[1] * ny) / speed
        if way < 0.0:
            continue
        x, y = point[0] + way * along[0], point[1] + way * along[1]
        edge = distance * _TAN - abs(y * nx - x * ny)
        if edge >= 0.0:
            return way, sector, edge
    return math.nan, 0, 0.0


@inlined
def endcap_crossing(
    point: tuple[float, float, float], along: tuple[float, float, float], layer: int
) -> tuple[float, int, float]:
    """Return (way, sector, radius) of a straight line and an endcap layer on its side (way nan: never)."""
    if along[2] == 0.0:
        return math.nan, 0, 0.0
    side = 1.0 if along[2] > 0.0 else -1.0
    z = CENTRE_Z + side * (BARREL_HALF_LENGTH + IRON + HALF_GAP + PITCH * layer)
    way = (z - point[2]) / along[2]
    if way < 0.0:
        return math.nan, 0, 0.0
    x, y = point[0] + way * along[0], point[1] + way * along[1]
    radius = math.hypot(x, y)
    sector = math.floor(math.atan2(y, x) / (0.5 * math.pi)) % 4
    return way, sector, radius
