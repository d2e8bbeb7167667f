"""Short names of array types, and tables that cannot be changed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
I16 = NDArray[np.int16]
I8 = NDArray[np.int8]
U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]


def integers(values: ArrayLike) -> I64:
    """Return a read-only copy as int64."""
    array = np.array(values, np.int64)
    array.setflags(write=False)
    return array


def floats(values: ArrayLike) -> F64:
    """Return a read-only copy as float64."""
    array = np.array(values, np.float64)
    array.setflags(write=False)
    return array


def kind_of(value: object) -> str:
    """Return what something is, in few words: ``float64[3, 2]``, ``of type list``."""
    if isinstance(value, np.ndarray):
        kind = "" if type(value) is np.ndarray else f"{type(value).__name__} of "
        return f"{kind}{value.dtype}{list(value.shape)}"
    return "None" if value is None else f"of type {type(value).__name__}"


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of the same content that nobody can make writeable: the memory itself stays as it is."""
    if not array.size:
        empty = np.empty(array.shape, array.dtype)
        empty.setflags(write=False)
        return empty
    memory = np.ascontiguousarray(array).data.cast("B").toreadonly()
    return np.frombuffer(memory, array.dtype).reshape(array.shape)
