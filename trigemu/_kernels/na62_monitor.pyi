import numpy as np
from numpy.typing import NDArray

def tile_hits(
    time: NDArray[np.int64],
    channel: NDArray[np.uint16],
    code_of: NDArray[np.uint16],
    window: int,
    hits: NDArray[np.int64],
    pairs: NDArray[np.int64],
) -> None: ...
def nearest(
    time: NDArray[np.int64], other: NDArray[np.int64], width: int, counts: NDArray[np.int64]
) -> None: ...
