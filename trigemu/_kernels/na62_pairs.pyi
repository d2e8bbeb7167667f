import numpy as np
from numpy.typing import NDArray

def tile_hits(
    time: NDArray[np.int64],
    channel: NDArray[np.uint16],
    code_of: NDArray[np.uint16],
    tight_window: int,
    keys: NDArray[np.int64],
) -> int: ...
