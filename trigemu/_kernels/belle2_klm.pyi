import numpy as np
from numpy.typing import NDArray

def sectors(
    offsets: NDArray[np.int64],
    channel: NDArray[np.uint16],
    exists: NDArray[np.uint8],
    planes: int,
    out: NDArray[np.uint8],
) -> int: ...
