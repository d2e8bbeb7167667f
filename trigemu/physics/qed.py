"""Matrix elements of e+e- -> three particles at lowest order, electrons massless, muons with their mass.

Averaged over the beams' spins, summed over all others, in units of e^6.  Four-vectors are float64[n, 4].  Massless
forms: CALKUL (Berends et al. 1981-82) as in signals_facts 2.1; muons: Arbuzov et al., JHEP 10 (1997) 001 (the sign
of the muon's mass beside a photon of the beams is that of the amplitudes, see the tests).
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import MUON, mass


def dot(a: F64, b: F64) -> F64:
    """Return the products of four-vectors."""
    return np.asarray(a[..., 3] * b[..., 3] - (a[..., :3] * b[..., :3]).sum(axis=-1))


def three_photons(minus: F64, plus: F64, k: tuple[F64, F64, F64]) -> F64:
    """Return |M|^2 / e^6 of e-e+ -> three photons (no factor for identical ones)."""
    s = 2.0 * dot(minus, plus)
    a = [dot(minus, photon) for photon in k]
    b = [dot(plus, photon) for photon in k]
    total = sum(x * y * (x * x + y * y) for x, y in zip(a, b, strict=True))
    return np.asarray(s * total / np.prod([x * y for x, y in zip(a, b, strict=True)], axis=0))


def muons_photon(minus: F64, plus: F64, q: F64, p: F64, k: F64, lepton: float = mass(MUON)) -> F64:
    """Return |M|^2 / e^6 of e-e+ -> mu- (q) mu+ (p) photon (k); ``lepton`` is the mass of q and p in GeV."""
    m2 = lepton * lepton
    s, s1 = 2.0 * dot(minus, plus), 2.0 * (dot(q, p) + m2)
    t, t1 = -2.0 * dot(minus, q), -2.0 * dot(plus, p)
    u, u1 = -2.0 * dot(minus, p), -2.0 * dot(plus, q)
    # Photon with e-, e+, mu-, mu+.
    em, ep, mm, mp = (dot(v, k) for v in (minus, plus, q, p))
    squares = (t * t + t1 * t1 + u * u + u1 * u1) / (s * s1)
    between = u / (em * mp) + u1 / (ep * mm) - t / (em * mm) - t1 / (ep * mp)
    massless = squares * (s / (em * ep) + s1 / (mm * mp) + between)
    beams = ((t + u) ** 2 + (t1 + u1) ** 2) / (2.0 * em * ep * s1 * s1)
    both = 0.5 * (s + s1) * between + 2.0 * (u - t1) / mm + 2.0 * (u1 - t) / mp
    poles = -(u * u + t1 * t1 + 2.0 * s * m2) / (2.0 * mm * mm) - (u1 * u1 + t * t + 2.0 * s * m2) / (
        2.0 * mp * mp
    )
    muons = poles + (s * s1 - s * s + t * u + t1 * u1 - 2.0 * s * m2) / (mm * mp)
    return np.asarray(massless + 4.0 * m2 * (beams + both / (s * s1) + muons / (s * s)))


def electrons_photon(minus: F64, plus: F64, q: F64, p: F64, k: F64) -> F64:
    """Return |M|^2 / e^6 of e-e+ -> e- (q) e+ (p) photon (k)."""
    s, s1 = 2.0 * dot(minus, plus), 2.0 * dot(q, p)
    t, t1 = -2.0 * dot(minus, q), -2.0 * dot(plus, p)
    u, u1 = -2.0 * dot(minus, p), -2.0 * dot(plus, q)
    top = s * s1 * (s * s + s1 * s1) + t * t1 * (t * t + t1 * t1) + u * u1 * (u * u + u1 * u1)
    v = plus / dot(plus, k)[..., None] - minus / dot(minus, k)[..., None]
    v = v - p / dot(p, k)[..., None] + q / dot(q, k)[..., None]
    return np.asarray(-top / (s * s1 * t * t1) * dot(v, v))
