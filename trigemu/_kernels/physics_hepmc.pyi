import numpy as np
from numpy.typing import NDArray

_I64 = NDArray[np.int64]
_U8 = NDArray[np.uint8]
_F64 = NDArray[np.float64]

def count(data: bytes, begin: int) -> tuple[int, int, int, int, int]: ...
def parse(
    data: bytes,
    begin: int,
    light: float,
    whole: _I64,
    flags: _U8,
    momentum: _F64,
    start: _F64,
    point: _F64,
    lists: _I64,
    placed: _U8,
    offsets: _I64,
    section: _F64,
    weights: _F64,
) -> bool: ...
