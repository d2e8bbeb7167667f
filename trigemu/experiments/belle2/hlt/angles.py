"""Angles between four-vectors, in degrees."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64


def momentum(p: F64) -> F64:
    """Return float64[n], the momenta of four-vectors float64[n, 4]."""
    return np.asarray(np.sqrt((p[:, :3] ** 2).sum(axis=1)))


def theta(p: F64) -> F64:
    """Return float64[n], polar angles of four-vectors float64[n, 4]."""
    return np.asarray(np.degrees(np.arctan2(np.hypot(p[:, 0], p[:, 1]), p[:, 2])))


def phi(p: F64) -> F64:
    """Return float64[n], azimuths (-180 to 180) of four-vectors float64[n, 4]."""
    return np.asarray(np.degrees(np.arctan2(p[:, 1], p[:, 0])))


def dphi(a: F64, b: F64) -> F64:
    """Return float64[n], differences in azimuth, 0 to 180, of four-vectors float64[n, 4]."""
    apart = np.abs(phi(a) - phi(b))
    return np.where(apart > 180.0, 360.0 - apart, apart)


def between(a: F64, b: F64) -> F64:
    """Return float64[n], the angle between the momenta of four-vectors float64[n, 4] (90 if one is at rest)."""
    product = momentum(a) * momentum(b)
    cosine = np.divide((a[:, :3] * b[:, :3]).sum(axis=1), product, out=np.zeros(len(a)), where=product > 0)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def mass(p: F64) -> F64:
    """Return float64[n], invariant masses of four-vectors float64[n, 4] (0 where the square rounds below 0)."""
    return np.asarray(np.sqrt(np.maximum(p[:, 3] ** 2 - (p[:, :3] ** 2).sum(axis=1), 0.0)))
