import numpy as np
from numpy.typing import NDArray

ROOM: int

def evaluate(
    words: NDArray[np.uint64],
    entry: NDArray[np.uint8],
    entry_of: NDArray[np.uint8],
    term_of: NDArray[np.int32],
    factor_of: NDArray[np.int32],
    bit: NDArray[np.int32],
    inverted: NDArray[np.uint64],
    used: NDArray[np.uint8],
    planes: NDArray[np.uint64],
    fired: NDArray[np.uint64],
) -> None: ...
