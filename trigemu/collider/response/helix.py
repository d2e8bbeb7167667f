"""Exact helices in a solenoid's field along +z.

A track is described at its *perigee*, the point of its circle that is closest to the z axis, by five numbers
(sign conventions of Belle II's software):

- ``d0`` (mm): the perigee is at (d0 sin phi0, -d0 cos phi0); d0 > 0 where the z axis lies to the left of
  the direction of flight.
- ``phi0`` (rad, (-pi, pi]): azimuth of the direction of flight at the perigee.
- ``omega`` (1/mm): charge over the circle's radius; the azimuth of the direction is ``phi0 - omega * arc``, so
  positive particles turn clockwise (their phi decreases).  0 for neutral particles: straight lines.
- ``z0`` (mm): z at the perigee.
- ``tan_lambda``: pz / pT = cot(theta).

``arc`` (mm) is the length along the track in the transverse plane, counted from the perigee, negative before
it.  A particle that starts elsewhere has a sixth number, ``start``, the arc of its starting point: it flies
through arcs larger than that.  The perigee is that of the turn which is nearest to the starting point.

The field comes in once, where `perigees` turns momenta into curvatures; from there on a track is geometry.  Scalar
functions are for use in kernels; `perigees` and `positions` work on arrays.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I8
from trigemu.jit import inlined, kernel
from trigemu.physics.constants import gev_per_mm
from trigemu.physics.particles import Particles

LIGHT_MM_NS = 299.792458
"""Speed of light."""

NOWHERE_MM = 1e12
"""d0 of the straight line that stands for a particle whose numbers are not finite: it meets nothing."""

D0, PHI0, OMEGA, Z0, TAN_LAMBDA, START = range(6)
"""Columns of `perigees`."""


class Track(NamedTuple):
    """A row of `perigees`, as kernels take it (mm, rad): see the module."""

    d0: float
    phi0: float
    omega: float
    z0: float
    tan_lambda: float
    start: float


@inlined
def track_at(tracks: F64, number: int) -> Track:
    """Return a row of `perigees`."""
    return Track(
        tracks[number, 0],
        tracks[number, 1],
        tracks[number, 2],
        tracks[number, 3],
        tracks[number, 4],
        tracks[number, 5],
    )


@inlined
def wrap(angle: float) -> float:
    """Return the same angle in (-pi, pi]."""
    return angle - 2.0 * math.pi * math.ceil((angle - math.pi) / (2.0 * math.pi))


@inlined
def perigee(
    x: float, y: float, z: float, px: float, py: float, pz: float, charge: float, bend: float
) -> Track:
    """Return the track of a particle (mm, GeV; pT must not be 0); ``bend``: `gev_per_mm` of the field.

    Notes
    -----
    With a = y cos(phi) - x sin(phi), b = x cos(phi) + y sin(phi) and u = 1 + omega d0, the radius of the
    circle's centre in units of the track's radius: u^2 = 1 - 2 omega a + omega^2 r^2.  Written so that nothing
    cancels as omega goes to 0.
    """
    pt = math.hypot(px, py)
    cos, sin = px / pt, py / pt
    omega = charge * bend / pt
    tan_lambda = pz / pt
    a = y * cos - x * sin
    b = x * cos + y * sin
    r2 = x * x + y * y
    u = math.sqrt(max(1.0 - 2.0 * omega * a + omega * omega * r2, 0.0))
    d0 = (omega * r2 - 2.0 * a) / (1.0 + u)
    turn = math.atan2(omega * b, 1.0 - omega * a)
    start = b if omega == 0.0 else turn / omega
    phi0 = wrap(math.atan2(sin, cos) + turn)
    return Track(d0, phi0, omega, z - start * tan_lambda, tan_lambda, start)


@inlined
def position(
    d0: float, phi0: float, omega: float, z0: float, tan_lambda: float, arc: float
) -> tuple[float, float, float]:
    """Return (x, y, z) in mm at an arc."""
    half = 0.5 * omega * arc
    chord = arc if half == 0.0 else arc * math.sin(half) / half
    return (
        d0 * math.sin(phi0) + chord * math.cos(phi0 - half),
        -d0 * math.cos(phi0) + chord * math.sin(phi0 - half),
        z0 + tan_lambda * arc,
    )


@inlined
def starts_within(track: Track, radius: float) -> bool:
    """Return whether a particle starts within a cylinder around the z axis."""
    x, y, _ = position(track.d0, track.phi0, track.omega, track.z0, track.tan_lambda, track.start)
    return x * x + y * y < radius * radius


@inlined
def direction(phi0: float, omega: float, arc: float) -> float:
    """Return the azimuth of the direction of flight at an arc, rad, not wrapped."""
    return phi0 - omega * arc


@inlined
def half_turn(omega: float) -> float:
    """Return the arc from perigee to apogee (mm; infinite for straight lines)."""
    return math.inf if omega == 0.0 else math.pi / abs(omega)


@inlined
def apogee_radius(d0: float, omega: float) -> float:
    """Return the largest distance from the z axis (mm; infinite for straight lines)."""
    return math.inf if omega == 0.0 else abs(d0 + 2.0 / omega)


@inlined
def arc_at_radius(d0: float, omega: float, radius: float) -> float:
    """Return the arc in [0, half turn] at which the track crosses a cylinder around the z axis; nan if it never does.

    The track goes outwards there.  It goes inwards through the same cylinder at minus this arc; every
    ``2 * half_turn(omega)`` later both repeat.
    """
    u = 1.0 + omega * d0
    squared = radius * radius - d0 * d0
    if squared < 0.0 or u <= 0.0:
        return math.nan
    chord = math.sqrt(squared / u)
    sine = 0.5 * abs(omega) * chord
    if sine > 1.0:
        return math.nan
    return chord if sine == 0.0 else 2.0 * math.asin(sine) / abs(omega)


@inlined
def crossing(d0: float, omega: float, start: float, radius: float, number: int) -> float:
    """Return the arc of crossing ``number`` (0, 1, ...) of a cylinder after the starting point; nan if none.

    Even and odd numbers take turns between outward and inward crossings; which one comes first depends on
    where the particle starts.
    """
    arc = arc_at_radius(d0, omega, radius)
    if math.isnan(arc):
        return math.nan
    if omega == 0.0:
        if start < -arc:
            return math.nan if number > 1 else (-arc if number == 0 else arc)
        return arc if number == 0 and start < arc else math.nan
    turn = 2.0 * half_turn(omega)
    # The last inward crossing at or before the start is at -arc + k * turn; what follows alternates.
    k = math.floor((start + arc) / turn)
    passed = 2 * k + (1 if start >= arc + k * turn else 0)
    n = passed + 1 + number
    return (arc if n % 2 else -arc) + (n // 2) * turn


@inlined
def arc_at_z(z0: float, tan_lambda: float, z: float) -> float:
    """Return the arc at which the track crosses a plane of constant z (infinite if it is parallel to it)."""
    return math.inf if tan_lambda == 0.0 else (z - z0) / tan_lambda


@inlined
def path(arc: float, tan_lambda: float) -> float:
    """Return the length in space (mm) of a transverse arc."""
    return arc * math.sqrt(1.0 + tan_lambda * tan_lambda)


@inlined
def flight_ns(arc: float, omega_pt: float, tan_lambda: float, mass: float) -> float:
    """Return the time of flight over a transverse arc (ns); ``omega_pt`` is the transverse momentum in GeV."""
    momentum = omega_pt * math.sqrt(1.0 + tan_lambda * tan_lambda)
    return path(arc, tan_lambda) * math.sqrt(1.0 + (mass / momentum) ** 2) / LIGHT_MM_NS


@kernel
def _perigees(x: F64, y: F64, z: F64, px: F64, py: F64, pz: F64, charge: I8, bend: float, out: F64) -> None:
    for i in range(len(x)):
        # A particle exactly along the z axis has no circle: a tiny transverse momentum keeps it finite.
        tiny = px[i] == 0.0 and py[i] == 0.0
        out[i, 0], out[i, 1], out[i, 2], out[i, 3], out[i, 4], out[i, 5] = perigee(
            x[i], y[i], z[i], 1e-9 if tiny else px[i], py[i], pz[i], float(charge[i]), bend
        )
        if not np.isfinite(out[i].sum()):
            out[i, :] = 0.0
            out[i, 0] = NOWHERE_MM


def perigees(particles: Particles, field_t: float) -> F64:
    """Return float64[m, 6]: d0, phi0, omega, z0, tan_lambda and start of every particle (see the module).

    Parameters
    ----------
    particles
        Where particles start, and their momenta and charges.
    field_t
        The solenoid's field along +z in T (0: straight lines).
    """
    p = particles
    out = np.empty((len(p.x), 6))
    _perigees(p.x, p.y, p.z, p.px, p.py, p.pz, p.charge, gev_per_mm(field_t), out)
    return out


@kernel
def _positions(tracks: F64, arcs: F64, out: F64) -> None:
    for i in range(len(arcs)):
        t = tracks[i]
        out[i, 0], out[i, 1], out[i, 2] = position(t[0], t[1], t[2], t[3], t[4], arcs[i])


def positions(tracks: F64, arcs: F64) -> F64:
    """Return float64[m, 3], x, y, z in mm of each track (rows of `perigees`) at one arc each (float64[m])."""
    out = np.empty((len(arcs), 3))
    _positions(tracks, np.ascontiguousarray(arcs, np.float64), out)
    return out
