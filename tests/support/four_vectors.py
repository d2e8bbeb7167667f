"""Four-momenta of tables of particles."""

from __future__ import annotations

from typing import Any

import numpy as np

from trigemu.physics.particles import Particles


def summed(particles: Particles, rows: Any = slice(None)) -> np.ndarray:
    """Return the sum of the four-momenta of the chosen rows of each event, float64[n, 4]."""
    out = np.zeros((particles.events, 4))
    np.add.at(out, particles.event[rows], particles.momentum[rows])
    return out


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the invariant product of four-vectors float64[n, 4], + for the energy."""
    return np.asarray(a[:, 3] * b[:, 3] - (a[:, :3] * b[:, :3]).sum(axis=1))


def mass(p: np.ndarray) -> np.ndarray:
    """Return the mass of four-vectors float64[n, 4]."""
    return np.sqrt(np.maximum(dot(p, p), 0.0))


def momentum_in(parent: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return the momentum of ``p`` where ``parent`` rests, float64[n]."""
    energy = dot(parent, p) / mass(parent)
    return np.sqrt(np.maximum(energy**2 - dot(p, p), 0.0))


def cosine_in(parent: np.ndarray, p: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return where ``parent`` rests the cosine between ``p`` and the reverse of ``before``, that it comes from.

    Uniform if ``parent`` decays isotropically.
    """
    energy, other = dot(parent, p) / mass(parent), dot(parent, before) / mass(parent)
    product = momentum_in(parent, p) * momentum_in(parent, before)
    return np.asarray((dot(p, before) - energy * other) / product)
