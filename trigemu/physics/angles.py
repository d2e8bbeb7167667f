"""Angles of four-vectors and between them, in degrees.  NumPy alone: nothing here starts the compiler."""

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


def acollinearity(a: F64, b: F64) -> F64:
    """Return float64[n], 180 degrees less the angle between momenta float64[n, 3 or 4]; nan if one is at rest."""
    size = np.sqrt(_product(a, a) * _product(b, b))
    cosine = np.divide(_product(a, b), size, out=np.full(len(a), np.nan), where=size > 0)
    return np.asarray(np.degrees(np.arccos(np.minimum(np.maximum(-cosine, -1.0), 1.0))))


def _product(a: F64, b: F64) -> F64:
    # Column by column: a sum over so short an axis takes several times as long.
    return np.asarray(a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2])
