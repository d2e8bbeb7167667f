"""Two-body kinematics and boosts, GeV and c = 1: scalar functions for kernels (arrays: `trigemu.physics.vectors`)."""

from __future__ import annotations

import math

from trigemu.jit import inlined
from trigemu.physics import two_body

Vector4 = tuple[float, float, float, float]


kallen = inlined(two_body.kallen)
two_body_momentum = inlined(two_body.two_body_momentum)


@inlined
def from_rest_frame(
    px: float, py: float, pz: float, energy: float, qx: float, qy: float, qz: float, parent: float
) -> Vector4:
    """Boost a four-vector from the rest frame of a particle to where that particle has a momentum.

    Parameters
    ----------
    px, py, pz, energy
        Four-vector in the rest frame.
    qx, qy, qz, parent
        Momentum and mass of the particle.

    Returns
    -------
    tuple of float
        px, py, pz, E in the frame in which the particle has momentum q.
    """
    total = math.sqrt(qx * qx + qy * qy + qz * qz + parent * parent)
    along = px * qx + py * qy + pz * qz
    factor = (along / (total + parent) + energy) / parent
    return px + factor * qx, py + factor * qy, pz + factor * qz, (along + energy * total) / parent


@inlined
def isotropic(u: float, v: float) -> tuple[float, float, float]:
    """Return the unit vector for two uniforms: cos(theta) from the first, phi from the second."""
    cosine = 2.0 * u - 1.0
    sine = math.sqrt(max(0.0, 1.0 - cosine * cosine))
    phi = 2.0 * math.pi * v
    return sine * math.cos(phi), sine * math.sin(phi), cosine


@inlined
def decay_daughter(
    qx: float, qy: float, qz: float, parent: float, first: float, second: float, u: float, v: float
) -> Vector4:
    """Return px, py, pz, E of the first daughter of an isotropic two-body decay (the second is the rest).

    Parameters
    ----------
    qx, qy, qz, parent
        Momentum and mass of what decays.
    first, second
        Masses of the daughters.
    u, v
        Uniforms for the direction.
    """
    momentum = two_body_momentum(parent, first, second)
    nx, ny, nz = isotropic(u, v)
    energy = math.sqrt(momentum * momentum + first * first)
    return from_rest_frame(momentum * nx, momentum * ny, momentum * nz, energy, qx, qy, qz, parent)
