"""Weak couplings, mixing angles and decay constants of mesons.

Products f V of charged mesons are what leptonic decays measure (PDG, as in ALPINIST's tables, read).
"""

from __future__ import annotations

import math

from trigemu.physics.constants import (
    B_PLUS,
    D_PLUS,
    D_S,
    ETA,
    ETA_PRIME,
    KAON,
    OMEGA,
    PHI,
    PI0,
    PION,
    RHO0,
    mass,
)

FERMI = 1.1663788e-5
"""G_F, GeV^-2 (PDG)."""

SIN2_THETA_W = 0.2312
"""sin^2 of the weak mixing angle (effective, at the Z: PDG, recalled); at low energy it is 3 % larger."""

W_GEV = 80.377
"""Mass of the W, GeV (PDG, recalled)."""

VACUUM_GEV = 246.22

V_UD = 0.97373
"""PDG (recalled); with f_pi it gives the reference widths of heavy neutral leptons."""

F_PI = 0.1302
"""GeV, in the convention in which f_pi / sqrt(2) is 92 MeV (FLAG 2019, as in ALPINIST)."""

F_V = {PION: F_PI * V_UD, KAON: 0.03509, D_PLUS: 0.0455, D_S: 0.2453, B_PLUS: 0.00077}
"""Decay constant times CKM element of charged pseudoscalars, GeV."""

G_RHO = 0.162
"""<rho| current |0> over the polarisation vector, GeV^2 (Phys. Lett. B 635 (2006) 93, as in ALPINIST)."""

F_NEUTRAL = {PI0: F_PI, ETA: 0.0817, ETA_PRIME: -0.0947}
"""Constants of neutral pseudoscalars in N -> nu P, GeV (arXiv:1805.08567, as in ALPINIST)."""

G_NEUTRAL = {
    RHO0: (G_RHO, 1.0 - 2.0 * SIN2_THETA_W),
    OMEGA: (0.195 * mass(OMEGA), 2.0 / 3.0 * SIN2_THETA_W),
    PHI: (0.229 * mass(PHI), (4.0 / 3.0 * SIN2_THETA_W - 1.0) / math.sqrt(2.0)),
}
"""Constants of neutral vectors (GeV^2) and their couplings to the Z; constants as in ALPINIST and FairShip.

Couplings are those of the quarks, T3 - 2 Q sin^2, in (uu -+ dd) / sqrt(2) and ss, over 1 / sqrt(2).  FairShip has
twice (omega) and sqrt(2) times (phi) as much.
"""
