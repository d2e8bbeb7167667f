"""Tracks as offline reconstruction and the software trigger see them: found or not, and how well measured.

A fast simulation: efficiency from transverse momentum, from the chamber layers that are crossed and from the
distance to the axis; perigee parameters with Gaussian errors.  No fakes, no clones, no correlations between errors.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, U8
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.cells import drift_cells
from trigemu.collider.response.chamber import between_plates, first_arm, span
from trigemu.collider.response.helix import wrap
from trigemu.experiments.belle2.cdc.geometry import LAYERS
from trigemu.experiments.belle2.response.config import Response, Tracking
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, normal2, uniform2

NO_LAYER = 255
"""First and last layer of tracks without hits in the chamber."""

ACCEPTANCE_RAD = (math.radians(17.0), math.radians(150.0))
"""Polar angles of chamber and silicon (belle2_facts 11)."""

_FULL_LAYERS = float(LAYERS)
_FEWEST_LAYERS = 12.0
_PURPOSE = int(ColliderPurpose.TRACKING)


def settings(config: Tracking) -> tuple[float, ...]:
    """Return the numbers of a configuration that the kernels take, in their order."""
    return (
        config.efficiency,
        config.pt_half_gev,
        config.pt_width_gev,
        config.layers_half,
        config.layers_width,
        config.d0_scale_mm,
        config.vertex_radius_mm,
        config.vertex_efficiency,
        config.pt_slope,
        config.pt_constant,
        config.d0_mm,
        config.d0_scattering_mm_gev,
        config.z0_mm,
        config.z0_scattering_mm_gev,
        config.chamber_d0_mm,
        config.chamber_z0_mm,
        config.angle_rad,
        config.angle_scattering_gev,
        config.time_ns,
    )


@inlined
def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > -500.0 else 0.0


@inlined
def layers_crossed(track: F64, layers: F64) -> tuple[int, int, int]:
    """Return (how many, first, last) chamber layers crossed up to the first apogee; (0, 255, 255) if none."""
    start = track[5]
    count, lowest, highest = 0, NO_LAYER, -1
    arm = first_arm(track[2], start)
    while True:
        for number in range(LAYERS):
            layer = layers[number]
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
    return min(count, LAYERS), lowest, highest if highest >= 0 else NO_LAYER


@inlined
def chance(track: F64, radius: float, pt: float, crossed: int, t: tuple[float, ...]) -> float:
    """Return the probability to find a particle that starts at ``radius`` (mm) and crosses so many layers."""
    chamber = _logistic((crossed - t[3]) / t[4]) * math.exp(-abs(track[0]) / t[5]) if crossed > 0 else 0.0
    theta = math.atan2(1.0, track[4])
    silicon = (
        t[7] if max(radius, abs(track[0])) < t[6] and ACCEPTANCE_RAD[0] < theta < ACCEPTANCE_RAD[1] else 0.0
    )
    return t[0] * _logistic((pt - t[1]) / t[2]) * max(chamber, silicon)


@inlined
def resolution(
    pt: float, mass: float, tan_lambda: float, radius: float, crossed: int, t: tuple[float, ...]
) -> tuple[float, float, float, float]:
    """Return standard deviations: relative pT, d0 (mm), z0 (mm), angles (rad)."""
    p = pt * math.sqrt(1.0 + tan_lambda * tan_lambda)
    p_beta = p * p / math.sqrt(p * p + mass * mass)
    sine = pt / p
    # The error of the sagitta goes with the square of the length that is measured.
    lever = _FULL_LAYERS / max(float(crossed), _FEWEST_LAYERS)
    relative = math.hypot(t[8] * pt * lever * lever, t[9] / (p_beta / p))
    if radius < t[6]:
        d0 = math.hypot(t[10], t[11] / (p_beta * sine**1.5))
        z0 = math.hypot(t[12], t[13] / (p_beta * sine**2.5))
    else:
        d0, z0 = t[14] * lever, t[15] * lever
    return relative, d0, z0, math.hypot(t[16], t[17] / p_beta)


@kernel
def _find(
    offsets: I64,
    tracks: F64,
    charge: NDArray[np.int8],
    radius: F64,
    pt: F64,
    mass: F64,
    time: F64,
    layers: F64,
    numbers: tuple[float, ...],
    efficiency: float,
    seed: Int,
    frame: Int,
    found: U8,
    fitted: F64,
    hits: U8,
) -> None:
    for event in range(len(offsets) - 1):
        for i in range(offsets[event], offsets[event + 1]):
            found[i] = 0
            if charge[i] == 0:
                continue
            track, block = tracks[i], (i - offsets[event]) * 8
            crossed, first, last = layers_crossed(track, layers)
            u, _ = uniform2(seed, frame, _PURPOSE, event, block)
            if not u < chance(track, radius[i], pt[i], crossed, numbers):
                continue
            found[i] = 1
            relative, d0, z0, angle = resolution(pt[i], mass[i], track[4], radius[i], crossed, numbers)
            a, b = normal2(seed, frame, _PURPOSE, event, block + 1)
            c, d = normal2(seed, frame, _PURPOSE, event, block + 2)
            e, f = normal2(seed, frame, _PURPOSE, event, block + 3)
            g, _ = normal2(seed, frame, _PURPOSE, event, block + 4)
            fitted[i, 0] = track[0] + d0 * a
            fitted[i, 1] = wrap(track[1] + angle * b)
            fitted[i, 2] = track[2] * (1.0 + relative * c)
            fitted[i, 3] = track[3] + z0 * d
            # Errors of the angle theta: d(tan lambda) = (1 + tan^2) d(theta).
            fitted[i, 4] = track[4] + (1.0 + track[4] * track[4]) * angle * e
            fitted[i, 5] = time[i] + numbers[18] * f
            expected = crossed * efficiency
            spread = math.sqrt(expected * (1.0 - efficiency))
            hits[i, 0] = int(min(max(math.floor(expected + spread * g + 0.5), 0), crossed))
            hits[i, 1] = first if hits[i, 0] > 0 else NO_LAYER
            hits[i, 2] = last if hits[i, 0] > 0 else NO_LAYER


def find_tracks(
    particles: Particles, tracks: F64, config: Response, seed: int, frame: int
) -> tuple[NDArray[np.bool_], F64, U8]:
    """Return which particles are found as tracks, and how.

    Parameters
    ----------
    particles, tracks
        The events of the frame, and their `helix.perigees`.
    config
        Detector response.
    seed, frame
        Address of the random numbers.

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
        drift_cells(),
        settings(config.tracking),
        config.cdc.efficiency,
        np.uint64(seed),
        frame,
        found,
        fitted,
        hits,
    )
    return found.astype(bool), fitted, hits
