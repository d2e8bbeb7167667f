"""Massive matrix element of e+e- -> l+ l- X with X radiated off one of the leptons.

X is a vector, a scalar or a pseudoscalar coupled to the lepton.  What the lepton side gives is the tensor
H_ij = sum over spins of J_i J_j*, J the current that couples to the beams' photon; with massless beams along n

    |M|^2 = (e^4 g^2 / s^2) (s / 2) (tr H - n.H.n),

which is exact in the lepton mass and in all angles.  J is computed from chains of 4-component spinors in the
chiral basis; sums over the polarisations of a vector are over -g_ab (the current is conserved).
Source of the approach: signals_facts 3.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64
from trigemu.jit import inlined, kernel

Spinor = tuple[complex, complex, complex, complex]

Coupling = Literal["vector", "scalar", "pseudoscalar"]
KINDS: dict[str, int] = {"vector": 0, "scalar": 1, "pseudoscalar": 2}


@inlined
def _slash(t: float, x: float, y: float, z: float, a: Spinor, mass: float) -> Spinor:
    """Return (p-slash + mass) a for the covariant product: blocks (t - x.sigma) above, (t + x.sigma) below."""
    minus, plus = complex(x, -y), complex(x, y)
    return (
        (t - z) * a[2] - minus * a[3] + mass * a[0],
        -plus * a[2] + (t + z) * a[3] + mass * a[1],
        (t + z) * a[0] + minus * a[1] + mass * a[2],
        plus * a[0] + (t - z) * a[1] + mass * a[3],
    )


@inlined
def _dot(a: Spinor, b: Spinor) -> complex:
    """Return a-bar b for spinors: a-dagger gamma_0 b."""
    total = a[0].conjugate() * b[2] + a[1].conjugate() * b[3]
    return total + a[2].conjugate() * b[0] + a[3].conjugate() * b[1]


@inlined
def _vertex(kind: int, axis: int, a: Spinor) -> Spinor:
    """Return the coupling to X, applied to a spinor; ``axis`` counts polarisations (t, x, y, z)."""
    if kind == 1:
        return a
    if kind == 2:
        return -1j * a[0], -1j * a[1], 1j * a[2], 1j * a[3]
    if axis == 0:
        return _slash(1.0, 0.0, 0.0, 0.0, a, 0.0)
    # An upper index on gamma is a spatial component of -1 in the slash.
    if axis == 1:
        return _slash(0.0, -1.0, 0.0, 0.0, a, 0.0)
    if axis == 2:
        return _slash(0.0, 0.0, -1.0, 0.0, a, 0.0)
    return _slash(0.0, 0.0, 0.0, -1.0, a, 0.0)


@inlined
def _basis(index: int, t: float, x: float, y: float, z: float, mass: float) -> Spinor:
    """Return the spinor (p-slash + mass) chi / sqrt(E + |mass|), chi at rest; u for mass > 0, v for < 0."""
    norm = 1.0 / math.sqrt(2.0 * (t + abs(mass)))
    sign = 1.0 if mass > 0.0 else -1.0
    one, zero = complex(norm, 0.0), complex(0.0, 0.0)
    if index == 0:
        return _slash(t, x, y, z, (one, zero, sign * one, zero), mass)
    return _slash(t, x, y, z, (zero, one, zero, sign * one), mass)


@inlined
def body_momenta(s13: float, s23: float, s: float, lepton: float, x: float) -> tuple[float, ...]:
    """Return px, pz, E of l- (along z), px, pz, E of l+, in the CM; X has the rest (all in the x-z plane)."""
    root = math.sqrt(s)
    l2 = lepton * lepton
    e1, e2 = 0.5 * (s + l2 - s23) / root, 0.5 * (s + l2 - s13) / root
    p1, p2 = math.sqrt(max(e1 * e1 - l2, 0.0)), math.sqrt(max(e2 * e2 - l2, 0.0))
    e3 = root - e1 - e2
    p3_square = e3 * e3 - x * x
    scale = 2.0 * p1 * p2
    cosine = (p3_square - p1 * p1 - p2 * p2) / scale if scale > 0.0 else 1.0
    cosine = min(1.0, max(-1.0, cosine))
    return 0.0, p1, e1, p2 * math.sqrt(1.0 - cosine * cosine), p2 * cosine, e2


@kernel
def _tensor(s13: F64, s23: F64, s: F64, lepton: float, x: float, kind: int, out: NDArray[np.float64]) -> None:
    # Plan, per point: momenta in the plane; for every spin of the antilepton and polarisation of X, the two
    # ways to emit X, as spinors for each of the three spatial components of the photon's current; contract
    # with both spins of the lepton and add J_i J_j* up.
    polarisations = 4 if kind == 0 else 1
    for i in range(s13.shape[0]):
        ax, az, a0, bx, bz, b0 = body_momenta(s13[i], s23[i], s[i], lepton, x)
        root = math.sqrt(s[i])
        da = 1.0 / (s13[i] - lepton * lepton)
        db = 1.0 / (s23[i] - lepton * lepton)
        out[i, :] = 0.0
        for spin in range(2):
            v = _basis(spin, b0, bx, 0.0, bz, -lepton)
            # v from (p-slash - m) chi up to a sign that drops out of squares.
            for pol in range(polarisations):
                sign = -1.0 if kind == 0 and pol == 0 else 1.0
                # l+ emits first: propagator of momentum -(b + k) = a - P, P = (root, 0).
                w = _vertex(kind, pol, v)
                w = _slash(a0 - root, ax, 0.0, az, w, lepton)
                for other in range(2):
                    u = _basis(other, a0, ax, 0.0, az, lepton)
                    jx, jy, jz = 0j, 0j, 0j
                    for axis in range(1, 4):
                        second = _dot(u, _vertex(0, axis, w))
                        # l- emits: propagator of momentum a + k = P - b.
                        first = _slash(root - b0, -bx, 0.0, -bz, _vertex(0, axis, v), lepton)
                        j = _dot(u, _vertex(kind, pol, first)) * da + second * db
                        if axis == 1:
                            jx = j
                        elif axis == 2:
                            jy = j
                        else:
                            jz = j
                    out[i, 0] += sign * (jx * jx.conjugate()).real
                    out[i, 1] += sign * (jy * jy.conjugate()).real
                    out[i, 2] += sign * (jz * jz.conjugate()).real
                    out[i, 3] += sign * (jx * jz.conjugate()).real


def tensor(s13: F64, s23: F64, s: F64 | float, lepton: float, x: float, coupling: Coupling) -> F64:
    """Return the real symmetric lepton tensor per unit coupling.

    Parameters
    ----------
    s13, s23
        float64[n], squared mass (GeV^2) of X with l- and with l+.
    s
        Squared energy in the CM of the three, one or float64[n].
    lepton, x
        Masses, GeV.
    coupling
        Of X to the lepton.

    Returns
    -------
    float64[n, 4]
        H_xx, H_yy, H_zz, H_xz in the frame in which l- moves along z and the others in the x-z plane.
    """
    out = np.empty((len(s13), 4))
    # Copies: whatever arrays are given, the kernel is compiled for one kind.
    energies = np.array(np.broadcast_to(s, len(s13)), np.float64)
    _tensor(np.array(s13, np.float64), np.array(s23, np.float64), energies, lepton, x, KINDS[coupling], out)
    return out


def massless_vector(a: F64, b: F64, y: float) -> F64:
    """Return F_V(A, B) of signals_facts 3: 1/sigma0 dsigma/(dx1 dx2) over g^2 / (8 pi^2), massless lepton."""
    x1, x2 = 1.0 - b, 1.0 - a
    return np.asarray(((x1 + y) ** 2 + (x2 + y) ** 2) / (a * b) - y * (1.0 / a**2 + 1.0 / b**2))


def massless_scalar(a: F64, b: F64, y: float) -> F64:
    """Return F_S(A, B) of signals_facts 3: 1/sigma0 dsigma/(dx1 dx2) over y_mu^2 / (16 pi^2), massless."""
    first = (a - y) * (b - y) * (a + b) ** 2 / (a * a * b * b)
    return np.asarray(first - y * (1.0 + y - a - b) * (1.0 / a**2 + 1.0 / b**2))
