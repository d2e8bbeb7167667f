"""The one place that decides how Numba compiles.

Detector response, generators and the triggers that users write are plain Python functions with one of these
decorators.  They are compiled on first use for the array types they meet, cached on disk, release the GIL, use
C-like division and no fast-math (fast-math would change decisions between machines).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_F = TypeVar("_F", bound=Callable[..., Any])


def kernel(function: _F) -> _F:
    """Compile a function that loops over arrays."""
    return cast(_F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: _F) -> _F:
    """Compile a scalar helper that kernels call in their loops."""
    return cast(_F, numba.njit(cache=True, nogil=True, error_model="numpy", inline="never")(function))
