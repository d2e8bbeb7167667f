"""Generated particles as flat rows, put together by generators, and the steps that make them: flight and decay.

Four-vectors are px, py, pz, E in GeV; points x, y, z in mm and t in ns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.kinematics import boost


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Particles of several events, in any order.

    Attributes
    ----------
    event
        int64[m], number of the event.
    pdg, mother
        int64[m], PDG codes (mother 0 for primaries).
    mass
        float64[m].
    momentum, point
        float64[m, 4], where each starts and with what.
    """

    event: I64
    pdg: I64
    mother: I64
    mass: F64
    momentum: F64
    point: F64


def rows(
    event: I64,
    pdg: I64 | int,
    mass: F64 | float,
    momentum: F64,
    point: F64 | None = None,
    mother: I64 | int = 0,
) -> Rows:
    """Return rows with scalars spread over all of them (``point`` is the origin if absent)."""
    n = len(event)
    return Rows(
        np.asarray(event, np.int64),
        np.broadcast_to(np.asarray(pdg, np.int64), n),
        np.broadcast_to(np.asarray(mother, np.int64), n),
        np.broadcast_to(np.asarray(mass, np.float64), n),
        momentum,
        np.zeros((n, 4)) if point is None else point,
    )


def join(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all parts, sorted by event; inside an event in the order of the parts."""
    if not parts:
        return rows(np.zeros(0, np.int64), 0, 0.0, np.zeros((0, 4)))
    event = np.concatenate([part.event for part in parts])
    order = np.argsort(event, kind="stable")
    return Rows(
        event[order],
        *(
            np.concatenate([getattr(part, name) for part in parts])[order]
            for name in ("pdg", "mother", "mass", "momentum", "point")
        ),
    )


def isotropic(u: F64) -> F64:
    """Return unit vectors float64[n, 3] for uniforms float64[n, 2]."""
    return direction(2.0 * u[:, 0] - 1.0, u[:, 1])


def direction(cosine: F64, turn: F64) -> F64:
    """Return unit vectors float64[n, 3] for a cosine to z and an azimuth in turns."""
    sine = np.sqrt(np.maximum(0.0, 1.0 - cosine * cosine))
    phi = 2.0 * np.pi * turn
    return np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine], axis=1)


def invariant(momentum: F64) -> F64:
    """Return the mass float64[n] of four-vectors float64[n, 4]."""
    square = momentum[:, 3] ** 2 - (momentum[:, :3] ** 2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def momentum_of_two(parent: F64 | float, first: F64 | float, second: F64 | float) -> F64:
    """Return the momentum of two daughters in their parent's frame (0 below threshold)."""
    product = (parent - first - second) * (parent + first + second)
    product = product * (parent - first + second) * (parent + first - second)
    return np.asarray(np.sqrt(np.maximum(product, 0.0)) / (2.0 * parent))


def split(
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


def fly(momentum: F64, mass: F64 | float, ctau: float, origin: F64, u: F64) -> F64:
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
