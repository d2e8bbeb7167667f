"""Tracks as offline reconstruction and the software trigger see them: found or not, and how well measured.

A fast simulation: efficiency from transverse momentum, from the chamber layers that are crossed and from the
distance to the axis; perigee parameters with Gaussian errors.  No fakes, no clones, no correlations between errors.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I8, I64, U8, Bool
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.cells import layer_at
from trigemu.collider.response.chamber import between_plates, first_arm, span
from trigemu.collider.response.config import Tracking
from trigemu.collider.response.detector import Detector
from trigemu.collider.response.helix import Track, track_at, wrap
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, normal2, uniform2

NO_LAYER = 255
"""First and last layer of tracks without hits in the chamber."""

FEWEST_LAYERS = 12.0
"""Guess: with fewer layers than these the error of the curvature does not grow any more."""

_PURPOSE = int(ColliderPurpose.TRACKING)

FIT = _PURPOSE
"""What random numbers of a fit's errors are for, unless a detector is fitted twice."""


class TrackNumbers(NamedTuple):
    """What kernels need of `Tracking` (same names; ``azimuth_rad`` always given), and of the detector.

    ``full_layers`` of the chamber; ``theta_low`` and ``theta_high``: polar angles (rad) that the vertex detector
    covers.
    """

    efficiency: float
    pt_half_gev: float
    pt_width_gev: float
    layers_half: float
    layers_width: float
    d0_scale_mm: float
    vertex_radius_mm: float
    vertex_efficiency: float
    pt_slope: float
    pt_constant: float
    d0_mm: float
    d0_scattering_mm_gev: float
    z0_mm: float
    z0_scattering_mm_gev: float
    chamber_d0_mm: float
    chamber_z0_mm: float
    angle_rad: float
    angle_scattering_gev: float
    time_ns: float
    azimuth_rad: float
    full_layers: float
    theta_low: float
    theta_high: float


def settings(config: Tracking, detector: Detector) -> TrackNumbers:
    """Return the numbers that the kernels take."""
    own = {name: getattr(config, name) for name in TrackNumbers._fields[:-4]}
    low, high = detector.vertex_rad
    azimuth = config.angle_rad if config.azimuth_rad is None else config.azimuth_rad
    return TrackNumbers(
        **own, azimuth_rad=azimuth, full_layers=float(detector.chamber.layers), theta_low=low, theta_high=high
    )


@inlined
def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > -500.0 else 0.0


@inlined
def layers_crossed(track: Track, table: F64) -> tuple[int, int, int]:
    """Return (how many, first, last) chamber layers crossed up to the first apogee; (0, 255, 255) if none."""
    start = track.start
    count, lowest, highest = 0, NO_LAYER, -1
    arm = first_arm(track.omega, start)
    while True:
        for number in range(len(table)):
            layer = layer_at(table, number)
            first, last = span(track, layer, arm)
            if math.isnan(first) or last <= start:
                continue
            first, last = between_plates(track, layer, max(first, start), last)
            if first < last:
                count += 1
                lowest = min(lowest, number)
                highest = max(highest, number)
        if arm % 2 == 0:
            break
        arm += 1
    return min(count, len(table)), lowest, highest if highest >= 0 else NO_LAYER


@inlined
def chance(track: Track, radius: float, pt: float, crossed: int, t: TrackNumbers) -> float:
    """Return the probability to find a particle that starts at ``radius`` (mm) and crosses so many layers."""
    chamber = 0.0
    if crossed > 0:
        chamber = _logistic((crossed - t.layers_half) / t.layers_width)
        chamber *= math.exp(-abs(track.d0) / t.d0_scale_mm)
    theta = math.atan2(1.0, track.tan_lambda)
    central = max(radius, abs(track.d0)) < t.vertex_radius_mm
    vertex = t.vertex_efficiency if central and t.theta_low < theta < t.theta_high else 0.0
    return t.efficiency * _logistic((pt - t.pt_half_gev) / t.pt_width_gev) * max(chamber, vertex)


