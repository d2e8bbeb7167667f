"""Decays of unstable hadrons down to what detectors see, by tables of modes and phase space, flight included.

Branching fractions: recalled from the Review of Particle Physics.  Of the Lambda_c only a few hadronic
modes are there, about those that analyses reconstruct; their fractions are scaled to 1.  Spins are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import (
    K_SHORT,
    KAON,
    LAMBDA,
    LAMBDA_C,
    NEUTRON,
    PARTICLES,
    PHOTON,
    PI0,
    PION,
    PROTON,
)
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.phase_space import STEPS, phase_space
from trigemu.physics.vectors import decay_vertex

_OWN_ANTIPARTICLE = (PHOTON, PI0, K_SHORT)


class Mode(NamedTuple):
    """A mode: its fraction (of any scale) and the daughters' PDG codes, those of the particle, not its antiparticle."""

    fraction: float
    daughters: tuple[int, ...]


Modes = Mapping[int, tuple[Mode, ...]]

MODES: Modes = {
    PI0: (Mode(1.0, (PHOTON, PHOTON)),),
    K_SHORT: (Mode(0.6920, (PION, -PION)), Mode(0.3069, (PI0, PI0))),
    LAMBDA: (Mode(0.641, (PROTON, -PION)), Mode(0.359, (NEUTRON, PI0))),
    LAMBDA_C: (
        Mode(6.24, (PROTON, -KAON, PION)),
        Mode(1.59, (PROTON, K_SHORT)),
        Mode(4.43, (PROTON, -KAON, PION, PI0)),
        Mode(1.96, (PROTON, K_SHORT, PI0)),
        Mode(1.59, (PROTON, K_SHORT, PION, -PION)),
        Mode(1.29, (LAMBDA, PION)),
        Mode(7.05, (LAMBDA, PION, PI0)),
        Mode(3.61, (LAMBDA, PION, PION, -PION)),
    ),
}
"""What decays here, and how."""


def mass_of(code: int) -> float:
    """Return the mass (GeV) of a hadron, lepton or photon that the tables name."""
    return 0.0 if code == PHOTON else constants.mass(code)


def vertex(code: int, momentum: F64, origin: F64, u: F64) -> F64:
    """Return where particles of one kind decay, float64[n, 4] (mm, ns), for uniforms float64[n]."""
    return decay_vertex(momentum, mass_of(code), PARTICLES[code].ctau, origin, u)


def decay(
    code: int,
    *,
    sign: I64,
    momentum: F64,
    origin: F64,
    index: I64,
    draws: Draws,
    first: int,
    modes: Modes = MODES,
) -> list[Particles]:
    """Return what particles of one kind decay to, down to what the modes do not name.

    Parameters
    ----------
    code
        PDG code, of ``modes``.
    sign
        int64[n], -1 for antiparticles, else 1.
    momentum, origin
        float64[n, 4] each, GeV; where they start, mm and ns.
    index
        int64[n], numbers of the events, rising.
    draws, first
        Random numbers; steps from ``first`` on are used, always the same ones.
    modes
        What decays, and how.
    """
    return _decay(code, sign, momentum, origin, index, draws, count(first), modes)


def _decay(
    code: int,
    sign: I64,
    momentum: F64,
    origin: F64,
    index: I64,
    draws: Draws,
    steps: count[int],
    modes: Modes,
) -> list[Particles]:
    own_modes = modes[code]
    u = draws.step(next(steps)).uniform(index)
    until = np.cumsum([mode.fraction for mode in own_modes])
    which = np.minimum(np.searchsorted(until / until[-1], u[:, 0], side="right"), len(own_modes) - 1)
    point = vertex(code, momentum, origin, u[:, 1])
    mass = np.full(len(index), mass_of(code))
    out: list[Particles] = []
    # Every mode takes its steps, whether an event has it or not.
    for number, mode in enumerate(own_modes):
        rows = np.flatnonzero(which == number)
        space = next(steps)
        for _ in range(STEPS - 1):
            next(steps)
        masses = tuple(mass_of(daughter) for daughter in mode.daughters)
        made = phase_space(momentum[rows], mass[rows], masses, index[rows], draws, space)
        for daughter, own in zip(mode.daughters, made, strict=True):
            if daughter in modes:
                out += _decay(daughter, sign[rows], own, point[rows], index[rows], draws, steps, modes)
                continue
            codes = np.full(len(rows), daughter) if daughter in _OWN_ANTIPARTICLE else sign[rows] * daughter
            mother = np.full(len(rows), code) if code in _OWN_ANTIPARTICLE else sign[rows] * code
            out.append(make_particles(index[rows], codes, mass_of(daughter), own, point[rows], mother))
    return out
