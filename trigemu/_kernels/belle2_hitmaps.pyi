import numpy as np
from numpy.typing import NDArray

def hit_maps(
    offsets: NDArray[np.int64],
    segment: NDArray[np.int16],
    bins: NDArray[np.uint64],
    firsts: NDArray[np.int16],
    patterns: NDArray[np.int8],
    track_offsets: NDArray[np.int64],
    phi0: NDArray[np.float64],
    omega: NDArray[np.float64],
    veto_inside: float,
    veto_outside: float,
    short_: NDArray[np.uint64],
    inner: NDArray[np.uint64],
) -> None: ...