@inlined
def resolution(
    pt: float, mass: float, tan_lambda: float, radius: float, crossed: int, t: TrackNumbers
) -> tuple[float, float, float, float, float]:
    """Return standard deviations: relative pT, d0 (mm), z0 (mm), polar angle and azimuth (rad)."""
    p = pt * math.sqrt(1.0 + tan_lambda * tan_lambda)
    p_beta = p * p / math.sqrt(p * p + mass * mass)
    sine = pt / p
    # The error of the sagitta goes with the square of the length that is measured.
    lever = t.full_layers / max(float(crossed), FEWEST_LAYERS)
    relative = math.hypot(t.pt_slope * pt * lever * lever, t.pt_constant / (p_beta / p))
    if radius < t.vertex_radius_mm:
        d0 = math.hypot(t.d0_mm, t.d0_scattering_mm_gev / (p_beta * sine**1.5))
        z0 = math.hypot(t.z0_mm, t.z0_scattering_mm_gev / (p_beta * sine**2.5))
    else:
        d0, z0 = t.chamber_d0_mm * lever, t.chamber_z0_mm * lever
    scattering = t.angle_scattering_gev / p_beta
    return relative, d0, z0, math.hypot(t.angle_rad, scattering), math.hypot(t.azimuth_rad, scattering)


@kernel
def _find(
    offsets: I64,
    tracks: F64,
    charge: I8,
    radius: F64,
    pt: F64,
    mass: F64,
    time: F64,
    table: F64,
    numbers: tuple[float, ...],
    efficiency: float,
    fit: int,
    seed: Int,
    frame: Int,
    found: U8,
    fitted: F64,
    hits: U8,
) -> None:
    t = TrackNumbers(*numbers)
    for event in range(len(offsets) - 1):
        for i in range(offsets[event], offsets[event + 1]):
            found[i] = 0
            if charge[i] == 0:
                continue
            track, block = track_at(tracks, i), (i - offsets[event]) * 8
            crossed, first, last = layers_crossed(track, table)
            u, _ = uniform2(seed, frame, _PURPOSE, event, block)
            if not u < chance(track, radius[i], pt[i], crossed, t):
                continue
            found[i] = 1
            relative, d0, z0, polar, azimuth = resolution(
                pt[i], mass[i], track.tan_lambda, radius[i], crossed, t
            )
            a, b = normal2(seed, frame, fit, event, block + 1)
            c, d = normal2(seed, frame, fit, event, block + 2)
            e, f = normal2(seed, frame, fit, event, block + 3)
            g, _ = normal2(seed, frame, _PURPOSE, event, block + 4)
            fitted[i, 0] = track.d0 + d0 * a
            fitted[i, 1] = wrap(track.phi0 + azimuth * b)
            fitted[i, 2] = track.omega * (1.0 + relative * c)
            fitted[i, 3] = track.z0 + z0 * d
            # Errors of the angle theta: d(tan lambda) = (1 + tan^2) d(theta).
            fitted[i, 4] = track.tan_lambda + (1.0 + track.tan_lambda * track.tan_lambda) * polar * e
            fitted[i, 5] = time[i] + t.time_ns * f
            expected = crossed * efficiency
            spread = math.sqrt(expected * (1.0 - efficiency))
            hits[i, 0] = int(min(max(math.floor(expected + spread * g + 0.5), 0), crossed))
            hits[i, 1] = first if hits[i, 0] > 0 else NO_LAYER
            hits[i, 2] = last if hits[i, 0] > 0 else NO_LAYER


def find_tracks(
    particles: Particles,
    tracks: F64,
    detector: Detector,
    config: Tracking,
    hit_efficiency: float,
    seed: int,
    frame: int,
    fit: int = FIT,
) -> tuple[Bool, F64, U8]:
    """Return which particles are found as tracks, and how.

    Parameters
    ----------
    particles, tracks
        The events of the frame, and their `helix.perigees`.
    detector, config
        Drift chamber and vertex detector; finding and fitting.
    hit_efficiency
        Of a cell of the chamber.
    seed, frame
        Address of the random numbers.
    fit
        What those of the fit's errors are for: two fits of the same hits find the same particles (as far as their
        efficiencies agree) and count the same hits.  With one purpose their errors agree too, with two they do not.

    Returns
    -------
    found
        bool[m].
    fitted
        float64[m, 6]: d0, phi0, omega, z0, tan_lambda as `helix` defines them, and time in ns (where found).
    hits
        uint8[m, 3]: chamber hits, first and last layer (`NO_LAYER` without hits).
    """
    m = len(particles.x)
    found, fitted, hits = np.zeros(m, np.uint8), np.zeros((m, 6)), np.zeros((m, 3), np.uint8)
    _find(
        particles.offsets,
        tracks,
        particles.charge,
        np.hypot(particles.x, particles.y),
        np.maximum(np.hypot(particles.px, particles.py), 1e-9),
        particles.mass,
        particles.time_ns,
        detector.chamber.table,
        tuple(settings(config, detector)),
        hit_efficiency,
        fit,
        np.uint64(seed),
        frame,
        found,
        fitted,
        hits,
    )
    return found.astype(bool), fitted, hits
