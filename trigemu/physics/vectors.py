"""Arrays of vectors: directions, boosts, decays into two, flight.  NumPy alone: nothing here starts the compiler.

Four-vectors are px, py, pz, E in GeV; points x, y, z in mm and t in ns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trigemu.arrays import F64
from trigemu.physics.constants import SPEED_OF_LIGHT


def isotropic(u: F64) -> F64:
    """Return unit vectors float64[n, 3] for uniforms float64[n, 2]."""
    return direction(2.0 * u[:, 0] - 1.0, u[:, 1])


def direction(cosine: F64, turn: F64) -> F64:
    """Return unit vectors float64[n, 3] for a cosine to z and an azimuth in turns."""
    sine = np.sqrt(np.maximum(0.0, 1.0 - cosine * cosine))
    phi = 2.0 * np.pi * turn
    return np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine], axis=1)


def polarised(u: F64, excess: F64) -> F64:
    """Return cosines that go as 1 + excess c^2, for uniforms and excesses >= -1, float64[n] each."""
    # 1 + e c^2 is a flat part and a part with c^2, or for e < 0 one with 1 - c^2.
    up = np.maximum(excess, 0.0) / 3.0
    share = np.where(excess >= 0.0, up / (1.0 + up), 2.0 * excess / -(3.0 + excess))
    peak = u < share
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = np.where(peak, 2.0 * u / share, 2.0 * (u - share) / (1.0 - share)) - 1.0
    inner = np.clip(np.nan_to_num(inner), -1.0, 1.0)
    curved = np.where(excess >= 0.0, np.cbrt(inner), 2.0 * np.sin(np.arcsin(inner) / 3.0))
    return np.where(peak, curved, inner)


def invariant_mass(momentum: F64) -> F64:
    """Return the mass float64[n] of four-vectors float64[n, 4]; 0 where E^2 < p^2."""
    square = momentum[:, 3] ** 2 - (momentum[:, :3] ** 2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def boost(momenta: ArrayLike, beta: ArrayLike) -> F64:
    """Boost four-vectors by a velocity.

    Parameters
    ----------
    momenta
        float64[n, 4] in the order px, py, pz, E.
    beta
        float64[3] or float64[n, 3], velocity of the old frame as seen from the new one (|beta| < 1).

    Returns
    -------
    float64[n, 4]
    """
    p = np.asarray(momenta, dtype=np.float64)
    b = np.broadcast_to(np.asarray(beta, dtype=np.float64), (*p.shape[:-1], 3))
    square = np.sum(b * b, axis=-1)
    gamma = 1.0 / np.sqrt(1.0 - square)
    along = np.sum(b * p[..., :3], axis=-1)
    out = np.empty_like(p)
    out[..., :3] = p[..., :3] + (gamma * (gamma * along / (gamma + 1.0) + p[..., 3]))[..., None] * b
    out[..., 3] = gamma * (p[..., 3] + along)
    return out


def momentum_of_two(parent: F64 | float, first: F64 | float, second: F64 | float) -> F64:
    """Return the momentum of two daughters in their parent's frame (0 below threshold)."""
    product = (parent - first - second) * (parent + first + second)
    product = product * (parent - first + second) * (parent + first - second)
    return np.asarray(np.sqrt(np.maximum(product, 0.0)) / (2.0 * parent))


def two_body_decay(
    parent: F64, mass: F64 | float, first: F64 | float, second: F64 | float, axis: F64
) -> tuple[F64, F64]:
    """Return the daughters of two-body decays.

    Parameters
    ----------
    parent, mass
        float64[n, 4] and masses of what decays.
    first, second
        Masses of the daughters.
    axis
        float64[n, 3], direction of the first in the parent's frame (its axes parallel to the frame of
        ``parent``).

    Returns
    -------
    tuple of float64[n, 4]
        In the frame of ``parent``; they add up to it.
    """
    p = momentum_of_two(mass, first, second)
    rest = np.empty((len(parent), 4))
    rest[:, :3] = p[..., None] * axis
    rest[:, 3] = np.sqrt(p * p + np.square(first))
    one = boost(rest, parent[:, :3] / parent[:, 3:])
    return one, parent - one


def decay_vertex(momentum: F64, mass: F64 | float, ctau: float, origin: F64, u: F64) -> F64:
    """Return where particles decay, float64[n, 4], for uniforms float64[n]; ``ctau`` in mm."""
    path = -ctau * np.log1p(-u) / mass
    out = origin.copy()
    out[:, :3] += path[:, None] * momentum[:, :3]
    out[:, 3] += path * momentum[:, 3] / SPEED_OF_LIGHT
    return out


def along(axis: F64, momentum: F64) -> F64:
    """Turn four-vectors given with z along ``axis`` (float64[n, 3], unit) by the smallest rotation from z."""
    x, y, z = axis.T
    # 1 / (1 + z) is singular for axes along -z: there turn by pi about x.
    back = z < -1.0 + 1e-12
    k = 1.0 / np.where(back, 1.0, 1.0 + z)
    px, py, pz = momentum[:, 0], momentum[:, 1], momentum[:, 2]
    cross = k * (x * px + y * py)
    out = momentum.copy()
    out[:, 0] = np.where(back, px, px - x * cross + x * pz)
    out[:, 1] = np.where(back, -py, py - y * cross + y * pz)
    out[:, 2] = np.where(back, -pz, z * pz - x * px - y * py)
    return out


def turned(momentum: F64, angles: F64) -> F64:
    """Rotate four-vectors by psi about z, by theta about y and by phi about z; ``angles``: theta, phi, psi."""
    theta, phi, psi = angles.T
    x, y, z = momentum[:, 0], momentum[:, 1], momentum[:, 2]
    x, y = x * np.cos(psi) - y * np.sin(psi), x * np.sin(psi) + y * np.cos(psi)
    x, z = x * np.cos(theta) + z * np.sin(theta), z * np.cos(theta) - x * np.sin(theta)
    x, y = x * np.cos(phi) - y * np.sin(phi), x * np.sin(phi) + y * np.cos(phi)
    return np.stack([x, y, z, momentum[:, 3]], axis=1)
