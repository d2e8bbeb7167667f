"""A' from meson decays the slow, obvious way: weighted, with NumPy's own random numbers."""

from __future__ import annotations

import math

import numpy as np

from trigemu.physics import mesons
from trigemu.physics.constants import PHOTON, mass
from trigemu.physics.vectors import boost


def weighted_momenta(channel, m, flight, p_min, n, seed):
    """Return momenta and weights of A' from one decay channel."""
    parent, companion = channel
    other = 0.0 if companion == PHOTON else mass(companion)
    steps = [(mass(parent), m, other)]
    return weighted_decays(mesons.spectrum_table(parent), steps, flight, p_min, n, seed)


def weighted_decays(table, steps, flight, p_min, n, seed):
    """Return momenta and weights of what comes from parents of a spectrum by decays (parent, daughter, companion)."""
    random = np.random.default_rng(seed)
    rows = table.cells[random.choice(len(table.weight), n, p=table.weight)]
    xf = random.uniform(np.minimum(rows[:, 0], rows[:, 1]), np.maximum(rows[:, 0], rows[:, 1]))
    pt = random.uniform(rows[:, 2], rows[:, 3])
    # Centre of mass of beam and target to the laboratory, spelled out.
    star = 0.5 * xf * math.sqrt(mesons.S)
    energy = np.sqrt(star**2 + pt**2 + steps[0][0] ** 2)
    out = boost(
        np.stack([pt, 0 * pt, star, energy], axis=1), np.array([0.0, 0.0, mesons.BETA_GAMMA / mesons.GAMMA])
    )
    for top, m, other in steps:
        e = (top**2 + m**2 - other**2) / (2 * top)
        p = math.sqrt(e**2 - m**2)
        cosine, phi = random.uniform(-1, 1, n), random.uniform(0, 2 * math.pi, n)
        sine = np.sqrt(1 - cosine**2)
        own = np.stack([p * sine * np.cos(phi), p * sine * np.sin(phi), p * cosine, np.full(n, e)], axis=1)
        out = boost(own, out[:, :3] / out[:, 3:])
    size = np.sqrt(np.sum(out[:, :3] ** 2, axis=1))
    return size, np.where(size > p_min, flight.weight(np.maximum(size, p_min)), 0.0)
