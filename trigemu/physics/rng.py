"""Random numbers that are addressed, not drawn: Philox4x32-10.

Every number is a pure function of ``(seed, frame, purpose, index, block)``: the seed is the 64-bit key, the
other four are the 128-bit counter.  A frame can be made again, alone, anywhere, and be the same.

The scalar functions are for use inside kernels (see `trigemu.jit.kernel`); they may be called from Python
too.  All address arguments may be any integer type; only their low 32 bits count (64 bits for the seed).

Source of the algorithm: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trigemu.jit import inlined, kernel

Int: TypeAlias = int | np.integer[Any]


def stream(purpose: int, number: int) -> int:
    """Return the counter word of sub-stream ``number`` (0-65535) of a purpose: one per signal, say."""
    if not 0 <= number < 1 << 16:
        raise ValueError(f"sub-stream {number} is not in 0-65535")
    return int(purpose) | number << 16


# Typed constants: in Numba, uint64 mixed with a signed integer would become a float.
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_SHIFT_UP = np.uint64(21)
_SHIFT_DOWN = np.uint64(11)
_ULP = 2.0**-53
_ROUNDS = 10
_SMALL_MEAN = 10.0


@inlined
def philox(
    key0: Int, key1: Int, c0: Int, c1: Int, c2: Int, c3: Int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four 32-bit words (in uint64) of Philox4x32-10 for a key and a counter of 32-bit words."""
    k0, k1 = np.uint64(key0) & _LOW, np.uint64(key1) & _LOW
    w0, w1 = np.uint64(c0) & _LOW, np.uint64(c1) & _LOW
    w2, w3 = np.uint64(c2) & _LOW, np.uint64(c3) & _LOW
    for _ in range(_ROUNDS):
        a = _M0 * w0
        b = _M1 * w2
        w0, w1, w2, w3 = (b >> _HALF) ^ w1 ^ k0, b & _LOW, (a >> _HALF) ^ w3 ^ k1, a & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return w0, w1, w2, w3


@inlined
def uniform2(seed: Int, frame: Int, purpose: Int, index: Int, block: Int) -> tuple[float, float]:
    """Return two independent floats, uniform in [0, 1) with 53 bits."""
    key = np.uint64(seed)
    w0, w1, w2, w3 = philox(key, key >> _HALF, frame, purpose, index, block)
    first = float((w0 << _SHIFT_UP) | (w1 >> _SHIFT_DOWN)) * _ULP
    second = float((w2 << _SHIFT_UP) | (w3 >> _SHIFT_DOWN)) * _ULP
    return first, second


@inlined
def normal2(seed: Int, frame: Int, purpose: Int, index: Int, block: Int) -> tuple[float, float]:
    """Return two independent standard normal floats (Box and Muller 1958)."""
    u, v = uniform2(seed, frame, purpose, index, block)
    radius = math.sqrt(-2.0 * math.log(1.0 - u))
    return radius * math.cos(2.0 * math.pi * v), radius * math.sin(2.0 * math.pi * v)


@inlined
def exponential(seed: Int, frame: Int, purpose: Int, index: Int, block: Int) -> float:
    """Return an exponential float of mean 1."""
    u, _ = uniform2(seed, frame, purpose, index, block)
    return -math.log(1.0 - u)


@inlined
def poisson(seed: Int, frame: Int, purpose: Int, index: Int, mean: float) -> int:
    """Return a Poisson count; uses blocks 0, 1, 2, ... of this address.

    Products of uniforms below a mean of 10; transformed rejection with squeeze (PTRS, W. Hoermann, Insurance:
    Mathematics and Economics 12 (1993) 39) above.
    """
    if mean < _SMALL_MEAN:
        limit = math.exp(-mean)
        count = -1
        product = 1.0
        block = 0
        while product > limit or count < 0:
            u, v = uniform2(seed, frame, purpose, index, block)
            block += 1
            product *= 1.0 - u
            count += 1
            if product > limit:
                product *= 1.0 - v
                count += 1
        return count
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2.0)
    log_mean = math.log(mean)
    block = 0
    while True:
        u, v = uniform2(seed, frame, purpose, index, block)
        block += 1
        u -= 0.5
        v = 1.0 - v
        us = 0.5 - abs(u)
        if us <= 0.0:
            continue
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= v_r:
            return int(k)
        if k < 0 or (us < 0.013 and v > us):
            continue
        left = math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b)
        if left <= -mean + k * log_mean - math.lgamma(k + 1.0):
            return int(k)


@kernel
def _fill(seed: Int, frame: Int, purpose: Int, block: Int, normal: bool, out: NDArray[np.float64]) -> None:
    for i in range(out.shape[0]):
        if normal:
            out[i, 0], out[i, 1] = normal2(seed, frame, purpose, i, block)
        else:
            out[i, 0], out[i, 1] = uniform2(seed, frame, purpose, i, block)


def uniforms(seed: int, frame: int, purpose: int, n: int, block: int = 0) -> NDArray[np.float64]:
    """Return float64[n, 2]: row i is ``uniform2(seed, frame, purpose, i, block)``."""
    out = np.empty((n, 2))
    _fill(np.uint64(seed), frame, int(purpose), block, False, out)
    return out


def normals(seed: int, frame: int, purpose: int, n: int, block: int = 0) -> NDArray[np.float64]:
    """Return float64[n, 2]: row i is ``normal2(seed, frame, purpose, i, block)``."""
    out = np.empty((n, 2))
    _fill(np.uint64(seed), frame, int(purpose), block, True, out)
    return out
